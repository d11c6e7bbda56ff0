// Goal: of what leaves, nobody can be singled out; and no more is hidden than that takes.
// Method: random persons, counted into cubes and curves and suppressed, are attacked by a reader
// who reckons (attacker.hpp): with exact linear algebra, with a search for other truths, with pairs
// of vintages. STEGVIS_SEED replays one seed, STEGVIS_ROUNDS asks for more.
#include "projections/evaluations/disclosure.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "tests/projections/attacker.hpp"
#include "tests/projections/disclosure_programmes.hpp"
#include "tests/projections/disclosure_tables.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

// -- What a reader knows of a cube ------------------------------------------------------------

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
