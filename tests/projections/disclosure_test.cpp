// Goal: of what leaves, nobody can be singled out; and no more is hidden than that takes.
// Method: random persons, counted into cubes and curves and suppressed, are attacked by a reader
// who reckons (attacker.hpp): with exact linear algebra, with a search for other truths, with pairs
// of vintages. STEGVIS_SEED replays one seed, STEGVIS_ROUNDS asks for more. Beside them the attacks
// by name, and tables of which it is told exactly what is hidden.
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

std::string dimension_name(std::size_t d) {
  return "d" + std::to_string(d);
}

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
      overlapping |=
          plan_.dimensions[d].overlapping && std::ranges::count(plan_.breakdowns[coarse], d) == 0;
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
            const auto rest = others(whole.truth - n.truth,
                                     names_.at(whole.shown) + " not " + names_.at(n.shown));
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

bool was_published(const result_value* v) {
  return v->mark == mark::suppressed;
}

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
  for_seeds(80, [](programme& p) {
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
  for_seeds(50, [](programme& p) {
    const auto release = suppressed(p.count());
    for (const auto& t : release.shown[0].tables) {
      const auto n = *t.find_column("n"), yes = *t.find_column("yes"),
                 share = *t.find_column("share");
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
  for_seeds(30, [](programme& p) {
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
    EXPECT_FALSE(is_small(std::abs(*b - *a)))
        << names[0] << (names.size() > 1 ? " and others" : "") << " from " << *a << " to " << *b;
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
  for_seeds(30, [](programme& p) {
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
  for_seeds(20, [&](programme& p) {
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
  EXPECT_TRUE(asked > 100 || std::getenv("STEGVIS_SEED") != nullptr) << asked;
  EXPECT_LT(unclear * 20, asked) << "of " << asked;
}

// -- Attacks by name, and exactly what is hidden ----------------------------------------------

// A table as text: columns, a line for each row; numbers are counts, names with a dot are shares.
result_table table(std::string id, table_form form, std::vector<std::string> by,
                   std::vector<result_column> columns, std::vector<sum_relation> sums,
                   std::vector<result_row> rows) {
  std::vector<result_column> all;
  for (const auto& d : by) all.push_back({d, column_role::level, value_form::code});
  all.insert(all.end(), columns.begin(), columns.end());
  return {.id = std::move(id),
          .form = form,
          .by = std::move(by),
          .columns = std::move(all),
          .sums = std::move(sums),
          .rows = std::move(rows)};
}
result_column key(std::string id) {
  return {std::move(id), column_role::key};
}
result_column count(std::string id) {
  return {std::move(id), column_role::count};
}
result_column share(std::string id, std::vector<std::string> of) {
  return {std::move(id), column_role::figure, value_form::share, std::move(of)};
}
result_value text(const char* s) {
  return text_value(s);
}
result_value number(std::int64_t n) {
  return count_value(n);
}
const result_value figure = number_value(0.5);

// Rows as "woman 12 . 9", suppressed values as dots, one after the other.
std::string line_of(const result_table& t) {
  std::string out;
  for (const auto& row : t.rows) {
    out += out.empty() ? "" : " | ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += i == 0 ? "" : " ";
      if (row[i].mark == mark::suppressed)
        out += '.';
      else if (const auto* s = row[i].text())
        out += *s;
      else if (const auto* n = row[i].count())
        out += std::to_string(*n);
      else if (row[i].number() != nullptr)
        out += 'x';
      else
        out += name_of(row[i].mark);
    }
  }
  return out;
}
std::vector<std::string> hidden_in(std::vector<result_table> tables,
                                   const std::vector<sections>& published = {}) {
  sections s(1);
  s[0].definition = "d";
  s[0].tables = std::move(tables);
  suppress(s, published);
  std::vector<std::string> all;
  for (const auto& t : s[0].tables) all.push_back(line_of(t));
  return all;
}
using lines = std::vector<std::string>;

const std::vector<result_column> share_columns{count("n"), count("yes"), count("no"),
                                               share("share", {"n", "yes"})};
const std::vector<sum_relation> share_sums{{"n", {"yes", "no"}}};
result_row shares(std::vector<result_value> levels, std::int64_t yes, std::int64_t no) {
  for (const auto n : {yes + no, yes, no}) levels.push_back(number(n));
  levels.push_back(figure);
  return levels;
}
result_table share_table(std::vector<std::string> by, std::vector<result_row> rows) {
  return table("shares", table_form::proportions, std::move(by), share_columns, share_sums,
               std::move(rows));
}

TEST(Disclosure, NothingIsHiddenWithoutNeed) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 60, 40)}),
                       share_table({"sex"}, {shares({text("man")}, 35, 15),
                                             shares({text("woman")}, 25, 25)})}),
            (lines{"100 60 40 x", "man 50 35 15 x | woman 50 25 25 x"}));
}

// One small cell in sex by answer takes the three that close the square, and no total.
TEST(Disclosure, AMarginDoesNotTellASmallCell) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 60, 40)}),
                       share_table({"sex"}, {shares({text("man")}, 35, 37),
                                             shares({text("woman")}, 25, 3)})}),
            (lines{"100 60 40 x", "man 72 . . . | woman 28 . . ."}));
}

