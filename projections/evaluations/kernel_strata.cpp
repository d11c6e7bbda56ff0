#include "projections/evaluations/kernel_strata.hpp"

namespace stegvis {

kernel_strata::kernel_strata(const std::vector<kernel_dimension>& dimensions)
    : dimensions_(dimensions), layers_(dimensions.size()) {}

void kernel_strata::divide(std::size_t dimension, std::span<const std::uint32_t> levels,
                           std::span<std::uint32_t> strata) {
  layer& l = layers_[dimension];
  const std::size_t width = dimensions_[dimension].levels();
  l.next.resize((dimension == 0 ? 1 : layers_[dimension - 1].level.size()) * width, none);
  for (std::size_t i = 0; i < strata.size(); ++i) {
    std::uint32_t& next = l.next[strata[i] * width + levels[i]];
    if (next == none) {
      next = static_cast<std::uint32_t>(l.level.size());
      l.before.push_back(strata[i]);
      l.level.push_back(levels[i]);
    }
    strata[i] = next;
  }
}

std::size_t kernel_strata::size() const {
  return layers_.empty() ? 1 : layers_.back().level.size();
}

std::string kernel_strata::text(std::size_t stratum) const {
  std::string text;
  for (std::size_t d = layers_.size(); d-- > 0; stratum = layers_[d].before[stratum]) {
    const auto& level = dimensions_[d].texts[layers_[d].level[stratum]];
    text = d + 1 == layers_.size() ? level : level + level_separator + text;
  }
  return text;
}

}  // namespace stegvis
