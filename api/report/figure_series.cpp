// Values along an axis of set places: shares at follow-up times with their bounds, numbers by
// period with their target.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "api/report/figure.hpp"
#include "api/report/panels.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr std::size_t series_max = 5, places_max = 60;
constexpr double letter_size = 12.5;

struct series_point {
  std::size_t place = 0;
  std::optional<double> value{}, low{}, high{}, worst{}, best{};
  std::string text{};
  bool preliminary = false, suppressed = false;
};
struct series {
  std::string label{};
  ink::line_style style{};
  std::vector<series_point> points{};
};

struct series_set {
  std::string label{};  // of its stratum
  std::vector<std::string> places{};
  std::vector<series> lines{};
};

// A place on the axis: sorted by number or code, shown in words.
struct place {
  double number = 0;
  std::string code{}, words{};
  friend bool operator<(const place& a, const place& b) {
    return a.number != b.number ? a.number < b.number : a.code < b.code;
  }
};

// Words of the row's keys but its place on the axis.
std::string series_label(const shown_table& t, std::size_t row, std::size_t place, bool levels) {
  auto label = levels ? t.level_label(row) : std::string();
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    if (i == place || t.table().columns[i].role != column_role::key) continue;
    label += (label.empty() ? "" : ", ") + t.cell(row, i);
  }
  return label;
}

// Days that all begin a month are shown as months.
bool all_first_days(const shown_table& t, std::size_t place) {
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (!t.text(row, place).ends_with("-01")) return false;
  }
  return t.table().columns[place].form == value_form::day;
}

std::vector<place> places_of(const shown_table& t, std::span<const std::size_t> rows,
                             std::size_t column) {
  const bool time = t.table().columns[column].form == value_form::time;
  const bool first_days = all_first_days(t, column);
  std::vector<place> places;
  for (const auto row : rows) {
    const auto number = t.number(row, column);
    place p{number.value_or(0), std::string(t.text(row, column)),
            number && time ? t.words().duration(*number) : t.cell(row, column)};
    if (first_days && p.words.size() == 10) p.words.resize(7);
    const auto at = std::ranges::lower_bound(places, p, std::less{});
    if (at == places.end() || p < *at) places.insert(at, std::move(p));
  }
  return places;
}

// Of these rows, with their levels told or not.
series_set series_of(const shown_table& t, std::span<const std::size_t> rows, std::size_t column,
                     std::size_t value, bool levels) {
  series_set set;
  const auto places = places_of(t, rows, column);
  for (const auto& p : places) set.places.push_back(p.words);
  const auto low = t.find("low"), high = t.find("high");
  const auto worst = t.find("worst"), best = t.find("best");
  for (const auto row : rows) {
    const auto label = series_label(t, row, column, levels);
    auto it = std::ranges::find(set.lines, label, &series::label);
    if (it == set.lines.end()) {
      set.lines.push_back({label, ink::lines[set.lines.size() % ink::lines.size()], {}});
      it = set.lines.end() - 1;
    }
    const place here{t.number(row, column).value_or(0), std::string(t.text(row, column)), {}};
    const auto at = std::ranges::lower_bound(places, here, std::less{}) - places.begin();
    const auto m = t.mark_of(row, value);
    it->points.push_back({static_cast<std::size_t>(at), t.number(row, value), t.number(row, low),
                          t.number(row, high), t.number(row, worst), t.number(row, best),
                          t.cell(row, value), m == mark::preliminary, m == mark::suppressed});
  }
  for (auto& line : set.lines) std::ranges::stable_sort(line.points, {}, &series_point::place);
  return set;
}

