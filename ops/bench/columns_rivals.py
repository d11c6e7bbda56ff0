#!/usr/bin/env python3
"""Our kernels beside polars and DuckDB, on the same columns and the same questions, as known at a
cut and as of a day:
- survival: months from the first enrolment to the first job start from that day on, by subproject,
  half-year of enrolment, month and cause;
- status: persons by subproject and state on the day;
- changes: persons by month of the calendar, state on its first and on the next one's first.

    ops/bench/columns_rivals.py build/release/stegvis_bench [PARTICIPANTS]

1,000,000 participants by default, 12 events each: 0.3 GB of arrays, 6 GB of memory. Both rivals get
two threads and data in memory, sorted by journey and day; all three must count the same. The rivals
are told what the made columns are like (one enrolment each, ids used once, no pauses, no deaths);
our kernels keep to every rule.
Wants `python3 -m venv V && V/bin/pip install numpy polars duckdb pyarrow`."""
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

THREADS = 2
UNTIL = 48
ROUNDS = 5

os.environ["POLARS_MAX_THREADS"] = str(THREADS)
try:
    import duckdb
    import numpy
    import polars
    import pyarrow  # noqa: F401 (how DuckDB is given the columns)
except ImportError as missing:
    sys.exit(f"{missing}; see the top of this file")

COLUMNS = {"journey": "u4", "type": "u1", "key": "u4", "day": "i4", "known_from": "u4",
           "known_to": "u4", "stratum": "u2"}
# States by precedence, as the domain numbers them: what runs after a start of that type, and what
# holds while enrolled and after.
STARTED = {2: 2, 3: 9, 4: 6, 5: 10, 6: 7}
ASSESSMENT, IDLE, EXITED = 11, 12, 15
OUTLIVE_AN_EXIT = (2, 4)
FOREVER = 2**31 - 1

# Half-year and months from civil dates; a month is whole when its day of the month is reached, or
# the last of a shorter month.
SURVIVAL = f"""
with standing as (
  select journey, type, day, stratum, row_number() over () as row from events
  where known_from <= $cut and known_to > $cut and day <= $as_of and type > 0),
entries as (
  select journey, min(day) as origin, arg_min(stratum, (day, row)) as stratum
  from standing where type = 1 group by journey),
jobs as (
  select s.journey, min(s.day) as job from standing s join entries e on s.journey = e.journey
  where s.type = 2 and s.day >= e.origin group by s.journey),
units as (
  select e.stratum, date '1970-01-01' + e.origin as origin,
    date '1970-01-01' + coalesce(j.job, $as_of) as ended, j.job is not null as event
  from entries e left join jobs j on e.journey = j.journey),
timed as (
  select stratum, origin, event, (year(ended) - year(origin)) * 12 + month(ended) - month(origin)
    - case when least(day(origin), day(last_day(ended))) > day(ended) then 1 else 0 end as months
  from units)
select stratum, year(origin) || 'H' || (case when month(origin) <= 6 then 1 else 2 end) as half,
  least(months, {UNTIL}) as months, (event and months <= {UNTIL})::int as cause, count(*) as n
from timed group by all
"""

# Which days [first, until) have which state; the lowest that holds is the state.
SPELLS = f"""
with standing as (
  select journey, type, key, day, stratum, row_number() over () as row from events
  where known_from <= $cut and known_to > $cut and day <= $as_of and type > 0),
entries as (
  select journey, min(day) as origin, arg_min(stratum, (day, row)) as stratum
  from standing where type = 1 group by journey),
persons as (
  select journey, any_value(e.stratum) as stratum, any_value(e.origin) as origin,
    coalesce(min(day) filter (type = 9 and day >= origin), {FOREVER}) as exited,
    coalesce(min(day) filter (type = 8), {FOREVER}) as planned
  from entries e join standing s using (journey) group by journey),
started as (
  select s.journey, s.type, s.day as first,
    coalesce(min(e.day) filter (e.day >= s.day), {FOREVER}) as ended
  from (select * from standing where type between 2 and 6) s
  left join (select * from standing where type = 7) e on s.journey = e.journey and s.key = e.key
  group by s.journey, s.key, s.type, s.day),
spells as (
  select journey, case type {" ".join(f"when {t} then {s}" for t, s in STARTED.items())} end
    as state, first, case when type in {OUTLIVE_AN_EXIT} then ended
      else least(ended, greatest(first, exited)) end as until
  from started join persons using (journey)
  union all select journey, {ASSESSMENT}, origin, least(exited, planned) from persons
  union all select journey, {IDLE}, greatest(origin, planned), exited from persons
  union all select journey, {EXITED}, exited, {FOREVER} from persons)
"""
STATUS = SPELLS + """
select stratum, 0 as time, state, count(*) as n
from (select journey, any_value(stratum) as stratum, min(state) as state
      from spells join persons using (journey) where first <= $as_of and until > $as_of
      group by journey)
group by all
"""
# Months since year 0; `month_from(d)` is the first that begins on the day or later.
def month_from(d):
    on = f"(date '1970-01-01' + {d})"
    return f"(year({on}) * 12 + month({on}) - 1 + case when day({on}) > 1 then 1 else 0 end)"


