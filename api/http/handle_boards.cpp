// A unit's board: its persons and those of the units below it, a column for each state, in the
// order in which people go through a programme.
#include <algorithm>

#include "api/http/handlers.hpp"
#include "api/http/lists.hpp"
#include "api/json_line.hpp"

namespace stegvis::http {
namespace {

constexpr state columns[] = {state::applied,
                             state::scheduled,
                             state::assessment,
                             state::enrolled_idle,
                             state::activity,
                             state::education,
                             state::ladder_step,
                             state::job_track,
                             state::work_training,
                             state::employed_reserved,
                             state::employed_subsidised,
                             state::employed_regular,
                             state::paused,
                             state::exited};
constexpr std::size_t first_shown = 20;  // of each column, where none is chosen

struct column {
  std::vector<list_row> rows{};  // longest there first
  std::size_t overdue = 0;
};
using board = std::array<column, std::size(columns)>;

std::optional<std::size_t> column_of(std::string_view state_name) {
  const auto found = std::ranges::find(columns, state_name, [](state s) { return name_of(s); });
  if (found == std::end(columns)) return std::nullopt;
  return static_cast<std::size_t>(found - std::begin(columns));
}

std::string todo_json(const std::vector<worklist_item>& items, day on) {
  std::string out = "[";
  for (const auto& i : items) {
    out += (out.size() > 1 ? "," : "") + json_line()
                                             .text("list", code_of_list(i.list))
                                             .text("label_sv", label_sv(i.list))
                                             .text("label_en", label_en(i.list))
                                             .text("due", to_string(i.due))
                                             .flag("overdue", i.due < on)
                                             .object();
  }
  return out + ']';
}

std::string date_or_empty(const std::optional<day>& d) {
  return d ? to_string(*d) : std::string();
}

// The next day on which something is planned or due; empty: none is known.
std::string next_day(const status_answer& a, const std::vector<worklist_item>& items) {
  std::optional<day> soonest = a.planned_end;
  const auto take = [&](day d) { soonest = soonest ? std::min(*soonest, d) : d; };
  if (!a.next.empty()) take(a.next.front().on);
  if (!items.empty()) take(items.front().due);
  return date_or_empty(soonest);
}

std::string card_json(const call& c, const std::string& subject, const status_answer& a,
                      const std::vector<worklist_item>& items, bool overdue) {
  const bool named = c.who().opens(privacy::identity);
  return json_line()
      .text("subject", subject)
      .text_or_null("name", named ? c.s.names().name_of(subject) : std::string())
      .text("state", name_of(a.state))
      .text_or_null("since", date_or_empty(a.since))
      .text_or_null("unit", a.unit)
      .text_or_null("caseworker", a.caseworker)
      .text_or_null("episode", a.episode)
      .text_or_null("planned_end", date_or_empty(a.planned_end))
      .text_or_null("next_day", next_day(a, items))
      .text_or_null("next_state", a.next.empty() ? "" : name_of(a.next.front().state))
      .flag("overdue", overdue)
      .raw("todo", todo_json(items, a.as_of))
      .object();
}

bool is_there(const status_answer& a, const std::set<std::string, std::less<>>& units) {
  return units.contains(a.unit) || std::ranges::any_of(a.enrolments, [&](const auto& e) {
           return e.phase != phase::exited && units.contains(e.unit);
         });
}

result<board> read_board(call& c, const asked_view& asked) {
  const std::string wanted[] = {std::string(c.query("unit"))};
  if (const auto r = c.s.persons().catch_up(c.book()); !r) return r.error();
  const auto units = c.s.persons().units_below(wanted, asked.as_of);
  const auto references = references_at(c, asked);
  if (!references) return references.error();
  board b;
  const auto read = each_history(c, asked, [&](const std::string& subject, const history& h) {
    const auto a = status_of(h, asked.as_of);
    const auto at = column_of(name_of(a.state));
    const auto caseworker = c.query("caseworker");
    if (!at || !is_there(a, units) || (!caseworker.empty() && a.caseworker != caseworker)) return;
    const auto items = worklists_of(h, *references, asked.as_of);
    const bool overdue = a.overdue || (!items.empty() && items.front().due < asked.as_of);
    b[*at].overdue += overdue ? 1 : 0;
    b[*at].rows.push_back({date_or_empty(a.since) + '|' + subject, subject,
                           card_json(c, subject, a, items, overdue)});
  });
  if (!read) return read.error();
  for (column& col : b) std::ranges::sort(col.rows, {}, &list_row::key);
  return b;
}

// The rows behind the key, so many, and where the next ones begin.
struct shown_rows {
  std::span<const list_row> rows{};
  std::string cursor{};  // empty: these are the last
};

shown_rows rows_of(const column& col, const std::string& after, std::size_t limit) {
  const auto first = std::ranges::upper_bound(col.rows, after, {}, &list_row::key);
  const auto from = after.empty() ? col.rows.begin() : first;
  const auto n = std::min<std::size_t>(limit, static_cast<std::size_t>(col.rows.end() - from));
  shown_rows shown{{from, from + static_cast<std::ptrdiff_t>(n)}, {}};
  if (n > 0 && from + static_cast<std::ptrdiff_t>(n) != col.rows.end()) {
    shown.cursor = make_cursor(shown.rows.back().key);
  }
  return shown;
}

std::string column_json(std::size_t at, const column& col, const shown_rows& shown) {
  std::string people = "[";
  for (const auto& r : shown.rows) people += (people.size() > 1 ? "," : "") + r.json;
  return json_line()
      .text("state", name_of(columns[at]))
      .text("label_sv", label_sv(columns[at]))
      .text("label_en", label_en(columns[at]))
      .number("count", col.rows.size())
      .number("overdue", col.overdue)
      .raw("people", people + ']')
      .text_or_null("next", shown.cursor)
      .object();
}

}  // namespace

result<response> get_board(call& c) {
  if (c.query("unit").empty()) return problem{errc::bad_argument, "whose board", "unit"};
  const auto chosen = column_of(c.query("state"));
  const auto after = c.after();
  if (!after) return after.error();
  if (!after->empty() && !chosen) {
    return problem{errc::bad_argument, "goes with the state of its column", "cursor"};
  }
  const auto asked = c.asked();
  if (!asked) return asked.error();
  // Without keys there are no names, and all else.
  (void)c.s.names().catch_up(c.book());
  const auto b = read_board(c, *asked);
  if (!b) return b.error();
  const auto limit = c.query("limit").empty() && !chosen ? first_shown : c.limit();
  std::string body = "{\"columns\":[", cursor;
  std::set<std::string> read;
  for (std::size_t at = 0; at < b->size(); ++at) {
    if (chosen && at != *chosen) continue;
    const auto shown = rows_of((*b)[at], *after, limit);
    for (const auto& r : shown.rows) read.insert(r.subject);
    body += (body.ends_with('[') ? "" : ",") + column_json(at, (*b)[at], shown);
    if (chosen) cursor = shown.cursor;
  }
  const std::vector<std::string> subjects(read.begin(), read.end());
  if (const auto r = c.record("board", subjects); !r) return r.error();
  auto r = view_response(c, *asked,
                         body + "],\"as_of\":\"" + to_string(asked->as_of) +
                             "\",\"position\":" + std::to_string(asked->known.at.value) + "}\n");
  if (!cursor.empty()) r.set("Link", next_link(c, cursor));
  return r;
}

}  // namespace stegvis::http
