// One row a value: shares and differences as points with their intervals, durations as bars.
#include <algorithm>
#include <cmath>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr std::size_t rows_max = 60;
constexpr double tall = 600;  // with the axis above too
constexpr double row_height = 30, heading_height = 30, letter_size = 13;

struct value_row {
  std::string heading{}, label{};
  std::optional<double> value{}, low{}, high{}, worst{}, best{};
  std::string text{};  // what is read at the right
};

struct value_axis {
  value_form form = value_form::share;
  double from = 0, to = 1;
  std::vector<double> ticks{};
  std::string title{};
  bool bars = false;  // from zero, else points
  std::optional<double> target{};
};

std::string tick_text(double tick, const value_axis& axis, language l) {
  if (axis.form == value_form::share) return percent_text(tick, share_decimals(axis.ticks), l);
  if (axis.form == value_form::points) return points_text(tick, 0, l);
  return decimal_text(tick, tick == std::floor(tick) ? 0 : 1, l);
}

void draw_value(drawing& d, const plot_frame& f, const value_row& row, double y, bool bars) {
  if (!row.value) {
    d.text({f.area.left + 6, y + 4.5}, row.text, {anchor::start, letter_size, ink::quiet});
    return;
  }
  const double x = f.x.at(*row.value);
  if (bars) {
    d.rect({f.area.left, y - 8, std::max(0.0, x - f.area.left), 16}, ink::accent);
    return;
  }
  if (row.worst && row.best && *row.best > *row.worst) {
    const double from = f.x.at(*row.worst), to = f.x.at(*row.best);
    d.line({from, y}, {to, y}, {ink::quiet, 1.2, "2 2.5"});
    for (const double end : {from, to}) d.line({end, y - 6}, {end, y + 6}, {ink::quiet, 1.2});
  }
  if (row.low && row.high) d.line({f.x.at(*row.low), y}, {f.x.at(*row.high), y}, {ink::accent, 4});
  d.mark({x, y}, ink::marker::circle, ink::paper, 7);
  d.mark({x, y}, ink::marker::circle, ink::accent, 5.5);
}

void draw_axis(drawing& d, const plot_frame& f, const value_axis& axis, language l) {
  for (const double tick : axis.ticks) {
    const double x = f.x.at(tick);
    const bool zero = tick == 0 && axis.from < 0;
    d.line({x, f.area.top}, {x, f.area.bottom()}, {zero ? ink::frame : ink::grid, zero ? 1.4 : 1});
    const auto text = tick_text(tick, axis, l);
    d.text({x, f.area.bottom() + 18}, text, {anchor::middle, 12.5, ink::quiet});
    if (f.area.height > tall) d.text({x, f.area.top - 6}, text, {anchor::middle, 12.5, ink::quiet});
  }
  d.text({f.area.left + f.area.width / 2, f.area.bottom() + 37}, axis.title,
         {anchor::middle, 12.5, ink::quiet});
}

double height_of(const std::vector<value_row>& rows) {
  double height = 0;
  std::string_view heading;
  for (const auto& row : rows) {
    if (row.heading != heading) height += heading_height;
    heading = row.heading;
    height += row_height;
  }
  return height;
}

std::string draw_rows(const std::vector<value_row>& rows, const value_axis& axis,
                      const figure_name& name, std::string_view key, language l) {
  double label_width = 90, text_room = 60;
  for (const auto& row : rows) {
    label_width = std::max(label_width, text_width(row.label, letter_size) + 26);
    text_room = std::max(text_room, text_width(row.text, letter_size) + 16);
  }
  label_width = std::min(label_width, 250.0);
  text_room = std::min(text_room, 260.0);
  drawing d(name.id, figure_width);
  const double height = height_of(rows);
  const double top = height > tall || axis.target ? 24 : 8;
  const auto f = frame_of({label_width, top, figure_width - label_width - text_room, height},
                          axis.from, axis.to, 0, 1);
  draw_axis(d, f, axis, l);
  if (axis.target) {
    const double x = f.x.at(*axis.target);
    d.line({x, f.area.top}, {x, f.area.bottom()}, {ink::target, 1.8, "9 4"});
    d.text({x, f.area.top - 6},
           std::string(say(l, "mål ", "target ")) + tick_text(*axis.target, axis, l),
           {anchor::middle, 12.5, ink::target, true});
  }
  double y = f.area.top;
  std::string_view heading;
  for (const auto& row : rows) {
    if (row.heading != heading) {
      d.rect({0, y + 3, figure_width, heading_height - 4}, ink::faint);
      d.text({8, y + 21}, fitted(row.heading, figure_width - 16, letter_size),
             {anchor::start, letter_size, ink::text, true});
      y += heading_height;
      heading = row.heading;
    }
    const double middle = y + row_height / 2;
    d.text({row.heading.empty() ? 8.0 : 18.0, middle + 4.5},
           fitted(row.label, label_width - 24, letter_size), {anchor::start, letter_size});
    draw_value(d, f, row, middle, axis.bars);
    if (row.value)
      d.text({f.area.right() + 14, middle + 4.5}, row.text, {anchor::start, letter_size});
    y += row_height;
  }
  const double bottom = draw_note(d, key, f.area.bottom() + 60);
  return d.finish(bottom, name.title, name.finding);
}

