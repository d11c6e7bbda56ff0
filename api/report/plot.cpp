#include "api/report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stegvis {
namespace {

constexpr double label_size = 12.5;

void draw_left_tick(drawing& d, const plot_frame& f, double value, std::string_view label) {
  const double y = f.y.at(value);
  d.line({f.area.left, y}, {f.area.right(), y}, {ink::grid, 1});
  d.text({f.area.left - 8, y + 4.5}, label, {anchor::end, label_size, ink::quiet});
}

}  // namespace

plot_frame frame_of(const box& area, double x_from, double x_to, double y_from, double y_to) {
  if (!(x_to > x_from)) x_to = x_from + 1;
  if (!(y_to > y_from)) y_to = y_from + 1;
  return {area, {x_from, x_to, area.left, area.right()}, {y_from, y_to, area.bottom(), area.top}};
}

std::vector<double> round_ticks(double top) {
  if (!(top > 0)) top = 1;
  const double raw = top / 5;
  double step = 1;
  while (step * 10 <= raw) step *= 10;
  while (step > raw && step > 1e-6) step /= 10;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    if (step * factor >= raw) {
      step *= factor;
      break;
    }
  }
  std::vector<double> ticks;
  for (int i = 0; i <= 6; ++i) {
    ticks.push_back(step * i);
    if (step * i >= top * 0.9999) break;
  }
  return ticks;
}

void draw_share_axis(drawing& d, const plot_frame& f, language l) {
  constexpr double ticks[] = {0, 0.2, 0.4, 0.6, 0.8, 1};
  draw_share_axis(d, f, ticks, l);
}

int share_decimals(std::span<const double> ticks) {
  const auto whole = [](double t) { return std::abs(t * 100 - std::round(t * 100)) < 1e-6; };
  return std::ranges::all_of(ticks, whole) ? 0 : 1;
}

void draw_share_axis(drawing& d, const plot_frame& f, std::span<const double> ticks, language l) {
  const int decimals = share_decimals(ticks);
  for (const double t : ticks) draw_left_tick(d, f, t, percent_text(t, decimals, l));
}

void draw_number_axis(drawing& d, const plot_frame& f, std::span<const double> ticks, language l) {
  const bool fine = ticks.size() > 1 && ticks[1] < 0.999;
  for (const double t : ticks) draw_left_tick(d, f, t, decimal_text(t, fine ? 1 : 0, l));
}

std::vector<axis_tick> labelled(std::span<const double> ticks, language l) {
  std::vector<axis_tick> out;
  for (const double t : ticks) out.push_back({t, decimal_text(t, t == std::floor(t) ? 0 : 1, l)});
  return out;
}

void draw_bottom_axis(drawing& d, const plot_frame& f, std::span<const axis_tick> ticks,
                      std::string_view title) {
  const double y = f.area.bottom();
  d.line({f.area.left, y}, {f.area.right(), y}, {ink::frame, 1});
  for (const auto& t : ticks) {
    const double x = f.x.at(t.at);
    d.line({x, y}, {x, y + 5}, {ink::frame, 1});
    d.text({x, y + 19}, t.label, {anchor::middle, label_size, ink::quiet});
  }
  if (title.empty()) return;
  d.text({f.area.left + f.area.width / 2, y + 38}, title, {anchor::middle, label_size, ink::quiet});
}

void draw_side_title(drawing& d, const plot_frame& f, std::string_view title) {
  d.text({f.area.left - 46, f.area.top - 16}, title, {anchor::start, label_size, ink::quiet});
}

std::vector<double> spread(std::span<const double> wanted, double gap, double low, double high) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return wanted[i]; });
  std::vector<double> places(wanted.begin(), wanted.end());
  double least = low;
  for (const auto i : order) {
    places[i] = std::max(places[i], least);
    least = places[i] + gap;
  }
  double most = high;
  for (auto i = order.rbegin(); i != order.rend(); ++i) {
    places[*i] = std::min(places[*i], most);
    most = places[*i] - gap;
  }
  return places;
}

void draw_side_labels(drawing& d, std::span<const side_label> labels, double from_x, double label_x,
                      double low, double high) {
  constexpr double gap = 16;
  std::vector<double> wanted;
  for (const auto& label : labels) wanted.push_back(label.wanted);
  const auto places = spread(wanted, gap, low, high);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool moved = std::fabs(places[i] - wanted[i]) > 2;
    const double start = labels[i].from_x > 0 ? labels[i].from_x : from_x;
    if (label_x - start > 8) {
      outline o;
      o.move({start + 2, wanted[i]}).line({label_x - 4, places[i]});
      d.trace(o, {moved ? ink::frame : ink::grid, 1});
    }
    const double room = d.width() - label_x;
    d.text({label_x, places[i] + 4.5}, fitted(labels[i].text, room, label_size),
           {anchor::start, label_size, labels[i].colour});
  }
}

double draw_note(drawing& d, std::string_view text, double y) {
  constexpr double size = 12, line_height = 17;
  for (const auto& line : wrapped(text, d.width() - 16, size)) {
    d.text({8, y}, line, {anchor::start, size, ink::quiet});
    y += line_height;
  }
  return y;
}

std::vector<std::string> wrapped(std::string_view text, double width, double size) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && text_width(line + " " + std::string(word), size) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace stegvis
