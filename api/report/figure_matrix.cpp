// Tables that are read by their shading: transitions between states, and outcomes of cohorts by
// time since entry.
#include <algorithm>
#include <array>
#include <cmath>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr double pale[3] = {255, 255, 255}, deep[3] = {11, 79, 138};
constexpr double dark_until = 0.62, white_from = 0.77;  // letters have 4.5:1 so far, from here

// A shade between white and deep blue, as "#rrggbb".
std::string shade(double depth) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "#";
  for (int i = 0; i < 3; ++i) {
    const auto c = static_cast<unsigned>(
        std::lround(pale[i] + (deep[i] - pale[i]) * std::clamp(depth, 0.0, 1.0)));
    text += digits[c / 16];
    text += digits[c % 16];
  }
  return text;
}

// The nearest depth at which letters can be read.
double readable(double depth) {
  if (depth <= dark_until || depth >= white_from) return depth;
  return depth < (dark_until + white_from) / 2 ? dark_until : white_from;
}
std::string_view letters_on(double depth) {
  return depth >= white_from ? ink::paper : ink::text;
}

struct cell_look {
  std::string large{}, small{};
  std::optional<double> depth{};  // nothing: nothing can be read
};

void draw_cell(drawing& d, const box& b, const cell_look& look) {
  const double middle = b.left + b.width / 2, height = b.top + b.height / 2;
  if (!look.depth) {
    d.rect(b, d.blank_paint(), {ink::frame, 0.75});
    if (look.large.empty()) return;
    const double half = text_width(look.large, 12) / 2 + 4;
    d.rect({middle - half, height - 9, 2 * half, 18}, ink::paper);
    d.text({middle, height + 4.5}, look.large, {anchor::middle, 12, ink::text});
    return;
  }
  const double depth = readable(*look.depth);
  d.rect(b, shade(depth), {ink::frame, 0.75});
  const auto colour = letters_on(depth);
  d.text({middle, look.small.empty() ? height + 4.5 : height - 1}, look.large,
         {anchor::middle, 13, colour, true});
  if (!look.small.empty()) d.text({middle, height + 13}, look.small, {anchor::middle, 11, colour});
}

struct matrix {
  std::vector<std::string> columns{}, rows{};
  std::vector<std::vector<cell_look>> cells{};
  std::string columns_title{}, rows_title{}, key{};
};

void draw_head(drawing& d, const matrix& m, double left, double top, double width) {
  for (std::size_t i = 0; i < m.columns.size(); ++i) {
    const auto lines = wrapped(m.columns[i], width - 6, 12);
    const double middle = left + width * (static_cast<double>(i) + 0.5);
    const auto count = std::min<std::size_t>(lines.size(), 3);
    for (std::size_t line = 0; line < count; ++line) {
      const double y = top - 8 - 14 * static_cast<double>(count - 1 - line);
      d.text({middle, y}, fitted(lines[line], width - 2, 12), {anchor::middle, 12, ink::text});
    }
  }
}

std::string draw_matrix(const matrix& m, const figure_name& name, double left) {
  drawing d(name.id, figure_width);
  const double width =
      std::min(92.0, (figure_width - left - 8) / static_cast<double>(m.columns.size()));
  const double height = 42, top = 76;
  d.text({left, 16}, m.columns_title, {anchor::start, 12.5, ink::quiet});
  d.text({left - 12, top - 8}, m.rows_title, {anchor::end, 12.5, ink::quiet});
  draw_head(d, m, left, top, width);
  for (std::size_t row = 0; row < m.rows.size(); ++row) {
    const double y = top + height * static_cast<double>(row);
    d.text({left - 12, y + height / 2 + 4.5}, fitted(m.rows[row], left - 18, 13),
           {anchor::end, 13, ink::text});
    for (std::size_t i = 0; i < m.columns.size(); ++i)
      draw_cell(d, {left + width * static_cast<double>(i), y, width, height}, m.cells[row][i]);
  }
  const double bottom = top + height * static_cast<double>(m.rows.size());
  const double end = draw_note(d, m.key, bottom + 24);
  return d.finish(end, name.title, name.finding);
}

// Small rates still show: the root of a rate is its depth.
double depth_of(double share) {
  return std::sqrt(std::clamp(share, 0.0, 1.0)) * 0.95;
}

