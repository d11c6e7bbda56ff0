#include "api/report/panels.hpp"

namespace stegvis {
namespace {

constexpr double title_room = 28, label_size = 14;

// Ticks that are far enough apart for a panel.
std::vector<axis_tick> thinned(const std::vector<axis_tick>& ticks, const plot_frame& f) {
  constexpr double room = 12;
  std::vector<axis_tick> kept;
  for (const auto& t : ticks) {
    const double half = text_width(t.label, label_size) / 2;
    if (!kept.empty()) {
      const double last = f.x.at(kept.back().at) + text_width(kept.back().label, label_size) / 2;
      if (f.x.at(t.at) - half < last + room) continue;
    }
    kept.push_back(t);
  }
  return kept;
}

}  // namespace

double draw_panels(drawing& d, double top, std::span<const std::string> labels,
                   const panel_axes& axes, language l,
                   const std::function<void(const plot_frame&, std::size_t)>& draw) {
  const std::size_t across = labels.size() > 4 ? 3 : 2;
  const double left = 50, gap = 56, height = across == 3 ? 130 : 170;
  const auto columns = static_cast<double>(across);
  const double width = (d.width() - left - gap * (columns - 1) - 8) / columns;
  const auto y_ticks = round_ticks(axes.y_to);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double x = left + static_cast<double>(i % across) * (width + gap);
    const double y_to = axes.shares ? 1.0 : y_ticks.back();
    const auto f = frame_of({x, top + title_room, width, height}, axes.x_from, axes.x_to, 0, y_to);
    d.text({x, top + 16}, fitted(labels[i], width, label_size),
           {anchor::start, label_size, ink::text, true});
    constexpr double shares[] = {0, 0.25, 0.5, 0.75, 1};
    if (axes.shares)
      draw_share_axis(d, f, shares, l);
    else
      draw_number_axis(d, f, y_ticks, l);
    const bool last = i + across >= labels.size();
    draw_bottom_axis(d, f, thinned(axes.ticks, f), last ? std::string_view(axes.title) : "");
    draw(f, i);
    if (i % across + 1 == across || i + 1 == labels.size())
      top += title_room + height + (last && !axes.title.empty() ? 50 : 36);
  }
  return top;
}

}  // namespace stegvis
