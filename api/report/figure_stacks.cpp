// Shares over time that add up to all: what happened first (cumulative incidence), and where people
// stood (chronogram, with its entropy below).
#include <algorithm>
#include <cmath>
#include <map>

#include "api/report/figure.hpp"
#include "api/report/follow_up_times.hpp"
#include "api/report/stack.hpp"
#include "api/report/state_styles.hpp"

namespace stegvis {
namespace {

constexpr ink::area_style still_in_style{ink::faint, ink::hatch::none};

// Columns of a prefix with what stands behind it.
struct coded_column {
  std::string code{};
  std::size_t at = 0;
};
std::vector<coded_column> columns_of(const shown_table& t, std::string_view prefix) {
  std::vector<coded_column> found;
  for (std::size_t i = 0; i < t.table().columns.size(); ++i) {
    const std::string_view id = t.table().columns[i].id;
    if (id.starts_with(prefix)) found.push_back({std::string(id.substr(prefix.size())), i});
  }
  return found;
}

std::optional<stack> incidence_of(const shown_table& t, const row_group& group, std::size_t time,
                                  std::span<const coded_column> outcomes, double until) {
  stack s{group.label, {0}, {}};
  for (const auto& outcome : outcomes) {
    s.layers.push_back({t.words().code("outcome", outcome.code),
                        style_of_state(outcome.code, s.layers.size()),
                        {0.0}});
  }
  s.layers.push_back({t.words().code("outcome", "still_in"), still_in_style, {1.0}});
  const auto still_in = t.find("still_in"), base = t.find("at_risk");
  std::vector<std::optional<double>> at_risk(1);
  for (const auto row : group.rows) {
    const auto at = t.number(row, time);
    if (!at) continue;
    if (*at <= s.edges.back() && *at > 0) continue;
    if (*at > 0) {
      s.edges.push_back(*at);
      at_risk.push_back(t.number(row, base));
      for (auto& layer : s.layers) layer.shares.emplace_back();
    }
    double sum = 0;
    bool all = true;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const auto share = t.number(row, outcomes[i].at);
      s.layers[i].shares.back() = share;
      sum += share.value_or(0);
      all = all && share.has_value();
    }
    s.layers.back().shares.back() = still_in ? t.number(row, still_in)
                                    : all    ? std::optional(1 - sum)
                                             : std::nullopt;
  }
  if (s.edges.size() < 2) return std::nullopt;
  // The last shares hold for a while, so that their step can be seen.
  s.edges.push_back(std::max(until, s.edges.back()) + until / 30);
  end_where_few_remain(s, at_risk);
  return s;
}

// Steps of the time column: places on the axis, and the value there as a text.
struct time_steps {
  std::vector<double> at{};
  std::vector<std::string> keys{};
  std::vector<axis_tick> ticks{};
  std::string title{};
};

time_steps calendar_steps(const shown_table& t, std::span<const std::size_t> rows,
                          std::size_t time) {
  time_steps steps;
  const auto every = std::max<std::size_t>(1, (rows.size() + 7) / 8);
  const auto begins_year = [](std::string_view code) {
    return code.size() >= 7 && code.substr(4, 3) == "-01";
  };
  const bool januaries = rows.size() > 14 && std::ranges::any_of(rows, [&](std::size_t row) {
                           return begins_year(t.text(row, time));
                         });
  for (std::size_t i = 0; i < rows.size(); ++i) {
    steps.at.push_back(static_cast<double>(i));
    steps.keys.push_back(t.cell(rows[i], time));
    const auto code = t.text(rows[i], time);
    if (januaries && begins_year(code))
      steps.ticks.push_back({static_cast<double>(i), std::string(code.substr(0, 4))});
    if (!januaries && i % every == 0)
      steps.ticks.push_back({static_cast<double>(i), std::string(code.substr(0, 7))});
  }
  return steps;
}

time_steps steps_of(const shown_table& t, std::span<const std::size_t> rows, std::size_t time) {
  if (!t.text(rows.front(), time).empty()) return calendar_steps(t, rows, time);
  time_steps steps;
  for (const auto row : rows) {
    steps.at.push_back(t.number(row, time).value_or(0));
    steps.keys.push_back(t.cell(row, time));
  }
  const double first = steps.at.front(), last = steps.at.back();
  const double gap = last - first > 30 ? 12 : last - first > 12 ? 6 : last - first > 6 ? 3 : 1;
  for (double at = std::ceil(first / gap) * gap; at <= last; at += gap) {
    const auto label = labelled(std::array{at}, t.in()).front().label;
    steps.ticks.push_back({at + 0.5, label});
  }
  steps.title =
      t.words().axis_unit() + std::string(t.words().say(" sedan start", " since the start"));
  return steps;
}

// The group's row of each step; nothing where it has none.
std::vector<std::optional<std::size_t>> rows_at(const shown_table& t, const row_group& group,
                                                const time_steps& steps, std::size_t time) {
  std::vector<std::optional<std::size_t>> found(steps.keys.size());
  for (const auto row : group.rows) {
    const auto it = std::ranges::find(steps.keys, t.cell(row, time));
    if (it != steps.keys.end()) found[static_cast<std::size_t>(it - steps.keys.begin())] = row;
  }
  return found;
}

stack states_of(const shown_table& t, const row_group& group, const time_steps& steps,
                std::size_t time, std::span<const coded_column> states) {
  stack s{group.label, steps.at, {}};
  s.edges.push_back(s.edges.back() + 1);
  const auto rows = rows_at(t, group, steps, time);
  for (const auto& state : states) {
    stack_layer layer{
        t.words().code("state", state.code), style_of_state(state.code, s.layers.size()), {}};
    for (const auto& row : rows)
      layer.shares.push_back(row ? t.number(*row, state.at) : std::nullopt);
    s.layers.push_back(std::move(layer));
  }
  std::vector<std::optional<double>> base;
  for (const auto& row : rows) {
    base.push_back(row ? t.number(*row, t.find("base")) : std::nullopt);
    s.absent.push_back(!row || base.back() == 0.0);
  }
  end_where_few_remain(s, base);
  return s;
}

// The entropy line below; answers the y below it.
double draw_entropy(drawing& d, const shown_table& t, const row_group& group,
                    const time_steps& steps, const plot_frame& above) {
  const auto entropy = t.find("entropy");
  if (!entropy) return above.area.bottom() + 50;
  const auto f = frame_of({above.area.left, above.area.bottom() + 74, above.area.width, 56},
                          above.x.from, above.x.to, 0, 1);
  constexpr double ticks[] = {0, 0.5, 1};
  draw_number_axis(d, f, ticks, t.in());
  draw_side_title(d, f,
                  t.words().say("Spridning mellan lägen: 0 alla i samma, 1 jämnt fördelade",
                                "Spread over the states: 0 all in one, 1 evenly spread"));
  outline o;
  bool on = false;
  for (std::size_t i = 0; i < std::min(steps.at.size(), group.rows.size()); ++i) {
    if (steps.at[i] >= above.x.to) break;
    const auto value = t.number(group.rows[i], *entropy);
    if (value) {
      const auto p = f.at(steps.at[i] + 0.5, std::clamp(*value, 0.0, 1.0));
      if (on)
        o.line(p);
      else
        o.move(p);
    }
    on = value.has_value();
  }
  d.trace(o, {ink::text, 2});
  d.line({f.area.left, f.area.bottom()}, {f.area.right(), f.area.bottom()}, {ink::frame, 1});
  return f.area.bottom() + 14;
}

constexpr double left_room = 56;

// What the veil and the hatching mean, where they are; answers the y below.
double draw_notes(drawing& d, std::span<const stack> stacks, const wording& w, double y) {
  std::string note;
  if (std::ranges::any_of(stacks, hides_something))
    note += w.say("Streckat: dolt (..), färre än fem eller sådant som skulle röja det. ",
                  "Hatched: hidden (..), fewer than five or what would tell them. ");
  if (std::ranges::any_of(stacks, [](const stack& s) { return s.cut; }))
    note += w.say("Slutar där färre än tio, eller en tiondel, är kvar att följa.",
                  "Ends where fewer than ten, or a tenth, remain.");
  return note.empty() ? y : draw_note(d, note, y + 10);
}

}  // namespace