CHANGES = SPELLS + f"""
, monthly as (
  select journey, min(state) as state, month
  from (select journey, state, unnest(range(
          {month_from("greatest(first, origin)")}, {month_from("least(until, $as_of + 1)")}))
          as month
        from spells join persons using (journey)
        where first <= $as_of and until > first and until > origin)
  group by journey, month)
select month, state, following, count(*) as n
from (select month, state, lead(state) over (partition by journey order by month) as following
      from monthly)
where following is not null group by all
"""
QUESTIONS = {"survival": SURVIVAL, "status": STATUS, "changes": CHANGES}


def best_of(work):
    """Seconds by the clock and of all processors, each the least of the rounds."""
    clock, processor = [], []
    for _ in range(ROUNDS):
        begin = time.perf_counter(), time.process_time()
        result = work()
        clock.append(time.perf_counter() - begin[0])
        processor.append(time.process_time() - begin[1])
    return (min(clock), min(processor)), result


def rows_of(counted):
    """As text, so that the order of rows and the types of numbers do not matter."""
    return sorted(tuple(str(value) for value in row) for row in counted)


class DuckDB:
    def __init__(self, arrays):
        self.db = duckdb.connect()
        self.db.execute(f"set threads = {THREADS}")
        view = polars.DataFrame(arrays).to_arrow()
        self.db.register("given", view)
        self.db.execute("create table events as select * from given")

    def ask(self, name, cut, as_of):
        seconds, counted = best_of(lambda: self.db.execute(
            QUESTIONS[name], {"cut": cut, "as_of": as_of}).fetchall())
        if name == "survival":
            counted = [(f"sub-{s}", *rest) for s, *rest in counted]
        elif name == "status":
            counted = [(f"sub-{s}", *rest) for s, *rest in counted]
        return seconds, rows_of(counted)


col = polars.col


def standing_rows(frame, cut, as_of):
    return frame.lazy().filter(
        (col("known_from") <= cut) & (col("known_to") > cut) & (col("day") <= as_of)
        & (col("type") > 0)).select("journey", "type", "key", "day", "stratum")


def entries_of(standing):
    # Rows lie by journey and day, so that the first is the earliest.
    return standing.filter(col("type") == 1).group_by("journey").agg(
        col("day").first().alias("origin"), col("stratum").first())


def survival_in_polars(frame, cut, as_of):
    day = col("day")
    standing = standing_rows(frame, cut, as_of)
    entries = entries_of(standing)
    jobs = (standing.filter(col("type") == 2).select("journey", "day")
            .join(entries.select("journey", "origin"), on="journey")
            .filter(day >= col("origin")).group_by("journey").agg(day.min().alias("job")))
    origin, ended = col("origin").cast(polars.Date), col("ended").cast(polars.Date)
    clamped = polars.min_horizontal(origin.dt.day(), ended.dt.month_end().dt.day())
    months = ((ended.dt.year() - origin.dt.year()) * 12 + ended.dt.month().cast(polars.Int32)
              - origin.dt.month().cast(polars.Int32)
              - (clamped > ended.dt.day()).cast(polars.Int32))
    half = polars.when(origin.dt.month() <= 6).then(1).otherwise(2)
    counted = (entries.join(jobs, on="journey", how="left")
               .with_columns(col("job").fill_null(as_of).alias("ended"),
                             col("job").is_not_null().alias("event"))
               .select("stratum", origin.dt.year().alias("year"), half.alias("half"), "event",
                       months.alias("months"))
               .group_by("stratum", "year", "half", col("months").clip(upper_bound=UNTIL),
                         (col("event") & (col("months") <= UNTIL)).alias("cause"))
               .len().collect())
    return [(f"sub-{s}", f"{y}H{h}", m, int(c), n) for s, y, h, m, c, n in counted.iter_rows()]


def persons_of(standing):
    entries = entries_of(standing)
    exits = (standing.filter(col("type") == 9).select("journey", "day")
             .join(entries.select("journey", "origin"), on="journey")
             .filter(col("day") >= col("origin"))
             .group_by("journey").agg(col("day").min().alias("exited")))
    plans = (standing.filter(col("type") == 8)
             .group_by("journey").agg(col("day").min().alias("planned")))
    return (entries.join(exits, on="journey", how="left").join(plans, on="journey", how="left")
            .with_columns(col("exited").fill_null(FOREVER), col("planned").fill_null(FOREVER)))


