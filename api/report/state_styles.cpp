#include "api/report/state_styles.hpp"

#include <algorithm>

namespace stegvis {
namespace {

struct named_style {
  std::string_view code;
  ink::area_style style;
};
using ink::hatch;
// Work in blues, learning in greens, activities in browns, waiting and gone in greys.
constexpr named_style state_styles[] = {{"employed_regular", {"#0b4f8a", hatch::none}},
                                        {"employed_subsidised", {"#2f7fb5", hatch::rising}},
                                        {"employed_reserved", {"#5f8fb8", hatch::dots}},
                                        {"employed", {"#0b4f8a", hatch::none}},
                                        {"job", {"#0b4f8a", hatch::none}},
                                        {"supported_job", {"#2f7fb5", hatch::rising}},
                                        {"studies", {"#1d7f57", hatch::none}},
                                        {"training", {"#3f8f4f", hatch::rising}},
                                        {"placement", {"#a85a00", hatch::none}},
                                        {"enrolled", {"#9a6a9f", hatch::level}},
                                        {"waiting", {"#7c8794", hatch::upright}},
                                        {"left", {"#5a6672", hatch::none}},
                                        {"died_or_moved", {"#1c2430", hatch::none}},
                                        {"education", {"#1d7f57", hatch::none}},
                                        {"ladder_step", {"#3f8f4f", hatch::rising}},
                                        {"job_track", {"#6c7a1f", hatch::lattice}},
                                        {"work_training", {"#a85a00", hatch::none}},
                                        {"activity", {"#b8741a", hatch::dots}},
                                        {"assessment", {"#7a5aa6", hatch::falling}},
                                        {"enrolled_idle", {"#9a6a9f", hatch::level}},
                                        {"paused", {"#6b4a3a", hatch::rings}},
                                        {"unemployed", {"#a85a00", hatch::none}},
                                        {"inactive", {"#6b4a3a", hatch::rings}},
                                        {"scheduled", {"#7c8794", hatch::upright}},
                                        {"applied", {"#7c8794", hatch::level}},
                                        {"exited", {"#5a6672", hatch::none}},
                                        {"none", {"#84909c", hatch::dots}},
                                        {"unknown", {"#84909c", hatch::lattice}},
                                        {"censored", {"#84909c", hatch::falling}},
                                        {"missing", {"#84909c", hatch::falling}},
                                        {"erased", {"#84909c", hatch::rings}},
                                        {"deceased", {"#1c2430", hatch::none}}};

}  // namespace

ink::area_style style_of_state(std::string_view code, std::size_t number) {
  const auto it = std::ranges::find(state_styles, code, &named_style::code);
  return it != std::end(state_styles) ? it->style : ink::areas[number % ink::areas.size()];
}

}  // namespace stegvis
