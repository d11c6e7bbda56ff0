#include "projections/evaluations/shape.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "events/json.hpp"

namespace stegvis {
namespace {
using numbers = std::vector<std::int32_t>;
const numbers nothing{0};
const numbers never{std::numeric_limits<std::int32_t>::min()};

numbers range(std::int32_t first, std::int32_t last) {
  numbers n(static_cast<std::size_t>(std::max(0, last - first + 1)));
  std::iota(n.begin(), n.end(), first);
  return n;
}

problem no_shape(const std::string& key, const std::string& why) {
  return {errc::bad_definition, "a federated evaluation needs " + why, key};
}

// All levels of a dimension, in the order in which they are numbered.
result<std::vector<std::string>> all_levels(const dimension& d, const cohort_definition& cohort) {
  std::vector<std::string> levels = d.levels;
  if (levels.empty()) {
    if (d.name == "sex")
      levels = {"woman", "man"};
    else if (d.name == "establishment")
      levels = {"yes", "no"};
    else if (d.name == "labour_status")
      levels = {"employed", "education", "unemployed", "inactive"};
    else if (d.name == "target_group")
      levels = {"newly_arrived", "foreign_background", "parent", "youth", "long_term_sick",
                "cognitive",     "no_work_experience", "none"};
    else if (d.name == "half_year" || d.name == "year" || d.name == "month" ||
             d.name == "quarter") {
      if (!cohort.from || !cohort.until)
        return no_shape("cohort.period", "the first and last day of the cohort's period");
      for (day on = *cohort.from; on <= *cohort.until; on = period_after(on, d.name))
        levels.push_back(period_of(on, d.name));
    } else if (!d.bands.empty()) {
      levels.push_back("<" + std::to_string(d.bands.front()));
      for (std::size_t i = 0; i + 1 < d.bands.size(); ++i)
        levels.push_back(std::to_string(d.bands[i]) + "-" + std::to_string(d.bands[i + 1] - 1));
      levels.push_back(std::to_string(d.bands.back()) + "+");
    } else {
      return no_shape("by", "`levels` of the dimension " + label_of(d));
    }
  }
  for (const char* always : {"other", "unknown", "erased"})
    if (std::ranges::find(levels, always) == levels.end()) levels.emplace_back(always);
  return levels;
}

result<std::vector<std::string>> strata_of(const breakdown& by, const cohort_definition& cohort) {
  std::vector<std::string> texts{""};
  for (std::size_t i = 0; i < by.size(); ++i) {
    const auto levels = all_levels(by[i], cohort);
    if (!levels) return levels.error();
    std::vector<std::string> longer;
    for (const auto& text : texts)
      for (const auto& level : *levels)
        longer.push_back(i == 0 ? level : text + level_separator + level);
    texts = std::move(longer);
  }
  return texts;
}

result<numbers> periods_of(const definition& d, std::string_view period) {
  if (!d.cohort.from || !d.cohort.until)
    return no_shape("cohort.period", "the first and last day of the cohort's period");
  return range(period_number(*d.cohort.from, period), period_number(*d.cohort.until, period));
}

// Collects what the statistic counts, of one breakdown's strata.
class block_list {
 public:
  explicit block_list(const definition& d) : d_(d) {
    add(block::strata, nothing, nothing, nothing);
  }

