#include "projections/evaluations/difference.hpp"

#include <algorithm>
#include <cmath>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/finish.hpp"

namespace stegvis {
namespace {
struct value_key {
  std::string section, table, column;
  std::vector<std::string> keys;
  friend auto operator<=>(const value_key&, const value_key&) = default;
};
struct found_value {
  double value = 0;
  bool is_share = false;
  std::size_t place = 0;  // in the order of the tables
};
using values = std::map<value_key, found_value>;

std::string text_of(const result_value& v) {
  if (const auto* s = v.text()) return *s;
  if (const auto* n = v.count()) return std::to_string(*n);
  return {};
}

bool is_compared(const result_table& t, const result_column& c) {
  if (!t.by.empty() || t.form == table_form::sensitivity) return false;
  if (c.role == column_role::count) return true;
  return c.role == column_role::figure && c.form == value_form::share && c.id == "share";
}

values values_of(const std::vector<result_section>& sections) {
  values all;
  for (const auto& s : sections) {
    for (const auto& t : s.tables) {
      for (const auto& row : t.rows) {
        value_key key{s.definition, t.id, {}, {}};
        for (std::size_t c = 0; c < row.size(); ++c)
          if (t.columns[c].role == column_role::key) key.keys.push_back(text_of(row[c]));
        for (std::size_t c = 0; c < row.size(); ++c) {
          if (!is_compared(t, t.columns[c])) continue;
          key.column = t.columns[c].id;
          const auto* n = row[c].count();
          const auto* x = row[c].number();
          if (n == nullptr && x == nullptr) continue;
          all.emplace(key, found_value{n != nullptr ? static_cast<double>(*n) : *x, n == nullptr,
                                       all.size()});
        }
      }
    }
  }
  return all;
}

// The row stands at a stage on the way from cut A to cut B.
class staged_rows {
 public:
  staged_rows(position a, position b, day horizon_a) : a_(a), b_(b), horizon_a_(horizon_a) {}

  row_rule known_at_a() const {
    return [*this](const column_chunk& c, const column_chunk::journey_rows&, std::uint32_t row) {
      return known(c, row, a_);
    };
  }
  // With originals recorded since, as they were first recorded.
  row_rule with_events(bool late_only) const {
    return [*this, late_only](const column_chunk& c, const column_chunk::journey_rows&,
                              std::uint32_t row) {
      if (c.order[row] <= a_.value) return known(c, row, a_);
      if (c.order[row] > b_.value || c.known_from[row] != c.order[row]) return false;
      return !late_only || c.valid[row] <= horizon_a_.count;
    };
  }
  // With the last corrections, but without the voids recorded since.
  row_rule with_corrections() const {
    return [*this](const column_chunk& c, const column_chunk::journey_rows& j, std::uint32_t row) {
      if (c.known_from[row] > b_.value) return false;
      bool stood = c.order[row] > a_.value;
      for (std::uint32_t i = j.first; i < j.first + j.count; ++i) {
        if (c.order[i] != c.order[row]) continue;
        if (c.known_from[i] > c.known_from[row] && c.known_from[i] <= b_.value) return false;
        stood = stood || known(c, i, a_);
      }
      return stood;
    };
  }

 private:
  static bool known(const column_chunk& c, std::uint32_t row, position at) {
    return c.known_from[row] <= at.value && c.known_to[row] > at.value;
  }
  position a_, b_;
  day horizon_a_;
};

// A report's definitions, or the one.
std::vector<const definition*> parts_of(const definition& d) {
  if (d.statistic != statistic_kind::report) return {&d};
  std::vector<const definition*> parts;
  for (const auto& s : d.sections) parts.push_back(&s.what.front());
  return parts;
}

class stages {
 public:
  stages(const evaluation_facts& facts, const evaluation_question& defaults)
      : facts_(facts), question_(defaults), excluded_(exclusions_of(*facts.set, facts.open)) {}

  result<values> at(const definition& d, position cut, day as_of, const row_rule& rule) const {
    evaluation_question q = question_;
    q.cut = cut;
    q.as_of = as_of;
    std::vector<result_section> sections;
    for (const definition* part : parts_of(d)) {
      if (part->statistic == statistic_kind::gap) continue;
      if (opens_seals(*part) && !facts_.open)
        return problem{errc::bad_key, "the definition " + part->name + " opens sealed values"};
      const scan_plan plan = plan_of(*part);
      sections.push_back(
          finish(plan, scan_all(plan, facts_, q, excluded_, rule), {.coarse = false}));
    }
    return values_of(sections);
  }