def spells_of(standing, persons):
    """Which days [first, until) have which state, with the person's stratum and origin."""
    ends = standing.filter(col("type") == 7).select("journey", "key", col("day").alias("ended"))
    started = (standing.filter(col("type").is_between(2, 6))
               .select("journey", "type", "key", col("day").alias("first"))
               .join(ends, on=["journey", "key"], how="left")
               .join(persons.select("journey", "stratum", "origin", "exited"), on="journey"))
    ended = polars.when(col("ended") >= col("first")).then(col("ended")).otherwise(FOREVER)
    cut = polars.min_horizontal(ended, polars.max_horizontal("first", "exited"))
    state = col("type").replace_strict(STARTED, return_dtype=polars.UInt8)
    parts = [started.select(
        "stratum", "origin", "journey", state.alias("state"), "first",
        polars.when(col("type").is_in(OUTLIVE_AN_EXIT)).then(ended).otherwise(cut)
        .cast(polars.Int32).alias("until"))]
    for number, first, until in (
            (ASSESSMENT, col("origin"), polars.min_horizontal("exited", "planned")),
            (IDLE, polars.max_horizontal("origin", "planned"), col("exited")),
            (EXITED, col("exited"), polars.lit(FOREVER))):
        parts.append(persons.select(
            "stratum", "origin", "journey", polars.lit(number, polars.UInt8).alias("state"),
            first.cast(polars.Int32).alias("first"), until.cast(polars.Int32).alias("until")))
    return polars.concat(parts)


def status_in_polars(frame, cut, as_of):
    standing = standing_rows(frame, cut, as_of)
    counted = (spells_of(standing, persons_of(standing))
               .filter((col("first") <= as_of) & (col("until") > as_of))
               .group_by("journey").agg(col("state").min(), col("stratum").first())
               .group_by("stratum", "state").len().collect())
    return [(f"sub-{s}", 0, state, n) for s, state, n in counted.iter_rows()]


def changes_in_polars(frame, cut, as_of):
    standing = standing_rows(frame, cut, as_of)

    def month_from(day):
        on = day.cast(polars.Date)
        return (on.dt.year() * 12 + on.dt.month().cast(polars.Int32) - 1
                + (on.dt.day() > 1).cast(polars.Int32))

    first = polars.max_horizontal("first", "origin")
    until = polars.min_horizontal("until", polars.lit(as_of + 1, polars.Int32))
    # Sorted, the next row is the next month, if it is the same person's.
    monthly = (spells_of(standing, persons_of(standing))
               .filter((col("first") <= as_of) & (col("until") > first))
               .select("journey", "state",
                       polars.int_ranges(month_from(first), month_from(until)).alias("month"))
               .explode("month", empty_as_null=False)
               .group_by("journey", "month").agg(col("state").min())
               .sort("journey", "month")
               .with_columns(col("state").shift(-1).alias("following"),
                             (col("journey").shift(-1) == col("journey")).alias("same")))
    counted = (monthly.filter("same").group_by("month", "state", "following").len()
               .collect())
    return list(counted.iter_rows())


class Polars:
    def __init__(self, arrays):
        self.frame = polars.DataFrame(arrays)

    def ask(self, name, cut, as_of):
        seconds, counted = best_of(lambda: globals()[f"{name}_in_polars"](self.frame, cut, as_of))
        return seconds, rows_of(counted)


def rate_of(printed, what):
    return next(float(line.removeprefix(what).split()[0])
                for line in printed.splitlines() if line.startswith(what))


def compare(name, rival, rows, seconds, printed):
    clock, processor = (rows / s for s in seconds)
    ours = rate_of(printed, f"{name}, two threads"), rate_of(printed, f"{name}, a processor second")
    return (f"{name}: {rival}, {THREADS} threads: {clock / 1e6:.1f} M rows/s, "
            f"{processor / 1e6:.1f} a processor second; ours is {ours[0] / clock:.1f} times as "
            f"fast, {ours[1] / processor:.1f} times for the same processor time")


def main():
    bench = str(Path(sys.argv[1]).resolve())
    participants = sys.argv[2] if len(sys.argv) > 2 else "1000000"
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run([bench, "evaluate", participants, "--export", folder], check=True,
                                 capture_output=True, text=True).stdout
        print(printed, end="")
        arrays = {name: numpy.fromfile(Path(folder) / name, dtype=form)
                  for name, form in COLUMNS.items()}
        cut, as_of = map(int, (Path(folder) / "question").read_text().split())
        wanted = {name: rows_of(csv.reader((Path(folder) / f"{name}.csv").open()))
                  for name in QUESTIONS}
    rows = len(arrays["day"])
    for rival in (Polars(arrays), DuckDB(arrays)):
        for name in QUESTIONS:
            seconds, counted = rival.ask(name, cut, as_of)
            same = "the same counts" if counted == wanted[name] else "OTHER COUNTS"
            print(compare(name, type(rival).__name__, rows, seconds, printed) + "; " + same,
                  flush=True)


if __name__ == "__main__":
    main()
