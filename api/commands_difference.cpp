// Why two results differ.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "api/commands.hpp"
#include "api/difference_json.hpp"
#include "api/evaluation_question.hpp"
#include "api/json_line.hpp"
#include "api/report/numbers.hpp"
#include "api/text_table.hpp"
#include "api/view_options.hpp"
#include "projections/evaluations/difference.hpp"

namespace stegvis {
namespace {

struct difference_arguments {
  std::string first, second;
  bool unsuppressed = false;
};

// Counts are whole; shares per cent, and what changes them percentage points.
std::string level_text(const changed_value& v, double x, language l) {
  return v.is_share ? percent_text(x, 1, l) : integer_text(static_cast<std::int64_t>(x), l);
}
std::string change_text(const changed_value& v, double x, language l) {
  return v.is_share ? points_text(x, 2, l) : integer_text(static_cast<std::int64_t>(x), l);
}

std::string what_of(const changed_value& v) {
  std::string text = v.table;
  for (const auto& key : v.keys) text += " " + key;
  return text + " " + v.column;
}

std::string_view cause_word(cause k, bool swedish) {
  switch (k) {
    case cause::exclusions:
      return swedish ? "uteslutna, version" : "exclusions, versions";
    case cause::time:
      return swedish ? "senare dag" : "later day";
    case cause::late_events:
      return swedish ? "sent registrerat" : "recorded late";
    case cause::new_events:
      return swedish ? "nytt" : "new";
    case cause::corrections:
      return swedish ? "rättelser" : "corrections";
    case cause::voids:
      return swedish ? "makulerat" : "voids";
    case cause::definition:
      return swedish ? "definition" : "definition";
    case cause::since:
      return swedish ? "därefter" : "since then";
  }
  return {};
}

void tell(context& c, const std::vector<pooled_value>& all) {
  const auto l = language_of(c);
  std::vector<std::string> header = words(c, {"vad", "före", "efter"}, {"what", "before", "after"});
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < cause_count; ++i) {
    const bool any =
        std::ranges::any_of(all, [&](const pooled_value& p) { return p.value.by_cause[i] != 0; });
    if (!any) continue;
    shown.push_back(i);
    header.emplace_back(cause_word(static_cast<cause>(i), c.swedish()));
  }
  header.push_back(c.swedish() ? "färre än fem" : "fewer than five");
  text_table table(std::move(header));
  for (const auto& p : all) {
    std::vector<std::string> cells{what_of(p.value), level_text(p.value, p.value.before, l),
                                   level_text(p.value, p.value.after, l)};
    for (const std::size_t i : shown)
      cells.push_back(p.value.by_cause[i] == 0 ? "" : change_text(p.value, p.value.by_cause[i], l));
    cells.push_back(p.pooled == 0 ? "" : change_text(p.value, p.pooled, l));
    table.add(std::move(cells));
  }
  table.print(c.io);
}

result<exit_code> differ(context& c, const difference_arguments& given) {
  const auto a = read_result(c, given.first), b = read_result(c, given.second);
  if (!a) return a.error();
  if (!b) return b.error();
  const auto facts = facts_of(c);
  if (!facts) return facts.error();
  evaluation_question q;
  q.stop = c.stop;
  const auto d = difference_of(*a, *b, *facts, q);
  if (!d) return d.error();
  const auto shown = shown_values(*d, given.unsuppressed);
  if (c.options.json) {
    for (const auto& p : shown) c.io.out.put(changed_value_json(p) + '\n');
    c.io.out.put(json_line()
                     .text("result", shown.empty() ? "same" : "different")
                     .number("compared", static_cast<std::uint64_t>(d->compared))
                     .number("changed", shown.size())
                     .end());
    return exit_code::done;
  }
  if (!shown.empty()) tell(c, shown);
  c.io.out.put(std::to_string(shown.size()) + (c.swedish() ? " av " : " of ") +
               std::to_string(d->compared) +
               (c.swedish() ? " värden skiljer\n" : " values differ\n"));
  return exit_code::done;
}

command_body declare_difference(CLI::App& app, common_options&) {
  const auto o = std::make_shared<difference_arguments>();
  app.add_option("A", o->first, "result.json of the earlier result")->required();
  app.add_option("B", o->second, "result.json of the later result")->required();
  app.add_flag("--unsuppressed", o->unsuppressed,
               "the named role only: also causes of fewer than five");
  return [o](context& c) { return differ(c, *o); };
}

}  // namespace

const command evaluate_diff_command{
    "evaluate diff",
    "why two results differ: late events, corrections, voids, definition",
    "stegvis evaluate diff sample march/result.json june/result.json",
    ledger_need::open,
    true,
    false,
    declare_difference};

}  // namespace stegvis