// Which columns a row's value is read from.
struct value_columns {
  std::size_t value;
  std::optional<std::size_t> low, high, worst, best, n;
};

std::string number_in(double value, value_form form, int decimals, language l) {
  if (form == value_form::share) return percent_text(value, decimals, l);
  if (form == value_form::points) return points_text(value, decimals, l);
  return decimal_text(value, 1, l);
}

std::string text_of(const shown_table& t, std::size_t row, const value_columns& c) {
  const auto value = t.number(row, c.value);
  if (!value) return t.cell(row, c.value);
  const auto form = t.table().columns[c.value].form;
  const auto l = t.in();
  const double base = c.n ? t.number(row, *c.n).value_or(0) : t.base_of(row, c.value);
  const bool rare = t.table().form == table_form::sequences;
  const int decimals = rare || form == value_form::points ? 1 : percent_decimals(base);
  auto text = number_in(*value, form, decimals, l);
  const auto low = t.number(row, c.low), high = t.number(row, c.high);
  if (low && high) {
    if (form == value_form::share) {
      text += " (" + decimal_text(*low * 100, decimals, l) + "\u2013" +
              decimal_text(*high * 100, decimals, l) + ")";
    } else {
      text += " (" + number_in(*low, form, decimals, l) +
              std::string(t.words().say(" till ", " to ")) + number_in(*high, form, decimals, l) +
              ")";
    }
  }
  if (c.n) text += ", n = " + t.cell(row, *c.n);
  return text;
}

std::string key_words(const shown_table& t, std::size_t row, std::size_t column) {
  const auto& c = t.table().columns[column];
  const auto time = t.number(row, column);
  const bool horizon = c.form == value_form::time || c.id == "horizon";
  auto words = horizon && time ? t.words().duration(*time) : t.cell(row, column);
  if (c.id == "reference" && !words.empty())
    words = std::string(t.words().say("mot ", "against ")) + words;
  return words;
}

// What rows are compared within, and what tells them apart in it: of several keys the first heads
// the rest; of variants what they vary heads the variant.
struct row_names {
  std::string heading{}, label{};
};
row_names names_of(const shown_table& t, std::size_t row) {
  row_names names;
  const auto add = [](std::string& to, const std::string& words, std::string_view between) {
    if (words.empty()) return;
    if (!to.empty()) to += between;
    to += words;
  };
  add(names.label, t.level_label(row), "");
  const bool variants = t.table().form == table_form::sensitivity;
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const auto& c = t.table().columns[i];
    if (c.role != column_role::key) continue;
    const bool heads =
        variants ? c.id != "variant" : c.id == "indicator" || c.id == "state" || c.id == "item";
    add(heads ? names.heading : names.label, key_words(t, row, i),
        c.id == "reference" ? " " : ", ");
  }
  if (names.label.empty()) std::swap(names.label, names.heading);
  return names;
}

