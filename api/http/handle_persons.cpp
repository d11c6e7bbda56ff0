// Persons: who there is, found by number, and one's status, timeline and episodes.
#include <algorithm>

#include "api/extract.hpp"
#include "api/http/handlers.hpp"
#include "api/journey_json.hpp"
#include "api/json_line.hpp"
#include "projections/status.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t small_text_max = 200;

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

std::string json_text(std::string_view text) {
  std::string json;
  append_json_text(json, text);
  return json;
}

// --- search

struct search_request {
  std::string scheme = "personnummer", issuer, value;
  std::string name;  // instead of a number
};

result<search_request> read_search(const std::string& body) {
  search_request s;
  const auto read = read_members(body, [&](std::string_view key, const json_value& v) {
    return take_text(key == "scheme"   ? &s.scheme
                     : key == "issuer" ? &s.issuer
                     : key == "value"  ? &s.value
                     : key == "name"   ? &s.name
                                       : nullptr,
                     v);
  });
  if (!read) return read.error();
  if (s.value.empty() == s.name.empty()) {
    return problem{errc::missing_field, "either value or name", "/value"};
  }
  return s;
}

constexpr std::size_t found_max = 50;
constexpr std::size_t name_bytes_min = 2;

// Whom the search means, before it is asked whom the reader sees.
result<std::vector<std::string>> candidates_of(call& c, const search_request& wanted) {
  std::vector<std::string> found;
  if (!wanted.name.empty()) {
    if (!c.who().opens(privacy::identity)) {
      return problem{errc::forbidden, "the role may not open names"};
    }
    if (wanted.name.size() < name_bytes_min || wanted.name.size() > small_text_max) {
      return problem{errc::bad_field, "2 to 200 bytes", "/name"};
    }
    if (const auto r = c.s.names().catch_up(c.book()); !r) return r.error();
    found = c.s.names().find(wanted.name);
    // Staff have names, too, and no status.
    std::erase_if(found, [](const std::string& s) { return kind_of(s) != "participant"; });
    return found;
  }
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto one = (*keys)->find_person({wanted.scheme, wanted.issuer, wanted.value});
  if (!one) return problem{errc::bad_field, "no valid number of its scheme", "/value"};
  if (*one && c.book().version(**one).value > 0) found.push_back(**one);
  return found;
}

// Enough to tell one from another.
result<std::string> found_json(call& c, const std::string& subject) {
  const auto j = c.s.owned().view()->find(c.book(), subject);
  if (!j) return j.error();
  const auto asked = c.asked();
  if (!asked) return asked.error();
  const auto a = status_at(*j, asked->known, asked->as_of);
  const bool named = c.who().opens(privacy::identity);
  return json_line()
      .text("subject", subject)
      .text_or_null("name", named ? c.s.names().name_of(subject) : "")
      .text("state", name_of(a.state))
      .text_or_null("unit", a.unit)
      .object();
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

// The entries of these places, as a JSON list.
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
  std::string json = "[";
  for (const place& p : places) {
    const auto entry =
        std::ranges::find(entries, p.at, [](const timeline_entry& e) { return e.what->position; });
    json += (json.size() > 1 ? "," : "") + entry_json(*entry);
  }
  return json + ']';
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
  std::string persons = "[";
  for (const auto& row : page->rows) persons += (persons.size() > 1 ? "," : "") + row;
  return page_response(c, *asked, json_line().raw("persons", persons + ']'),
                       {page->total, page->more ? page->subjects.back() : std::string()});
}

result<response> post_person_search(call& c) {
  const auto wanted = read_search(c.q.body);
  if (!wanted) return wanted.error();
  auto subjects = candidates_of(c, *wanted);
  if (!subjects) return subjects.error();
  auto eyes = sight::make(c.s, c.who(), c.how_far);
  if (!eyes) return eyes.error();
  std::vector<std::string> seen;
  for (const auto& subject : *subjects) {
    if (seen.size() > found_max) break;
    if (eyes->sees(subject)) seen.push_back(subject);
  }
  const bool more = seen.size() > found_max;
  if (more) seen.resize(found_max);
  // Also where a number was asked for: what it finds is shown with its name.
  (void)c.s.names().catch_up(c.book());
  if (const auto r = c.record("search", seen); !r) return r.error();
  std::string persons = "[", found = "[";
  for (const auto& subject : seen) {
    const auto one = found_json(c, subject);
    if (!one) return one.error();
    persons += (persons.size() > 1 ? "," : "") + json_text(subject);
    found += (found.size() > 1 ? "," : "") + *one;
  }
  return json_response("{\"persons\":" + persons + "],\"found\":" + found +
                       "],\"more\":" + (more ? "true" : "false") + "}\n");
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
  const auto last = page.more ? key_of(page.places.back()) : std::string();
  return page_response(c, *asked, json_line().text("subject", *subject).raw("entries", *entries),
                       {page.total, last});
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
  std::string episodes = "[";
  const auto add = [&](const std::string& json) {
    episodes += (episodes.size() > 1 ? "," : "") + json;
  };
  for (const episode& e : h.episodes) {
    // It names who is responsible: a person too.
    const bool staff = e.kind == episode_kind::caseworker;
    if (!staff || c.how_far != reach::pseudonyms) add(episode_json(*name, *asked, e));
  }
  for (const auto& e : situation_episodes(claims_of(h))) add(situation_json(*name, *asked, e));
  return view_response(c, *asked,
                       json_line()
                           .text("subject", *name)
                           .text("as_of", to_string(asked->as_of))
                           .number("position", asked->known.at.value)
                           .raw("episodes", episodes + ']')
                           .end());
}

result<response> get_extract(call& c) {
  const auto subject = c.person();
  if (!subject) return subject.error();
  if (const auto r = c.record("extract", {&*subject, 1}); !r) return r.error();
  auto bytes = extract_of(c.s.owned(), *subject);
  if (!bytes) return bytes.error();
  response r;
  r.set("Content-Type", "application/zip");
  r.set("Content-Disposition", "attachment; filename=\"extract.zip\"");
  r.body = std::move(*bytes);
  return r;
}

}  // namespace stegvis::http