// In sex by unit with one small cell: the same square, with the smallest other unit.
TEST(Disclosure, OneSmallCellOfATwoWayTableTakesThreeMore) {
  const auto n = [](std::vector<std::string> by, std::vector<result_row> rows) {
    return table("members", table_form::baseline, std::move(by), {count("n")}, {}, std::move(rows));
  };
  EXPECT_EQ(
      hidden_in(
          {n({}, {{number(131)}}),
           n({"sex"}, {{text("man"), number(75)}, {text("woman"), number(56)}}),
           n({"unit"}, {{text("a"), number(33)}, {text("b"), number(38)}, {text("c"), number(60)}}),
           n({"sex", "unit"}, {{text("man"), text("a"), number(30)},
                               {text("man"), text("b"), number(20)},
                               {text("man"), text("c"), number(25)},
                               {text("woman"), text("a"), number(3)},
                               {text("woman"), text("b"), number(18)},
                               {text("woman"), text("c"), number(35)}})}),
      (lines{"131", "man 75 | woman 56", "a 33 | b 38 | c 60",
             "man a . | man b . | man c 25 | woman a . | woman b . | woman c 35"}));
}

// Two hidden groups of two would be known to be four together.
TEST(Disclosure, TwoSmallCellsTakeAThird) {
  EXPECT_EQ(hidden_in({table("t", table_form::counts, {}, {count("n")}, {}, {{number(44)}}),
                       table("t", table_form::counts, {"unit"}, {count("n")}, {},
                             {{text("a"), number(2)},
                              {text("b"), number(2)},
                              {text("c"), number(10)},
                              {text("d"), number(30)}})}),
            (lines{"44", "a . | b . | c . | d 30"}));
}

// Zeros are shown, so of five in two hidden levels both are known to be small.
TEST(Disclosure, FiveInTwoLevelsHideTheirTotal) {
  EXPECT_EQ(hidden_in({table("t", table_form::counts, {}, {count("n")}, {}, {{number(5)}}),
                       table("t", table_form::counts, {"sex"}, {count("n")}, {},
                             {{text("man"), number(2)}, {text("woman"), number(3)}})}),
            (lines{".", "man . | woman ."}));
}

TEST(Disclosure, ASmallBaseHidesItsRowAndZerosElsewhereStay) {
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 30, 0)})}), (lines{"30 30 0 x"}));
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 0, 3)})}), (lines{". . . ."}));
  EXPECT_EQ(hidden_in({share_table({}, {shares({}, 0, 0)})}), (lines{"0 0 0 x"}));
}

