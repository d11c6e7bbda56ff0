// Persons: who there is, found by number, and one's status, timeline and episodes.
#include <algorithm>

#include "api/http/handlers.hpp"
#include "api/journey_json.hpp"
#include "api/json_line.hpp"
#include "projections/status.hpp"

namespace stegvis::http {
namespace {

// Other persons in an answer, under the names that the reader may know.
result<void> rename(const call& c, status_answer& a) {
  if (c.how_far != reach::pseudonyms) return {};
  a.caseworker.clear();
  for (auto& e : a.enrolments) e.caseworker.clear();
  if (a.merged_into.empty()) return {};
  auto shown = c.shown_name(a.merged_into);
  if (!shown) return shown.error();
  a.merged_into = std::move(*shown);
  return {};
}

result<std::string> status_json(const call& c, const asked_view& asked, status_answer a,
                                const std::string& subject) {
  if (const auto r = rename(c, a); !r) return r.error();
  const auto name = c.shown_name(subject);
  if (!name) return name.error();
  std::string json;
  append_status_json(a, *name, asked.known.at, json);
  return json;
}

// What a list is narrowed to.
struct person_filter {
  std::string_view state, phase;
  std::set<std::string, std::less<>> units;  // empty: all

  bool takes(const status_answer& a) const {
    if (!a.known) return false;
    if (!state.empty() && name_of(a.state) != state) return false;
    if (!phase.empty() && name_of(a.phase) != phase) return false;
    if (units.empty()) return true;
    return units.contains(a.unit) || std::ranges::any_of(a.enrolments, [&](const auto& e) {
             return e.phase != stegvis::phase::exited && units.contains(e.unit);
           });
  }
};

struct person_page {
  std::vector<std::string> subjects, rows;
  std::size_t total = 0;
  bool more = false;
};

result<person_page> read_persons(call& c, const asked_view& asked, const person_filter& filter,
                                 const std::string& after) {
  const auto eyes = sight::make(c.s, c.who(), c.how_far);
  if (!eyes) return eyes.error();
  const auto folded = c.s.owned().view_at(c.book().head());
  if (!folded) return folded.error();
  person_page page;
  std::optional<problem> wrong;
  (*folded)->each("participant/", [&](std::string_view subject, const journey& j) {
    if (!eyes->sees(subject, j)) return true;
    auto answer = status_at(j, asked.known, asked.as_of);
    if (!filter.takes(answer)) return true;
    ++page.total;
    if (subject > after) {
      page.more = page.rows.size() == c.limit();
      if (!page.more) {
        page.subjects.emplace_back(subject);
        auto row = status_json(c, asked, std::move(answer), page.subjects.back());
        if (row)
          page.rows.push_back(std::move(*row));
        else
          wrong = row.error();
      }
    }
    return !wrong && !(page.more && page.total >= total_counted_max);
  });
  if (wrong) return *wrong;
  return page;
}

// The one journey that is asked for, folded to the head.
result<journey> find_journey(call& c, const std::string& subject) {
  return c.s.owned().view()->find(c.book(), subject);
}

problem not_known_then() {
  return {errc::unknown_subject, "no event about this person is known at the cut"};
}

std::string without_break(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

std::string json_text(std::string_view text) {
  std::string json;
  append_json_text(json, text);
  return json;
}

std::string opening_of(const std::string& name, const asked_view& asked) {
  return "{\"subject\":" + json_text(name) + ",\"as_of\":\"" + to_string(asked.as_of) +
         "\",\"position\":" + std::to_string(asked.known.at.value);
}

// --- search

struct search_request {
  std::string scheme = "personnummer", issuer, value;
};

result<search_request> read_search(const std::string& body) {
  json_parser parser;
  const auto document = parser.parse(body);
  if (!document) return problem{errc::bad_json, "the body is a JSON object"};
  if (document->type() != json_type::object) {
    return problem{errc::bad_json, "the body is a JSON object"};
  }
  search_request s;
  bool fine = true;
  document->each_member([&](std::string_view key, const json_value& v) {
    std::string* into = key == "scheme"   ? &s.scheme
                        : key == "issuer" ? &s.issuer
                        : key == "value"  ? &s.value
                                          : nullptr;
    fine = into != nullptr && v.type() == json_type::text;
    if (fine) *into = v.text();
    return fine;
  });
  if (!fine) return problem{errc::bad_field, "members are scheme, issuer and value, texts"};
  if (s.value.empty()) return problem{errc::missing_field, "required", "/value"};
  return s;
}

// The key of an entry in the order of a timeline: fixed widths, so that texts compare as it does.
using place = timeline_index::place;

std::string key_of(const place& p) {
  std::string key = to_string(p.on) + '|';
  append_padded(key, p.at.value, 19);
  return key;
}

// What a page of a timeline shows, in the order asked for.
struct timeline_page {
  std::vector<place> places;
  std::size_t total = 0;
  bool more = false;
};

timeline_page page_of(const call& c, const asked_view& asked, const timeline_index& index,
                      const std::string& after) {
  auto all = index.places();
  if (!c.query("as_of").empty()) {
    const auto later = std::ranges::upper_bound(all, asked.as_of, {}, &place::on);
    all = all.first(static_cast<std::size_t>(later - all.begin()));
  }
  const bool newest = c.query("order") == "newest";
  timeline_page page{{}, all.size(), false};
  const auto comes_after = [&](const place& p) {
    return after.empty() || (newest ? key_of(p) < after : key_of(p) > after);
  };
  const auto from = [&](auto first, auto last) {
    // Keys rise along with places, so what comes after is at one end.
    first = std::partition_point(first, last, [&](const place& p) { return !comes_after(p); });
    const auto left = static_cast<std::size_t>(last - first);
    page.more = left > c.limit();
    page.places.assign(first, first + static_cast<std::ptrdiff_t>(std::min(left, c.limit())));
  };
  if (newest)
    from(all.rbegin(), all.rend());
  else
    from(all.begin(), all.end());
  return page;
}

// The entries of these places, as JSON with commas between.
result<std::string> entries_json(const call& c, const timeline_index& index,
                                 std::span<const place> places, position known) {
  std::vector<event> events;
  for (const position at : index.needed(places)) {
    auto e = c.book().read(at);
    if (!e) return e.error();
    open_for(c.who(), c.book(), *e);
    events.push_back(std::move(*e));
  }
  const auto entries = timeline_of(events, known);
  std::string json;
  for (const place& p : places) {
    const auto entry =
        std::ranges::find(entries, p.at, [](const timeline_entry& e) { return e.what->position; });
    json += (json.empty() ? "" : ",") + without_break(entry_json(*entry));
  }
  return json;
}

}  // namespace

result<response> get_persons(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  person_filter filter{c.query("state"), c.query("phase"), {}};
  if (const auto unit = c.query("unit"); !unit.empty()) {
    if (const auto r = c.s.persons().catch_up(c.book()); !r) return r.error();
    const std::string wanted[] = {std::string(unit)};
    filter.units = c.s.persons().units_below(wanted, asked->as_of);
  }
  const auto after = c.after();
  if (!after) return after.error();
  const auto page = read_persons(c, *asked, filter, *after);
  if (!page) return page.error();
  if (const auto r = c.record("persons", page->subjects); !r) return r.error();
  std::string body = "{\"persons\":[";
  for (const auto& row : page->rows) body += (body.ends_with('[') ? "" : ",") + row;
  return page_response(c, *asked, std::move(body),
                       {page->total, page->more ? page->subjects.back() : std::string()});
}

result<response> post_person_search(call& c) {
  const auto wanted = read_search(c.q.body);
  if (!wanted) return wanted.error();
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto found = (*keys)->find_person({wanted->scheme, wanted->issuer, wanted->value});
  if (!found) return problem{errc::bad_field, "no valid number of its scheme", "/value"};
  std::vector<std::string> subjects;
  if (*found) {
    auto eyes = sight::make(c.s, c.who(), c.how_far);
    if (!eyes) return eyes.error();
    if (c.book().version(**found).value > 0 && eyes->sees(**found)) subjects.push_back(**found);
  }
  if (const auto r = c.record("search", subjects); !r) return r.error();
  std::string body = "{\"persons\":[";
  for (const auto& subject : subjects) append_json_text(body, subject);
  return json_response(body + "]}\n");
}

result<response> get_status(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto subject = c.person();
  if (!subject) return subject.error();
  const auto j = find_journey(c, *subject);
  if (!j) return j.error();
  auto answer = status_at(*j, asked->known, asked->as_of);
  if (!answer.known) return not_known_then();
  const auto body = status_json(c, *asked, std::move(answer), *subject);
  if (!body) return body.error();
  if (const auto r = c.record("status", {&*subject, 1}); !r) return r.error();
  return view_response(c, *asked, *body + '\n');
}

result<response> get_timeline(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto subject = c.person();
  if (!subject) return subject.error();
  const auto index = c.s.long_timelines().index(c.book(), *subject, asked->known.at);
  if (!index) return index.error();
  if ((*index)->places().empty()) return not_known_then();
  const auto after = c.after();
  if (!after) return after.error();
  const auto page = page_of(c, *asked, **index, *after);
  const auto entries = entries_json(c, **index, page.places, asked->known.at);
  if (!entries) return entries.error();
  if (const auto r = c.record("timeline", {&*subject, 1}); !r) return r.error();
  auto body = "{\"subject\":" + json_text(*subject) + ",\"entries\":[" + *entries;
  const auto last = page.more ? key_of(page.places.back()) : std::string();
  return page_response(c, *asked, std::move(body), {page.total, last});
}

result<response> get_episodes(call& c) {
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto subject = c.person();
  if (!subject) return subject.error();
  const auto name = c.shown_name(*subject);
  if (!name) return name.error();
  const auto j = find_journey(c, *subject);
  if (!j) return j.error();
  const history h = history_of(*j, asked->known);
  if (!h.known_subject) return not_known_then();
  if (const auto r = c.record("episodes", {&*subject, 1}); !r) return r.error();
  auto body = opening_of(*name, *asked) + ",\"episodes\":[";
  const auto add = [&](std::string line) {
    body += (body.ends_with('[') ? "" : ",") + without_break(std::move(line));
  };
  for (const episode& e : h.episodes) {
    // It names who is responsible: a person too.
    const bool staff = e.kind == episode_kind::caseworker;
    if (!staff || c.how_far != reach::pseudonyms) add(episode_json(*name, *asked, e));
  }
  for (const auto& e : situation_episodes(claims_of(h))) add(situation_json(*name, *asked, e));
  return view_response(c, *asked, body + "]}\n");
}

}  // namespace stegvis::http
