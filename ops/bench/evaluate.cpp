// Evaluations on warm columns, beside a plain pass over the same columns.
#include "projections/evaluations/evaluate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "ops/bench/made_columns.hpp"
#include "ops/bench/measure.hpp"
#include "projections/columns/columns.hpp"
#include "projections/evaluations/finish.hpp"

namespace stegvis::bench {
namespace {
// What any scan must do at least: read type, day and both cuts of every row.
std::uint64_t plain_pass(const column_set& set, position at, day horizon) {
  std::uint64_t sum = 0;
  for (const auto& chunk : set.chunks)
    for (std::size_t row = 0; row < chunk->content.size(); ++row)
      if (chunk->known_from[row] <= at.value && chunk->known_to[row] > at.value &&
          chunk->valid[row] <= horizon.count)
        sum += chunk->content[row];
  return sum;
}

double pass_rate_of(const column_set& set, position at, day horizon) {
  std::uint64_t kept = 0;
  const double seconds = warm_seconds_of([&] { kept += plain_pass(set, at, horizon); });
  const double rate = static_cast<double>(set.rows()) / seconds;
  std::printf("rows %llu, plain pass %.0f M/s (%llu)\n",
              static_cast<unsigned long long>(set.rows()), rate / 1e6,
              static_cast<unsigned long long>(kept));
  return rate;
}

evaluation_facts facts_of(const ledger& book, const columns& all) {
  evaluation_facts facts;
  facts.set = all.current();
  facts.ledger = book.id();
  facts.recorded_at = [&book](position at) { return book.recorded_at(at); };
  facts.head_hash = [](position) { return std::string(); };  // not what is measured here
  const auto keys = book.keys();
  if (!keys) return facts;
  facts.open = [store = *keys](std::string_view subject, const sealed_value& s) {
    const auto key = store->find(subject, s.cls);
    return key ? open(*key, s.name, s.field_name, s.bytes) : std::nullopt;
  };
  return facts;
}

// Rows a second, warm.
double rate_of(const definition& d, const evaluation_facts& facts, const evaluation_question& q) {
  const exclusions excluded = exclusions_of(*facts.set, facts.open);
  const auto plan = plan_of(d);
  return static_cast<double>(facts.set->rows()) /
         warm_seconds_of([&] { scan_all(plan, facts, q, excluded); });
}

void run_definition(const std::string& what, const definition& d, const evaluation_facts& facts,
                    evaluation_question q, double pass_rate) {
  q.threads = 1;
  const double one = rate_of(d, facts, q);
  q.threads = 2;
  const double two = rate_of(d, facts, q);
  print({what + ", one thread", one, "a plain pass", pass_rate, 0.6});
  print({what + ", two threads", two, "one thread", one, 1.7});
  const exclusions excluded = exclusions_of(*facts.set, facts.open);
  const auto plan = plan_of(d);
  const double processor = warm_processor_seconds_of([&] { scan_all(plan, facts, q, excluded); });
  print({what + ", a processor second", static_cast<double>(facts.set->rows()) / processor,
         "one thread", one, 0});
}

constexpr std::string_view job_episodes = "{ episode = \"job\" }";
constexpr std::string_view job_starts =
    "{ event = \"placement_started\", "
    "where = { kind = [\"simple_job\", \"complementary_post\", \"employment\"] } }";

// Kaplan-Meier by two strata; the outcome is left to say.
constexpr std::string_view by_two_strata = R"(
name = "bench"
version = 1
statistic = "survival"
by = [["subproject", "half_year"]]
[title]
sv = "Bench"
en = "Bench"
[cohort]
unit = "person"
entry = { event = "participant_enrolled" }
pick = "first"
[axis]
unit = "month"
until = 48
[parameters]
times = [12, 24, 36, 48]
[[outcome]]
name = "job"
title = { sv = "Jobb", en = "Job" }
when = )";

definition curve_of(std::string_view outcome) {
  return parse_definition(std::string(by_two_strata) + std::string(outcome) + "\n", "bench.toml")
      .value();
}

// Where everybody stands on the day, and month by month of the calendar what follows what.
definition states_of(std::string_view by, const std::string& cohort, const std::string& parameters,
                     int until) {
  const std::string text =
      "name = \"bench\"\nversion = 1\nstatistic = \"sequence\"\nby = [" + std::string(by) +
      "]\n[title]\nsv = \"Bench\"\nen = \"Bench\"\n[cohort]\nunit = \"person\"\n"
      "entry = { event = \"participant_enrolled\" }\npick = \"first\"\n" +
      cohort + "[axis]\nunit = \"month\"\nuntil = " + std::to_string(until) + "\n[parameters]\n" +
      parameters;
  return parse_definition(text, "bench.toml").value();
}
definition status_on(day on) {
  return states_of("[\"subproject\"]", "origin = " + to_string(on) + "\n", "", 1);
}
definition changes_by_month() {
  return states_of("", "", "calendar = true\n", 48);
}

evaluation_facts facts_of(const made_columns& made) {
  evaluation_facts facts;
  facts.set = made.set;
  facts.recorded_at = [](position) { return end_of(make_day(2021, 12, 31)); };
  facts.head_hash = [](position) { return std::string(); };
  return facts;
}

evaluation_question question_of(const made_columns& made) {
  evaluation_question q;
  q.cut = made.cut;
  q.as_of = made.as_of;
  return q;
}

// Ten times as many events, and as fast for each.
void run_made(const made_columns& made, std::uint64_t participants) {
  const auto facts = facts_of(made);
  const auto q = question_of(made);
  const double pass = pass_rate_of(*made.set, q.cut, q.as_of);
  run_definition("made: first job start by two strata", curve_of(job_starts), facts, q, pass);
  run_definition("made: first job episode by two strata", curve_of(job_episodes), facts, q, pass);
  run_definition("made: status on a day", status_on(q.as_of), facts, q, pass);
  run_definition("made: changes by month", changes_by_month(), facts, q, pass);
  const auto small = make_columns(participants / 10);
  auto one = q;
  one.threads = 1;
  const double large_rate = rate_of(curve_of(job_starts), facts, one);
  one.cut = small.cut;
  print({"made: ten times the events, one thread", large_rate, "a tenth of them",
         rate_of(curve_of(job_starts), facts_of(small), one), 0});
}

// Our counts of an exported question, for others to agree with: the levels of the stratum, the
// numbers asked for, and the count.
void write_counts(const made_columns& made, const definition& d, block what, std::uint16_t by,
                  const std::filesystem::path& file) {
  const auto counts = scan_all(plan_of(d), facts_of(made), question_of(made), {});
  const auto texts = counts.sorted_strata();
  std::ofstream out(file);
  for (const auto& [key, n] : counts.sorted()) {
    if (key.block != static_cast<std::uint16_t>(what) || key.breakdown != by) continue;
    std::string levels = texts[key.stratum];
    std::ranges::replace(levels, level_separator, ',');
    out << levels << (levels.empty() ? "" : ",") << key.a << ',' << key.b << ',';
    if (what == block::transitions) out << key.c << ',';
    out << n << '\n';
  }
}
}  // namespace