// 18 of 20: two did not, though no column says so.
TEST(Disclosure, AComplementIsASmallGroup) {
  const auto yes_of = [](std::int64_t yes, std::int64_t n) {
    return table("t", table_form::cohort_ages, {},
                 {count("n"), count("yes"), share("share", {"n", "yes"})}, {},
                 {{number(n), number(yes), figure}});
  };
  EXPECT_EQ(hidden_in({yes_of(18, 20)}), (lines{"20 . ."}));
  EXPECT_EQ(hidden_in({yes_of(15, 20)}), (lines{"20 15 x"}));
  EXPECT_EQ(hidden_in({yes_of(20, 20)}), (lines{"20 20 x"}));
}

// All but three of the newcomers' target group: the total less the level.
TEST(Disclosure, AnOverlappingLevelIsASmallComplement) {
  auto levels = table("t", table_form::baseline, {"target_group"}, {count("n")}, {},
                      {{text("newcomer"), number(47)}, {text("young"), number(20)}});
  levels.overlapping = {"target_group"};
  EXPECT_EQ(
      hidden_in({table("t", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}), levels}),
      (lines{"50", "newcomer . | young 20"}));
}

TEST(Disclosure, AFlowDoesNotTellWhoWasLeftOut) {
  const auto flow = [](std::vector<std::int64_t> n) {
    std::vector<result_row> rows;
    for (std::size_t i = 0; i < n.size(); ++i) {
      rows.push_back({text_value("step_" + std::to_string(i)), number(n[i]),
                      i == 0 ? result_value{} : number(n[i - 1] - n[i])});
    }
    return table("flow", table_form::flow, {}, {key("step"), count("n"), count("left_out")}, {},
                 rows);
  };
  EXPECT_EQ(hidden_in({flow({100, 80, 60})}),
            (lines{"step_0 100 none | step_1 80 20 | step_2 60 20"}));
  EXPECT_EQ(hidden_in({flow({100, 97, 60})}),
            (lines{"step_0 . none | step_1 97 . | step_2 60 37"}));
}

// -- Two releases -----------------------------------------------------------------------------

sections as_published(std::vector<result_table> tables) {
  sections s(1);
  s[0].definition = "d";
  s[0].tables = std::move(tables);
  return s;
}

TEST(Disclosure, TwoCutsADayApartDoNotTellWhoCame) {
  const auto tables = [](std::int64_t man, std::int64_t woman) {
    const auto n = [](std::vector<std::string> by, std::vector<result_row> rows) {
      return table("t", table_form::baseline, std::move(by), {count("n")}, {}, std::move(rows));
    };
    return std::vector<result_table>{
        n({}, {{number(man + woman)}}),
        n({"sex"}, {{text("man"), number(man)}, {text("woman"), number(woman)}})};
  };
  const std::vector<sections> yesterday{as_published(tables(30, 20))};
  EXPECT_EQ(hidden_in(tables(30, 20), yesterday), (lines{"50", "man 30 | woman 20"}));
  // Somebody came: the total would tell it, and so would the women.
  EXPECT_EQ(hidden_in(tables(30, 21), yesterday), (lines{".", "man 30 | woman ."}));
  // Seven came, three of them women: neither sex, for the total tells the other.
  EXPECT_EQ(hidden_in(tables(34, 23), yesterday)[1], "man . | woman .");
  EXPECT_EQ(hidden_in(tables(40, 30), yesterday), (lines{"70", "man 40 | woman 30"}));
}

// What was hidden then tells nothing now; what was shown before that still does.
TEST(Disclosure, OnlyWhatWasShownIsComparedWith) {
  const auto n = [](std::int64_t count_of_rows) {
    return std::vector<result_table>{
        table("t", table_form::counts, {}, {count("n")}, {}, {{number(count_of_rows)}})};
  };
  std::vector<sections> published{as_published(n(4))};
  EXPECT_EQ(hidden_in(n(5), published), (lines{"5"}));
  published = {as_published(n(20)), as_published(n(22))};
  EXPECT_EQ(hidden_in(n(26), published), (lines{"26"}));
  EXPECT_EQ(hidden_in(n(24), published), (lines{"."}));
}

