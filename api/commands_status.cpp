// Where people stand.
#include <CLI/CLI.hpp>
#include <array>

#include "api/commands.hpp"
#include "api/text_table.hpp"
#include "api/view_options.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {

constexpr std::string_view participants = "participant/";

std::string_view label(const context& c, state s) {
  return c.swedish() ? label_sv(s) : label_en(s);
}

std::string list_also(const context& c, const status_answer& a) {
  std::string text;
  for (const state s : a.also) {
    if (!text.empty()) text += ", ";
    text += label(c, s);
  }
  return text;
}

std::string since_text(context& c, const status_answer& a) {
  if (!a.since) return "";
  return to_string(*a.since) + " (" + days_between(c, *a.since, a.as_of) + ")";
}

std::string next_text(const context& c, const planned_change& change) {
  return to_string(change.on) + " " + std::string(label(c, change.state));
}

// The state in words, with what is worth knowing beside it.
std::string state_text(const context& c, const status_answer& a) {
  std::string text(label(c, a.state));
  if (!a.merged_into.empty()) text += " > " + a.merged_into;
  if (!a.destination.empty()) {
    const std::string to(word_of(code_family::destination, a.destination, language_of(c)));
    // A job that goes on is the state; that the programme ended stands beside it.
    if (a.state == state::exited)
      text += ", " + to;
    else
      text += (c.swedish() ? " (avslutad, " : " (exited, ") + to + ")";
  }
  if (a.overdue) text += c.swedish() ? ", planerat slut passerat" : ", past its planned end";
  return text;
}

// The situation in words, and who says so; a study's own code stands as it is.
std::string situation_text(const context& c, const status_answer& a) {
  const auto l = language_of(c);
  std::string text = a.situation_scheme.empty()
                         ? std::string(word_of(code_family::situation, a.situation, l))
                         : a.situation + ", " + a.situation_scheme;
  if (!a.situation_day) return text;
  text += " (" + std::string(word_of(code_family::source, a.situation_source, l)) + ", ";
  return text + to_string(*a.situation_day) + ")";
}

class status_list {
 public:
  explicit status_list(context& c)
      : c_(c),
        table_(words(c, {"person", "status", "sedan", "enhet", "också", "härnäst"},
                     {"subject", "state", "since", "unit", "also", "next"})) {}

  void add(std::string_view subject, const status_answer& a) {
    ++counts_[static_cast<std::size_t>(a.state)];
    table_.add({std::string(subject), state_text(c_, a), since_text(c_, a), a.unit,
                list_also(c_, a), a.next.empty() ? "" : next_text(c_, a.next.front())});
  }

  void print() {
    table_.print(c_.io);
    c_.io.out.put("\n");
    text_table summary(words(c_, {"status", "antal"}, {"state", "count"}));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] == 0) continue;
      summary.add({std::string(label(c_, static_cast<state>(i))), std::to_string(counts_[i])});
    }
    summary.add({c_.swedish() ? "summa" : "total", std::to_string(table_.size())});
    summary.print(c_.io);
  }

 private:
  context& c_;
  text_table table_;
  std::array<std::uint64_t, state_count> counts_{};
};

// Whoever has an event at the cut.
listing shown_at(const status_view& view, const asked_view& asked) {
  listing shown{position{1}, asked.known.at, asked.as_of, {}};
  view.each(participants, [&](std::string_view subject, const journey& j) {
    if (!j.empty() && j.facts.front().at <= asked.known.at) shown.subjects.emplace_back(subject);
    return true;
  });
  return shown;
}