// Rows of one heading stand together, in the table's order.
std::vector<value_row> rows_of(const shown_table& t, const value_columns& c) {
  std::vector<row_names> names;
  std::vector<std::string> headings;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    names.push_back(names_of(t, row));
    const auto& heading = names.back().heading;
    if (std::ranges::find(headings, heading) == headings.end()) headings.push_back(heading);
  }
  std::vector<value_row> rows;
  for (const auto& heading : headings) {
    for (std::size_t row = 0; row < t.rows(); ++row) {
      if (names[row].heading != heading) continue;
      rows.push_back({heading, names[row].label, t.number(row, c.value), t.number(row, c.low),
                      t.number(row, c.high), t.number(row, c.worst), t.number(row, c.best),
                      text_of(t, row, c)});
    }
  }
  return rows;
}

value_axis axis_of(const shown_table& t, const value_columns& c,
                   const std::vector<value_row>& rows) {
  value_axis axis;
  axis.form = t.table().columns[c.value].form;
  axis.title = t.words().column(t.table(), t.table().columns[c.value]);
  if (t.table().form == table_form::durations && !t.words().axis_unit().empty())
    axis.title = capitalised(t.words().axis_unit());
  double most = 0;
  for (const auto& row : rows) {
    for (const auto& value : {row.value, row.low, row.high})
      most = std::max(most, std::fabs(value.value_or(0)));
  }
  if (axis.form == value_form::share) {
    axis.ticks = {0, 0.2, 0.4, 0.6, 0.8, 1};
  } else if (axis.form == value_form::points) {
    axis.ticks = round_ticks(most * 100);
    for (auto& tick : axis.ticks) tick /= 100;
    axis.to = axis.ticks.back();
    axis.from = -axis.to;
    if (axis.ticks.size() > 4) axis.ticks = {0, axis.to / 2, axis.to};
    for (auto i = axis.ticks.size(); i-- > 0;) {
      if (axis.ticks[i] > 0) axis.ticks.push_back(-axis.ticks[i]);
    }
    axis.title = t.words().say("Procentenheter", "Percentage points");
  } else {
    axis.ticks = round_ticks(most);
    axis.to = axis.ticks.back();
  }
  return axis;
}

std::string key_of(const std::vector<value_row>& rows, const wording& w) {
  const auto any = [&](auto&& has) { return std::ranges::any_of(rows, has); };
  std::string key;
  if (any([](const value_row& row) { return row.low && row.high; }))
    key += w.say("Punkt och streck: värdet och dess 95 % konfidensintervall.",
                 "Point and bar: the value and its 95% confidence interval.");
  if (any([](const value_row& row) { return row.worst && row.best && *row.best > *row.worst; }))
    key += w.say(" Prickad linje: om inga respektive alla okända hade nått utfallet.",
                 " Dotted line: if none, or all, of the unknown had reached the outcome.");
  return key;
}

std::optional<std::string> draw_values(const shown_table& t, const figure_name& name,
                                       const value_columns& c, bool bars) {
  if (t.rows() == 0 || t.rows() > rows_max) return std::nullopt;
  const auto rows = rows_of(t, c);
  auto axis = axis_of(t, c, rows);
  axis.bars = bars;
  if (!bars) axis.target = t.number(0, t.find("target"));
  if (axis.target && (*axis.target < axis.from || *axis.target > axis.to)) axis.target.reset();
  if (bars && axis.form == value_form::share) {
    double most = 0;
    for (const auto& row : rows) most = std::max(most, row.value.value_or(0));
    axis.ticks = round_ticks(most * 100);
    for (auto& tick : axis.ticks) tick /= 100;
    axis.to = axis.ticks.back();
  }
  return draw_rows(rows, axis, name, key_of(rows, t.words()), t.in());
}

}  // namespace

std::optional<std::string> draw_intervals(const shown_table& t, const figure_name& name) {
  for (const std::string_view id : {"share", "difference", "survival", "median", "mean"}) {
    const auto value = t.find(id);
    if (!value || t.table().columns[*value].role != column_role::figure) continue;
    return draw_values(
        t, name,
        {*value, t.find("low"), t.find("high"), t.find("worst"), t.find("best"), t.find("n")},
        false);
  }
  return std::nullopt;
}

std::optional<std::string> draw_bars(const shown_table& t, const figure_name& name) {
  for (const std::string_view id : {"mean", "share"}) {
    const auto value = t.find(id);
    if (!value) continue;
    const auto n = t.table().form == table_form::durations ? std::nullopt : t.find("n");
    return draw_values(t, name, {*value, {}, {}, {}, {}, n}, true);
  }
  return std::nullopt;
}

}  // namespace stegvis
