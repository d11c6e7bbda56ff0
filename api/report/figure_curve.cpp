// Kaplan-Meier: who has not yet reached the outcome, with the numbers behind it below.
#include <algorithm>
#include <cmath>

#include "api/report/figure.hpp"
#include "api/report/follow_up_times.hpp"
#include "api/report/panels.hpp"
#include "api/report/plot.hpp"

namespace stegvis {
namespace {

constexpr double few_at_risk = 10;
constexpr double few_share = 0.1;
constexpr double band_opacity = 0.14;
constexpr double row_height = 18;
constexpr double note_size = 12.5;
constexpr std::size_t named_medians_max = 3;  // more would hide the curves

struct curve_point {
  double time = 0;
  std::optional<double> survival{}, low{}, high{}, at_risk{}, events{}, censored{};
  std::optional<double> entered = 0;  // during the step, with late entry
};
// What is known at a follow-up time exactly; hidden where there is no value.
struct reading {
  double time = 0;
  std::optional<double> at_risk{}, events{};
};
struct curve_line {
  std::string label{};
  ink::line_style style{};
  std::vector<curve_point> points{};
  std::vector<reading> readings{};  // of the section's at_times table
};

struct curve_columns {
  std::size_t time, survival;
  std::optional<std::size_t> low, high, at_risk, events, censored, entered;
};

std::vector<reading> readings_of(const shown_table& t, std::string_view label) {
  std::vector<reading> readings;
  for (const auto& table : t.words().section().tables) {
    if (table.form != table_form::at_times || table.by != t.table().by) continue;
    const shown_table at(t.words().section(), table, t.in());
    const auto time = at.find("time"), at_risk = at.find("at_risk"), events = at.find("events");
    if (!time || !at_risk || !events) continue;
    for (std::size_t row = 0; row < at.rows(); ++row) {
      if (at.level_label(row) == label && at.number(row, *time))
        readings.push_back(
            {*at.number(row, *time), at.number(row, *at_risk), at.number(row, *events)});
    }
  }
  return readings;
}

std::vector<curve_line> lines_of(const shown_table& t, const curve_columns& c) {
  std::vector<curve_line> lines;
  for (const auto& group : t.groups()) {
    curve_line line{
        group.label, ink::lines[lines.size() % ink::lines.size()], {}, readings_of(t, group.label)};
    for (const auto row : group.rows) {
      const auto time = t.number(row, c.time);
      // A curve ends where nobody is left, though other strata go on.
      if (!time || t.number(row, c.at_risk) == 0.0) continue;
      line.points.push_back({*time, t.number(row, c.survival), t.number(row, c.low),
                             t.number(row, c.high), t.number(row, c.at_risk),
                             t.number(row, c.events), t.number(row, c.censored),
                             c.entered ? t.number(row, *c.entered) : std::optional(0.0)});
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

bool can_be_read(const curve_line& line) {
  return std::ranges::any_of(line.points,
                             [](const curve_point& p) { return p.survival.has_value(); });
}

// Index of the first point at which few remain; the number of points if never.
std::size_t few_from(const curve_line& line) {
  double most = 0;
  for (const auto& p : line.points) most = std::max(most, p.at_risk.value_or(0));
  const double least = std::max(few_at_risk, most * few_share);
  for (std::size_t i = 0; i < line.points.size(); ++i) {
    const auto& at_risk = line.points[i].at_risk;
    if (at_risk && *at_risk < least) return i;
  }
  return line.points.size();
}

void draw_band(drawing& d, const plot_frame& f, const curve_line& line, std::size_t few) {
  double low = 1, high = 1, from = f.x.from;
  for (std::size_t i = 0; i <= few && i < line.points.size(); ++i) {
    const auto& p = line.points[i];
    const double to = p.time;
    if (to > from && high > low) {
      outline o;
      o.move(f.at(from, high)).line(f.at(to, high)).line(f.at(to, low)).line(f.at(from, low));
      d.fill(o.close(), line.style.colour, band_opacity);
    }
    from = to;
    low = p.low.value_or(0);
    high = p.low ? p.high.value_or(0) : 0;
  }
}

// Steps from (time, value) through the points [first, last); hidden ones leave a gap.
outline steps(const plot_frame& f, std::span<const curve_point> points, double time,
              std::optional<double> value) {
  outline o;
  if (value) o.move(f.at(time, *value));
  for (const auto& p : points) {
    if (value && p.survival)
      o.line(f.at(p.time, *value)).line(f.at(p.time, *p.survival));
    else if (p.survival)
      o.move(f.at(p.time, *p.survival));
    value = p.survival;
  }
  return o;
}

void draw_line(drawing& d, const plot_frame& f, const curve_line& line, bool grouped,
               std::span<const double> ticks, bool censor_marks = true) {
  if (!can_be_read(line)) return;
  const auto few = few_from(line);
  const std::span points(line.points);
  draw_band(d, f, line, few);
  d.trace(steps(f, points.first(few), f.x.from, 1.0), {line.style.colour, 2.2, line.style.dash});
  if (few < points.size()) {
    const auto before = few == 0 ? std::optional(1.0) : points[few - 1].survival;
    const double time = few == 0 ? f.x.from : points[few - 1].time;
    d.trace(steps(f, points.subspan(few), time, before), {ink::faded, 1.6, "2 3"});
  }
  for (const auto& p : points) {
    if (!censor_marks || !p.survival || p.censored.value_or(0) <= 0) continue;
    const auto at = f.at(p.time, *p.survival);
    d.line({at.x, at.y - 4}, {at.x, at.y + 4}, {line.style.colour, 1});
  }
  if (!grouped) return;
  for (const double tick : ticks) {
    if (tick == 0) continue;
    const auto p = std::ranges::find(line.points, tick, &curve_point::time);
    if (p != line.points.end() && p->survival)
      d.mark(f.at(tick, *p->survival), line.style.shape, line.style.colour);
  }
}

// Names and last shares behind the lines; a hidden line's name stands below the others.
void draw_end_labels(drawing& d, const plot_frame& f, std::span<const curve_line> lines,
                     language l) {
  std::vector<side_label> labels;
  double end = f.area.left;
  for (const auto& line : lines) {
    const curve_point* last = nullptr;
    double most = 0;
    bool hidden = false;
    for (const auto& p : line.points) {
      most = std::max(most, p.at_risk.value_or(0));
      hidden = hidden || !p.survival;
      if (p.survival) last = &p;
    }
    auto text = line.label;
    if (last != nullptr) {
      const auto share = percent_text(*last->survival, percent_decimals(most), l);
      text = text.empty() ? share : share + " " + text;
      end = std::max(end, f.x.at(last->time));
    }
    if (hidden) text += " (..)";
    labels.push_back({last ? f.y.at(*last->survival) : f.area.bottom() - 4, std::move(text),
                      line.style.colour, last ? f.x.at(last->time) : 0});
  }
  draw_side_labels(d, labels, end, f.area.right() + 14, f.area.top + 4, f.area.bottom() - 4);
}

// The median of a stratum as the summary has it, which knows more than the drawn steps.
std::optional<double> median_of(const shown_table& t, std::string_view label) {
  for (const auto& table : t.words().section().tables) {
    if (table.form != table_form::summary || table.by != t.table().by) continue;
    const shown_table summary(t.words().section(), table, t.in());
    for (std::size_t row = 0; row < summary.rows(); ++row) {
      if (summary.level_label(row) == label) return summary.number(row, summary.find("median"));
    }
  }
  return std::nullopt;
}

// From the half down to the axis, with the time beside its foot.
void draw_medians(drawing& d, const plot_frame& f, const shown_table& t,
                  std::span<const curve_line> lines) {
  struct foot {
    double median;
    const curve_line* line;
  };
  std::vector<foot> feet;
  for (const auto& line : lines) {
    const auto median = median_of(t, line.label);
    if (median && *median > f.x.from && *median <= f.x.to) feet.push_back({*median, &line});
  }
  if (feet.empty()) return;
  std::ranges::sort(feet, std::greater(), &foot::median);
  d.line(f.at(f.x.from, 0.5), f.at(feet.front().median, 0.5), {ink::frame, 1, "3 3"});
  for (const auto& foot : feet)
    d.line(f.at(foot.median, 0.5), f.at(foot.median, 0), {foot.line->style.colour, 1.2, "3 3"});
  if (feet.size() > named_medians_max) return;
  double y = f.area.bottom() - 8;
  for (const auto& foot : feet) {
    const auto text =
        std::string(t.words().say("hälften: ", "half: ")) + t.words().duration(foot.median);
    d.text({f.x.at(foot.median) + 5, y}, text,
           {anchor::start, note_size, foot.line->style.colour, false, true});
    y -= 17;
  }
}

std::string_view share_title(const wording& w) {
  if (w.about_jobs()) return w.say("Andel kvar i jobb", "Share still in the job");
  return w.say("Andel som ännu inte nått utfallet", "Share that has not yet reached the outcome");
}

std::string axis_title(const shown_table& t) {
  return t.words().axis_unit() + std::string(t.words().say(" sedan start", " since the start"));
}

// What the rows below say at a tick.
enum class below : std::uint8_t { at_risk, events, censored };

std::string text_of(const std::optional<double>& number, language l) {
  return number ? decimal_text(*number, 0, l) : "..";
}

// Before the events of the tick; of coarse steps, which tell no times inside them, behind them.
std::string at_risk_text(const curve_line& line, double tick, bool coarse, language l) {
  for (const auto& p : line.points) {
    const bool behind = coarse && tick > 0 ? p.time > tick : p.time >= tick;
    if (behind) return text_of(p.at_risk, l);
  }
  if (line.points.empty() || line.points.back().time < tick) return "";
  const auto& last = line.points.back();
  if (!last.at_risk || !last.events || !last.censored || !last.entered) return "..";
  return decimal_text(*last.at_risk + *last.entered - *last.events - *last.censored, 0, l);
}

std::string text_below(const curve_line& line, below what, double tick, bool coarse, language l) {
  const auto read = std::ranges::find(line.readings, tick, &reading::time);
  const bool known = read != line.readings.end();
  if (what == below::at_risk)
    return known && read->at_risk ? text_of(read->at_risk, l) : at_risk_text(line, tick, coarse, l);
  if (what == below::events && known && read->events) return text_of(read->events, l);
  const bool on_step =
      std::ranges::find(line.points, tick, &curve_point::time) != line.points.end();
  if (coarse && !on_step) return "";
  double sum = 0;
  for (const auto& p : line.points) {
    if (p.time > tick) break;
    const auto& n = what == below::events ? p.events : p.censored;
    if (!n) return "..";
    sum += *n;
  }
  return decimal_text(sum, 0, l);
}

// Numbers at the ticks; answers the y below them.
double draw_below(drawing& d, const plot_frame& f, const shown_table& t,
                  std::span<const curve_line> lines, const follow_up_times& times, double top) {
  const word_pair titles[] = {{"Kvar att följa", "At risk"},
                              {"Händelser hittills", "Events so far"},
                              {"Följs inte längre", "Censored so far"}};
  const bool grouped = lines.size() > 1;
  double y = top;
  for (int what = 0; what < 3; ++what) {
    const auto title = titles[what].in(t.in());
    if (grouped) d.text({8, y}, title, {anchor::start, note_size, ink::text, true});
    if (grouped) y += row_height;
    for (const auto& line : lines) {
      const auto label =
          grouped ? fitted(line.label, f.area.left - 50, note_size) : std::string(title);
      d.text({grouped ? 18.0 : 8.0, y}, label,
             {anchor::start, note_size, grouped ? line.style.colour : ink::text, !grouped});
      for (const double tick : times.ticks) {
        const auto text = text_below(line, static_cast<below>(what), tick, times.coarse, t.in());
        d.text({f.x.at(tick), y}, text, {anchor::middle, note_size, ink::text});
      }
      y += row_height;
    }
    y += grouped ? 6 : 2;
  }
  return y;
}

double last_time(std::span<const curve_line> lines, const follow_up_times& times) {
  double last = std::max(1.0, times.ticks.back());
  for (const auto& line : lines) {
    if (!line.points.empty()) last = std::max(last, line.points.back().time);
  }
  return last;
}

// Of those below the axis, with some room.
double widest_number(std::span<const curve_line> lines, language l) {
  double widest = 0;
  for (const auto& line : lines) {
    for (const auto& p : line.points) {
      const auto text = decimal_text(p.at_risk.value_or(0), 0, l);
      widest = std::max(widest, text_width(text, note_size));
    }
  }
  return widest + 6;
}

}  // namespace

namespace {

outline whole_line(const plot_frame& f, const curve_line& line) {
  if (!can_be_read(line)) return {};
  return steps(f, line.points, f.x.from, 1.0);
}

// Of many strata each has a plot of its own, with the others behind it in grey.
std::string draw_curve_panels(const shown_table& t, const std::vector<curve_line>& lines,
                              const follow_up_times& times, const figure_name& name) {
  drawing d(name.id, figure_width);
  std::vector<std::string> labels;
  for (const auto& line : lines) labels.push_back(line.label);
  const panel_axes axes{0,    last_time(lines, times),       1,
                        true, labelled(times.ticks, t.in()), axis_title(t)};
  draw_note(d, share_title(t.words()), 14);
  const double y =
      draw_panels(d, 24, labels, axes, t.in(), [&](const plot_frame& f, std::size_t i) {
        for (const auto& other : lines) d.trace(whole_line(f, other), {ink::context, 1});
        auto line = lines[i];
        line.style = {ink::accent, "", ink::marker::circle};
        draw_line(d, f, line, false, times.ticks, false);
      });
  const double end = draw_note(
      d,
      t.words().say("Blått: gruppen, med 95 % konfidensintervall. Ljusgrått: de andra grupperna. "
                    "Prickat: få kvar.",
                    "Blue: the group, with 95% confidence interval. Pale grey: the other groups. "
                    "Dotted: few remain."),
      y + 8);
  return d.finish(end, name.title, name.finding);
}

}  // namespace

std::optional<std::string> draw_curve(const shown_table& t, const figure_name& name) {
  const auto time = t.find("time"), survival = t.find("survival");
  if (!time || !survival) return std::nullopt;
  const auto lines =
      lines_of(t, {*time, *survival, t.find("low"), t.find("high"), t.find("at_risk"),
                   t.find("events"), t.find("censored"), t.find("entered")});
  if (std::ranges::none_of(lines, can_be_read) || lines.size() > panels_max) return std::nullopt;
  const bool grouped = lines.size() > 1;
  double left = 158;
  for (const auto& line : lines)
    left = std::clamp(text_width(line.label, note_size) + 56, left, 216.0);
  const double right = grouped ? 168 : 64;
  const double gap = widest_number(lines, t.in()) / (figure_width - left - right);
  const auto times = follow_up_times_of(t, *time, gap);
  if (times.ticks.empty()) return std::nullopt;
  if (lines.size() > figure_groups_max) return draw_curve_panels(t, lines, times, name);

  drawing d(name.id, figure_width);
  const auto f =
      frame_of({left, 40, figure_width - left - right, 300}, 0, last_time(lines, times), 0, 1);
  draw_share_axis(d, f, t.in());
  draw_side_title(d, f, share_title(t.words()));
  draw_bottom_axis(d, f, labelled(times.ticks, t.in()), axis_title(t));
  for (const auto& line : lines) draw_line(d, f, line, grouped, times.ticks);
  draw_medians(d, f, t, lines);
  draw_end_labels(d, f, lines, t.in());
  double y = draw_below(d, f, t, lines, times, f.area.bottom() + 66);
  const bool faded = std::ranges::any_of(
      lines, [](const curve_line& line) { return few_from(line) < line.points.size(); });
  std::string key(
      t.words().say("Ljust band: 95 % konfidensintervall. Lodrätt streck: någon "
                    "följs inte längre.",
                    "Pale band: 95% confidence interval. Upright tick: somebody is "
                    "no longer followed."));
  if (grouped && lines.size() > named_medians_max)
    key += t.words().say(" Lodrät streckad linje: hälften.", " Upright dashed line: half.");
  if (faded) key += t.words().say(" Grått och prickat: få kvar.", " Grey and dotted: few remain.");
  y = draw_note(d, key, y + 6);
  return d.finish(y, name.title, name.finding);
}

}  // namespace stegvis