cell_look transition_cell(const shown_table& t, std::size_t row, std::size_t rate,
                          std::optional<std::size_t> count) {
  const auto share = t.number(row, rate);
  if (!share) {
    auto sign = t.cell(row, rate);
    if (t.mark_of(row, rate) == mark::undefined) return {std::move(sign), {}, 0.0};
    return {std::move(sign), {}, std::nullopt};
  }
  const auto n = count ? t.cell(row, *count) : std::string();
  if (*share == 0) return {"0", {}, 0.0};
  return {percent_text(*share, 1, t.in()), n, depth_of(*share)};
}

cell_look cohort_cell(const shown_table& t, std::size_t row, std::size_t share,
                      std::optional<std::size_t> n) {
  const auto value = t.number(row, share);
  if (!value) {
    const auto m = t.mark_of(row, share);
    return {m == mark::immature ? std::string() : t.cell(row, share), {}, std::nullopt};
  }
  const bool preliminary = t.mark_of(row, share) == mark::preliminary;
  auto text = percent_text(*value, 0, t.in());
  if (preliminary)
    text += std::string(no_break_space) + std::string(sign_of(mark::preliminary, t.in()));
  return {std::move(text), n ? "n = " + t.cell(row, *n) : std::string(), depth_of(*value * 0.8)};
}

// Adds `label` if it is new; answers where it stands.
std::size_t place_of(std::vector<std::string>& labels, const std::string& label) {
  const auto place = static_cast<std::size_t>(std::ranges::find(labels, label) - labels.begin());
  if (place == labels.size()) labels.push_back(label);
  return place;
}

constexpr std::size_t matrix_columns_max = 14, matrix_rows_max = 24;

}  // namespace

std::optional<std::string> draw_transitions(const shown_table& t, const figure_name& name) {
  const auto from = t.find("from");
  if (!from || t.rows() == 0 || t.groups().size() > 1) return std::nullopt;
  matrix m;
  std::vector<std::pair<std::size_t, std::optional<std::size_t>>> columns;
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const std::string_view id = t.table().columns[i].id;
    if (!id.starts_with("rate_")) continue;
    m.columns.push_back(t.words().code("state", id.substr(5)));
    columns.push_back({i, t.find("to_" + std::string(id.substr(5)))});
  }
  if (columns.empty() || columns.size() > matrix_columns_max) return std::nullopt;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    m.rows.push_back(t.cell(row, *from));
    m.cells.emplace_back();
    for (const auto& [rate, count] : columns)
      m.cells.back().push_back(transition_cell(t, row, rate, count));
  }
  m.columns_title = t.words().say("Till, månaden efter", "To, one step later");
  m.rows_title = t.words().say("Från", "From");
  m.key = t.words().say(
      "Radprocent och antal. Ju mörkare, desto vanligare; varje rad summerar "
      "till 100 %.",
      "Per cent of the row, and number. The darker, the more frequent; each "
      "row adds up to 100%.");
  return draw_matrix(m, name, 210);
}

std::optional<std::string> draw_cohort_ages(const shown_table& t, const figure_name& name) {
  const auto cohort = t.find("cohort"), age = t.find("age"), share = t.find("share");
  if (!cohort || !age || !share || t.rows() == 0 || t.groups().size() > 1) return std::nullopt;
  matrix m;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    place_of(m.rows, t.cell(row, *cohort));
    place_of(m.columns, t.cell(row, *age));
  }
  if (m.columns.size() > matrix_columns_max || m.rows.size() > matrix_rows_max) return std::nullopt;
  m.cells.assign(m.rows.size(), std::vector<cell_look>(m.columns.size()));
  for (std::size_t row = 0; row < t.rows(); ++row) {
    auto& line = m.cells[place_of(m.rows, t.cell(row, *cohort))];
    line[place_of(m.columns, t.cell(row, *age))] = cohort_cell(t, row, *share, t.find("n"));
  }
  auto unit = t.words().axis_unit();
  if (unit.empty()) unit = t.words().say("månader", "months");
  m.columns_title = std::string(t.words().say("Andel som nått utfallet inom så många ",
                                              "Share that reached the outcome within so many ")) +
                    unit;
  m.rows_title = t.words().say("Började", "Entered");
  m.key = t.words().say(
      "Streckat utan tal: gruppen har ännu inte följts så länge. Ju mörkare, "
      "desto större andel.",
      "Hatched without number: the group has not been followed that long. "
      "The darker, the larger the share.");
  return draw_matrix(m, name, 180);
}

}  // namespace stegvis