// Answers the y below them.
double draw_place_labels(drawing& d, const plot_frame& f, std::span<const std::string> places) {
  const double room = f.area.width / static_cast<double>(places.size());
  d.line({f.area.left, f.area.bottom()}, {f.area.right(), f.area.bottom()}, {ink::frame, 1});
  double least = 58;  // room for the longest word of a label
  for (const auto& words : places) {
    for (const auto& word : wrapped(words, 1, letter_size))
      least = std::max(least, text_width(word, letter_size) + 10);
  }
  const auto every = static_cast<std::size_t>(std::max(1.0, std::ceil(least / room)));
  double bottom = f.area.bottom();
  for (std::size_t i = 0; i < places.size(); i += every) {
    const auto lines = wrapped(places[i], room * static_cast<double>(every) - 4, letter_size);
    bottom = std::max(bottom, f.area.bottom() + 18 +
                                  15 * static_cast<double>(std::min<std::size_t>(lines.size(), 3)));
    for (std::size_t line = 0; line < std::min<std::size_t>(lines.size(), 3); ++line) {
      d.text(
          {f.x.at(static_cast<double>(i)), f.area.bottom() + 18 + 15 * static_cast<double>(line)},
          lines[line], {anchor::middle, letter_size, ink::quiet});
    }
  }
  return bottom;
}

void draw_bounds(drawing& d, const plot_frame& f, const series_point& p, double x,
                 std::string_view colour) {
  if (p.worst && p.best && *p.best > *p.worst) {
    d.line({x, f.y.at(*p.worst)}, {x, f.y.at(*p.best)}, {colour, 1.2, "2 2.5"});
    for (const double end : {*p.worst, *p.best})
      d.line({x - 6, f.y.at(end)}, {x + 6, f.y.at(end)}, {colour, 1.2});
  }
  if (p.low && p.high) d.line({x, f.y.at(*p.low)}, {x, f.y.at(*p.high)}, {colour, 3.4});
}

// A line through points that stand `shift` beside their places.
void draw_series(drawing& d, const plot_frame& f, const series& s, double shift, bool numbers) {
  const bool many = f.x.to - f.x.from > 16;
  outline o;
  for (const auto& p : s.points) {
    if (!p.value) continue;
    const point at{f.x.at(static_cast<double>(p.place)) + shift, f.y.at(*p.value)};
    if (o.empty())
      o.move(at);
    else
      o.line(at);
  }
  d.trace(o, {s.style.colour, 1.8, s.style.dash});
  for (const auto& p : s.points) {
    const double x = f.x.at(static_cast<double>(p.place)) + shift;
    if (!p.value) {
      d.text({x, f.area.bottom() - 6}, p.text, {anchor::middle, letter_size, s.style.colour});
      continue;
    }
    draw_bounds(d, f, p, x, s.style.colour);
    d.mark({x, f.y.at(*p.value)}, s.style.shape, s.style.colour, many ? 3 : 5);
    if (numbers)
      d.text({x + 9, f.y.at(*p.value) - 7}, p.text,
             {anchor::start, letter_size, ink::text, true, true});
  }
}

void draw_series_labels(drawing& d, const plot_frame& f, const series_set& set) {
  std::vector<side_label> labels;
  for (const auto& s : set.lines) {
    for (auto p = s.points.rbegin(); p != s.points.rend(); ++p) {
      if (!p->value) continue;
      labels.push_back(
          {f.y.at(*p->value), s.label, s.style.colour, f.x.at(static_cast<double>(p->place)) + 10});
      break;
    }
  }
  const double last = f.x.at(static_cast<double>(set.places.size() - 1));
  draw_side_labels(d, labels, last + 14, f.area.right() + 14, f.area.top + 4, f.area.bottom() - 4);
}

plot_frame places_frame(const box& area, std::size_t places, double top) {
  return frame_of(area, -0.5, static_cast<double>(places) - 0.5, 0, top);
}

// The one target of the table; nothing if it differs between rows or there is none.
std::optional<double> target_of(const shown_table& t) {
  const auto column = t.find("target");
  if (!column) return std::nullopt;
  std::optional<double> target;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto value = t.number(row, *column);
    if (value && target && *value != *target) return std::nullopt;
    if (value) target = value;
  }
  return target;
}

void draw_target(drawing& d, const plot_frame& f, double target, const wording& w) {
  d.line(f.at(f.x.from, target), f.at(f.x.to, target), {ink::target, 1.8, "9 4"});
  const double x = f.area.right() + 8;
  d.text({x, f.y.at(target) + 4.5},
         std::string(w.say("mål ", "target ")) +
             decimal_text(target, target == std::floor(target) ? 0 : 1, w.in()),
         {anchor::start, letter_size, ink::target, true});
}

