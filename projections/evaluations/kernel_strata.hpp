#pragma once
// The strata of a breakdown that units have been met in, numbered as they come. Takes memory for
// those and their neighbours, not for all that could be. Private to kernel*.cpp.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "projections/evaluations/kernel_program.hpp"

namespace stegvis {

class kernel_strata {
 public:
  explicit kernel_strata(const std::vector<kernel_dimension>&);  // outlive it
  // The strata of units by one dimension more: before the first, all are 0; after the last, they
  // are the strata's numbers. `levels`: of the units in that dimension.
  void divide(std::size_t dimension, std::span<const std::uint32_t> levels,
              std::span<std::uint32_t> strata);
  std::size_t size() const;
  std::string text(std::size_t stratum) const;  // its levels

 private:
  static constexpr std::uint32_t none = 0xffff'ffff;
  // What strata by the dimensions before become with each of its levels.
  struct layer {
    std::vector<std::uint32_t> next;           // by stratum before, then level; none: not met
    std::vector<std::uint32_t> before, level;  // by stratum
  };

  const std::vector<kernel_dimension>& dimensions_;
  std::vector<layer> layers_;
};

}  // namespace stegvis
