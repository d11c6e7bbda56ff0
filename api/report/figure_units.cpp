// Funnel plot: each unit's share against its number, inside the limits of chance. Units keep the
// order they have; nothing ranks them.
#include <algorithm>
#include <cmath>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr double letter_size = 12.5;

struct unit_point {
  std::string label{};
  double n = 0, share = 0;
  bool outside = false;
};

struct limit {
  double n = 0, low_95 = 0, high_95 = 0, low_998 = 0, high_998 = 0;
};

std::vector<limit> limits_of(const shown_table& t, std::span<const std::size_t> rows) {
  std::vector<limit> limits;
  const auto n = t.find("n");
  const std::optional<std::size_t> columns[] = {t.find("low_95"), t.find("high_95"),
                                                t.find("low_998"), t.find("high_998")};
  for (const auto row : rows) {
    std::optional<double> values[4];
    for (int i = 0; i < 4; ++i) values[i] = t.number(row, columns[i]);
    const auto number = t.number(row, n);
    if (!number || !values[0] || !values[1] || !values[2] || !values[3]) continue;
    limits.push_back({*number, *values[0], *values[1], *values[2], *values[3]});
  }
  std::ranges::sort(limits, {}, &limit::n);
  return limits;
}

bool lies_outside(const shown_table& t, std::size_t row, double share) {
  const auto low = t.number(row, t.find("low_998")), high = t.number(row, t.find("high_998"));
  return low && high && (share < *low || share > *high);
}

std::vector<unit_point> points_of(const shown_table& t, std::span<const std::size_t> rows,
                                  std::size_t n, std::size_t share) {
  std::vector<unit_point> points;
  for (const auto row : rows) {
    const auto number = t.number(row, n), value = t.number(row, share);
    if (!number || !value) continue;
    points.push_back({t.level_label(row), *number, *value, lies_outside(t, row, *value)});
  }
  return points;
}

void draw_limit(drawing& d, const plot_frame& f, const std::vector<limit>& limits,
                double limit::*side, const stroke& s) {
  outline o;
  for (const auto& at : limits) {
    const auto p = f.at(at.n, std::clamp(at.*side, 0.0, 1.0));
    if (o.empty())
      o.move(p);
    else
      o.line(p);
  }
  d.trace(o, s);
}

// The lines of the limits and of what they lie about, named at the right.
void draw_limits(drawing& d, const plot_frame& f, const std::vector<limit>& limits,
                 std::optional<double> reference, const wording& w) {
  const stroke inner{ink::quiet, 1.3, "6 4"}, outer{ink::quiet, 1.3, "2 3"};
  draw_limit(d, f, limits, &limit::low_95, inner);
  draw_limit(d, f, limits, &limit::high_95, inner);
  draw_limit(d, f, limits, &limit::low_998, outer);
  draw_limit(d, f, limits, &limit::high_998, outer);
  std::vector<side_label> labels;
  const auto add = [&](double value, std::string text, std::string_view colour) {
    labels.push_back({f.y.at(std::clamp(value, 0.0, 1.0)), std::move(text), colour});
  };
  if (!limits.empty()) {
    const auto& last = limits.back();
    for (const double value : {last.high_998, last.low_998})
      add(value, percent_text(0.998, 1, w.in()), ink::quiet);
    for (const double value : {last.high_95, last.low_95})
      add(value, percent_text(0.95, 0, w.in()), ink::quiet);
  }
  if (reference) {
    d.line(f.at(f.x.from, *reference), f.at(f.x.to, *reference), {ink::target, 1.6});
    add(*reference,
        std::string(w.say("jämfört: ", "reference ")) + percent_text(*reference, 0, w.in()),
        ink::target);
  }
  const double end = limits.empty() ? f.area.right() : f.x.at(limits.back().n);
  draw_side_labels(d, labels, end, f.area.right() + 16, f.area.top, f.area.bottom());
}

bool overlap(const box& a, const box& b) {
  return a.left < b.right() && b.left < a.right() && a.top < b.bottom() && b.top < a.bottom();
}

