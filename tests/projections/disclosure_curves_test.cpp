// Goal: a curve singles nobody out, and is read at as many times as it may.
// Method: cases by hand; random programmes whose curves, on grids of their own and in several
// releases, are attacked by a reader who reckons (attacker.hpp).
#include <gtest/gtest.h>

#include <array>
#include <deque>

#include "projections/evaluations/disclosure.hpp"
#include "tests/projections/attacker.hpp"
#include "tests/projections/disclosure_programmes.hpp"
#include "tests/projections/disclosure_tables.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

// -- Curves -----------------------------------------------------------------------------------

const std::vector<result_column> curve_columns{
    key("time"), count("at_risk"), count("events"), count("censored"),
    share("survival", {"at_risk", "events", "censored"})};
result_row curve_row(std::int64_t time, std::int64_t at_risk, std::int64_t events,
                     std::int64_t censored) {
  return {number(time), number(at_risk), number(events), number(censored), figure};
}

TEST(Disclosure, ACurveEndsWhereACountIsHidden) {
  const auto curve = table("curve", table_form::curve, {}, curve_columns, {},
                           {curve_row(6, 100, 10, 0), curve_row(12, 90, 3, 20),
                            curve_row(18, 67, 10, 0), curve_row(24, 57, 9, 8)});
  const auto times = table("at_times", table_form::at_times, {},
                           {key("time"), count("at_risk"), share("survival", {"at_risk"})}, {},
                           {{number(6), number(100), figure}, {number(24), number(57), figure}});
  const auto shown = hidden_in({curve, times});
  EXPECT_EQ(shown[0].substr(0, 13), "6 100 10 0 x ") << shown[0];
  EXPECT_EQ(std::ranges::count(shown[0], 'x'), 1) << shown[0];
  EXPECT_EQ(shown[1], "6 100 x | 24 57 .") << shown[1];
}

// The curve hides the three of its second row, and so do the events until then.
TEST(Disclosure, ValuesAtSetTimesGoWithTheCurve) {
  const auto shown = hidden_in(
      {table("curve", table_form::curve, {}, curve_columns, {},
             {curve_row(6, 100, 10, 0), curve_row(12, 90, 3, 0), curve_row(18, 87, 10, 0)}),
       table("at_times", table_form::at_times, {}, {key("time"), count("events")}, {},
             {{number(6), number(10)}, {number(12), number(13)}, {number(18), number(23)}})});
  EXPECT_EQ(shown, (lines{"6 100 10 0 x | 12 90 . 0 . | 18 . 10 0 .", "6 10 | 12 . | 18 ."}));
}

TEST(Disclosure, WhereFewAreAtRiskNothingIsTold) {
  const auto curve = table("curve", table_form::curve, {}, curve_columns, {},
                           {curve_row(6, 20, 16, 0), curve_row(12, 4, 0, 0)});
  EXPECT_EQ(hidden_in({curve}), (lines{"6 20 . 0 . | 12 . . . ."}));
}

// After the last row two more had an event: all events less the curve's.
TEST(Disclosure, TheTailOfACurveIsASmallGroup) {
  const auto curve = table("curve", table_form::curve, {}, curve_columns, {},
                           {curve_row(6, 100, 10, 0), curve_row(12, 90, 13, 20)});
  const auto summary = [](std::int64_t events) {
    return table("summary", table_form::summary, {},
                 {count("n"), count("events"), count("censored")}, {{"n", {"events", "censored"}}},
                 {{number(100), number(events), number(100 - events)}});
  };
  EXPECT_EQ(hidden_in({curve, summary(33)})[1], "100 33 67");
  EXPECT_EQ(hidden_in({curve, summary(25)}), (lines{"6 100 10 0 x | 12 90 . 20 .", "100 25 75"}));
}

// A cohort by two sexes: events on grids of their own. What a reader knows is told row by row.
class curve_reader {
 public:
  explicit curve_reader(const published& p) : p_(p) {
    for (std::size_t t = 0; t < tables().size(); ++t) read(t);
    for (auto& [name, series] : series_) learn_series(series);
    for (const auto& [name, part] : series_) learn_levels(name, part);
  }
  attacker& mind() { return mind_; }

