#include "api/report/stack.hpp"

#include <algorithm>
#include <cmath>

namespace stegvis {
namespace {

constexpr double rounding = 1e-6;  // shares that add up to all do so within this
constexpr double key_size = 12.5;

struct step_span {
  double low = 0, high = 0;
};

// Where each layer lies at a step, and behind them the hidden part.
std::vector<step_span> spans_at(const stack& s, std::size_t step) {
  if (step < s.absent.size() && s.absent[step]) return std::vector<step_span>(s.layers.size() + 1);
  double read = 0;
  bool all_read = true;
  for (const auto& layer : s.layers) {
    read += std::max(0.0, layer.shares[step].value_or(0));
    all_read = all_read && layer.shares[step].has_value();
  }
  const double hidden = all_read || 1 - read < rounding ? 0 : 1 - read;
  std::vector<step_span> spans;
  step_span hidden_span{};
  double sum = 0;
  for (const auto& layer : s.layers) {
    if (!layer.shares[step] && hidden_span.high == 0 && hidden > 0) {
      hidden_span = {sum, std::min(1.0, sum + hidden)};
      sum = hidden_span.high;
    }
    const double share = std::max(0.0, std::min(layer.shares[step].value_or(0), 1 - sum));
    spans.push_back({sum, sum + share});
    sum += share;
  }
  spans.push_back(hidden_span);
  return spans;
}

std::string_view hidden_words(language l) {
  return say(l, "dolt (..)", "hidden (..)");
}

void draw_seam(drawing& d, const plot_frame& f, const stack& s, std::size_t layer,
               std::span<const std::vector<step_span>> spans) {
  outline o;
  for (std::size_t i = 0; i + 1 < s.edges.size(); ++i) {
    const auto from = f.at(s.edges[i], spans[i][layer].high);
    if (i == 0)
      o.move(from);
    else
      o.line(from);
    o.line(f.at(s.edges[i + 1], spans[i][layer].high));
  }
  d.trace(o, {ink::paper, 1.6});
}

// One polygon for each run of steps in which the layer is there.
outline outline_of(const plot_frame& f, const stack& s, std::size_t layer,
                   std::span<const std::vector<step_span>> spans) {
  outline o;
  const auto steps = s.edges.size() - 1;
  for (std::size_t first = 0; first < steps;) {
    std::size_t last = first;
    const auto there = [&](std::size_t i) {
      return spans[i][layer].high - spans[i][layer].low > rounding / 10;
    };
    while (last < steps && there(last)) ++last;
    for (std::size_t i = first; i < last; ++i) {
      const auto from = f.at(s.edges[i], spans[i][layer].high);
      if (i == first)
        o.move(from);
      else
        o.line(from);
      o.line(f.at(s.edges[i + 1], spans[i][layer].high));
    }
    for (std::size_t i = last; i > first; --i) {
      o.line(f.at(s.edges[i], spans[i - 1][layer].low));
      o.line(f.at(s.edges[i - 1], spans[i - 1][layer].low));
    }
    if (last > first) o.close();
    first = std::max(last, first + 1);
  }
  return o;
}

}  // namespace

void end_where_few_remain(stack& s, std::span<const std::optional<double>> numbers) {
  constexpr double few = 10, share = 0.1;
  double most = 0;
  for (const auto& n : numbers) most = std::max(most, n.value_or(0));
  const double least = std::max(few, most * share);
  std::size_t kept = std::min(numbers.size(), s.edges.size() - 1);
  while (kept > 0 && numbers[kept - 1].value_or(least) < least) --kept;
  // Of a group that was small from the start there is no such place.
  if (kept == 0 || kept + 1 >= s.edges.size()) return;
  s.cut = true;
  s.edges.resize(kept + 1);
  for (auto& layer : s.layers) layer.shares.resize(kept);
}

void drop_empty_layers(std::vector<stack>& stacks) {
  if (stacks.empty()) return;
  for (std::size_t i = stacks.front().layers.size(); i-- > 0;) {
    const bool nothing = std::ranges::all_of(stacks, [&](const stack& s) {
      return std::ranges::all_of(s.layers[i].shares,
                                 [](const auto& share) { return !share || *share <= 0; });
    });
    if (!nothing) continue;
    for (auto& s : stacks) s.layers.erase(s.layers.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

bool hides_something(const stack& s) {
  for (std::size_t i = 0; i + 1 < s.edges.size(); ++i) {
    if (i < s.absent.size() && s.absent[i]) continue;
    for (const auto& layer : s.layers) {
      if (!layer.shares[i]) return true;
    }
  }
  return false;
}

void draw_stack(drawing& d, const plot_frame& f, const stack& s) {
  std::vector<std::vector<step_span>> spans;
  for (std::size_t i = 0; i + 1 < s.edges.size(); ++i) spans.push_back(spans_at(s, i));
  for (std::size_t layer = 0; layer <= s.layers.size(); ++layer) {
    const auto o = outline_of(f, s, layer, spans);
    if (o.empty()) continue;
    d.fill(o, layer < s.layers.size() ? d.paint(s.layers[layer].style) : d.blank_paint());
  }
  for (std::size_t layer = 0; layer < s.layers.size(); ++layer) draw_seam(d, f, s, layer, spans);
  d.rect(f.area, "none", {ink::frame, 1});
}

void draw_stack_labels(drawing& d, const plot_frame& f, const stack& s, language l) {
  if (s.edges.size() < 2) return;
  struct entry {
    double wanted;
    std::string share, label, paint;
  };
  const auto spans = spans_at(s, s.edges.size() - 2);
  std::vector<entry> entries;
  std::vector<double> wanted;
  for (std::size_t i = 0; i <= s.layers.size(); ++i) {
    const bool hidden = i == s.layers.size();
    if (hidden && spans[i].high <= spans[i].low) continue;
    wanted.push_back(f.y.at((spans[i].low + spans[i].high) / 2));
    const auto share = hidden ? spans[i].high - spans[i].low : s.layers[i].shares.back();
    entries.push_back({wanted.back(), share ? percent_text(*share, 0, l) : "..",
                       hidden ? std::string(hidden_words(l)) : s.layers[i].label,
                       hidden ? d.blank_paint() : d.paint(s.layers[i].style)});
  }
  const double key_x = f.area.right() + 26, label_x = key_x + 66;
  const auto places = spread(wanted, 17, f.area.top + 4, f.area.bottom() - 4);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const double y = places[i];
    outline leader;
    leader.move({f.area.right() + 2, entries[i].wanted}).line({key_x - 3, y});
    d.trace(leader, {ink::frame, 0.9});
    d.rect({key_x, y - 6, 12, 12}, entries[i].paint, {ink::frame, 0.75});
    d.text({label_x - 8, y + 4.5}, entries[i].share, {anchor::end, key_size, ink::text, true});
    d.text({label_x, y + 4.5}, fitted(entries[i].label, d.width() - label_x, key_size),
           {anchor::start, key_size, ink::text});
  }
}

double draw_stack_key(drawing& d, std::span<const stack_layer> layers, box where, bool hidden,
                      language l) {
  double x = where.left, y = where.top + 10;
  const auto entry = [&](const std::string& paint, std::string_view label) {
    const double width = 18 + text_width(label, key_size) + 18;
    if (x > where.left && x + width > where.right()) {
      x = where.left;
      y += 20;
    }
    d.rect({x, y - 6, 12, 12}, paint, {ink::frame, 0.75});
    d.text({x + 18, y + 4.5}, label, {anchor::start, key_size, ink::text});
    x += width;
  };
  for (const auto& layer : layers) entry(d.paint(layer.style), layer.label);
  if (hidden) entry(d.blank_paint(), hidden_words(l));
  return y + 14;
}

double draw_stack_panels(drawing& d, std::span<const stack> stacks, const panel_axes& axes,
                         language l) {
  const bool hidden = std::ranges::any_of(stacks, hides_something);
  const double top =
      draw_stack_key(d, stacks.front().layers, {1, 4, d.width() - 8, 0}, hidden, l) + 10;
  std::vector<std::string> labels;
  for (const auto& s : stacks) labels.push_back(s.label);
  return draw_panels(d, top, labels, axes, l,
                     [&](const plot_frame& f, std::size_t i) { draw_stack(d, f, stacks[i]); });
}

}  // namespace stegvis
