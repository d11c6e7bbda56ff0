#pragma once
// Persons of random programmes, counted into cubes, for attacks on what leaves.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis::testing {

using sections = std::vector<result_section>;

inline bool is_small(std::int64_t n) {
  return n >= 1 && n <= 4;
}

inline std::string json_of(const sections& s) {
  std::string text;
  append_sections_json(s, text);
  return text;
}
// -- Persons and their cubes ------------------------------------------------------------------

constexpr std::array<const char*, 3> answers{"yes", "no", "unknown"};

struct person {
  std::vector<std::set<int>> levels;  // one of each dimension, or several where they overlap
  std::size_t answer = 0;
  int exit = 1;
  bool event = true;
};

struct dimension_plan {
  int levels = 2;
  bool overlapping = false;
};

struct cube_plan {
  std::vector<dimension_plan> dimensions;
  std::vector<std::vector<std::size_t>> breakdowns;  // the total first
  bool whole_rows = true;  // all answers are columns; else n and yes alone
};

inline std::string dimension_name(std::size_t d) {
  return "d" + std::to_string(d);
}

// Every way to choose one level of each dimension of the breakdown.
inline std::vector<std::vector<int>> places_of(const person& p,
                                               const std::vector<std::size_t>& by) {
  std::vector<std::vector<int>> all{{}};
  for (const auto d : by) {
    std::vector<std::vector<int>> next;
    for (const auto& place : all) {
      for (const int level : p.levels[d]) {
        next.push_back(place);
        next.back().push_back(level);
      }
    }
    all = std::move(next);
  }
  return all;
}

inline result_table table_of(const std::vector<person>& persons, const cube_plan& plan,
                             const std::vector<std::size_t>& by) {
  result_table t{.id = "shares", .form = table_form::proportions};
  for (const auto d : by) {
    t.by.push_back(dimension_name(d));
    if (plan.dimensions[d].overlapping) t.overlapping.push_back(dimension_name(d));
    t.columns.push_back({dimension_name(d), column_role::level, value_form::code});
  }
  t.columns.push_back({"n", column_role::count});
  for (const char* id : answers) {
    if (plan.whole_rows || id == answers[0]) t.columns.push_back({id, column_role::count});
  }
  t.columns.push_back({"share", column_role::figure, value_form::share, {"n", "yes"}});
  if (plan.whole_rows) t.sums.push_back({"n", {"yes", "no", "unknown"}});
  std::map<std::vector<int>, std::array<std::int64_t, 4>> cells;
  if (by.empty()) cells[{}] = {};
  for (const auto& p : persons) {
    for (const auto& place : places_of(p, by)) {
      auto& counts = cells[place];
      ++counts[0];
      ++counts[1 + p.answer];
    }
  }
  for (const auto& [place, counts] : cells) {
    result_row row;
    for (const int level : place) row.push_back(text_value("l" + std::to_string(level)));
    for (std::size_t i = 0; i < (plan.whole_rows ? 4U : 2U); ++i) {
      row.push_back(count_value(counts[i]));
    }
    row.push_back(counts[0] == 0 ? missing_value(mark::undefined)
                                 : number_value(static_cast<double>(counts[1]) /
                                                static_cast<double>(counts[0])));
    t.rows.push_back(std::move(row));
  }
  return t;
}

inline sections cube_of(const std::vector<person>& persons, const cube_plan& plan) {
  result_section s;
  s.definition = "employed_now";
  s.statistic = "proportion";
  for (const auto& by : plan.breakdowns) s.tables.push_back(table_of(persons, plan, by));
  return {s};
}

struct published {
  sections raw, shown;
};

inline published suppressed(sections raw, const std::vector<sections>& before = {}) {
  published p{raw, std::move(raw)};
  suppress(p.shown, before);
  return p;
}

// -- Random programmes ------------------------------------------------------------------------

class programme {
 public:
  explicit programme(std::uint64_t seed) : random_(seed) {
    const auto dimensions = 1 + below(3);
    for (std::size_t d = 0; d < dimensions; ++d) {
      plan_.dimensions.push_back({static_cast<int>(2 + below(d == 0 ? 2 : 4)), below(5) == 0});
    }
    for (std::size_t set = 0; set < std::size_t{1} << dimensions; ++set) {
      std::vector<std::size_t> by;
      for (std::size_t d = 0; d < dimensions; ++d) {
        if ((set >> d & 1) != 0) by.push_back(d);
      }
      if (by.empty() || by.size() == 1 || below(3) > 0) plan_.breakdowns.push_back(by);
    }
    plan_.whole_rows = below(4) > 0;
    enrol(5 + below(below(3) == 0 ? 400 : 60));
  }

  const cube_plan& plan() const { return plan_; }
  const std::vector<person>& persons() const { return persons_; }
  sections count() const { return cube_of(persons_, plan_); }

  void enrol(std::uint64_t n) {
    for (; n > 0; --n) persons_.push_back(any_person());
  }
  // A day or a quarter later: somebody new, somebody corrected, somebody gone.
  void go_on() {
    enrol(below(7));
    for (auto i = below(3); i > 0 && !persons_.empty(); --i) {
      persons_[below(persons_.size())].answer = below(3);
    }
    if (below(4) == 0 && persons_.size() > 1) {
      persons_.erase(persons_.begin() + static_cast<std::ptrdiff_t>(below(persons_.size())));
    }
  }
  void grow() { enrol(below(7)); }
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  person any_person() {
    person p;
    for (const auto& d : plan_.dimensions) {
      const auto level = [&] {  // low levels are the larger ones
        return static_cast<int>(std::min(below(static_cast<std::uint64_t>(d.levels)),
                                         below(static_cast<std::uint64_t>(d.levels))));
      };
      p.levels.push_back({level()});
      if (d.overlapping && below(3) == 0) p.levels.back().insert(level());
    }
    p.answer = std::min<std::size_t>(below(3), below(4));
    p.exit = static_cast<int>(1 + below(24));
    p.event = below(3) > 0;
    return p;
  }

  std::mt19937_64 random_;
  cube_plan plan_;
  std::vector<person> persons_;
};

template <class Check>  // void(programme&)
void for_seeds(std::uint64_t rounds, Check&& check) {
  const auto from = [](const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::uint64_t{0} : std::uint64_t{std::strtoull(text, nullptr, 10)};
  };
  const auto one = from("STEGVIS_SEED");
  const auto last = one != 0 ? one : std::max<std::uint64_t>(rounds, from("STEGVIS_ROUNDS"));
  for (auto seed = one != 0 ? one : 1; seed <= last && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    programme p(seed);
    check(p);
  }
}

inline bool was_published(const result_value* v) {
  return v->mark == mark::suppressed;
}

}  // namespace stegvis::testing