void run_evaluate_made(std::uint64_t participants, const std::filesystem::path& folder) {
  const auto made = make_columns(participants);
  export_arrays(made, folder);
  const auto facts = facts_of(made);
  const auto q = question_of(made);
  const double pass = pass_rate_of(*made.set, q.cut, q.as_of);
  const auto ask = [&](const std::string& name, const definition& d, block what, std::uint16_t by) {
    write_counts(made, d, what, by, folder / (name + ".csv"));
    run_definition(name, d, facts, q, pass);
  };
  ask("survival", curve_of(job_starts), block::exposures, 1);
  ask("status", status_on(q.as_of), block::states, 1);
  ask("changes", changes_by_month(), block::transitions, 0);
}

// Pages of the process that are in memory, in bytes.
double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double bytes_below(const std::filesystem::path& folder) {
  double sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
  return sum;
}

// Rows a processor second.
double processor_rate_of(const definition& d, const made_columns& made) {
  const auto plan = plan_of(d);
  auto q = question_of(made);
  q.threads = 1;
  return static_cast<double>(made.set->rows()) /
         warm_processor_seconds_of([&] { scan_all(plan, facts_of(made), q, {}); });
}

void run_growth(std::uint64_t participants) {
  std::vector<double> smallest;
  for (const std::uint64_t part : {50, 5, 1}) {
    const double before = resident_bytes();
    const auto made = make_columns(participants / part);
    const auto rows = static_cast<double>(made.set->rows());
    std::printf("%.1f M rows, %.0f bytes a row in memory\n", rows / 1e6,
                (resident_bytes() - before) / rows);
    std::vector<double> rates{processor_rate_of(curve_of(job_starts), made),
                              processor_rate_of(status_on(made.as_of), made),
                              processor_rate_of(changes_by_month(), made)};
    if (smallest.empty()) smallest = rates;
    const char* const names[] = {"survival", "status", "changes"};
    for (std::size_t i = 0; i < rates.size(); ++i)
      print({std::string(names[i]) + ", rows a processor second", rates[i], "of a fiftieth",
             smallest[i], 0});
  }
}