TEST(Disclosure, OtherDefinitionsAreNotCompared) {
  const auto n = [](std::int64_t count_of_rows) {
    return std::vector<result_table>{
        table("t", table_form::counts, {}, {count("n")}, {}, {{number(count_of_rows)}})};
  };
  auto other = as_published(n(20));
  other[0].definition = "e";
  EXPECT_EQ(hidden_in(n(21), {other}), (lines{"21"}));
}

// -- The same persons in several tables -------------------------------------------------------

TEST(Disclosure, AnotherTableDoesNotShowWhatOneHides) {
  // Seven others are hidden with the three men, so the summary hides them as well.
  const auto shown = hidden_in(
      {table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(110)}}),
       table("analysed", table_form::baseline, {"sex"}, {count("n")}, {},
             {{text("man"), number(3)}, {text("other"), number(7)}, {text("woman"), number(100)}}),
       table("summary", table_form::summary, {"sex"},
             {count("n"), {"median", column_role::figure, value_form::time, {"n"}}}, {},
             {{text("man"), number(3), figure},
              {text("other"), number(7), figure},
              {text("woman"), number(100), figure}})});
  EXPECT_EQ(shown,
            (lines{"110", "man . | other . | woman 100", "man . . | other . . | woman 100 x"}));
}

TEST(Disclosure, UnitsAndDifferencesGoWithTheShares) {
  const std::vector<result_column> columns{key("indicator"), count("n"),
                                           count("yes"),     count("no"),
                                           count("unknown"), share("share", {"n", "yes", "no"})};
  const std::vector<sum_relation> sums{{"n", {"yes", "no", "unknown"}}};
  const auto row = [](std::vector<result_value> levels, std::int64_t yes, std::int64_t no,
                      std::int64_t unknown) {
    levels.push_back(text("job"));
    for (const auto n : {yes + no + unknown, yes, no, unknown}) levels.push_back(number(n));
    levels.push_back(figure);
    return levels;
  };
  const auto shown = hidden_in(
      {table("shares", table_form::proportions, {}, columns, sums, {row({}, 33, 77, 20)}),
       table("shares", table_form::proportions, {"sex"}, columns, sums,
             {row({text("man")}, 30, 20, 10), row({text("woman")}, 3, 57, 10)}),
       table("differences_sex", table_form::differences, {},
             {key("indicator"),
              key("level"),
              key("reference"),
              count("yes"),
              count("n"),
              count("reference_yes"),
              count("reference_n"),
              {"difference",
               column_role::figure,
               value_form::points,
               {"yes", "n", "reference_yes", "reference_n"}}},
             {},
             {{text("job"), text("woman"), text("man"), number(3), number(60), number(30),
               number(50), figure}}),
       table("units", table_form::units, {"unit"},
             {key("indicator"), count("n"), count("yes"), share("share", {"n", "yes"})}, {},
             {{text("a"), text("job"), number(80), number(20), figure},
              {text("b"), text("job"), number(30), number(13), figure}})});
  // The men's 30 are hidden with the three women, here and there.
  EXPECT_EQ(shown, (lines{"job 130 33 77 20 x", "man job 60 . . 10 . | woman job 70 . . 10 .",
                          "job woman man . 60 . 50 .", "a job 80 20 x | b job 30 13 x"}));
}

TEST(Disclosure, AShareTellsItsBase) {
  // 12 and 8 of 20, by another variable 17 and 3: 3 and 17 are hidden, and their shares.
  const auto row = [](const char* variable, const char* value, std::int64_t n) {
    return result_row{text(variable), text(value), number(n),
                      number_value(static_cast<double>(n) / 20)};
  };
  const auto variables =
      table("b", table_form::baseline, {},
            {key("variable"), key("value"), count("n"), share("share", {"n"})}, {},
            {row("sex", "man", 12), row("sex", "woman", 8), row("age", "old", 17),
             row("age", "young", 3)});
  EXPECT_EQ(hidden_in({variables}),
            (lines{"sex man 12 x | sex woman 8 x | age old . . | age young . ."}));
  // Yesterday they were 18: the shares would tell the 20 that the flow hides.
  const auto flow = [](std::int64_t n) {
    return table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(n)}});
  };
  const auto shown = hidden_in({variables, flow(20)}, {as_published({flow(18)})});
  EXPECT_EQ(shown[1], ".");
  EXPECT_EQ(shown[0].find(" x"), std::string::npos) << shown[0];
}

