// The ladder's steps: how many started each, how many of them completed it and went on.
#include <algorithm>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr double left = 150, row_height = 74, heading_height = 34;
constexpr double bar_height = 24, letter_size = 13;

std::optional<std::size_t> first_of(const shown_table& t,
                                    std::initializer_list<std::string_view> ids) {
  for (const auto id : ids) {
    if (const auto column = t.find(id)) return column;
  }
  return std::nullopt;
}

struct ladder_columns {
  std::size_t step, started;
  std::optional<std::size_t> ladder, completed, passed, completion, passing, mature;
};

// "171 slutförde (80 %)"
std::string counted(const shown_table& t, std::size_t row, std::size_t column,
                    std::optional<std::size_t> share, std::string_view what) {
  auto text = t.cell(row, column) + " " + std::string(what);
  const auto value = t.number(row, share);
  return value ? text + " (" + percent_text(*value, 0, t.in()) + ")" : text;
}

// Below the step's bar: of those who could be followed for a year, how many went on.
void draw_passing(drawing& d, const shown_table& t, std::size_t row, const ladder_columns& c,
                  double top, double per_person) {
  constexpr double height = 8;
  const auto passed = t.number(row, c.passed), mature = t.number(row, c.mature);
  if (mature) d.rect({left, top, *mature * per_person, height}, ink::paper, {ink::target, 1});
  if (passed) d.rect({left, top, *passed * per_person, height}, ink::target);
}

void draw_step(drawing& d, const shown_table& t, std::size_t row, const ladder_columns& c, double y,
               double per_person) {
  const double top = y + 24;
  const auto label = t.words().step(t.cell(row, c.step));
  d.text({8, top + 17}, fitted(label, left - 18, letter_size),
         {anchor::start, letter_size, ink::text, true});
  const auto started = t.number(row, c.started), completed = t.number(row, c.completed);
  if (started) {
    d.rect({left, top, *started * per_person, bar_height}, ink::faint, {ink::frame, 1.2});
  } else {
    d.rect({left, top, 60, bar_height}, d.blank_paint(), {ink::frame, 0.75});
  }
  if (started && completed)
    d.rect({left, top + 5, *completed * per_person, bar_height - 10}, ink::accent);
  draw_passing(d, t, row, c, top + bar_height + 3, per_person);
  std::string text = counted(t, row, c.started, std::nullopt, t.words().say("började", "started"));
  if (c.completed)
    text +=
        ", " + counted(t, row, *c.completed, c.completion, t.words().say("slutförde", "completed"));
  if (c.passed) {
    text += c.mature ? std::string(t.words().say("; av ", "; of ")) + t.cell(row, *c.mature) +
                           std::string(t.words().say(" som följts tolv månader gick ",
                                                     " followed for twelve months "))
                     : std::string(", ");
    text += counted(t, row, *c.passed, c.passing, t.words().say("vidare", "went on"));
  }
  d.text({left, top - 8}, text, {anchor::start, letter_size, ink::quiet});
}

}  // namespace

std::optional<std::string> draw_ladder(const shown_table& t, const figure_name& name) {
  const auto step = t.find("step"), started = first_of(t, {"started", "reached", "n"});
  if (!step || !started || t.rows() == 0 || t.rows() > 24 || t.groups().size() > 1)
    return std::nullopt;
  const ladder_columns c{*step,
                         *started,
                         t.find("ladder"),
                         t.find("completed"),
                         first_of(t, {"passed", "continued"}),
                         first_of(t, {"share", "conv", "completion"}),
                         first_of(t, {"pass", "share_passed"}),
                         t.find("mature")};
  double most = 1;
  for (std::size_t row = 0; row < t.rows(); ++row)
    most = std::max(most, t.number(row, *started).value_or(0));
  const double per_person = (figure_width - left - 24) / most;
  drawing d(name.id, figure_width);
  double y = 4;
  std::string ladder;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    if (c.ladder && t.cell(row, *c.ladder) != ladder) {
      ladder = t.cell(row, *c.ladder);
      d.rect({0, y, figure_width, heading_height - 6}, ink::faint);
      d.text({8, y + 19}, ladder, {anchor::start, letter_size, ink::text, true});
      y += heading_height;
    }
    draw_step(d, t, row, c, y, per_person);
    y += row_height;
  }
  std::string key(t.words().say("Ljus stapel: började. Mörk: slutförde.",
                                "Pale bar: started. Dark: completed."));
  if (c.passed)
    key += t.words().say(
        " Smal röd stapel: började nästa steg inom tolv månader, av dem som kunde "
        "följas så länge.",
        " Narrow red bar: started the next step within twelve months, of those who "
        "could be followed that long.");
  y = draw_note(d, key, y + 14);
  return d.finish(y, name.title, name.finding);
}

}  // namespace stegvis
