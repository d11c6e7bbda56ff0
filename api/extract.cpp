#include "api/extract.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

#include "api/asked_view.hpp"
#include "api/journey_json.hpp"
#include "api/journey_words.hpp"
#include "api/json_line.hpp"
#include "api/report/markup.hpp"
#include "api/report/page.hpp"
#include "api/report/words.hpp"
#include "api/settings.hpp"
#include "api/zip_file.hpp"
#include "events/catalogue.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {

constexpr std::size_t all_of_them = std::numeric_limits<std::size_t>::max();

// One journey, opened, and what became of each event.
struct told_journey {
  std::string subject{};
  std::vector<event> events{};
  std::vector<timeline_entry> entries{};  // borrow from the events
};

// A list on which the person was, or may have been.
struct told_list {
  event entry{};
  bool certain = false;  // the log names the person
};

struct extract {
  std::string subject{}, ledger_id{}, ledger_name{};
  recorded_time made{};
  asked_view asked{};
  std::vector<told_journey> journeys{};  // the person's own first, then those merged into it
  journey folded{};
  std::vector<event> reads{};  // newest first
  std::vector<told_list> lists{};
};

recorded_time clock_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

// Whose event was copied to make this one; empty: none.
std::string copied_from(const ledger& book, const event& e) {
  const auto space = e.copiedfrom.find(' ');
  if (space == std::string::npos) return "";
  const auto at = book.find(e.copiedfrom.substr(0, space), e.copiedfrom.substr(space + 1));
  const auto original = at ? book.read(*at) : result<event>(problem{});
  return original ? original->subject : std::string();
}

result<void> read_journeys(ledger& book, extract& x) {
  std::vector<std::string> wanted{x.subject};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto events = book.journey(wanted[i], position{1}, x.asked.known.at);
    if (!events) return events.error();
    for (event& e : *events) {
      book.unseal(e);
      const auto other = copied_from(book, e);
      const bool is_new = std::ranges::find(wanted, other) == wanted.end();
      if (is_new && is_person(other) && !book.is_forgotten(other)) wanted.push_back(other);
    }
    told_journey& j = x.journeys.emplace_back();
    j.subject = wanted[i];
    j.events = std::move(*events);
    j.entries = timeline_of(j.events, x.asked.known.at);
  }
  return {};
}

bool names_any(const persons_listed& list, const extract& x) {
  return std::ranges::any_of(x.journeys, [&](const told_journey& j) {
    return std::ranges::find(list.subjects, j.subject) != list.subjects.end();
  });
}

bool may_hold(const persons_listed& list, const extract& x) {
  if (!list.subjects.empty()) return false;
  return std::ranges::any_of(x.journeys, [&](const told_journey& j) {
    return std::ranges::any_of(j.events, [&](const event& e) {
      const auto at = static_cast<std::int64_t>(e.position.value);
      return list.from <= at && at <= list.until;
    });
  });
}

result<void> read_access(owned_ledger& owned, extract& x) {
  const auto log = owned.access();
  if (!log) return log.error();
  for (const told_journey& j : x.journeys) {
    auto reads = (*log)->list(j.subject, {}, all_of_them);
    if (!reads) return reads.error();
    std::ranges::move(*reads, std::back_inserter(x.reads));
  }
  std::ranges::sort(x.reads, std::ranges::greater(), &event::position);
  auto lists = (*log)->list(std::string(everyone), {}, all_of_them);
  if (!lists) return lists.error();
  for (event& e : *lists) {
    const auto* list = e.data.get<persons_listed>();
    if (list == nullptr) continue;
    const bool certain = names_any(*list, x);
    if (certain || may_hold(*list, x)) x.lists.push_back({std::move(e), certain});
  }
  return {};
}

result<extract> gather(owned_ledger& owned, const std::string& subject) {
  ledger& book = owned.book();
  const auto asked = resolve_view(book, {});
  if (!asked) return asked.error();
  extract x;
  x.subject = subject;
  x.ledger_id = book.id();
  x.ledger_name = ledger_name(book.folder());
  x.made = clock_now();
  x.asked = *asked;
  if (const auto r = read_journeys(book, x); !r) return r.error();
  auto folded = owned.view()->find(book, subject);
  if (!folded) return folded.error();
  x.folded = std::move(*folded);
  if (const auto r = read_access(owned, x); !r) return r.error();
  return x;
}

// --- JSON

// Appends the value as the next of a list.
void append_item(std::string& list, const std::string& item) {
  if (!list.ends_with('[')) list += ',';
  list += '\n' + item;
}

std::string json_of(const extract& x) {
  std::string merged = "[", events = "[", episodes = "[", reads = "[", lists = "[";
  for (const told_journey& j : x.journeys) {
    if (j.subject != x.subject) {
      std::string name;
      append_json_text(name, j.subject);
      append_item(merged, name);
    }
    for (const auto& e : j.entries) append_item(events, entry_json(e));
  }
  const history h = history_of(x.folded, x.asked.known);
  for (const auto& e : h.episodes) append_item(episodes, episode_json(x.subject, x.asked, e));
  for (const auto& e : situation_episodes(claims_of(h))) {
    append_item(episodes, situation_json(x.subject, x.asked, e));
  }
  for (const event& e : x.reads) append_item(reads, access_json(e));
  for (const told_list& l : x.lists) {
    append_item(lists,
                json_line().flag("named", l.certain).raw("entry", access_json(l.entry)).object());
  }
  std::string status;
  append_status_json(status_of(h, x.asked.as_of), x.subject, x.asked.known.at, status);
  return json_line()
      .text("subject", x.subject)
      .text("ledger", x.ledger_id)
      .text("ledger_name", x.ledger_name)
      .text("made", to_string(x.made))
      .number("position", x.asked.known.at.value)
      .text("as_of", to_string(x.asked.as_of))
      .raw("merged_from", merged + ']')
      .raw("status", status)
      .raw("events", events + ']')
      .raw("episodes", episodes + ']')
      .raw("reads", reads + ']')
      .raw("lists", lists + ']')
      .end();
}

