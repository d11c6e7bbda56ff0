// The most frequent sequences: each a strip of its states in the order in which they came.
#include <algorithm>

#include "api/report/figure.hpp"
#include "api/report/plot.hpp"
#include "api/report/stack.hpp"
#include "api/report/state_styles.hpp"

namespace stegvis {
namespace {

constexpr double row_height = 34, strip_height = 20, right_room = 130;
constexpr std::size_t rows_max = 20;

struct strip {
  std::vector<sequence_spell> spells{};
  std::string text{};  // at the right
};

std::vector<strip> strips_of(const shown_table& t, std::size_t sequence, std::size_t share,
                             std::optional<std::size_t> n) {
  std::vector<strip> strips;
  for (std::size_t row = 0; row < t.rows(); ++row) {
    auto spells = spells_of(t.text(row, sequence));
    if (spells.empty()) return {};
    const auto value = t.number(row, share);
    auto text = value ? percent_text(*value, 1, t.in()) : t.cell(row, share);
    if (value && n) text += ", n = " + t.cell(row, *n);
    strips.push_back({std::move(spells), std::move(text)});
  }
  return strips;
}

// States in the order in which they first come, each with its style.
std::vector<stack_layer> states_in(const std::vector<strip>& strips, const wording& w,
                                   std::vector<std::string_view>& codes) {
  std::vector<stack_layer> states;
  for (const auto& s : strips) {
    for (const auto& spell : s.spells) {
      if (std::ranges::find(codes, spell.state) != codes.end()) continue;
      codes.push_back(spell.state);
      states.push_back(
          {w.code("state", spell.state), style_of_state(spell.state, states.size()), {}});
    }
  }
  return states;
}

}  // namespace

std::optional<std::string> draw_sequences(const shown_table& t, const figure_name& name) {
  const auto sequence = t.find("sequence"), share = t.find("share");
  if (!sequence || !share || t.rows() == 0 || t.rows() > rows_max || t.groups().size() > 1)
    return std::nullopt;
  const auto strips = strips_of(t, *sequence, *share, t.find("n"));
  if (strips.empty()) return std::nullopt;
  std::vector<std::string_view> codes;
  const auto states = states_in(strips, t.words(), codes);
  int longest = 1;
  for (const auto& s : strips) {
    int length = 0;
    for (const auto& spell : s.spells) length += spell.length;
    longest = std::max(longest, length);
  }
  drawing d(name.id, figure_width);
  const double top = draw_stack_key(d, states, {1, 4, figure_width - 8, 0}, false, t.in()) + 6;
  const auto f =
      frame_of({1, top, figure_width - right_room, row_height * static_cast<double>(strips.size())},
               0, longest, 0, 1);
  double y = top + 4;
  for (const auto& s : strips) {
    int at = 0;
    for (const auto& spell : s.spells) {
      const auto place =
          static_cast<std::size_t>(std::ranges::find(codes, spell.state) - codes.begin());
      const double from = f.x.at(at), to = f.x.at(at + spell.length);
      d.rect({from, y, to - from, strip_height}, d.paint(states[place].style), {ink::paper, 1.4});
      at += spell.length;
    }
    d.text({f.area.right() + 14, y + 15}, s.text, {anchor::start, 13});
    y += row_height;
  }
  std::vector<double> ticks;
  const int gap = longest > 30 ? 12 : longest > 12 ? 6 : 3;
  for (int tick = 0; tick <= longest; tick += gap) ticks.push_back(tick);
  draw_bottom_axis(d, f, labelled(ticks, t.in()), t.words().axis_unit());
  return d.finish(f.area.bottom() + 48, name.title, name.finding);
}

}  // namespace stegvis