TEST(Disclosure, FiguresWithoutCountsGoWithTheirGroup) {
  const auto figures =
      table("costs", table_form::costs, {"sex"},
            {key("state"), {"cost", column_role::figure, value_form::number}}, {},
            {{text("man"), text("job"), figure}, {text("woman"), text("job"), figure}});
  const auto group = [](std::int64_t man) {
    return table("analysed", table_form::baseline, {"sex"}, {count("n")}, {},
                 {{text("man"), number(man)}, {text("woman"), number(70)}});
  };
  EXPECT_EQ(hidden_in({figures, group(50)})[0], "man job x | woman job x");
  EXPECT_EQ(hidden_in({figures, group(3)})[0], "man job . | woman job x");
  const auto mean = table("measures", table_form::measures, {},
                          {key("measure"), count("n"), {"mean", column_role::figure}}, {},
                          {{text("a"), number(3), figure}, {text("b"), number(30), figure}});
  EXPECT_EQ(hidden_in({mean}), (lines{"a . . | b 30 x"}));
}

TEST(Disclosure, ImmatureStaysImmature) {
  auto t = share_table({}, {shares({}, 0, 3)});
  for (auto& v : t.rows[0]) v = missing_value(mark::immature);
  EXPECT_EQ(hidden_in({t}), (lines{"immature immature immature immature"}));
  t.rows[0][0] = number(3);
  EXPECT_EQ(hidden_in({t}), (lines{". immature immature immature"}));
}

TEST(Disclosure, UnitsAddUpToTheShares) {
  const std::vector<result_column> columns{key("indicator"), count("n"), count("yes"), count("no")};
  const auto shown = hidden_in(
      {table("shares", table_form::proportions, {}, columns, share_sums,
             {{text("job"), number(110), number(33), number(77)}}),
       table("units", table_form::units, {"unit"},
             {key("indicator"), count("n"), count("yes"), share("share", {"n", "yes"})}, {},
             {{text("a"), text("job"), number(50), number(20), figure},
              {text("b"), text("job"), number(30), number(3), figure},
              {text("c"), text("job"), number(30), number(10), figure}})});
  EXPECT_EQ(shown, (lines{"job 110 33 77", "a job 50 20 x | b job 30 . . | c job 30 . ."}));
}

// 50 were analysed, 48 could be asked: two could not.
TEST(Disclosure, TheGroupLessTheBaseIsASmallGroup) {
  const auto shown = hidden_in(
      {table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}),
       table("shares", table_form::proportions, {},
             {key("indicator"), count("n"), count("immature")}, {},
             {{text("job"), number(48), number(2)}, {text("home"), number(40), number(10)}})});
  EXPECT_EQ(shown, (lines{"50", "job . . | home 40 10"}));
}

TEST(Disclosure, PeriodsAddUpToTheGroup) {
  const auto shown =
      hidden_in({table("analysed", table_form::baseline, {}, {count("n")}, {}, {{number(50)}}),
                 table("periods", table_form::counts, {}, {key("period"), count("n")}, {},
                       {{text("2016H1"), number(3)},
                        {text("2016H2"), number(20)},
                        {text("2017H1"), number(27)}})});
  EXPECT_EQ(shown, (lines{"50", "2016H1 . | 2016H2 . | 2017H1 27"}));
}

