// Evaluations on warm columns, beside a plain pass over the same columns.
#include <chrono>
#include <cstdio>

#include "ops/bench/measure.hpp"
#include "projections/columns/columns.hpp"
#include "projections/evaluations/evaluate.hpp"
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

evaluation_facts facts_of(const ledger& book, const columns& all) {
  evaluation_facts facts;
  facts.set = all.current();
  facts.ledger = book.id();
  facts.recorded_at = [&book](position at) { return book.recorded_at(at); };
  const auto keys = book.keys();
  if (!keys) return facts;
  facts.open = [store = *keys](std::string_view subject, const sealed_value& s) {
    const auto key = store->find(subject, s.cls);
    return key ? open(*key, s.name, s.field_name, s.bytes) : std::nullopt;
  };
  return facts;
}

void run_definition(const char* what, const definition& d, const evaluation_facts& facts,
                    double pass_rate) {
  evaluation_question q;
  q.cut = facts.set->checkpoint;
  q.as_of = stockholm_day(facts.recorded_at(q.cut));
  const auto excluded = exclusions_of(*facts.set, facts.open);
  const auto plan = plan_of(d);
  const auto rows = static_cast<double>(facts.set->rows());
  double rates[2] = {};
  for (const unsigned threads : {1U, 2U}) {
    q.threads = threads;
    rates[threads - 1] = rows / seconds_of([&] { scan_all(plan, facts, q, excluded); });
  }
  print({std::string(what) + ", one thread", rates[0], "a plain pass", pass_rate, 0.6});
  print({std::string(what) + ", two threads", rates[1], "one thread", rates[0], 1.7});
}

constexpr const char* by_two_strata = R"(
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
[[outcome]]
name = "job"
title = { sv = "Jobb", en = "Job" }
when = { episode = "job" }
[axis]
unit = "month"
until = 48
[parameters]
times = [12, 24, 36, 48]
)";
}  // namespace

void run_evaluate(std::uint64_t participants) {
  const work_folder work("evaluate");
  ledger_options options;
  options.folder = work.path() / "ledger";
  ledger::create(options).value();
  const auto book = ledger::open(options).value();
  import_lines(*book, simulated_lines(participants));
  const double events = static_cast<double>(book->head().value);
  const double scan = events / seconds_of([&] {
                        book->scan({1}, book->head(), [](const event&) { return true; }).value();
                      });
  const auto all = columns::open(*book);
  const double built =
      events / seconds_of([&] { all->catch_up(*book, book->head()).value(); });
  print({"columns from the log", built, "decoding alone", scan, 0});
  const auto facts = facts_of(*book, *all);
  const auto at = facts.set->checkpoint;
  const day horizon = stockholm_day(facts.recorded_at(at));
  std::uint64_t kept = plain_pass(*facts.set, at, horizon);
  const double pass = static_cast<double>(facts.set->rows()) /
                      seconds_of([&] { kept += plain_pass(*facts.set, at, horizon); });
  std::printf("rows %llu, plain pass %.0f M/s (%llu)\n",
              static_cast<unsigned long long>(facts.set->rows()), pass / 1e6,
              static_cast<unsigned long long>(kept));
  run_definition("Kaplan-Meier by two strata",
                 parse_definition(by_two_strata, "bench.toml").value(), facts, pass);
  for (const char* name : {"states_by_month", "employed_now", "retention"})
    run_definition(name, parse_definition(*shipped_definition(name), name).value(), facts, pass);
}

}  // namespace stegvis::bench
