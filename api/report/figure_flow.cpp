// The cohort's flow: a box for each step with the number that remains, and beside it those who were
// left out there and why.
#include <cmath>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr double box_width = 350, box_height = 52, step_height = 96, side_width = 300;
constexpr double left = 1, side_left = figure_width - side_width - 1;

void draw_box(drawing& d, const box& b, std::string_view words, std::string_view number,
              bool last) {
  d.rect(b, last ? ink::accent : ink::paper, {last ? ink::accent : ink::frame, 1.4});
  const auto colour = last ? ink::paper : ink::text;
  d.text({b.left + 16, b.top + b.height / 2 + 5}, fitted(words, b.width - 110, 14),
         {anchor::start, 14, colour});
  d.text({b.right() - 16, b.top + b.height / 2 + 6.5}, number, {anchor::end, 19, colour, true});
}

void draw_arrow(drawing& d, point from, point to) {
  d.line(from, to, {ink::quiet, 1.4});
  const bool down = std::fabs(to.x - from.x) < 1;
  outline head;
  head.move(to);
  if (down)
    head.line({to.x - 5, to.y - 8}).line({to.x + 5, to.y - 8});
  else
    head.line({to.x - 8, to.y - 5}).line({to.x - 8, to.y + 5});
  d.fill(head.close(), ink::quiet);
}

void draw_loss(drawing& d, const shown_table& t, std::size_t row, std::size_t step,
               std::size_t left_out, double middle) {
  const auto number = t.cell(row, left_out);
  const auto reason = t.words().loss(t.text(row, step));
  const box b{side_left, middle - 19, side_width, 38};
  draw_arrow(d, {left + box_width / 2, middle}, {b.left, middle});
  d.rect(b, ink::paper, {ink::frame, 1, "4 3"});
  d.text({b.left + 14, middle + 5}, number, {anchor::start, 15, ink::text, true});
  const double words_x = b.left + 14 + text_width(number, 15, true) + 10;
  d.text({words_x, middle + 5}, fitted(reason, b.right() - words_x - 6, 13),
         {anchor::start, 13, ink::quiet});
}

// Whether each step has those of the step before without the ones left out, where all can be read.
bool adds_up(const shown_table& t, std::size_t n, std::optional<std::size_t> left_out) {
  for (std::size_t row = 1; row < t.rows(); ++row) {
    const auto before = t.number(row - 1, n), now = t.number(row, n);
    const auto lost = t.number(row, left_out);
    if (before && now && lost && *before - *lost != *now) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string> draw_flow(const shown_table& t, const figure_name& name) {
  const auto step = t.find("step"), n = t.find("n"), left_out = t.find("left_out");
  if (!step || !n || t.rows() == 0 || t.groups().size() > 1) return std::nullopt;
  drawing d(name.id, figure_width);
  double y = 8;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    const bool last = row + 1 == t.rows();
    if (row > 0) {
      const double from = y - (step_height - box_height);
      draw_arrow(d, {left + box_width / 2, from}, {left + box_width / 2, y});
      const auto lost = left_out ? t.number(row, *left_out) : std::nullopt;
      const bool hidden = left_out && t.mark_of(row, *left_out) == mark::suppressed;
      if (hidden || lost.value_or(0) != 0)
        draw_loss(d, t, row, *step, *left_out, from + (y - from) / 2 - 3);
    }
    draw_box(d, {left, y, box_width, box_height}, t.cell(row, *step), t.cell(row, *n), last);
    y += step_height;
  }
  y += 10 - (step_height - box_height);
  if (!adds_up(t, *n, left_out))
    y = draw_note(d, t.words().say("OBS: stegen summerar inte.", "NOTE: the steps do not add up."),
                  y + 10);
  return d.finish(y, name.title, name.finding);
}

}  // namespace stegvis