// 2 less a cost is the rate of a hidden transition, if nobody goes the other way.
TEST(Disclosure, ACostDoesNotTellATransition) {
  sections s(1);
  s[0].tables = {table("transitions", table_form::transitions, {"sex"},
                       {key("from"), count("base"), count("to_a"), count("to_b"), count("to_c"),
                        share("rate_a", {"base", "to_a"}), share("rate_b", {"base", "to_b"}),
                        share("rate_c", {"base", "to_c"})},
                       {{"base", {"to_a", "to_b", "to_c"}}},
                       {{text("man"), text("a"), number(60), number(50), number(2), number(8),
                         figure, figure, figure},
                        {text("man"), text("b"), number(60), number(0), number(60), number(0),
                         figure, figure, figure},
                        {text("man"), text("c"), number(60), number(9), number(11), number(40),
                         figure, figure, figure}}),
                 table("costs", table_form::costs, {"sex"},
                       {key("state"),
                        {"cost_a", column_role::plain},
                        {"cost_b", column_role::plain},
                        {"cost_c", column_role::plain}},
                       {},
                       {{text("man"), text("a"), figure, figure, figure},
                        {text("man"), text("b"), figure, figure, figure},
                        {text("man"), text("c"), figure, figure, figure}})};
  suppress(s, {});
  EXPECT_EQ(line_of(s[0].tables[0]),
            "man a 60 50 . . x . . | man b 60 0 60 0 x x x | man c 60 9 11 40 x x x");
  hide_derived(s);
  EXPECT_EQ(line_of(s[0].tables[1]), "man a x . . | man b . x x | man c . x x");
}

// With all its digits, a mean times the number of persons is the sum that it was made of.
TEST(Disclosure, AMeanTimeDoesNotTellItsSum) {
  const auto blurred = [](std::int64_t n) {
    sections s(1);
    s[0].tables = {table("mean_time", table_form::durations, {},
                         {key("state"), count("n"), {"mean", column_role::figure}}, {},
                         {{text("job"), number(n), number_value(7.123456)}})};
    hide_derived(s);
    const auto* x = s[0].tables[0].rows[0][2].number();
    return x == nullptr ? -1 : *x;
  };
  EXPECT_EQ(blurred(12'000), 7.123);
  EXPECT_EQ(blurred(1'000), 7.12);
  EXPECT_EQ(blurred(999), 7.1);
  EXPECT_EQ(blurred(20), 7);
  EXPECT_EQ(blurred(19), -1);
}

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

// -- What it costs ----------------------------------------------------------------------------

// A programme of 600 by sex and eight units, alone and crossed: the small cells, and hardly twice
// as many besides.
TEST(Disclosure, HidesNoMoreThanItMust) {
  std::mt19937_64 random(11);
  cube_plan plan{{{2, false}, {8, false}}, {{}, {0}, {1}, {0, 1}}, true};
  std::vector<person> persons;
  for (int i = 0; i < 600; ++i) {
    person p;
    p.levels = {{static_cast<int>(random() % 2)},
                {static_cast<int>(std::min(random() % 8, random() % 8))}};
    p.answer = std::min(random() % 3, random() % 4);
    persons.push_back(std::move(p));
  }
  const auto release = suppressed(cube_of(persons, plan));
  int cells = 0, small = 0, hidden = 0;
  for (std::size_t t = 0; t < release.raw[0].tables.size(); ++t) {
    const auto& raw = release.raw[0].tables[t];
    for (std::size_t row = 0; row < raw.rows.size(); ++row) {
      for (std::size_t c = 0; c < raw.columns.size(); ++c) {
        if (raw.columns[c].role != column_role::count) continue;
        ++cells;
        small += is_small(*raw.rows[row][c].count());
        hidden += release.shown[0].tables[t].rows[row][c].empty();
      }
    }
  }
  RecordProperty("cells", cells);
  RecordProperty("hidden", hidden);
  EXPECT_EQ(cells, 108);
  EXPECT_LE(hidden, 38) << cells << " cells, " << small << " small, " << hidden << " hidden";
  EXPECT_EQ(line_of(release.shown[0].tables[0]).find('.'), std::string::npos);
}
}  // namespace
}  // namespace stegvis