  result<std::vector<shape_block>> of_statistic() {
    const auto& p = d_.parameters;
    const numbers times(p.times.begin(), p.times.end());
    switch (d_.statistic) {
      case statistic_kind::survival:
      case statistic_kind::competing:
        exposures();
        break;
      case statistic_kind::retention:
        exposures();
        add(block::outcomes, times, range(0, base_unknown), {0, 1});
        break;
      case statistic_kind::proportion:
        add(block::outcomes, range(0, last(d_.outcomes.size())), range(0, base_unknown), nothing);
        break;
      case statistic_kind::funnel:
        add(block::steps, range(0, p.steps), range(step_started_n, step_passed_n), nothing);
        break;
      case statistic_kind::sequence:
        if (p.calendar) return no_shape("parameters.calendar", "months since the origin");
        sequences();
        break;
      case statistic_kind::count:
        return by_period(block::periods, p.period, nothing, nothing);
      case statistic_kind::cohort_ages:
        return by_period(block::ages, "half_year", times, range(age_mature_n, age_immature_n));
      case statistic_kind::stock:
      case statistic_kind::latency:
      case statistic_kind::survey:
      case statistic_kind::gap:
      case statistic_kind::tally:
      case statistic_kind::report:
        return no_shape("statistic", "a statistic of persons; " +
                                         std::string(name_of(d_.statistic)) +
                                         " counts what has no bounds of its own");
    }
    return std::move(blocks_);
  }

 private:
  static std::int32_t last(std::size_t n) { return static_cast<std::int32_t>(n) - 1; }
  void add(block what, numbers a, numbers b, numbers c) {
    blocks_.push_back({what, 0, {}, std::move(a), std::move(b), std::move(c)});
  }
  // With weights the same again, as sums.
  void add_weighed(std::initializer_list<block> what, const numbers& a, const numbers& b,
                   const numbers& c) {
    for (const block each : what) {
      add(each, a, b, c);
      if (!d_.weight) return;
    }
  }
  void exposures() {
    const auto causes = std::max<std::size_t>(1, d_.outcomes.size());
    add_weighed({block::exposures, block::weights, block::weight_squares},
                range(std::min(0, d_.axis.first), d_.axis.until),
                range(0, static_cast<std::int32_t>(causes)), never);
  }
  void sequences() {
    const numbers times = range(d_.axis.first, d_.axis.until);
    const numbers states = range(0, last(alphabet_of(d_).size()));
    add_weighed({block::states, block::state_weights}, times, states, nothing);
    add_weighed({block::transitions, block::transition_weights}, times, states, states);
    add_weighed({block::durations, block::duration_weights}, nothing, states, nothing);
  }
  result<std::vector<shape_block>> by_period(block what, std::string_view period, numbers b,
                                             numbers c) {
    const auto periods = periods_of(d_, period);
    if (!periods) return periods.error();
    add(what, *periods, std::move(b), std::move(c));
    return std::move(blocks_);
  }