// --- pages

std::string row(std::initializer_list<std::string> cells) {
  std::string out = "<tr>";
  for (const auto& cell : cells) out += element("td", cell);
  return out + "</tr>\n";
}

std::string table(std::initializer_list<std::string_view> header, const std::string& rows) {
  std::string out = "<div class=\"scroll\">\n<table>\n<thead><tr>";
  for (const auto name : header) out += "<th scope=\"col\">" + escaped(name) + "</th>";
  return out + "</tr></thead>\n<tbody>\n" + rows + "</tbody>\n</table>\n</div>\n";
}

std::string events_markup(const told_journey& j, language l) {
  std::string rows;
  json_parser parser;
  for (const auto& e : j.entries) {
    const auto& type = e.what->type();
    auto details = details_of(parser, *e.data, l);
    if (e.data != &e.what->data) {
      details += say(l, "; före rättelsen: ", "; before the correction: ");
      details += details_of(parser, e.what->data, l);
    }
    rows += row({to_string(day_of(e.time)), std::string(say(l, type.label_sv, type.label_en)),
                 details, standing_words(e, l), to_string(e.what->recorded), e.what->source});
  }
  return table(
      {say(l, "Dag", "Day"), say(l, "Vad", "What"), say(l, "Uppgifter", "Details"),
       say(l, "Läge", "Standing"), say(l, "Registrerad", "Recorded"), say(l, "Källa", "Source")},
      rows);
}

std::string reads_markup(const extract& x, language l) {
  std::string rows;
  for (const event& e : x.reads) {
    std::string user, role, action;
    const auto who = [&](const auto* v) {
      if (v == nullptr) return;
      user = v->user;
      role = v->role.value_or("");
      action = v->action.value_or("");
    };
    who(e.data.get<record_viewed>());
    who(e.data.get<break_glass_used>());
    rows += row({to_string(e.recorded), user, role, action, purpose_of(e)});
  }
  return table({say(l, "När", "When"), say(l, "Vem", "Who"), say(l, "Roll", "Role"),
                say(l, "Vad", "What"), say(l, "Varför", "Why")},
               rows);
}

std::string lists_markup(const extract& x, language l) {
  std::string rows;
  for (const told_list& t : x.lists) {
    const auto& v = *t.entry.data.get<persons_listed>();
    rows +=
        row({to_string(t.entry.recorded), v.user, v.action.value_or(""), std::to_string(v.count),
             std::string(t.certain ? say(l, "ja", "yes") : say(l, "kanske", "maybe"))});
  }
  return table({say(l, "När", "When"), say(l, "Vem", "Who"), say(l, "Vad", "What"),
                say(l, "Personer", "Persons"), say(l, "Med på listan", "On the list")},
               rows);
}

std::string status_words(const extract& x, language l) {
  const auto status = status_at(x.folded, x.asked.known, x.asked.as_of);
  return std::string(l == language::swedish ? label_sv(status.state) : label_en(status.state));
}

std::string page_of(const extract& x, language l) {
  const auto title = std::string(say(l, "Registerutdrag", "Extract"));
  std::string out = "<!DOCTYPE html>\n<html lang=\"" + std::string(say(l, "sv", "en")) +
                    "\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
                    element("title", title) + "\n<style>" + std::string(page_style()) +
                    "</style>\n</head>\n<body>\n<div class=\"page\">\n" + element("h1", title) +
                    "\n<dl class=\"facts\">\n";
  const auto fact = [&](std::string_view name, std::string_view value) {
    out += "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
  };
  fact(say(l, "Person", "Person"), x.subject);
  fact(say(l, "Register", "Ledger"), x.ledger_name + " (" + x.ledger_id + ")");
  fact(say(l, "Gjort", "Made"), to_string(x.made));
  fact(say(l, "Status", "State"), status_words(x, l));
  out += "</dl>\n<main>\n";
  for (const told_journey& j : x.journeys) {
    out += element("h2", j.subject == x.subject
                             ? std::string(say(l, "Uppgifter", "What is held"))
                             : std::string(say(l, "Sammanfört från ", "Merged from ")) + j.subject);
    out += '\n' + events_markup(j, l);
  }
  out += element("h2", say(l, "Vem som läst", "Who has read it")) + '\n' + reads_markup(x, l);
  out += element("h2", say(l, "Listor med många personer", "Lists of many persons")) + '\n' +
         lists_markup(x, l);
  out += element("p", say(l,
                          "Uppgifterna finns också i extract.json. Säkerhetskopior och system som "
                          "tar emot händelser från registret kan hålla samma uppgifter.",
                          "The same is in extract.json. Backups, and systems that receive events "
                          "from the ledger, may hold the same data."));
  return out + "\n</main>\n</div>\n</body>\n</html>\n";
}

}  // namespace

result<std::string> extract_of(owned_ledger& owned, const std::string& subject) {
  const auto x = gather(owned, subject);
  if (!x) return x.error();
  return zip_of({{"extract.json", json_of(*x)},
                 {"utdrag.html", page_of(*x, language::swedish)},
                 {"extract.html", page_of(*x, language::english)}},
                x->made.us / 1'000'000);
}

}  // namespace stegvis
