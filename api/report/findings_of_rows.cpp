// What tables say that have one figure a row: shares, differences, variants.
#include <algorithm>

#include "api/report/sentence.hpp"

namespace stegvis {
namespace {

// What a row is about: its keys but the horizon, and how it is told apart from its like.
struct row_subject {
  std::string key{}, part{};
  std::size_t row = 0;
};

row_subject subject_of(const shown_table& t, std::size_t row) {
  row_subject subject{{}, t.level_label(row), row};
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const auto& column = t.table().columns[i];
    if (column.role != column_role::key) continue;
    const auto time = column.id == "horizon" ? t.number(row, i) : std::nullopt;
    auto words = time ? t.words().duration(*time) : t.cell(row, i);
    if (words.empty()) continue;
    if (column.id == "reference") words = std::string(t.words().say("mot ", "against ")) + words;
    auto& to = column.id == "horizon" ? subject.part : subject.key;
    to += (to.empty() ? "" : column.id == "reference" ? " " : ", ") + words;
  }
  return subject;
}

constexpr std::size_t subjects_max = 2;   // that a sentence tells of
constexpr double base_of_decimals = 1e6;  // shares of so many are told with a decimal

// Of several strata at several horizons: one horizon, a year where there is one.
std::optional<double> told_horizon(const shown_table& t) {
  const auto horizon = t.find("horizon");
  if (!horizon || t.table().by.empty()) return std::nullopt;
  std::optional<double> told;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto at = t.number(row, *horizon);
    if (at && told != 12 && (!told || *at == 12 || *at > *told)) told = at;
  }
  return told;
}

// Values of rows that are about the same.
struct subject_values {
  std::string key{};
  std::vector<named_number> values{};
};

std::vector<subject_values> values_by_subject(const shown_table& t, std::size_t value) {
  const auto horizon = told_horizon(t);
  const bool rare = t.table().form == table_form::sequences;
  std::vector<subject_values> found;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const auto x = t.number(row, value);
    if (!x || (horizon && t.number(row, t.find("horizon")) != horizon)) continue;
    auto subject = subject_of(t, row);
    if (horizon) {
      subject.key += (subject.key.empty() ? "" : ", ") + t.words().duration(*horizon);
      subject.part = t.level_label(row);
    }
    auto it = std::ranges::find(found, subject.key, &subject_values::key);
    if (it == found.end()) it = found.insert(found.end(), {subject.key, {}});
    const double base = rare ? base_of_decimals : t.base_of(row, value);
    it->values.push_back({std::move(subject.part), *x, base});
  }
  return found;
}

}  // namespace

// "I arbete: kvinnor 43 %, män 50 %; försörjer sig själv: kvinnor 61 %, män 58 %."
std::string proportions_finding(const shown_table& t, std::string_view what) {
  const auto value = t.find(what);
  if (!value) return nothing_to_read(t.words());
  const auto form = t.table().columns[*value].form;
  const auto subjects = values_by_subject(t, *value);
  if (subjects.empty()) return nothing_to_read(t.words());
  const bool alone = subjects.size() == 1 && subjects.front().values.size() == 1;
  const bool one = subjects.front().values.size() > 2 ||
                   (form == value_form::points && subjects.size() > subjects_max);
  const auto told =
      std::span(subjects).first(std::min(subjects.size(), one ? std::size_t{1} : subjects_max));
  std::vector<named_number> all;
  for (const auto& s : told) all.insert(all.end(), s.values.begin(), s.values.end());
  const auto style = style_of(form, all);
  std::string text;
  for (const auto& s : told) {
    if (!text.empty()) text += "; ";
    if (!s.key.empty()) text += s.key + ": ";
    text += listed(s.values, style, t.words());
  }
  if (alone && form == value_form::share) {
    for (std::size_t row = 0; row < t.rows(); ++row) {
      if (t.number(row, *value))
        text += interval_words(t, row, subjects.front().values.front().base);
    }
  }
  if (form == value_form::points) text += t.words().say(" procentenheter", " percentage points");
  return capitalised(text) + ".";
}

// Of what varies most between the variants: from the least to the greatest.
std::string variants_finding(const shown_table& t) {
  for (const std::string_view id : {"share", "difference", "survival", "median", "mean", "n"}) {
    const auto value = t.find(id);
    if (!value) continue;
    std::vector<subject_values> subjects;
    for (std::size_t row = 0; row < t.rows(); ++row) {
      const auto x = t.number(row, *value);
      if (!x) continue;
      std::string key;
      for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
        const auto& c = t.table().columns[i];
        if (c.role != column_role::key || c.id == "variant") continue;
        const auto time = c.form == value_form::time ? t.number(row, i) : std::nullopt;
        key += (key.empty() ? "" : ", ") + (time ? t.words().duration(*time) : t.cell(row, i));
      }
      auto it = std::ranges::find(subjects, key, &subject_values::key);
      if (it == subjects.end()) it = subjects.insert(subjects.end(), {key, {}});
      it->values.push_back({"", *x, t.base_of(row, *value)});
    }
    if (subjects.empty()) return nothing_to_read(t.words());
    const auto width = [](const subject_values& s) {
      const auto [low, high] = std::ranges::minmax(s.values, {}, &named_number::value);
      return high.value - low.value;
    };
    const auto& most = *std::ranges::max_element(subjects, {}, width);
    const auto [low, high] = std::ranges::minmax(most.values, {}, &named_number::value);
    const auto& column = t.table().columns[*value];
    const auto style = style_of(column.form, most.values);
    const auto from = text_of(low.value, style, t.in());
    const auto to = text_of(high.value, style, t.in());
    if (from == to)
      return std::string(t.words().say("Valen ändrar resultatet obetydligt.",
                                       "The choices hardly change the result."));
    return std::string(t.words().say("Valen betyder mest för ", "The choices matter most for ")) +
           (most.key.empty() ? t.words().column(t.table(), column) : most.key) +
           std::string(t.words().say(": mellan ", ": between ")) + from +
           std::string(t.words().say(" och ", " and ")) + to + ".";
  }
  return nothing_to_read(t.words());
}

}  // namespace stegvis
