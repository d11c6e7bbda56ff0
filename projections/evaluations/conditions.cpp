// Conditions: the days on which they held, and whether they hold within a window.
#include <algorithm>
#include <limits>

#include "projections/evaluations/person.hpp"

namespace stegvis {
namespace {
constexpr day ever{-open_end.count};

const type_description* type_of(const condition& c) {
  return find_type(c.name);
}

bool of_unit(const condition& c, const unit_place& unit, std::string_view id,
             std::string_view enrolment) {
  if (!c.own) return true;
  if (!unit.placement.empty()) return id == unit.placement;
  return enrolment.empty() || enrolment == unit.enrolment;
}

void event_spans(const person& p, const condition& c, const unit_place& unit,
                 std::vector<span>& out) {
  p.each_of(type_of(c), [&](std::size_t i) {
    const standing_fact& f = p.facts()[i];
    if (c.own && !unit.link.empty()) {
      if (f.content->key != unit.link && p.link(i) != unit.link) return;
    } else if (!of_unit(c, unit, f.content->key, f.content->enrolment)) {
      return;
    }
    if (!matches(p, i, c.where)) return;
    out.push_back({f.valid, f.valid + 1, f.valid, false, f.content->key, f.content->enrolment});
  });
}

bool episode_matches(const episode& e, const std::vector<field_filter>& where) {
  return std::ranges::all_of(where, [&](const field_filter& f) {
    std::string_view text;
    if (f.field == "subsidised")
      text = e.subsidised ? "true" : "false";
    else if (f.field == "reserved")
      text = e.reserved ? "true" : "false";
    else if (f.field == "detail")
      text = e.detail;
    else if (f.field == "unit")
      text = e.unit;
    else if (f.field == "ended_by")
      text = name_of(e.ended_by);
    return std::ranges::find(f.values, text) != f.values.end();
  });
}

// Joins spans, sorted by first day, whose breaks are at most `gap_days`.
void join(std::vector<span>& spans, int gap_days) {
  std::vector<span> joined;
  for (const span& s : spans) {
    if (!joined.empty() && (joined.back().open() || s.from - joined.back().to <= gap_days)) {
      span& last = joined.back();
      last.to = std::max(last.to, s.to);
      last.confirmed = std::max(last.confirmed, s.confirmed);
    } else {
      joined.push_back(s);
    }
  }
  spans = std::move(joined);
}

// What ended too soon does not count; what is still too young is undecided.
void demand(std::vector<span>& spans, const duration& least, day horizon) {
  std::erase_if(spans, [&](const span& s) { return !s.open() && after(s.from, least) > s.to; });
  for (span& s : spans) s.undecided = s.open() && after(s.from, least) > horizon + 1;
}

void episode_spans(const person& p, const condition& c, const unit_place& unit,
                   const span_rules& rules, std::vector<span>& out) {
  for (const episode& e : p.history().episodes) {
    if (name_of(e.kind) != c.name || !of_unit(c, unit, e.id, e.enrolment)) continue;
    if (!episode_matches(e, c.where)) continue;
    span s{e.from, e.to, e.to == open_end ? p.horizon() : e.to + -1, false, e.id, e.enrolment};
    if (s.open() && rules.open == open_rule::censor_at_confirmed && e.confirmed_until)
      s.confirmed = std::min(p.horizon(), *e.confirmed_until);
    out.push_back(s);
  }
  // Segments of one job always run on; breaks between jobs are bridged by the definition's rule.
  if (c.name == "job")
    join(out, rules.gap_days);
  else if (c.name == "work_training")
    join(out, 0);
}

void state_spans(const person& p, const condition& c, std::vector<span>& out) {
  for (const piece& piece : p.timeline()) {
    if (std::ranges::find(c.values, name_of(piece.state)) == c.values.end()) continue;
    out.push_back({piece.from, piece.to, std::min(p.horizon(), piece.to + -1), false, piece.id,
                   piece.enrolment});
  }
  join(out, 0);
}

void situation_spans(const person& p, const condition& c, std::vector<span>& out) {
  for (const auto& s : p.situations()) {
    if (s.scheme != c.scheme || std::ranges::find(c.values, s.value) == c.values.end()) continue;
    out.push_back({s.from, s.to, s.to == open_end ? p.horizon() : s.to + -1, false, {}, {}});
  }
  join(out, 0);
}

answer combine(const person& p, const condition& c, const unit_place& unit, const span_rules& rules,
               const window& fallback) {
  bool unknown = false, immature = false;
  const bool any = c.kind != condition_kind::all;
  for (const condition& part : c.parts) {
    const answer a = holds(p, part, unit, rules, fallback);
    if (a == (any ? answer::yes : answer::no)) {
      const bool yes = c.kind == condition_kind::any;
      return yes ? answer::yes : answer::no;
    }
    unknown = unknown || a == answer::unknown;
    immature = immature || a == answer::immature;
  }
  if (immature) return answer::immature;
  if (unknown) return answer::unknown;
  return c.kind == condition_kind::any ? answer::no : answer::yes;
}

answer dimension_holds(const person& p, const condition& c, const unit_place& unit,
                       const window& w) {
  const dimension d{c.name, c.scheme, {}, {}};
  const day valued = w.until ? after(unit.origin, *w.until) : unit.origin;
  if (c.low || c.high) {
    const auto n = number_of(p, d, unit, valued);
    if (!n) return answer::unknown;
    return (!c.low || *n >= *c.low) && (!c.high || *n <= *c.high) ? answer::yes : answer::no;
  }
  const auto levels = levels_of(p, d, unit, valued);
  for (const auto& level : levels)
    if (std::ranges::find(c.values, level) != c.values.end()) return answer::yes;
  const bool unknown =
      levels.size() == 1 && (levels[0] == unknown_value || levels[0] == erased_value);
  return unknown ? answer::unknown : answer::no;
}

std::optional<std::int64_t> level_number(std::string_view text) {
  std::int64_t n = 0;
  if (text.empty() || text.size() > 9) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  return n;
}

// The last assessment against the first, of one kind and scale, within the window.
answer improved(const person& p, const condition& c, day low, day high) {
  std::optional<std::int64_t> first, last;
  int found = 0;
  p.each_of(find_type("assessment_recorded"), [&](std::size_t i) {
    const standing_fact& f = p.facts()[i];
    if (f.valid < low || f.valid > high || p.value(i, "kind") != c.name) return;
    if (!c.scheme.empty() && p.value(i, "scale") != c.scheme) return;
    const auto level = level_number(p.value(i, "level").value_or(""));
    if (!level) return;
    if (!first) first = level;
    last = level;
    ++found;
  });
  if (found < 2) return answer::unknown;
  return (c.lower_is_better ? *last < *first : *last > *first) ? answer::yes : answer::no;
}

// Whether the first or last event of the type in the window is as asked for.
answer picked_event(const person& p, const condition& c, const unit_place& unit, day low,
                    day high) {
  condition any = c;
  any.where.clear();
  std::optional<std::size_t> picked;
  p.each_of(type_of(c), [&](std::size_t i) {
    const standing_fact& f = p.facts()[i];
    if (f.valid < low || f.valid > high) return;
    if (!of_unit(any, unit, f.content->key, f.content->enrolment)) return;
    if (!picked || c.pick == pick::last) picked = i;
  });
  if (!picked) return answer::no;
  return matches(p, *picked, c.where) ? answer::yes : answer::no;
}

answer listed(const person& p, const unit_place& unit) {
  if (!unit.entry_row) return answer::unknown;
  const auto ssyk = p.value(*unit.entry_row, "ssyk");
  if (!ssyk) return answer::unknown;
  const auto found = p.lists().shortage.find(*ssyk);
  if (found == p.lists().shortage.end()) return answer::no;
  const bool on = std::ranges::any_of(found->second, [&](const reference_lists::listing& l) {
    return l.from <= unit.origin && unit.origin < l.to;
  });
  return on ? answer::yes : answer::no;
}

// Whether nothing is known of the situation in the whole window.
bool situation_unknown(const person& p, day low, day high) {
  for (const auto& s : p.situations())
    if (s.value != unknown_value && s.from <= high && s.to > low) return false;
  return true;
}

// Of one span within [low, high]: whether it holds there, and whether that is certain.
answer span_answer(const span& s, edge at, day low, day high) {
  const auto certain = [&](bool held) {
    if (!held) return answer::no;
    return s.undecided ? answer::unknown : answer::yes;
  };
  if (at == edge::start) return certain(s.from >= low && s.from <= high);
  if (at == edge::end) return certain(!s.open() && s.to >= low && s.to <= high);
  const day first = std::max(s.from, low);
  if (first > high || first >= s.to) return answer::no;
  if (s.open() && first > s.confirmed) return answer::unknown;
  return certain(true);
}
}  // namespace

std::vector<span> spans_of(const person& p, const condition& c, const unit_place& unit,
                           const span_rules& rules) {
  std::vector<span> out;
  switch (c.kind) {
    case condition_kind::event:
      event_spans(p, c, unit, out);
      break;
    case condition_kind::episode:
      episode_spans(p, c, unit, rules, out);
      break;
    case condition_kind::state:
      state_spans(p, c, out);
      break;
    case condition_kind::situation:
      situation_spans(p, c, out);
      break;
    case condition_kind::any:
      for (const condition& part : c.parts)
        for (const span& s : spans_of(p, part, unit, rules)) out.push_back(s);
      break;
    case condition_kind::all:
    case condition_kind::none:
    case condition_kind::dimension:
    case condition_kind::improved:
    case condition_kind::listed:
      break;
  }
  std::ranges::stable_sort(out, {}, &span::from);
  if (c.min_duration) demand(out, *c.min_duration, p.horizon());
  return out;
}

answer holds(const person& p, const condition& c, const unit_place& unit, const span_rules& rules,
             const window& fallback) {
  const bool given = c.within.from || c.within.until;
  const window& w = given ? c.within : fallback;
  switch (c.kind) {
    case condition_kind::any:
    case condition_kind::all:
    case condition_kind::none:
      return combine(p, c, unit, rules, w);
    case condition_kind::dimension:
      return dimension_holds(p, c, unit, w);
    case condition_kind::listed:
      return listed(p, unit);
    case condition_kind::event:
    case condition_kind::episode:
    case condition_kind::state:
    case condition_kind::situation:
    case condition_kind::improved:
      break;
  }
  const day low = w.from ? after(unit.origin, *w.from) : ever;
  const day high = w.until ? after(unit.origin, *w.until) : p.horizon();
  if (high > p.horizon()) return answer::immature;
  if (c.kind == condition_kind::improved) return improved(p, c, low, high);
  if (c.kind == condition_kind::event && c.pick != pick::any)
    return picked_event(p, c, unit, low, high);
  answer best = answer::no;
  for (const span& s : spans_of(p, c, unit, rules)) {
    const answer a = span_answer(s, c.at, low, high);
    if (a == answer::yes) return answer::yes;
    if (a == answer::unknown) best = answer::unknown;
  }
  if (c.kind == condition_kind::situation && best == answer::no && c.scheme.empty() &&
      situation_unknown(p, low, high))
    return answer::unknown;
  return best;
}

answer all_hold(const person& p, const std::vector<condition>& all, const unit_place& unit,
                const span_rules& rules, const window& fallback) {
  answer worst = answer::yes;
  for (const condition& c : all) {
    const answer a = holds(p, c, unit, rules, fallback);
    if (a == answer::no) return answer::no;
    if (a != answer::yes) worst = a;
  }
  return worst;
}

first_day first_day_of(const person& p, const condition& c, const unit_place& unit,
                       const span_rules& rules) {
  first_day found;
  // Parts of `any` may have windows and edges of their own.
  if (c.kind == condition_kind::any) {
    for (const condition& part : c.parts) {
      const first_day f = first_day_of(p, part, unit, rules);
      if (f.on && (!found.on || *f.on < *found.on)) found.on = f.on;
      if (f.undecided && (!found.undecided || *f.undecided < *found.undecided))
        found.undecided = f.undecided;
    }
    return found;
  }
  const day low = c.within.from ? after(unit.origin, *c.within.from) : unit.origin;
  const day high =
      std::min(p.horizon(), c.within.until ? after(unit.origin, *c.within.until) : p.horizon());
  for (const span& s : spans_of(p, c, unit, rules)) {
    const day on = c.at == edge::end ? s.to : c.at == edge::start ? s.from : std::max(s.from, low);
    if (on < low || on > high || (c.at != edge::end && on >= s.to)) continue;
    if (c.at == edge::end && s.open()) continue;
    auto& into = s.undecided ? found.undecided : found.on;
    if (!into || on < *into) into = on;
  }
  return found;
}

}  // namespace stegvis