  // Numbers of a count over (from, until], if rows end at both.
  struct step {
    std::string level, column;
    std::int64_t from, until;
    friend auto operator<=>(const step&, const step&) = default;
  };
  std::map<step, std::vector<const result_value*>> steps() const {
    std::map<step, std::vector<const result_value*>> all;
    for (const auto& [level, rows] : series_) {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t c = 1; c < rows[i].numbers.size(); ++c) {
          std::vector<const result_value*> numbers;
          for (std::size_t j = i; j < rows.size(); ++j) {
            numbers.push_back(rows[j].numbers[c].shown);
            all[{level, columns_[c], i == 0 ? -1 : rows[i - 1].time, rows[j].time}] = numbers;
          }
        }
      }
    }
    return all;
  }

 private:
  struct row {
    std::int64_t time;
    std::vector<attacker::number> numbers;  // at risk first
  };
  const std::vector<result_table>& tables() const { return p_.shown[0].tables; }

  void read(std::size_t t) {
    const auto& table = tables()[t];
    const auto first = *table.find_column("at_risk");
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      const auto level = table.by.empty() ? std::string() : *table.rows[r][0].text();
      row read{*table.rows[r][*table.find_column("time")].count(), {}};
      columns_.clear();
      for (auto c = first; table.columns[c].role == column_role::count; ++c) {
        columns_.push_back(table.columns[c].id);
        read.numbers.push_back({&table.rows[r][c], *p_.raw[0].tables[t].rows[r][c].count()});
      }
      series_[level].push_back(std::move(read));
    }
  }
  void learn_series(const std::vector<row>& rows) {
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
      std::vector<attacker::term> terms{{1, rows[i].numbers[0]}, {-1, rows[i + 1].numbers[0]}};
      for (std::size_t c = 1; c < rows[i].numbers.size(); ++c) {
        terms.emplace_back(-1, rows[i].numbers[c]);
      }
      mind_.learn(terms);
    }
  }
  // Levels against the total over every interval that all have.
  void learn_levels(const std::string& name, const std::vector<row>&) {
    if (!name.empty()) return;
    const auto all = steps();
    for (const auto& [s, numbers] : all) {
      if (!s.level.empty()) continue;
      std::vector<attacker::term> terms;
      add(terms, 1, s);
      bool everywhere = true;
      for (const auto& [level, _] : series_) {
        if (level.empty()) continue;
        everywhere = everywhere && all.contains({level, s.column, s.from, s.until});
        if (everywhere) add(terms, -1, {level, s.column, s.from, s.until});
      }
      if (everywhere && series_.size() > 1) mind_.learn(terms);
    }
  }
  void add(std::vector<attacker::term>& terms, int sign, const step& s) {
    const auto column = std::ranges::find(columns_, s.column) - columns_.begin();
    for (const auto& r : series_[s.level]) {
      if (r.time > s.from && r.time <= s.until) {
        terms.emplace_back(sign, r.numbers[static_cast<std::size_t>(column)]);
      }
    }
  }

  const published& p_;
  attacker mind_;
  std::vector<std::string> columns_;
  std::map<std::string, std::vector<row>> series_;  // by level
};

constexpr int months = 24;

curve_counts finest(const std::vector<const person*>& group) {
  curve_counts c;
  c.events.resize(months);
  c.censored.resize(months);
  c.causes.assign(2, std::vector<std::int64_t>(months));
  for (const auto* p : group) {
    const auto at = static_cast<std::size_t>(p->exit - 1);
    ++(p->event ? c.events : c.censored)[at];
    if (p->event) ++c.causes[p->answer % 2][at];
  }
  auto left = static_cast<std::int64_t>(group.size());
  for (std::size_t i = 0; i < months; ++i) {
    left -= c.events[i] + c.censored[i];
    c.at_risk.push_back(left);
  }
  return c;
}

sections curves_of(const std::vector<person>& persons) {
  result_section s;
  s.definition = "outcomes";
  for (const bool split : {false, true}) {
    std::map<int, std::vector<const person*>> groups;
    for (const auto& p : persons) groups[split ? *p.levels[0].begin() : 0].push_back(&p);
    std::vector<curve_counts> counts;
    for (const auto& [_, group] : groups) counts.push_back(finest(group));
    result_table t = table("incidence", table_form::incidence,
                           split ? std::vector<std::string>{"sex"} : std::vector<std::string>{},
                           {key("time"), count("at_risk"), count("event_a"), count("event_b"),
                            count("censored"), share("incidence_a", {"at_risk", "event_a"})},
                           {}, {});
    const auto grid = coarse_grid(counts);
    std::size_t g = 0;
    for (const auto& [level, group] : groups) {
      auto left = static_cast<std::int64_t>(group.size());
      std::size_t from = 0;
      for (const auto end : grid) {
        std::array<std::int64_t, 3> n{};
        for (; from <= end; ++from) {
          n[0] += counts[g].causes[0][from];
          n[1] += counts[g].causes[1][from];
          n[2] += counts[g].censored[from];
        }
        result_row row;
        if (split) row.push_back(text_value("l" + std::to_string(level)));
        row.push_back(number(static_cast<std::int64_t>(end) + 1));
        for (const auto c : {left, n[0], n[1], n[2]}) row.push_back(number(c));
        row.push_back(figure);
        t.rows.push_back(std::move(row));
        left -= n[0] + n[1] + n[2];
      }
      ++g;
    }
    s.tables.push_back(std::move(t));
  }
  return {s};
}

