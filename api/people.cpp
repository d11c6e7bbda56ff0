#include "api/people.hpp"

#include <algorithm>

#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "projections/timeline.hpp"

namespace stegvis {
namespace {

bool is_change(const event& e) {
  return e.data.get<event_corrected>() != nullptr || e.data.get<event_voided>() != nullptr;
}

bool holds(const timeline_entry& e) {
  return e.standing == entry_standing::original || e.standing == entry_standing::corrected;
}

// What the sealed list says; nobody can tell without keys, so then everything holds.
handling_state handling_of(const secret_field& detail) {
  handling_state now;
  json_parser parser;
  const auto list = detail.clear ? parser.parse(detail.bytes)
                                 : result<json_value>(problem{errc::bad_key, "sealed"});
  if (!list || list->type() != json_type::array) return {true, true};
  list->each_element([&](const json_value& v) {
    const bool restricted = v.type() == json_type::text && v.text() == "restricted";
    (restricted ? now.is_restricted : now.is_protected) = true;
    return true;
  });
  return now;
}

constexpr std::size_t tree_depth_max = 64;

}  // namespace

void people::place_unit(const std::string& subject, const std::vector<event>& events) {
  auto& places = units_[subject];
  places.clear();
  for (const auto& entry : timeline_of(events, events.back().position)) {
    if (!holds(entry)) continue;
    placing p{.from = day_of(entry.time)};
    if (const auto* r = entry.data->get<unit_registered>()) {
      p.moves = true;
      p.names_domain = true;
      if (r->parent) p.parent = r->parent->value;
      if (r->secrecy_domain) p.domain = *r->secrecy_domain;
    } else if (const auto* m = entry.data->get<unit_moved>()) {
      p.moves = true;
      if (m->parent) p.parent = m->parent->value;
    } else if (const auto* g = entry.data->get<unit_merged>()) {
      p.moves = true;
      p.parent = g->into.value;
    } else {
      continue;
    }
    places.push_back(std::move(p));
  }
}

void people::judge_person(const std::string& subject, std::vector<event> events,
                          const ledger& book) {
  for (event& e : events) book.unseal(e);
  handled_.erase(subject);
  const event_data* last = nullptr;
  // By when it was recorded: protection is decided by what was said last, not of which day.
  position said{};
  for (const auto& entry : timeline_of(events, events.back().position)) {
    if (!holds(entry) || entry.data->get<handling_changed>() == nullptr) continue;
    if (entry.what->position < said) continue;
    said = entry.what->position;
    last = entry.data;
  }
  if (last == nullptr) return;
  handled_[subject] = handling_of(last->get<handling_changed>()->detail);
}

result<void> people::reread(ledger& book, const std::string& subject) {
  auto events = book.journey(subject, position{1}, book.head());
  if (!events) return events.error();
  if (events->empty()) return {};
  if (is_person(subject))
    judge_person(subject, std::move(*events), book);
  else
    place_unit(subject, *events);
  return {};
}

result<void> people::catch_up(ledger& book) {
  const std::lock_guard lock(mutex_);
  const position head = book.head();
  if (folded_ >= head) return {};
  std::set<std::string> changed;
  const auto scanned = book.scan(next(folded_), head, [&](const event& e) {
    const bool unit = kind_of(e.subject) == "unit";
    const bool handles = e.data.get<handling_changed>() != nullptr;
    if (unit || handles || (is_change(e) && handled_.contains(e.subject))) {
      changed.insert(e.subject);
    }
    return true;
  });
  if (!scanned) return scanned.error();
  for (const auto& subject : changed) {
    if (const auto r = reread(book, subject); !r) return r.error();
  }
  folded_ = head;
  return {};
}

handling_state people::handling(std::string_view subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = handled_.find(subject);
  return found == handled_.end() ? handling_state{} : found->second;
}

std::string people::parent_of(const std::string& unit, day on) const {
  std::string parent;
  if (const auto found = units_.find(unit); found != units_.end()) {
    for (const placing& p : found->second) {
      if (p.from <= on && p.moves) parent = p.parent;
    }
  }
  return parent;
}

std::string people::domain_of(std::string unit, day on) const {
  for (std::size_t depth = 0; depth < tree_depth_max && !unit.empty(); ++depth) {
    const auto found = units_.find(unit);
    if (found == units_.end()) return {};
    std::string domain;
    for (const placing& p : found->second) {
      if (p.from <= on && p.names_domain) domain = p.domain;
    }
    if (!domain.empty()) return domain;
    unit = parent_of(unit, on);
  }
  return {};
}

std::set<std::string, std::less<>> people::units_below(std::span<const std::string> units,
                                                       day on) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string, std::less<>> seen(units.begin(), units.end());
  for (const auto& [unit, unused] : units_) {
    std::string above = unit;
    for (std::size_t depth = 0; depth < tree_depth_max && !above.empty(); ++depth) {
      const bool own = std::ranges::find(units, above) != units.end();
      if (own && domain_of(unit, on) == domain_of(above, on)) seen.insert(unit);
      above = parent_of(above, on);
    }
  }
  return seen;
}

bool people::within_domains(std::span<const std::string> units, std::span<const std::string> own,
                            day on) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> domains;
  for (const auto& unit : own) {
    if (units_.contains(unit)) domains.insert(domain_of(unit, on));
  }
  return !units.empty() && std::ranges::all_of(units, [&](const std::string& unit) {
    return units_.contains(unit) && domains.contains(domain_of(unit, on));
  });
}

}  // namespace stegvis