void draw_columns(drawing& d, const plot_frame& f, const series& s, std::optional<double> target) {
  const double room = f.area.width / (f.x.to - f.x.from);
  const double width = std::min(54.0, room * 0.68);
  const bool numbers = std::ranges::all_of(s.points, [&](const series_point& p) {
    return text_width(p.text, letter_size, true) < room;
  });
  for (const auto& p : s.points) {
    const double x = f.x.at(static_cast<double>(p.place));
    if (!p.value) {
      d.rect({x - width / 2, f.area.bottom() - 22, width, 22}, d.blank_paint(), {ink::frame, 0.75});
      d.text({x, f.area.bottom() - 28}, p.text, {anchor::middle, letter_size, ink::text});
      continue;
    }
    const double top = f.y.at(*p.value);
    const box bar{x - width / 2, top, width, f.area.bottom() - top};
    if (p.preliminary)
      d.rect(bar, d.paint({ink::accent, ink::hatch::rising}));
    else
      d.rect(bar, ink::accent);
    if (target && f.y.at(*target) > top)
      d.line({bar.left, f.y.at(*target)}, {bar.right(), f.y.at(*target)}, {ink::paper, 1.8, "9 4"});
    if (numbers) d.text({x, top - 7}, p.text, {anchor::middle, letter_size, ink::text, true, true});
  }
}

}  // namespace