// The last hundredth of the lines arrives when the columns have been made.
std::unique_ptr<columns> run_delta(ledger& book, const std::vector<std::string>& lines) {
  const auto most = lines.begin() + static_cast<std::ptrdiff_t>(lines.size() / 100 * 99);
  import_lines(book, {lines.begin(), most});
  auto all = columns::open(book);
  const double events = static_cast<double>(book.head().value);
  const double scan = events / seconds_of([&] {
                        book.scan({1}, book.head(), [](const event&) { return true; }).value();
                      });
  const std::clock_t begin = std::clock();
  const double built = events / seconds_of([&] { all->catch_up(book, book.head()).value(); });
  print({"columns from the log, a processor second",
         events * CLOCKS_PER_SEC / static_cast<double>(std::clock() - begin), "by the clock", built,
         0});
  print({"columns from the log", built, "decoding alone", scan, 0});
  std::printf("%.0f bytes an event on the disk, the log itself %.0f\n",
              bytes_below(book.folder() / "index" / "columns") / events,
              (bytes_below(book.folder()) - bytes_below(book.folder() / "index")) / events);
  const auto rate = [&] {
    const auto facts = facts_of(book, *all);
    evaluation_question q;
    q.cut = facts.set->checkpoint;
    q.as_of = stockholm_day(facts.recorded_at(q.cut));
    q.threads = 1;
    return rate_of(curve_of(job_starts), facts, q);
  };
  const double before = rate();
  import_lines(book, {most, lines.end()});
  std::printf("%.1f ms to catch up with the last hundredth\n",
              1e3 * seconds_of([&] { all->catch_up(book, book.head()).value(); }));
  print({"first job start, after a hundredth more", rate(), "before", before, 0});
  return all;
}

void run_evaluate(std::uint64_t participants, const std::string& only) {
  constexpr std::uint64_t made_for_each = 25;
  if (only.empty())
    run_made(make_columns(made_for_each * participants), made_for_each * participants);
  const work_folder work("evaluate");
  ledger_options options;
  options.folder = work.path() / "ledger";
  ledger::create(options).value();
  const auto book = ledger::open(options).value();
  const auto all = run_delta(*book, simulated_lines(participants));
  const auto facts = facts_of(*book, *all);
  evaluation_question q;
  q.cut = facts.set->checkpoint;
  q.as_of = stockholm_day(facts.recorded_at(q.cut));
  const double pass = pass_rate_of(*facts.set, q.cut, q.as_of);
  if (!only.empty())
    return run_definition(only, parse_definition(shipped_definition(only).value(), only).value(),
                          facts, q, pass);
  run_definition("first job start by two strata", curve_of(job_starts), facts, q, pass);
  run_definition("first job episode by two strata", curve_of(job_episodes), facts, q, pass);
  for (const char* name : {"states_by_month", "employed_now", "retention"})
    run_definition(name, parse_definition(*shipped_definition(name), name).value(), facts, q, pass);
}

}  // namespace stegvis::bench