std::optional<std::string> draw_incidence(const shown_table& t, const figure_name& name) {
  const auto time = t.find("time");
  const auto outcomes = columns_of(t, "incidence_");
  const auto groups = t.groups();
  if (!time || outcomes.empty() || groups.empty() || groups.size() > panels_max)
    return std::nullopt;
  const auto times = follow_up_times_of(t, *time, 1.0 / 16);
  if (times.ticks.empty()) return std::nullopt;
  double until = times.ticks.back();
  for (std::size_t row = 0; row < t.rows(); ++row)
    until = std::max(until, t.number(row, *time).value_or(0));
  std::vector<stack> stacks;
  for (const auto& group : groups) {
    if (auto s = incidence_of(t, group, *time, outcomes, until)) stacks.push_back(std::move(*s));
  }
  if (stacks.empty()) return std::nullopt;
  drop_empty_layers(stacks);
  double end = 0;
  for (const auto& s : stacks) end = std::max(end, s.edges.back());
  auto ticks = labelled(times.ticks, t.in());
  std::erase_if(ticks, [&](const axis_tick& tick) { return tick.at > end; });
  const panel_axes axis{
      0,
      end,
      1,
      true,
      std::move(ticks),
      t.words().axis_unit() + std::string(t.words().say(" sedan start", " since the start"))};
  drawing d(name.id, figure_width);
  if (stacks.size() > 1) {
    const double y = draw_stack_panels(d, stacks, axis, t.in());
    return d.finish(draw_notes(d, stacks, t.words(), y), name.title, name.finding);
  }
  const auto f = frame_of({left_room, 14, figure_width - left_room - stack_label_room, 320}, 0,
                          stacks.front().edges.back(), 0, 1);
  draw_share_axis(d, f, t.in());
  draw_bottom_axis(d, f, axis.ticks, axis.title);
  draw_stack(d, f, stacks.front());
  draw_stack_labels(d, f, stacks.front(), t.in());
  const double height = draw_notes(d, stacks, t.words(), f.area.bottom() + 48);
  return d.finish(height, name.title, name.finding);
}