namespace {

std::vector<std::size_t> all_rows(const shown_table& t) {
  std::vector<std::size_t> rows(t.rows());
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

void draw_lines(drawing& d, const plot_frame& f, const series_set& set, double apart,
                bool numbers) {
  for (std::size_t i = 0; i < set.lines.size(); ++i) {
    const double middle = static_cast<double>(set.lines.size() - 1) / 2;
    draw_series(d, f, set.lines[i], (static_cast<double>(i) - middle) * apart, numbers);
  }
}

std::string_view horizons_key(const wording& w) {
  return w.say(
      "Grovt streck: 95 % konfidensintervall. Prickad linje: om inga respektive alla okända "
      "hade varit kvar.",
      "Thick bar: 95% confidence interval. Dotted line: if none, or all, of the unknown had "
      "remained.");
}

// Line samples with their names, above panels.
void draw_line_key(drawing& d, const series_set& set, double y) {
  double x = 4;
  for (const auto& s : set.lines) {
    d.line({x, y}, {x + 30, y}, {s.style.colour, 1.8, s.style.dash});
    d.mark({x + 15, y}, s.style.shape, s.style.colour, 5);
    d.text({x + 38, y + 4.5}, s.label, {anchor::start, letter_size, s.style.colour});
    x += 38 + text_width(s.label, letter_size) + 28;
  }
}

// A panel for each stratum.
std::optional<std::string> draw_horizon_panels(const shown_table& t, const figure_name& name,
                                               std::size_t horizon, std::size_t share) {
  std::vector<series_set> sets;
  std::vector<std::string> labels;
  for (const auto& group : t.groups()) {
    sets.push_back(series_of(t, group.rows, horizon, share, false));
    labels.push_back(group.label);
  }
  const auto& first = sets.front();
  if (sets.size() > panels_max || first.places.size() < 2 || first.places.size() > places_max ||
      first.lines.size() > series_max)
    return std::nullopt;
  panel_axes axes{
      -0.5, static_cast<double>(first.places.size()) - 0.5, 1, true, {}, t.words().axis_unit()};
  for (std::size_t i = 0; i < first.places.size(); ++i) {
    const auto& place = first.places[i];
    axes.ticks.push_back({static_cast<double>(i), place.substr(0, place.find(no_break_space))});
  }
  drawing d(name.id, figure_width);
  draw_line_key(d, first, 12);
  const double y =
      draw_panels(d, 26, labels, axes, t.in(),
                  [&](const plot_frame& f, std::size_t i) { draw_lines(d, f, sets[i], 9, false); });
  return d.finish(draw_note(d, horizons_key(t.words()), y + 6), name.title, name.finding);
}

}  // namespace

std::optional<std::string> draw_horizons(const shown_table& t, const figure_name& name) {
  const auto horizon = t.find("horizon"), share = t.find("share");
  if (!horizon || !share || t.rows() == 0) return std::nullopt;
  if (t.groups().size() > 1) return draw_horizon_panels(t, name, *horizon, *share);
  const auto set = series_of(t, all_rows(t), *horizon, *share, true);
  if (set.places.size() < 2 || set.lines.size() > series_max || set.places.size() > places_max)
    return std::nullopt;
  drawing d(name.id, figure_width);
  const bool grouped = set.lines.size() > 1;
  const auto f = places_frame({56, 14, figure_width - 56 - (grouped ? 190.0 : 30.0), 280},
                              set.places.size(), 1);
  draw_share_axis(d, f, t.in());
  const double below = draw_place_labels(d, f, set.places);
  draw_lines(d, f, set, 13, !grouped);
  if (grouped) draw_series_labels(d, f, set);
  return d.finish(draw_note(d, horizons_key(t.words()), below + 14), name.title, name.finding);
}

std::optional<std::string> draw_periods(const shown_table& t, const figure_name& name) {
  auto place = t.find("period");
  if (!place) place = t.find("date");
  const auto n = t.find("n");
  if (!place || !n || t.rows() == 0) return std::nullopt;
  const auto set = series_of(t, all_rows(t), *place, *n, true);
  if (set.lines.size() > series_max || set.places.size() > places_max || set.places.size() < 2)
    return std::nullopt;
  const auto target = target_of(t);
  double most = target.value_or(0);
  for (const auto& s : set.lines) {
    for (const auto& p : s.points) most = std::max(most, p.value.value_or(0));
  }
  const auto ticks = round_ticks(most * 1.04);
  drawing d(name.id, figure_width);
  const bool grouped = set.lines.size() > 1;
  const double right = grouped ? 190 : target ? 92 : 24;
  const auto f =
      places_frame({56, 20, figure_width - 56 - right, 250}, set.places.size(), ticks.back());
  draw_number_axis(d, f, ticks, t.in());
  double y = draw_place_labels(d, f, set.places) + 12;
  if (target) draw_target(d, f, *target, t.words());
  if (grouped) {
    draw_lines(d, f, set, 0, false);
    draw_series_labels(d, f, set);
  } else {
    draw_columns(d, f, set.lines.front(), target);
  }
  const bool preliminary = std::ranges::any_of(set.lines, [](const series& s) {
    return std::ranges::any_of(s.points, &series_point::preliminary);
  });
  if (preliminary && !grouped)
    y = draw_note(d,
                  t.words().say("Streckad stapel: preliminärt, uppgifter kan saknas.",
                                "Hatched column: preliminary, records may be missing."),
                  y);
  return d.finish(y, name.title, name.finding);
}

std::optional<std::string> draw_gap(const shown_table& t, const figure_name& name) {
  const auto period = t.find("period"), area = t.find("area"), reference = t.find("reference");
  if (!period || !area || !reference || t.rows() < 2) return std::nullopt;
  const auto rows = all_rows(t);
  series_set set{{}, {}, {}};
  for (const auto& p : places_of(t, rows, *period)) set.places.push_back(p.words);
  if (set.places.size() > places_max * 4) return std::nullopt;
  double most = 0;
  for (const auto column : {*area, *reference}) {
    series line{
        t.words().column(t.table(), t.table().columns[column]), ink::lines[set.lines.size()], {}};
    for (const auto row : rows) {
      const auto value = t.number(row, column);
      const auto words = t.cell(row, *period);
      const auto at = std::ranges::find(set.places, words) - set.places.begin();
      line.points.push_back(
          {static_cast<std::size_t>(at), value, {}, {}, {}, {}, "", false, false});
      most = std::max(most, value.value_or(0));
    }
    set.lines.push_back(std::move(line));
  }
  const auto ticks = round_ticks(most * 1.04);
  drawing d(name.id, figure_width);
  const auto f =
      places_frame({56, 20, figure_width - 56 - 190, 250}, set.places.size(), ticks.back());
  draw_number_axis(d, f, ticks, t.in());
  const double y = draw_place_labels(d, f, set.places);
  draw_lines(d, f, set, 0, false);
  draw_series_labels(d, f, set);
  return d.finish(y + 10, name.title, name.finding);
}

}  // namespace stegvis