TEST(Disclosure, CurvesOnGridsOfTheirOwnTellNothing) {
  for_seeds(80, [](programme& p) {
    p.enrol(p.below(200));
    std::vector<sections> raw;
    std::vector<published> releases;
    std::deque<curve_reader> readers;
    for (int i = 0; i < 3; ++i) {
      if (i > 0) p.grow();
      releases.push_back(suppressed(curves_of(p.persons()), raw));
      raw.push_back(releases.back().raw);
    }
    for (const auto& release : releases) readers.emplace_back(release);
    for (std::size_t now = 0; now < readers.size(); ++now) {
      for (const auto* v : readers[now].mind().hidden()) {
        EXPECT_FALSE(readers[now].mind().sum_of({v}));
      }
      for (const auto& [step, numbers] : readers[now].steps()) {
        const auto sum = readers[now].mind().sum_of(numbers);
        if (!sum) continue;
        EXPECT_FALSE(is_small(*sum)) << step.column << step.level << " until " << step.until;
        for (std::size_t before = 0; before < now; ++before) {
          const auto earlier = readers[before].steps();
          const auto same = earlier.find(step);
          if (same == earlier.end()) continue;
          const auto old = readers[before].mind().sum_of(same->second);
          EXPECT_FALSE(old && is_small(std::abs(*sum - *old)))
              << step.column << ' ' << step.level << " from " << step.from << " until "
              << step.until << ": " << *old << " to " << *sum;
        }
      }
    }
  });
}

TEST(CoarseGrid, Cases) {
  using counts = std::vector<std::int64_t>;
  const struct {
    const char* what;
    std::vector<curve_counts> groups;
    std::vector<std::size_t> grid, read{};
    std::vector<curve_counts> others{};
  } cases[] = {
      {"nobody", {}, {}},
      {"all fine", {{counts{5, 5, 5}, counts{0, 0, 0}, counts{30, 25, 20}}}, {0, 1, 2}},
      {"joined", {{counts{2, 3, 4, 1}, counts{0, 0, 0, 0}, counts{30, 27, 23, 22}}}, {1, 3}},
      {"a small tail joins the last",
       {{counts{5, 5, 2}, counts{0, 0, 0}, counts{30, 25, 23}}},
       {0, 2}},
      {"a tail without many at risk is left off",
       {{counts{5, 5, 6}, counts{0, 0, 8}, counts{30, 25, 4}}},
       {0, 1}},
      {"nobody at risk behind it tells nothing",
       {{counts{5, 5, 6}, counts{0, 0, 8}, counts{24, 19, 0}}},
       {0, 1, 2}},
      {"few censored", {{counts{5, 5, 5}, counts{0, 2, 3}, counts{30, 23, 15}}}, {0, 2}},
      {"few of a cause",
       {{counts{6, 6, 6}, counts{0, 0, 0}, counts{30, 24, 18}, {{6, 3, 2}, {0, 3, 4}}}},
       {0, 2}},
      {"as many intervals as possible",
       {{counts{5, 2, 3, 5}, counts{0, 0, 0, 0}, counts{30, 28, 25, 20}}},
       {0, 2, 3}},
      {"before that, where the curve is read",
       {{counts{5, 2, 3, 5}, counts{0, 0, 0, 0}, counts{30, 28, 25, 20}}},
       {1, 3},
       {1}},
      {"of two groups",
       {{counts{15, 5, 5, 5}, counts{0, 0, 0, 0}, counts{40, 35, 30, 25}},
        {counts{0, 15, 0, 5}, counts{0, 0, 0, 0}, counts{30, 15, 15, 10}}},
       {1, 3}},
      {"one that is not followed so long does not end the other's",
       {{counts{15, 5, 5, 5}, counts{0, 0, 0, 0}, counts{40, 35, 30, 25}},
        {counts{15, 5, 0, 0}, counts{0, 9, 0, 0}, counts{14, 0, 0, 0}}},
       {0, 1, 2, 3}},
      {"an interval in which nobody of any group is followed is none",
       {{counts{15, 5, 0, 0}, counts{0, 9, 0, 0}, counts{14, 0, 0, 0}}},
       {0, 3}},
      {"few of those who are not in the group",
       {{counts{9, 9, 9}, counts{0, 0, 0}, counts{60, 51, 42}}},
       {1, 2},
       {},
       {{counts{3, 4, 0}, counts{0, 0, 0}, counts{30, 26, 26}}}},
      {"groups with few events as one",
       {{counts{6, 0}, counts{0, 0}, counts{4, 4}}, {counts{4, 6}, counts{0, 0}, counts{36, 30}}},
       {0, 1}},
      {"and with the next one, while they are too few together",
       {{counts{0, 3}, counts{0, 0}, counts{9, 6}}, {counts{20, 2}, counts{0, 0}, counts{36, 34}}},
       {0, 1}},
      {"not considered, as there is nobody with them",
       {{counts{0, 3}, counts{0, 0}, counts{9, 6}}},
       {}},
  };
  for (const auto& c : cases) EXPECT_EQ(coarse_grid(c.groups, c.read, c.others), c.grid) << c.what;
}
}  // namespace
}  // namespace stegvis
