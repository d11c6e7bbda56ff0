#include "projections/timeline.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "events/catalogue/corrections.hpp"
#include "projections/resolve.hpp"

namespace stegvis {
namespace {
template <class Item>
using by_name = std::unordered_map<std::string, Item>;

// What a correction or void names; nothing if it is not there.
template <class Item>
Item target_of(const by_name<Item>& named, const event& e, std::string_view target) {
  const auto name = parse_target(target, e.source);
  const auto found = named.find(std::string(name.source) + ' ' + std::string(name.id));
  return found == named.end() ? Item{} : found->second;
}

std::string_view target_name_of(const event& e) {
  if (const auto* c = e.data.get<event_corrected>()) return c->target;
  if (const auto* v = e.data.get<event_voided>()) return v->target;
  return {};
}

void correct(timeline_entry& target, const event_corrected& c, position by) {
  if (target.standing == entry_standing::voiding || target.standing == entry_standing::correction) {
    return;
  }
  if (c.time) target.time = c.time->value;
  if (c.data && c.data->bound()) target.data = &c.data->data();
  target.changed_by = by;
  if (target.standing != entry_standing::voided) target.standing = entry_standing::corrected;
}
}  // namespace

std::string_view name_of(entry_standing s) {
  constexpr std::string_view names[] = {"original", "corrected", "voided", "correction", "voiding"};
  return names[static_cast<std::size_t>(s)];
}

std::vector<timeline_entry> timeline_of(std::span<const event> events, position at) {
  std::vector<timeline_entry> entries;
  entries.reserve(events.size());
  for (const event& e : events) {
    if (e.position > at) break;
    auto standing = entry_standing::original;
    if (e.data.get<event_corrected>() != nullptr) standing = entry_standing::correction;
    if (e.data.get<event_voided>() != nullptr) standing = entry_standing::voiding;
    entries.push_back({&e, standing, e.time, &e.data, {}});
  }
  by_name<timeline_entry*> named;
  for (auto& entry : entries) named.emplace(entry.what->name(), &entry);
  for (const auto& entry : entries) {
    const auto* v = entry.what->data.get<event_voided>();
    auto* const target = v == nullptr ? nullptr : target_of(named, *entry.what, v->target);
    if (target == nullptr || target->standing == entry_standing::voiding) continue;
    target->standing = entry_standing::voided;
    target->changed_by = entry.what->position;
  }
  for (const auto& entry : entries) {
    const auto* c = entry.what->data.get<event_corrected>();
    if (c == nullptr || entry.standing == entry_standing::voided) continue;
    auto* const target = target_of(named, *entry.what, c->target);
    if (target == nullptr || target->what->data.get<event_corrected>() != nullptr) continue;
    const position removed_by = target->changed_by;
    correct(*target, *c, entry.what->position);
    if (target->standing == entry_standing::voided) target->changed_by = removed_by;
  }
  std::ranges::sort(entries, {}, [](const timeline_entry& e) {
    return std::tuple(day_of(e.time), e.what->position);
  });
  return entries;
}

timeline_index::timeline_index(std::span<const event> events, position at) {
  for (const auto& e : timeline_of(events, at)) {
    places_.push_back({day_of(e.time), e.what->position});
  }
  by_name<position> named;
  for (const event& e : events.first(places_.size())) named.emplace(e.name(), e.position);
  for (const event& e : events.first(places_.size())) {
    const auto target = target_name_of(e);
    if (target.empty()) continue;
    if (const auto on = target_of(named, e, target); on.value > 0)
      acts_.push_back({on, e.position});
  }
  std::ranges::sort(acts_);
}

std::vector<position> timeline_index::needed(std::span<const place> wanted) const {
  std::set<position> all;
  std::vector<position> fresh;
  const auto add = [&](position at) {
    if (all.insert(at).second) fresh.push_back(at);
  };
  for (const auto& p : wanted) add(p.at);
  while (!fresh.empty()) {
    const auto on = fresh.back();
    fresh.pop_back();
    auto a = std::ranges::lower_bound(acts_, on, {}, &act::on);
    for (; a != acts_.end() && a->on == on; ++a) add(a->by);
  }
  return {all.begin(), all.end()};
}

}  // namespace stegvis