 private:
  const evaluation_facts& facts_;
  evaluation_question question_;
  exclusions excluded_;
};

result<void> check_history(const std::string& which, const result_manifest& m,
                           const evaluation_facts& facts) {
  if (!m.head_hash) return {};
  const auto here = facts.head_hash({m.cut});
  if (!here) return here.error();
  if (*m.head_hash == *here) return {};
  return problem{errc::other_history, which + " has the head hash " + *m.head_hash +
                                          " at position " + std::to_string(m.cut) +
                                          ", this ledger " + *here};
}

result<void> check(const result_manifest& a, const result_manifest& b,
                   const evaluation_facts& facts) {
  if (a.ledger != facts.ledger || b.ledger != facts.ledger)
    return problem{errc::bad_argument, "both results must be of this ledger"};
  if (b.cut < a.cut)
    return problem{errc::bad_argument, "the second result is known earlier than the first"};
  if (b.cut > facts.set->checkpoint.value)
    return problem{errc::bad_argument, "the second result is known later than the ledger's head"};
  if (const auto r = check_history("the first result", a, facts); !r) return r;
  return check_history("the second result", b, facts);
}

double value_at(const values& at, const value_key& key, double otherwise) {
  const auto found = at.find(key);
  return found == at.end() ? otherwise : found->second.value;
}
}  // namespace

std::string_view name_of(cause c) {
  constexpr std::string_view names[] = {"exclusions",  "time",  "late_events", "new_events",
                                        "corrections", "voids", "definition",  "since"};
  return names[static_cast<std::size_t>(c)];
}

result<difference> difference_of(const evaluation_result& a, const evaluation_result& b,
                                 const evaluation_facts& facts, const evaluation_question& defaults,
                                 const definition_finder& beside) {
  if (const auto r = check(a.manifest, b.manifest, facts); !r) return r.error();
  const auto first =
      parse_definition(a.manifest.definition_text, a.manifest.definition + ".toml", beside);
  if (!first) return first.error();
  const auto second =
      parse_definition(b.manifest.definition_text, b.manifest.definition + ".toml", beside);
  if (!second) return second.error();
  const position cut_a{a.manifest.cut}, cut_b{b.manifest.cut};
  const auto day_a = parse_day(a.manifest.censored_at), day_b = parse_day(b.manifest.censored_at);
  if (!day_a || !day_b) return problem{errc::bad_argument, "a result without its days"};
  const stages walk(facts, defaults);
  const staged_rows rows(cut_a, cut_b, *day_a);
  struct step {
    const definition* d;
    position cut;
    day as_of;
    row_rule rule;
  };
  const step steps[] = {{&*first, cut_a, *day_a, {}},
                        {&*first, cut_b, *day_b, rows.known_at_a()},
                        {&*first, cut_b, *day_b, rows.with_events(true)},
                        {&*first, cut_b, *day_b, rows.with_events(false)},
                        {&*first, cut_b, *day_b, rows.with_corrections()},
                        {&*first, cut_b, *day_b, {}},
                        {&*second, cut_b, *day_b, {}}};
  std::vector<values> at{values_of(a.sections)};
  for (const step& s : steps) {
    auto found = walk.at(*s.d, s.cut, s.as_of, s.rule);
    if (!found) return found.error();
    at.push_back(std::move(*found));
  }
  at.push_back(values_of(b.sections));
  difference out;
  std::vector<std::pair<std::size_t, changed_value>> changed;
  for (const auto& [key, before] : at.front()) {
    const auto after = at.back().find(key);
    if (after == at.back().end()) continue;
    ++out.compared;
    if (before.value == after->second.value) continue;
    changed_value c{key.section,     key.table,    key.column,          key.keys,
                    before.is_share, before.value, after->second.value, {}};
    double now = before.value;
    for (std::size_t i = 0; i < cause_count; ++i) {
      const double next = value_at(at[i + 1], key, now);
      c.by_cause[i] = next - now;
      now = next;
    }
    changed.emplace_back(before.place, std::move(c));
  }
  std::ranges::sort(changed, {}, [](const auto& c) { return c.first; });
  for (auto& [place, c] : changed) out.changed.push_back(std::move(c));
  return out;
}

std::vector<pooled_value> pooled(const difference& d) {
  // Shares go the way of the counts in their row.
  const auto small = [&](const changed_value& share, std::size_t i) {
    return std::ranges::any_of(d.changed, [&](const changed_value& c) {
      return !c.is_share && c.section == share.section && c.table == share.table &&
             c.keys == share.keys && c.by_cause[i] != 0 &&
             std::abs(c.by_cause[i]) <= static_cast<double>(small_count_max);
    });
  };
  std::vector<pooled_value> all;
  for (const auto& c : d.changed) {
    pooled_value p{c, 0};
    for (std::size_t i = 0; i < cause_count; ++i) {
      if (c.by_cause[i] == 0 || !small(c, i)) continue;
      p.pooled += c.by_cause[i];
      p.value.by_cause[i] = 0;
    }
    all.push_back(std::move(p));
  }
  return all;
}

}  // namespace stegvis
