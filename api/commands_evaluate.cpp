// How people fared: a definition applied to the ledger.
#include <CLI/CLI.hpp>

#include "api/commands.hpp"
#include "api/evaluation_output.hpp"
#include "api/evaluation_question.hpp"

namespace stegvis {
namespace {

struct evaluate_arguments {
  question_arguments asked;
  std::string definition, out;
  unsigned threads = 0;
  bool unsuppressed = false;
  partial_arguments partial;
};

result<exit_code> evaluate_ledger(context& c, const evaluate_arguments& given) {
  const auto d = find_definition(c, given.definition);
  if (!d) return d.error();
  auto q = question_of(c, given.asked);
  if (!q) return q.error();
  q->suppress = !given.unsuppressed;
  q->threads = given.threads;
  const auto facts = facts_of(c);
  if (!facts) return facts.error();
  if (!given.partial.file.empty()) {
    const auto written = write_partial(c, given.partial, *d, *facts, *q);
    if (!written && c.stop.stop_requested()) return exit_code::interrupted;
    return written;
  }
  auto r = evaluate(*d, *facts, *q);
  if (c.stop.stop_requested()) return exit_code::interrupted;
  if (!r) return r.error();
  return show_result(c, std::move(*r), given.out);
}

command_body declare_evaluate(CLI::App& app, common_options&) {
  const auto o = std::make_shared<evaluate_arguments>();
  app.add_option("DEFINITION", o->definition, "a shipped definition, or a TOML file")->required();
  declare_question(app, o->asked);
  app.add_option("-o,--out", o->out, "folder for report.html, result.json and CSV tables");
  app.add_option("--threads", o->threads, "threads; else one for each core")
      ->check(CLI::Range(1U, 1024U));
  app.add_flag("--unsuppressed", o->unsuppressed,
               "the named role only: no disclosure control, and the report says so");
  auto* const partial = app.add_option("--partial", o->partial.file,
                                       "write this ledger's masked counts for `evaluate merge`");
  auto* const with = app.add_option("--with", o->partial.with,
                                    "the run, and names and public keys of all ledgers (TOML)");
  auto* const exact = app.add_flag("--exact", o->partial.exact,
                                   "the named role only: unmasked counts, recorded as disclosed");
  partial->needs(with);
  with->needs(partial);
  exact->needs(partial);
  return [o](context& c) { return evaluate_ledger(c, *o); };
}

}  // namespace

const command evaluate_command{
    "evaluate",
    "how people fared: a definition applied as of a date and as known at a cut",
    "stegvis evaluate sample time_to_first_placement\n"
    "stegvis evaluate sample retention --as-of 2019-12-31 --as-recorded 2020-01-31 --out report\n"
    "stegvis evaluate sample my_definition.toml --json",
    ledger_need::open,
    true,
    false,
    declare_evaluate};

}  // namespace stegvis
