// How people fared: a definition applied to the ledger.
#include <CLI/CLI.hpp>

#include "api/asked_view.hpp"
#include "api/commands.hpp"
#include "api/evaluation_output.hpp"
#include "api/evaluation_source.hpp"

namespace stegvis {
namespace {

struct evaluate_arguments {
  view_arguments asked;
  std::string definition, out, reports_until;
  unsigned threads = 0;
  bool unsuppressed = false;
  partial_arguments partial;
};

result<evaluation_question> question_of(context& c, const evaluate_arguments& given) {
  const auto asked = resolve_view(c, given.asked);
  if (!asked) return asked.error();
  evaluation_question q;
  q.cut = asked->known.at;
  if (q.cut.value == 0) return problem{errc::bad_cut, "no event is known at the cut"};
  q.as_of = std::min(asked->as_of, asked->known.cut_day);
  q.suppress = !given.unsuppressed;
  q.threads = given.threads;
  q.stop = c.stop;
  q.reports_until = c.book().head();
  if (!given.reports_until.empty()) {
    const auto until = c.book().resolve_cut(given.reports_until);
    if (!until) return until.error();
    q.reports_until = *until;
  }
  return q;
}

result<exit_code> evaluate_ledger(context& c, const evaluate_arguments& given) {
  const auto d = find_definition(c, given.definition);
  if (!d) return d.error();
  const auto q = question_of(c, given);
  if (!q) return q.error();
  const auto facts = facts_of(c);
  if (!facts) return facts.error();
  if (!given.partial.file.empty()) return write_partial(c, given.partial, *d, *facts, *q);
  auto r = evaluate(*d, *facts, *q);
  if (c.stop.stop_requested()) return exit_code::interrupted;
  if (!r) return r.error();
  return show_result(c, std::move(*r), given.out);
}

command_body declare_evaluate(CLI::App& app, common_options&) {
  const auto o = std::make_shared<evaluate_arguments>();
  app.add_option("DEFINITION", o->definition, "a shipped definition, or a TOML file")->required();
  declare_view_options(app, o->asked);
  app.add_option("-o,--out", o->out, "folder for report.html, result.json and CSV tables");
  app.add_option("--reports-until", o->reports_until,
                 "compare with reports published up to here; else up to the head");
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