std::optional<std::string> draw_states(const shown_table& t, const figure_name& name) {
  const auto time = t.find("time");
  const auto states = columns_of(t, "share_");
  const auto groups = t.groups();
  if (!time || states.empty() || groups.empty() || groups.size() > panels_max) return std::nullopt;
  const auto longest =
      std::ranges::max(groups, {}, [](const row_group& group) { return group.rows.size(); });
  if (longest.rows.size() < 2) return std::nullopt;
  auto steps = steps_of(t, longest.rows, *time);
  std::vector<stack> stacks;
  for (const auto& group : groups) stacks.push_back(states_of(t, group, steps, *time, states));
  drop_empty_layers(stacks);
  if (stacks.front().layers.empty()) return std::nullopt;
  drawing d(name.id, figure_width);
  double end = 0;
  for (const auto& s : stacks) end = std::max(end, s.edges.back());
  std::erase_if(steps.ticks, [&](const axis_tick& tick) { return tick.at > end; });
  const auto& edges = stacks.front().edges;
  if (stacks.size() > 1) {
    const panel_axes axes{edges.front(), end, 1, true, steps.ticks, steps.title};
    const double y = draw_stack_panels(d, stacks, axes, t.in());
    return d.finish(draw_notes(d, stacks, t.words(), y), name.title, name.finding);
  }
  const auto f = frame_of({left_room, 14, figure_width - left_room - stack_label_room, 320},
                          edges.front(), edges.back(), 0, 1);
  draw_share_axis(d, f, t.in());
  draw_bottom_axis(d, f, steps.ticks, steps.title);
  draw_stack(d, f, stacks.front());
  draw_stack_labels(d, f, stacks.front(), t.in());
  double height = draw_entropy(d, t, groups.front(), steps, f);
  height = draw_notes(d, stacks, t.words(), height);
  return d.finish(height, name.title, name.finding);
}

}  // namespace stegvis