result<exit_code> status_of_all(context& c, const asked_view& asked) {
  progress_line shown(c.io, "events", c.options.quiet);
  const auto folded = c.owned->view_at(asked.known.at, [&](position at) {
    shown.show(at.value, {at.value, asked.known.at.value});
  });
  if (!folded) return folded.error();
  if (const auto r = record_list(c, "status", shown_at(**folded, asked)); !r) return r.error();
  status_list list(c);
  std::string line;
  (*folded)->each(participants, [&](std::string_view subject, const journey& j) {
    const auto answer = status_at(j, asked.known, asked.as_of);
    if (!answer.known) return !c.stop.stop_requested();
    if (c.options.json) {
      line.clear();
      append_status_json(answer, subject, asked.known.at, line);
      c.io.out.put(line += '\n');
    } else {
      list.add(subject, answer);
    }
    return !c.stop.stop_requested();
  });
  if (c.stop.stop_requested()) return exit_code::interrupted;
  if (c.options.json) return exit_code::done;
  c.io.out.put(question_line(c, asked));
  list.print();
  return exit_code::done;
}

void print_enrolments(context& c, const status_answer& a) {
  if (a.enrolments.empty()) return;
  c.io.out.put("\n");
  text_table table(words(c, {"inskrivning", "från", "till", "status", "enhet", "ansvarig"},
                         {"enrolment", "from", "to", "state", "unit", "caseworker"}));
  for (const auto& e : a.enrolments) {
    std::string how(label(c, e.state));
    if (!e.destination.empty()) {
      how += ", ";
      how += word_of(code_family::destination, e.destination, language_of(c));
    }
    table.add(
        {e.enrolment, to_string(e.from), e.to ? to_string(*e.to) : "", how, e.unit, e.caseworker});
  }
  table.print(c.io);
}

void print_person(context& c, const asked_view& asked, const std::string& subject,
                  const status_answer& a) {
  const bool sv = c.swedish();
  const auto row = [&](const char* swedish, const char* english, const std::string& value) {
    if (value.empty()) return;
    std::string what = sv ? swedish : english;
    what.append(12 - std::min<std::size_t>(11, width_of(what)), ' ');
    c.io.out.put(what + value + "\n");
  };
  c.io.out.put(styled(subject, text_style::bold, c.io.colour) + ", " + question_line(c, asked));
  row("status", "state", state_text(c, a));
  row("sedan", "since", since_text(c, a));
  row("också", "also", list_also(c, a));
  row("skede", "phase", std::string(sv ? label_sv(a.phase) : label_en(a.phase)));
  row("situation", "situation", situation_text(c, a));
  row("enhet", "unit", a.unit);
  row("ansvarig", "caseworker", a.caseworker);
  row("slut", "ends", a.planned_end ? to_string(*a.planned_end) : "");
  for (const auto& change : a.next) row("härnäst", "next", next_text(c, change));
  print_enrolments(c, a);
}

result<exit_code> status_of_one(context& c, const asked_view& asked, const std::string& subject) {
  if (const auto r = check_subject(c.book(), subject); !r) return r.error();
  const auto folded = c.owned->view()->find(c.book(), subject);
  if (!folded) return folded.error();
  const auto answer = status_at(*folded, asked.known, asked.as_of);
  if (!answer.known) return unknown_subject_problem(c.book(), subject);
  if (const auto r = record_read(c, "status", subject); !r) return r.error();
  if (!c.options.json) {
    print_person(c, asked, subject, answer);
    return exit_code::done;
  }
  std::string line;
  append_status_json(answer, subject, asked.known.at, line);
  c.io.out.put(line += '\n');
  return exit_code::done;
}

result<exit_code> status(context& c, const view_arguments& given) {
  const auto asked = resolve_view(c, given);
  if (!asked) return asked.error();
  return given.subject.empty() ? status_of_all(c, *asked) : status_of_one(c, *asked, given.subject);
}

command_body declare_status(CLI::App& app, common_options&) {
  const auto o = std::make_shared<view_arguments>();
  app.add_option("SUBJECT", o->subject, "one person; without one, everybody");
  declare_view_options(app, *o);
  return [o](context& c) { return status(c, *o); };
}

}  // namespace

const command status_command{
    "status",
    "where everybody stands, or one person",
    "stegvis status sample\n"
    "stegvis status sample participant/p-000017 --as-of 2018-12-31\n"
    "stegvis status sample --as-of 2018-12-31 --as-recorded 2019-01-31 --json",
    ledger_need::open,
    true,
    false,
    declare_status};

}  // namespace stegvis
