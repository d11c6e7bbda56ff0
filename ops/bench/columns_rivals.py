#!/usr/bin/env python3
"""Our kernel beside polars and DuckDB, on the same columns and the same question: months from the
first enrolment to the first job start from that day on, as known at a cut and as of a day,
counted by subproject, half-year of enrolment, month and cause.

    ops/bench/columns_rivals.py build/release/stegvis_bench [PARTICIPANTS]

1,000,000 participants by default, 12 events each: 0.25 GB of arrays, 2 GB of memory. Both rivals
get two threads and data in memory, sorted by journey and day; all three must count the same.
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

COLUMNS = {"journey": "u4", "type": "u1", "day": "i4", "known_from": "u4", "known_to": "u4",
           "stratum": "u2"}

# Half-year and months from civil dates; a month is whole when its day of the month is reached, or
# the last of a shorter month.
QUERY = f"""
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


def best_of(work):
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begin)
    return min(times), result


def in_duckdb(arrays, cut, as_of):
    db = duckdb.connect()
    db.execute(f"set threads = {THREADS}")
    view = polars.DataFrame(arrays).to_arrow()
    db.register("given", view)
    db.execute("create table events as select * from given")
    return best_of(lambda: db.execute(QUERY, {"cut": cut, "as_of": as_of}).fetchall())


def polars_counts(frame, cut, as_of):
    day = polars.col("day")
    standing = frame.lazy().filter(
        (polars.col("known_from") <= cut) & (polars.col("known_to") > cut) & (day <= as_of)
        & (polars.col("type") > 0)).select("journey", "type", "day", "stratum")
    # Rows lie by journey and day, so that the first is the earliest.
    entries = standing.filter(polars.col("type") == 1).group_by("journey").agg(
        day.first().alias("origin"), polars.col("stratum").first())
    jobs = (standing.filter(polars.col("type") == 2).select("journey", "day")
            .join(entries.select("journey", "origin"), on="journey")
            .filter(day >= polars.col("origin")).group_by("journey").agg(day.min().alias("job")))
    origin, ended = polars.col("origin").cast(polars.Date), polars.col("ended").cast(polars.Date)
    clamped = polars.min_horizontal(origin.dt.day(), ended.dt.month_end().dt.day())
    months = ((ended.dt.year() - origin.dt.year()) * 12 + ended.dt.month().cast(polars.Int32)
              - origin.dt.month().cast(polars.Int32)
              - (clamped > ended.dt.day()).cast(polars.Int32))
    half = polars.when(origin.dt.month() <= 6).then(1).otherwise(2)
    return (entries.join(jobs, on="journey", how="left")
            .with_columns(polars.col("job").fill_null(as_of).alias("ended"),
                          polars.col("job").is_not_null().alias("event"))
            .select("stratum", origin.dt.year().alias("year"), half.alias("half"), "event",
                    months.alias("months"))
            .group_by("stratum", "year", "half", polars.col("months").clip(upper_bound=UNTIL),
                      (polars.col("event") & (polars.col("months") <= UNTIL)).alias("cause"))
            .len().collect())


def in_polars(arrays, cut, as_of):
    frame = polars.DataFrame(arrays)
    seconds, counted = best_of(lambda: polars_counts(frame, cut, as_of))
    rows = [(s, f"{y}H{h}", m, int(c), n)
            for s, y, h, m, c, n in counted.select("stratum", "year", "half", "months", "cause",
                                                   "len").iter_rows()]
    return seconds, rows


def main():
    bench = str(Path(sys.argv[1]).resolve())
    participants = sys.argv[2] if len(sys.argv) > 2 else "1000000"
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run([bench, "evaluate", participants, "--export", folder], check=True,
                                 capture_output=True, text=True).stdout
        print(printed, end="")
        ours = next(float(line.split(", two threads")[1].split()[0])
                    for line in printed.splitlines() if ", two threads" in line)
        arrays = {name: numpy.fromfile(Path(folder) / name, dtype=form)
                  for name, form in COLUMNS.items()}
        cut, as_of = map(int, (Path(folder) / "question").read_text().split())
        wanted = sorted((int(s), half, int(m), int(c), int(n)) for s, half, m, c, n in
                        csv.reader((Path(folder) / "counts.csv").open()))
    rows = len(arrays["day"])
    for name, run in (("polars", in_polars), ("DuckDB", in_duckdb)):
        seconds, counted = run(arrays, cut, as_of)
        same = "the same counts" if sorted(map(tuple, counted)) == wanted else "OTHER COUNTS"
        print(f"{name}, {THREADS} threads: {rows / seconds / 1e6:.0f} M rows/s, {same}; "
              f"ours is {ours * seconds / rows:.1f} times as fast")


if __name__ == "__main__":
    main()