  const definition& d_;
  std::vector<shape_block> blocks_;
};

// The stratum with levels that the shape does not have counted as `other`.
std::string known_stratum(const std::string& text, const std::vector<std::string>& strata,
                          const breakdown& by, const cohort_definition& cohort) {
  if (std::ranges::find(strata, text) != strata.end()) return text;
  std::string out;
  std::size_t from = 0;
  for (std::size_t i = 0; i < by.size(); ++i) {
    const auto end = text.find(level_separator, from);
    std::string level = text.substr(from, end == text.npos ? end : end - from);
    from = end == text.npos ? text.size() : end + 1;
    const auto levels = all_levels(by[i], cohort);
    if (std::ranges::find(*levels, level) == levels->end()) level = "other";
    if (i > 0) out += level_separator;
    out += level;
  }
  return out;
}
}  // namespace

std::size_t partial_shape::cells() const {
  std::size_t n = 0;
  for (const auto& b : blocks) n += b.cells();
  return n;
}

result<partial_shape> shape_of(const scan_plan& plan) {
  const definition& d = plan.definition;
  if (d.cohort.prevalent == prevalent_rule::late_entry && d.cohort.from)
    return no_shape("cohort.prevalent", "a cohort without late entry");
  if (!d.sensitivity.empty() || !d.comparisons.empty())
    return no_shape("sensitivity", "one cohort: no variants and no comparisons");
  const auto blocks = block_list(d).of_statistic();
  if (!blocks) return blocks.error();
  partial_shape shape;
  shape.blocks.push_back({block::flow,
                          0,
                          {""},
                          range(0, static_cast<std::int32_t>(plan.flow_steps.size()) - 1),
                          nothing,
                          nothing});
  for (std::size_t b = 0; b < plan.breakdowns.size(); ++b) {
    const auto strata = strata_of(plan.breakdowns[b], d.cohort);
    if (!strata) return strata.error();
    for (shape_block copy : *blocks) {
      copy.breakdown = b;
      copy.strata = *strata;
      shape.blocks.push_back(std::move(copy));
    }
  }
  if (shape.cells() > shape_cells_max)
    return no_shape("by", "fewer strata or a coarser axis: these would be " +
                              std::to_string(shape.cells()) + " numbers");
  return shape;
}

std::string canonical_json(const partial_shape& shape) {
  std::string out = "[";
  const auto list = [&](const char* name, const numbers& n) {
    out += std::string("\"") + name + "\":[";
    for (std::size_t i = 0; i < n.size(); ++i) {
      if (i > 0) out += ',';
      append_integer(out, n[i]);
    }
    out += "],";
  };
  for (const auto& b : shape.blocks) {
    if (out.size() > 1) out += ',';
    out += '{';
    list("a", b.a);
    list("b", b.b);
    out += "\"block\":" + std::to_string(static_cast<int>(b.what)) +
           ",\"breakdown\":" + std::to_string(b.breakdown) + ',';
    list("c", b.c);
    out += "\"strata\":[";
    for (std::size_t i = 0; i < b.strata.size(); ++i) {
      if (i > 0) out += ',';
      append_json_text(out, b.strata[i]);
    }
    out += "]}";
  }
  return out + "]";
}

std::vector<std::uint64_t> flatten(const partial& p, const scan_plan& plan,
                                   const partial_shape& shape) {
  std::vector<std::uint64_t> out(shape.cells(), 0);
  struct place {
    const shape_block* block;
    std::size_t offset;
  };
  std::map<std::pair<std::uint16_t, std::size_t>, place> places;
  std::size_t offset = 0;
  for (const auto& b : shape.blocks) {
    places[{static_cast<std::uint16_t>(b.what), b.breakdown}] = {&b, offset};
    offset += b.cells();
  }
  const auto texts = p.sorted_strata();
  const auto index = [](const auto& list, const auto& value) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(list, value);
    if (found == list.end()) return std::nullopt;
    return static_cast<std::size_t>(found - list.begin());
  };
  for (const auto& [key, amount] : p.sorted()) {
    const auto found = places.find({key.block, key.breakdown});
    if (found == places.end()) continue;  // measures of single sequences have no place
    const shape_block& b = *found->second.block;
    const auto s =
        index(b.strata, known_stratum(texts[key.stratum], b.strata, plan.breakdowns[key.breakdown],
                                      plan.definition.cohort));
    const auto x = index(b.a, key.a), y = index(b.b, key.b), z = index(b.c, key.c);
    STEGVIS_ASSERT(s && x && y && z);
    out[found->second.offset + ((*s * b.a.size() + *x) * b.b.size() + *y) * b.c.size() + *z] +=
        amount;
  }
  return out;
}

partial unflatten(const std::vector<std::uint64_t>& counts, const partial_shape& shape) {
  STEGVIS_ASSERT(counts.size() == shape.cells());
  partial p;
  std::size_t i = 0;
  for (const auto& b : shape.blocks)
    for (const auto& stratum : b.strata)
      for (const auto x : b.a)
        for (const auto y : b.b)
          for (const auto z : b.c) {
            const std::uint64_t n = counts[i++];
            if (n == 0) continue;
            p.add({static_cast<std::uint16_t>(b.what), static_cast<std::uint16_t>(b.breakdown),
                   p.stratum(stratum), x, y, z},
                  n);
          }
  return p;
}

}  // namespace stegvis
