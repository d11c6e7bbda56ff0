#pragma once
// Colours of figures and page. Every line and text colour has at least 4.5:1 against white, every
// area at least 3:1 against the white seams between areas; what colour tells, dashes, markers or
// hatching tell too.
#include <array>
#include <cstdint>
#include <string_view>

namespace stegvis::ink {

constexpr std::string_view text = "#1c2430";
constexpr std::string_view quiet = "#525d6b";  // axis labels, notes
constexpr std::string_view frame = "#7c8794";  // axes and borders
constexpr std::string_view grid = "#dfe4ea";   // decoration only
constexpr std::string_view paper = "#ffffff";
constexpr std::string_view faint = "#eef1f5";    // still without an event, empty bars
constexpr std::string_view context = "#c3cad2";  // other groups behind the one meant
constexpr std::string_view faded = "#76808c";    // where few remain
constexpr std::string_view accent = "#0b4f8a";   // one series alone
constexpr std::string_view target = "#a3123f";

enum class marker : std::uint8_t { circle, square, triangle, diamond, cross, ring };

struct line_style {
  std::string_view colour, dash;
  marker shape;
};
constexpr std::array<line_style, 6> lines{{{"#0b4f8a", "", marker::circle},
                                           {"#a34700", "8 4", marker::square},
                                           {"#00695c", "2 4", marker::triangle},
                                           {"#6f3a96", "12 4 2 4", marker::diamond},
                                           {"#a3123f", "5 3", marker::cross},
                                           {"#46515e", "14 5", marker::ring}}};

enum class hatch : std::uint8_t { none, rising, falling, dots, level, upright, lattice, rings };

struct area_style {
  std::string_view colour;
  hatch pattern;
};
constexpr std::array<area_style, 10> areas{{{"#0b4f8a", hatch::none},
                                            {"#1d7f57", hatch::rising},
                                            {"#b26400", hatch::dots},
                                            {"#7a5aa6", hatch::falling},
                                            {"#b0475f", hatch::level},
                                            {"#2f86ad", hatch::upright},
                                            {"#6c7a1f", hatch::lattice},
                                            {"#6b4a3a", hatch::rings},
                                            {"#5a6672", hatch::rising},
                                            {"#8a5a8f", hatch::dots}}};

}  // namespace stegvis::ink