// Names where there is room for them: those outside the limits first.
void draw_names(drawing& d, const plot_frame& f, const std::vector<unit_point>& points) {
  std::vector<box> taken;
  for (const auto& p : points) {
    const auto at = f.at(p.n, p.share);
    taken.push_back({at.x - 6, at.y - 6, 12, 12});
  }
  for (const bool outside : {true, false}) {
    for (const auto& p : points) {
      if (p.outside != outside) continue;
      const auto at = f.at(p.n, p.share);
      const auto label = fitted(p.label, 170, letter_size);
      const double width = text_width(label, letter_size);
      const box places[] = {{at.x + 9, at.y - 8, width, 16},
                            {at.x - 9 - width, at.y - 8, width, 16},
                            {at.x - width / 2, at.y - 25, width, 16},
                            {at.x - width / 2, at.y + 9, width, 16}};
      for (const auto& place : places) {
        const bool inside = place.left > f.area.left && place.right() < f.area.right() &&
                            place.top > f.area.top && place.bottom() < f.area.bottom();
        const bool free =
            std::ranges::none_of(taken, [&](const box& other) { return overlap(place, other); });
        if (!inside || !free) continue;
        taken.push_back(place);
        d.text({place.left, place.top + 12.5}, label,
               {anchor::start, letter_size, ink::text, p.outside, true});
        break;
      }
    }
  }
}

std::string key_of(const shown_table& t, std::size_t left_out) {
  std::string key(t.words().say(
      "Innanför gränserna är skillnaden inte större än slumpen brukar ge. Fylld romb: utanför "
      "99,8 %-gränsen.",
      "Inside the limits the difference is no larger than chance usually gives. Filled diamond: "
      "outside the 99.8% limit."));
  if (left_out > 0) {
    key += t.words().say(" Utelämnade (..): ", " Left out (..): ");
    key += integer_text(static_cast<std::int64_t>(left_out), t.in()) + ".";
  }
  return key;
}

struct unit_columns {
  std::size_t n, share;
  std::optional<std::size_t> target;
};

// One funnel; answers the y below it.
double draw_funnel(drawing& d, const shown_table& t, std::span<const std::size_t> rows,
                   const unit_columns& c, std::string_view title, double top) {
  const auto points = points_of(t, rows, c.n, c.share);
  double most = 1;
  for (const auto& p : points) most = std::max(most, p.n);
  const auto ticks = round_ticks(most * 1.02);
  const auto f = frame_of({56, top + 40, figure_width - 56 - 124, 330}, 0, ticks.back(), 0, 1);
  draw_share_axis(d, f, t.in());
  draw_side_title(d, f, title);
  draw_bottom_axis(d, f, labelled(ticks, t.in()),
                   t.words().say("Antal personer", "Number of persons"));
  draw_limits(d, f, limits_of(t, rows), t.number(rows.front(), c.target), t.words());
  for (const auto& p : points) {
    const auto at = f.at(p.n, p.share);
    if (p.outside)
      d.mark(at, ink::marker::diamond, ink::accent, 6);
    else
      d.mark(at, ink::marker::ring, ink::accent, 4.5);
  }
  draw_names(d, f, points);
  return f.area.bottom() + 52;
}

// Rows of each indicator; one without a name if there is none.
std::vector<row_group> rows_by_indicator(const shown_table& t) {
  const auto indicator = t.find("indicator");
  std::vector<row_group> found;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto label = indicator ? t.cell(row, *indicator) : std::string();
    auto it = std::ranges::find(found, label, &row_group::label);
    if (it == found.end()) it = found.insert(found.end(), {label, {}});
    it->rows.push_back(row);
  }
  return found;
}

}  // namespace

std::optional<std::string> draw_units(const shown_table& t, const figure_name& name) {
  const auto n = t.find("n"), share = t.find("share");
  if (!n || !share) return std::nullopt;
  std::size_t drawn = 0;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (t.number(row, *n) && t.number(row, *share)) ++drawn;
  }
  if (drawn == 0) return std::nullopt;
  drawing d(name.id, figure_width);
  double y = 0;
  for (const auto& group : rows_by_indicator(t)) {
    const auto title = group.label.empty()
                           ? std::string(t.words().say("Andel som nått utfallet",
                                                       "Share that reached the outcome"))
                           : capitalised(group.label);
    y = draw_funnel(d, t, group.rows, {*n, *share, t.find("target")}, title, y);
  }
  const double end = draw_note(d, key_of(t, t.rows() - drawn), y + 10);
  return d.finish(end, name.title, name.finding);
}

}  // namespace stegvis
