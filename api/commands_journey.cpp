// One person's journey: its events, its episodes, and what is odd about it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>

#include "api/commands.hpp"
#include "api/journey_json.hpp"
#include "api/journey_words.hpp"
#include "api/text_table.hpp"
#include "api/view_options.hpp"
#include "projections/situation.hpp"
#include "projections/timeline.hpp"

namespace stegvis {
namespace {

// timeline

void print_timeline(context& c, const asked_view& asked, const std::string& subject,
                    const std::vector<timeline_entry>& entries) {
  const bool sv = c.swedish();
  c.io.out.put(styled(subject, text_style::bold, c.io.colour) + ", " + question_line(c, asked));
  text_table table(words(c, {"dag", "vad", "position", "registrerad", "", "uppgifter"},
                         {"day", "what", "position", "recorded", "", "details"}));
  json_parser parser;
  for (const auto& e : entries) {
    const auto& type = e.what->type();
    const auto style = e.standing == entry_standing::voided ? text_style::struck
                       : day_of(e.time) > asked.as_of       ? text_style::dim
                                                            : text_style::plain;
    table.add({to_string(day_of(e.time)), std::string(sv ? type.label_sv : type.label_en),
               std::to_string(e.what->position.value), to_string(stockholm_day(e.what->recorded)),
               standing_words(e, language_of(c)), details_of(parser, *e.data, language_of(c))},
              style);
  }
  table.print(c.io);
  c.io.out.put(std::to_string(entries.size()) + (sv ? " händelser\n" : " events\n"));
}

result<std::vector<event>> readable_journey(context& c, const std::string& subject, position to) {
  if (const auto r = check_subject(c.book(), subject); !r) return r.error();
  auto events = c.book().journey(subject, position{1}, to);
  if (!events) return events.error();
  if (events->empty()) return unknown_subject_problem(c.book(), subject);
  if (const auto r = record_read(c, "timeline", subject); !r) return r.error();
  for (event& e : *events) c.book().unseal(e);
  return events;
}

result<exit_code> timeline(context& c, const view_arguments& given) {
  const auto asked = resolve_view(c, given);
  if (!asked) return asked.error();
  const auto events = readable_journey(c, given.subject, asked->known.at);
  if (!events) return events.error();
  auto entries = timeline_of(*events, asked->known.at);
  // As it was on a day: what had happened by then. Without a day, what is planned is there too.
  if (!given.as_of.empty()) {
    std::erase_if(entries, [&](const auto& e) { return day_of(e.time) > asked->as_of; });
  }
  if (!c.options.json) {
    print_timeline(c, *asked, given.subject, entries);
    return exit_code::done;
  }
  for (const auto& e : entries) c.io.out.put(entry_json(e) + '\n');
  return exit_code::done;
}

command_body declare_timeline(CLI::App& app, common_options&) {
  const auto o = std::make_shared<view_arguments>();
  app.add_option("SUBJECT", o->subject, "whom or what the events are about")->required();
  declare_view_options(app, *o);
  return [o](context& c) { return timeline(c, *o); };
}

// episodes

std::string end_text(day to) {
  return to == open_end ? std::string() : to_string(to);
}

void print_episodes(context& c, const std::string& subject, const asked_view& asked,
                    const history& h, const std::vector<situation_episode>& situations) {
  c.io.out.put(styled(subject, text_style::bold, c.io.colour) + ", " + question_line(c, asked));
  const language l = language_of(c);
  text_table table(words(c, {"slag", "från", "till", "slutade", "vad", "enhet"},
                         {"kind", "from", "to", "ended by", "what", "unit"}));
  for (const episode& e : h.episodes) {
    std::string what(e.id);
    if (!e.detail.empty()) {
      what += (what.empty() ? "" : " ") + std::string(word_of(code_family::kind, e.detail, l));
    }
    if (e.overdue(asked.as_of)) what += c.swedish() ? ", planerat slut passerat" : ", overdue";
    table.add({std::string(word_of(e.kind, l)), to_string(e.from), end_text(e.to),
               std::string(word_of(e.ended_by, l)), what, std::string(e.unit)});
  }
  for (const auto& e : situations) {
    const auto value = e.scheme.empty() ? word_of(code_family::situation, e.value, l) : e.value;
    const auto source = word_of(code_family::source, name_of(e.source), l);
    table.add({"Situation", to_string(e.from), end_text(e.to), "",
               std::string(value) + (source.empty() ? "" : " (" + std::string(source) + ")"), ""});
  }
  table.print(c.io);
}

result<exit_code> episodes(context& c, const view_arguments& given) {
  const auto asked = resolve_view(c, given);
  if (!asked) return asked.error();
  if (const auto r = check_subject(c.book(), given.subject); !r) return r.error();
  const auto folded = c.owned->view()->find(c.book(), given.subject);
  if (!folded) return folded.error();
  const history h = history_of(*folded, asked->known);
  if (!h.known_subject) return unknown_subject_problem(c.book(), given.subject);
  if (const auto r = record_read(c, "episodes", given.subject); !r) return r.error();
  const auto situations = situation_episodes(claims_of(h));
  if (!c.options.json) {
    print_episodes(c, given.subject, *asked, h, situations);
    return exit_code::done;
  }
  for (const auto& e : h.episodes) c.io.out.put(episode_json(given.subject, *asked, e) + '\n');
  for (const auto& e : situations) c.io.out.put(situation_json(given.subject, *asked, e) + '\n');
  return exit_code::done;
}

command_body declare_episodes(CLI::App& app, common_options&) {
  const auto o = std::make_shared<view_arguments>();
  app.add_option("SUBJECT", o->subject, "a person")->required();
  declare_view_options(app, *o);
  return [o](context& c) { return episodes(c, *o); };
}

// quality

constexpr std::size_t findings_shown_max = 20;  // of each rule, to people

// All findings of one rule for people, under its title and count.
void print_rule(context& c, quality_rule rule, const std::vector<finding>& found) {
  c.io.out.put(styled(std::string(code_of(rule)) + " " +
                          std::string(c.swedish() ? title_sv(rule) : title_en(rule)) + ": " +
                          std::to_string(found.size()),
                      text_style::bold, c.io.colour) +
               "\n");
  if (is_count_only(rule)) return;
  const auto shown = std::min(found.size(), findings_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const finding& f = found[i];
    c.io.out.put("  " + to_string(f.on) + "  " + f.subject + "  position " +
                 std::to_string(f.at.value) + (f.detail.empty() ? "" : "  " + f.detail) + "\n");
  }
  if (shown < found.size()) {
    c.io.out.put("  +" + std::to_string(found.size() - shown) + " (--json)\n");
  }
}

void print_findings(context& c, const asked_view& asked, const std::vector<finding>& found) {
  std::map<quality_rule, std::vector<finding>> by_rule;
  for (const finding& f : found) {
    if (c.options.json)
      c.io.out.put(finding_json(f) + '\n');
    else
      by_rule[f.rule].push_back(f);
  }
  if (c.options.json) return;
  c.io.out.put(question_line(c, asked));
  for (const auto& [rule, of_rule] : by_rule) print_rule(c, rule, of_rule);
  if (by_rule.empty()) c.io.out.put(c.swedish() ? "inget att anmärka\n" : "nothing odd\n");
}

result<std::vector<finding>> quality_of_one(context& c, const asked_view& asked,
                                            const std::string& subject,
                                            const reference_view& references) {
  if (const auto r = check_subject(c.book(), subject); !r) return r.error();
  const auto folded = c.owned->view()->find(c.book(), subject);
  if (!folded) return folded.error();
  const history h = history_of(*folded, asked.known);
  if (!h.known_subject) return unknown_subject_problem(c.book(), subject);
  if (const auto r = record_read(c, "quality", subject); !r) return r.error();
  return quality_of(h, subject, references, asked.as_of);
}

result<std::vector<finding>> quality_of_all(context& c, const asked_view& asked,
                                            const reference_view& references) {
  const auto folded = c.owned->view_at(asked.known.at);
  if (!folded) return folded.error();
  std::vector<finding> all;
  listing shown{position{1}, asked.known.at, asked.as_of, {}};
  const auto add = [&](std::vector<finding> some) {
    std::ranges::move(some, std::back_inserter(all));
  };
  (*folded)->each("participant/", [&](std::string_view subject, const journey& j) {
    const history h = history_of(j, asked.known);
    auto found = h.known_subject ? quality_of(h, std::string(subject), references, asked.as_of)
                                 : std::vector<finding>();
    if (!found.empty()) shown.subjects.emplace_back(subject);
    add(std::move(found));
    return !c.stop.stop_requested();
  });
  add(quality_of(references, asked.as_of));
  if (const auto r = record_list(c, "quality", shown); !r) return r.error();
  return all;
}

result<exit_code> quality(context& c, const view_arguments& given) {
  const auto asked = resolve_view(c, given);
  if (!asked) return asked.error();
  const auto facts = c.owned->references(asked->known.at);
  if (!facts) return facts.error();
  const auto references = reference_at(*facts, asked->known.at);
  const auto found = given.subject.empty() ? quality_of_all(c, *asked, references)
                                           : quality_of_one(c, *asked, given.subject, references);
  if (!found) return found.error();
  if (c.stop.stop_requested()) return exit_code::interrupted;
  print_findings(c, *asked, *found);
  return exit_code::done;
}

command_body declare_quality(CLI::App& app, common_options&) {
  const auto o = std::make_shared<view_arguments>();
  app.add_option("SUBJECT", o->subject, "one person; without one, everybody");
  declare_view_options(app, *o);
  return [o](context& c) { return quality(c, *o); };
}

}  // namespace

const command timeline_command{
    "timeline",
    "one subject's events, in the order in which they held",
    "stegvis timeline sample participant/p-000017\n"
    "stegvis timeline sample participant/p-000017 --as-recorded 2018-12-31 --json",
    ledger_need::open,
    true,
    false,
    declare_timeline};
const command episodes_command{
    "episodes",
    "what held from when to when, for one person",
    "stegvis episodes sample participant/p-000017\n"
    "stegvis episodes sample participant/p-000017 --as-of 2018-12-31 --json",
    ledger_need::open,
    true,
    false,
    declare_episodes};
const command quality_command{
    "quality",
    "what is odd in the data, by numbered rule",
    "stegvis quality sample\nstegvis quality sample participant/p-000017 --json",
    ledger_need::open,
    true,
    false,
    declare_quality};

}  // namespace stegvis
