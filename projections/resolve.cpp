#include "projections/resolve.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace stegvis {
namespace {
bool is_amendment(const fact& f) {
  return f.content.kind == fact_kind::event_corrected || f.content.kind == fact_kind::event_voided;
}

using facts_by_name = std::unordered_map<std::string, std::uint32_t>;

std::string name_of_target(const journey& j, const fact& amendment) {
  const auto name = parse_target(amendment.content.key, j.sources[amendment.source]);
  return std::string(name.source) + ' ' + std::string(name.id);
}

// Applies what amends the first `known` facts to `standing`, which holds one entry for each of
// them; removed ones lose their original.
void amend(const journey& j, std::size_t known, std::vector<standing_fact>& standing) {
  facts_by_name by_name;
  for (std::uint32_t i = 0; i < known; ++i) {
    by_name.emplace(j.sources[j.facts[i].source] + ' ' + j.facts[i].id, i);
  }
  std::unordered_set<std::uint32_t> voided;
  for (std::size_t i = 0; i < known; ++i) {
    if (j.facts[i].content.kind != fact_kind::event_voided) continue;
    const auto target = by_name.find(name_of_target(j, j.facts[i]));
    if (target != by_name.end()) voided.insert(target->second);
  }
  for (std::uint32_t i = 0; i < known; ++i) {
    const fact& f = j.facts[i];
    if (f.content.kind != fact_kind::event_corrected || voided.contains(i)) continue;
    const auto target = by_name.find(name_of_target(j, f));
    if (target == by_name.end() || is_amendment(j.facts[target->second])) continue;
    auto& entry = standing[target->second];
    if (f.replacement != 0) entry.content = &j.replacements[f.replacement - 1];
    if (!f.content.until) continue;
    entry.valid = *f.content.until;
    entry.dated_on = f.recorded_day;
  }
  for (const auto index : voided) standing[index].original = nullptr;
}
}  // namespace

target_name parse_target(std::string_view target, std::string_view source_of_correction) {
  const auto space = target.rfind(' ');
  if (space == std::string_view::npos) return {source_of_correction, target};
  return {target.substr(0, space), target.substr(space + 1)};
}

std::vector<standing_fact> resolve(const journey& j, position at) {
  const auto end = std::ranges::upper_bound(j.facts, at, {}, &fact::at);
  const auto known = static_cast<std::size_t>(end - j.facts.begin());
  std::vector<standing_fact> standing;
  standing.reserve(known);
  bool amended = false;
  for (auto f = j.facts.begin(); f != end; ++f) {
    standing.push_back({&*f, &f->content, f->valid, f->recorded_day});
    amended = amended || is_amendment(*f);
  }
  if (amended) {
    amend(j, known, standing);
    std::erase_if(standing, [](const standing_fact& s) {
      return s.original == nullptr || is_amendment(*s.original);
    });
  }
  std::ranges::stable_sort(standing, {}, &standing_fact::valid);
  return standing;
}

}  // namespace stegvis
