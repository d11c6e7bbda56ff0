// Goal: of what leaves, nobody can be singled out; and no more is hidden than that takes.
// Method: random persons, counted into cubes and curves and suppressed, are attacked by a reader who
// reckons (attacker.hpp): with exact linear algebra, with a search for other truths, with pairs of
// vintages. STEGVIS_SEED replays one seed, STEGVIS_ROUNDS asks for more. Beside them the attacks by
// name, and tables of which it is told exactly what is hidden.
#include "projections/evaluations/disclosure.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <random>
#include <set>

#include "projections/evaluations/result_json.hpp"
#include "tests/projections/attacker.hpp"

namespace stegvis {
namespace {
using sections = std::vector<result_section>;

bool is_small(std::int64_t n) {
  return n >= 1 && n <= 4;
}

std::string json_of(const sections& s) {
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

std::string dimension_name(std::size_t d) { return "d" + std::to_string(d); }

// Every way to choose one level of each dimension of the breakdown.
std::vector<std::vector<int>> places_of(const person& p, const std::vector<std::size_t>& by) {
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

result_table table_of(const std::vector<person>& persons, const cube_plan& plan,
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

sections cube_of(const std::vector<person>& persons, const cube_plan& plan) {
  result_section s;
  s.definition = "employed_now";
  s.statistic = "proportion";
  for (const auto& by : plan.breakdowns) s.tables.push_back(table_of(persons, plan, by));
  return {s};
}

// -- What a reader knows of a cube ------------------------------------------------------------

struct published {
  sections raw, shown;
};

published suppressed(sections raw, const std::vector<sections>& before = {}) {
  published p{raw, std::move(raw)};
  suppress(p.shown, before);
  return p;
}

class cube_reader {
 public:
  cube_reader(const published& p, const cube_plan& plan) : p_(p), plan_(plan) {
    for (std::size_t t = 0; t < tables().size(); ++t) learn_rows(t);
    for (std::size_t fine = 0; fine < tables().size(); ++fine) {
      for (std::size_t coarse = 0; coarse < tables().size(); ++coarse) {
        if (is_coarser(coarse, fine)) learn_levels(fine, coarse);
      }
    }
  }

  attacker& mind() { return mind_; }
  const std::vector<std::vector<attacker::term>>& facts() const { return facts_; }
  // The same for the same cell in every vintage.
  const std::map<std::string, attacker::number>& numbers() const { return numbers_; }
  std::string name_of(const result_value* v) const { return names_.at(v); }

 private:
  const std::vector<result_table>& tables() const { return p_.shown[0].tables; }

  attacker::number number(std::size_t t, std::size_t row, std::size_t column) {
    const attacker::number n{&tables()[t].rows[row][column],
                             *p_.raw[0].tables[t].rows[row][column].count()};
    std::string name = tables()[t].columns[column].id;
    for (const auto& d : tables()[t].by) name += '/' + d;
    for (std::size_t i = 0; i < tables()[t].by.size(); ++i) {
      name += '/' + *tables()[t].rows[row][i].text();
    }
    numbers_.emplace(name, n);
    names_.emplace(n.shown, name);
    return n;
  }
  void learn(std::vector<attacker::term> terms) {
    mind_.learn(terms);
    facts_.push_back(std::move(terms));
  }
  // Somebody is left over, and no number says how many.
  attacker::number others(std::int64_t truth, const std::string& name) {
    const attacker::number n{&unpublished_.emplace_back(missing_value(mark::none)), truth};
    numbers_.emplace(name, n);
    names_.emplace(n.shown, name);
    return n;
  }

  void learn_rows(std::size_t t) {
    const auto first = tables()[t].by.size();
    for (std::size_t row = 0; row < tables()[t].rows.size(); ++row) {
      const auto n = number(t, row, first);
      std::vector<attacker::term> terms{{1, n}};
      std::int64_t left = n.truth;
      for (std::size_t i = 1; i <= (plan_.whole_rows ? 3U : 1U); ++i) {
        terms.push_back({-1, number(t, row, first + i)});
        left -= terms.back().second.truth;
      }
      if (!plan_.whole_rows) terms.push_back({-1, others(left, "not " + names_.at(n.shown))});
      learn(terms);
    }
  }

  bool is_coarser(std::size_t coarse, std::size_t fine) const {
    const auto& a = plan_.breakdowns[coarse];
    const auto& b = plan_.breakdowns[fine];
    return a.size() < b.size() &&
           std::ranges::all_of(a, [&](auto d) { return std::ranges::count(b, d) > 0; });
  }
  void learn_levels(std::size_t fine, std::size_t coarse) {
    bool overlapping = false;
    for (const auto d : plan_.breakdowns[fine]) {
      overlapping |= plan_.dimensions[d].overlapping &&
                     std::ranges::count(plan_.breakdowns[coarse], d) == 0;
    }
    const auto width = plan_.whole_rows ? 4U : 2U;
    for (std::size_t row = 0; row < tables()[coarse].rows.size(); ++row) {
      for (std::size_t column = 0; column < width; ++column) {
        const auto whole = number(coarse, row, plan_.breakdowns[coarse].size() + column);
        std::vector<attacker::term> terms{{1, whole}};
        for (std::size_t part = 0; part < tables()[fine].rows.size(); ++part) {
          if (!belongs(coarse, row, fine, part)) continue;
          const auto n = number(fine, part, plan_.breakdowns[fine].size() + column);
          if (overlapping) {
            const auto rest =
                others(whole.truth - n.truth, names_.at(whole.shown) + " not " + names_.at(n.shown));
            learn({{1, whole}, {-1, n}, {-1, rest}});
          }
          terms.push_back({-1, n});
        }
        if (!overlapping) learn(terms);
      }
    }
  }
  bool belongs(std::size_t coarse, std::size_t row, std::size_t fine, std::size_t part) const {
    const auto& a = tables()[coarse];
    const auto& b = tables()[fine];
    for (std::size_t i = 0; i < a.by.size(); ++i) {
      const auto at = std::ranges::find(b.by, a.by[i]) - b.by.begin();
      if (a.rows[row][i] != b.rows[part][static_cast<std::size_t>(at)]) return false;
    }
    return true;
  }

  const published& p_;
  const cube_plan& plan_;
  attacker mind_;
  std::vector<std::vector<attacker::term>> facts_;
  std::map<std::string, attacker::number> numbers_;
  std::map<const result_value*, std::string> names_;
  std::deque<result_value> unpublished_;
};

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
  for (auto seed = one != 0 ? one : 1; seed <= last && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
    programme p(seed);
    check(p);
  }
}

bool was_published(const result_value* v) { return v->mark == mark::suppressed; }

// -- Attacks on one release -------------------------------------------------------------------

// Nothing hidden follows by reckoning, nor does a sum of two or three that is one to four.
void expect_nothing_follows(cube_reader& reader, programme& p) {
  const auto hidden = reader.mind().hidden();
  for (const auto* v : hidden) {
    const auto sum = reader.mind().sum_of({v});
    const bool told = was_published(v) ? sum.has_value() : sum && is_small(*sum);
    EXPECT_FALSE(told) << reader.name_of(v) << " is " << *sum;
  }
  for (int i = 0; i < 60 && hidden.size() > 2; ++i) {
    std::set<const result_value*> group;
    while (group.size() < 2 + static_cast<std::size_t>(i % 2)) {
      group.insert(hidden[p.below(hidden.size())]);
    }
    const auto sum = reader.mind().sum_of({group.begin(), group.end()});
    EXPECT_FALSE(sum && is_small(*sum)) << reader.name_of(*group.begin()) << " and others";
  }
  for (const auto& fact : reader.facts()) {
    std::vector<const result_value*> parts;
    for (const auto& [sign, n] : fact) {
      if (sign < 0 && n.shown->empty()) parts.push_back(n.shown);
    }
    const auto sum = parts.empty() ? std::nullopt : reader.mind().sum_of(parts);
    EXPECT_FALSE(sum && is_small(*sum)) << reader.name_of(parts[0]) << " and others";
  }
}

TEST(Disclosure, NothingHiddenFollowsByReckoning) {
  for_seeds(150, [](programme& p) {
    const auto release = suppressed(p.count());
    cube_reader reader(release, p.plan());
    expect_nothing_follows(reader, p);
  });
}

TEST(Disclosure, SmallGroupsMayAsWellBeLarge) {
  int asked = 0, unclear = 0;
  for_seeds(60, [&](programme& p) {
    const auto release = suppressed(p.count());
    cube_reader reader(release, p.plan());
    const auto hidden = reader.mind().hidden();
    for (const auto* v : hidden) {
      if (!is_small(reader.mind().truth_of(v)) || p.below(hidden.size()) > 30) continue;
      const auto found = reader.mind().may_be(v, 5);
      EXPECT_NE(found, attacker::finding::impossible) << reader.name_of(v);
      ++asked;
      unclear += found == attacker::finding::unclear;
    }
  });
  EXPECT_TRUE(asked > 500 || std::getenv("STEGVIS_SEED") != nullptr) << asked;
  EXPECT_LT(unclear * 20, asked) << "of " << asked;
}

TEST(Disclosure, ShownCountsAreNotSmallAndFiguresGoWithTheirs) {
  for_seeds(100, [](programme& p) {
    const auto release = suppressed(p.count());
    for (const auto& t : release.shown[0].tables) {
      const auto n = *t.find_column("n"), yes = *t.find_column("yes"), share = *t.find_column("share");
      for (const auto& row : t.rows) {
        for (std::size_t c = n; c < share; ++c) {
          const auto* count = row[c].count();
          EXPECT_FALSE(count != nullptr && is_small(*count));
          EXPECT_EQ(row[c].mark, count == nullptr ? mark::suppressed : mark::none);
        }
        const bool told = !row[n].empty() && !row[yes].empty();
        EXPECT_EQ(row[share].mark == mark::suppressed, !told);
      }
    }
  });
}

TEST(Disclosure, SameBytesTwiceAndNothingLeftToHide) {
  for_seeds(60, [](programme& p) {
    std::vector<sections> before{p.count()};
    p.go_on();
    const auto once = suppressed(p.count(), before), again = suppressed(p.count(), before);
    EXPECT_EQ(json_of(once.shown), json_of(again.shown));
    const auto twice = suppressed(once.shown, before);
    EXPECT_EQ(json_of(twice.shown), json_of(once.shown));
  });
}

// -- Attacks on several releases --------------------------------------------------------------

// Releases one after the other; each knows what the ones before it showed.
std::vector<published> chain_of(programme& p, std::size_t length, void (programme::*go_on)()) {
  std::vector<sections> raw;
  std::vector<published> releases;
  for (std::size_t i = 0; i < length; ++i) {
    if (i > 0) (p.*go_on)();
    releases.push_back(suppressed(p.count(), raw));
    raw.push_back(releases.back().raw);
  }
  return releases;
}

// What the reader knows the sum of the cells of these names to be; who is in no row is nobody.
std::optional<std::int64_t> known_sum(cube_reader& reader, const std::vector<std::string>& names) {
  std::vector<const result_value*> numbers;
  for (const auto& name : names) {
    const auto found = reader.numbers().find(name);
    if (found != reader.numbers().end()) numbers.push_back(found->second.shown);
  }
  return reader.mind().sum_of(numbers);
}

// No cell, and no sum that follows, differs by one to four.
void expect_nobody_came(cube_reader& before, cube_reader& now) {
  const auto compare = [&](const std::vector<std::string>& names) {
    const auto a = known_sum(before, names), b = known_sum(now, names);
    if (!a || !b) return;
    EXPECT_FALSE(is_small(std::abs(*b - *a))) << names[0] << (names.size() > 1 ? " and others" : "")
                                              << " from " << *a << " to " << *b;
  };
  for (const auto& [name, _] : now.numbers()) compare({name});
  for (const auto& fact : now.facts()) {
    std::vector<std::string> names;
    for (const auto& [sign, n] : fact) {
      if (sign < 0 && n.shown->empty()) names.push_back(now.name_of(n.shown));
    }
    if (names.size() > 1) compare(names);
  }
}

TEST(Disclosure, ChainsOfVintagesTellNobodyWhoCame) {
  for_seeds(60, [](programme& p) {
    const auto releases = chain_of(p, 4, &programme::go_on);
    std::deque<cube_reader> readers;
    for (const auto& r : releases) {
      readers.emplace_back(r, p.plan());
      expect_nothing_follows(readers.back(), p);
    }
    for (std::size_t now = 1; now < readers.size(); ++now) {
      for (std::size_t before = 0; before < now; ++before) {
        expect_nobody_came(readers[before], readers[now]);
      }
    }
  });
}

// Who takes it that counts only grow knows more: each is at least what was shown before.
TEST(Disclosure, GrowthTellsNoSmallGroup) {
  int asked = 0, unclear = 0;
  for_seeds(40, [&](programme& p) {
    const auto releases = chain_of(p, 3, &programme::grow);
    const auto& now = releases.back();
    cube_reader reader(now, p.plan());
    std::map<std::string, std::int64_t> least;
    for (std::size_t i = 0; i + 1 < releases.size(); ++i) {
      const cube_reader before(releases[i], p.plan());
      for (const auto& [name, n] : before.numbers()) {
        if (const auto* count = n.shown->count()) least[name] = std::max(least[name], *count);
      }
    }
    for (const auto& [name, n] : reader.numbers()) {
      if (n.shown->empty()) reader.mind().learn_at_least(n.shown, least[name]);
    }
    for (const auto& [name, n] : reader.numbers()) {
      if (!n.shown->empty() || p.below(reader.numbers().size()) > 40) continue;
      const auto base = is_small(n.truth - least[name]) ? least[name] : std::int64_t{0};
      if (!is_small(n.truth - base)) continue;
      const auto found = reader.mind().may_be(n.shown, base + 5);
      EXPECT_NE(found, attacker::finding::impossible) << name;
      ++asked;
      unclear += found == attacker::finding::unclear;
    }
  });
  EXPECT_TRUE(asked > 200 || std::getenv("STEGVIS_SEED") != nullptr) << asked;
  EXPECT_LT(unclear * 20, asked) << "of " << asked;
}
}  // namespace
}  // namespace stegvis
