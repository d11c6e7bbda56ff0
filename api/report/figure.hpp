#pragma once
// Figures: each table form that is clearer as a picture has one. The picture shows nothing that is
// hidden in the table: what cannot be read is left out with a visible mark.
#include <optional>
#include <string>

#include "api/report/drawing.hpp"
#include "api/report/shown_table.hpp"

namespace stegvis {

// What a figure is called in its page.
struct figure_name {
  std::string id{};  // unique in the page, a valid XML name
  std::string title{};
  std::string finding{};  // one sentence, which describes the picture
};

constexpr std::size_t figure_groups_max = 6;  // more strata are left to the table

// The SVG element; nothing if the form has no picture, there are too many strata for one, or the
// columns it needs are not there.
std::optional<std::string> draw_figure(const shown_table&, const figure_name&);

// One for each form or family of forms. Nothing where columns or rows that it needs are missing.
std::optional<std::string> draw_curve(const shown_table&, const figure_name&);
std::optional<std::string> draw_incidence(const shown_table&, const figure_name&);
std::optional<std::string> draw_states(const shown_table&, const figure_name&);
std::optional<std::string> draw_flow(const shown_table&, const figure_name&);
std::optional<std::string> draw_transitions(const shown_table&, const figure_name&);
std::optional<std::string> draw_cohort_ages(const shown_table&, const figure_name&);
std::optional<std::string> draw_units(const shown_table&, const figure_name&);
std::optional<std::string> draw_intervals(const shown_table&, const figure_name&);
std::optional<std::string> draw_horizons(const shown_table&, const figure_name&);
std::optional<std::string> draw_ladder(const shown_table&, const figure_name&);
std::optional<std::string> draw_bars(const shown_table&, const figure_name&);
std::optional<std::string> draw_sequences(const shown_table&, const figure_name&);
std::optional<std::string> draw_gap(const shown_table&, const figure_name&);
std::optional<std::string> draw_periods(const shown_table&, const figure_name&);

}  // namespace stegvis
