#include "projections/timeline.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "events/catalogue/corrections.hpp"
#include "projections/resolve.hpp"

namespace stegvis {
namespace {
using entries_by_name = std::unordered_map<std::string, timeline_entry*>;

timeline_entry* target_of(const entries_by_name& by_name, const event& e, std::string_view target) {
  const auto name = parse_target(target, e.source);
  const auto found = by_name.find(std::string(name.source) + ' ' + std::string(name.id));
  return found == by_name.end() ? nullptr : found->second;
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
  entries_by_name by_name;
  for (auto& entry : entries) by_name.emplace(entry.what->name(), &entry);
  for (const auto& entry : entries) {
    const auto* v = entry.what->data.get<event_voided>();
    auto* const target = v == nullptr ? nullptr : target_of(by_name, *entry.what, v->target);
    if (target == nullptr || target->standing == entry_standing::voiding) continue;
    target->standing = entry_standing::voided;
    target->changed_by = entry.what->position;
  }
  for (const auto& entry : entries) {
    const auto* c = entry.what->data.get<event_corrected>();
    if (c == nullptr || entry.standing == entry_standing::voided) continue;
    auto* const target = target_of(by_name, *entry.what, c->target);
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

}  // namespace stegvis
