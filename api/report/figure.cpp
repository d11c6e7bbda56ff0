#include "api/report/figure.hpp"

#include "events/error.hpp"

namespace stegvis {

std::optional<std::string> draw_figure(const shown_table& t, const figure_name& name) {
  STEGVIS_ASSERT(!name.id.empty());
  if (!t.tells()) return std::nullopt;
  using enum table_form;
  switch (t.table().form) {
    case flow:
      return draw_flow(t, name);
    case curve:
      return draw_curve(t, name);
    case incidence:
      return draw_incidence(t, name);
    case states:
      return draw_states(t, name);
    case transitions:
      return draw_transitions(t, name);
    case cohort_ages:
      return draw_cohort_ages(t, name);
    case units:
      return draw_units(t, name);
    case proportions: {
      auto over_time = draw_horizons(t, name);
      return over_time ? over_time : draw_intervals(t, name);
    }
    case differences:
    case sensitivity:
      return draw_intervals(t, name);
    case funnel:
      return draw_ladder(t, name);
    case durations:
      return draw_bars(t, name);
    case sequences: {
      auto strips = draw_sequences(t, name);
      return strips ? strips : draw_bars(t, name);
    }
    case counts:
    case stock:
      return draw_periods(t, name);
    case tally:
      return draw_gap(t, name);
    case baseline:
    case at_times:
    case summary:
    case tests:
    case costs:
    case measures:
    case latency:
    case targets:
    case text:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace stegvis
