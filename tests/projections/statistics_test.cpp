// Goal: the statistics give published and hand-computed numbers, say so where there is no number,
// and do not depend on the order or the grouping of what they are given.
// Method: small data sets that fit a screen (R's numbers beside them; statistics_r_test.py asks R
// itself for many more), edges, and laws over random exposures from a printed seed (STEGVIS_SEED
// replays one, STEGVIS_ROUNDS asks for more).
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <random>

#include "projections/statistics/comparison.hpp"
#include "projections/statistics/competing.hpp"
#include "projections/statistics/proportions.hpp"
#include "projections/statistics/sequences.hpp"

namespace stegvis::statistics {
namespace {
using exposures = std::vector<exposure>;

exposure ended(std::int64_t at, std::int32_t cause = 1) {
  return {.exit = at, .cause = cause};
}
exposure lost(std::int64_t at) {
  return ended(at, 0);
}
exposure late(std::int64_t entry, exposure e) {
  e.entry = entry;
  return e;
}
exposure times(std::uint64_t n, exposure e) {
  e.count = n;
  e.weight = e.weight_squares = static_cast<double>(n);
  return e;
}
exposure weighing(double w, exposure e) {
  e.weight = w;
  e.weight_squares = w * w;
  return e;
}

// Leukaemia (aml of R's survival): weeks to relapse, with and without maintained chemotherapy.
const exposures maintained = {ended(9),  ended(13), lost(13), ended(18), ended(23), lost(28),
                              ended(31), ended(34), lost(45), ended(48), lost(161)};
const exposures nonmaintained = {ended(5),  ended(5),  ended(8),  ended(8),  ended(12), lost(16),
                                 ended(23), ended(27), ended(30), ended(33), ended(43), ended(45)};

struct expected_step {
  std::int64_t time;
  double survival, std_error, low, high;
};

std::uint64_t environment(const char* name, std::uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

// Calls `law` with a fresh generator for each seed.
template <class Law>
void for_seeds(const Law& law) {
  const auto one = environment("STEGVIS_SEED", 0);
  const auto first = one != 0 ? one : 1;
  const auto last = one != 0 ? one : environment("STEGVIS_ROUNDS", 100);
  for (auto seed = first; seed <= last; ++seed) {
    SCOPED_TRACE("repeat: STEGVIS_SEED=" + std::to_string(seed));
    std::mt19937_64 dice(seed);
    law(dice);
  }
}
int pick(std::mt19937_64& dice, int below) {
  return static_cast<int>(dice() % static_cast<std::uint64_t>(below));
}
// Causes 0..3, ties, late entries, weights in quarters; some are never at risk.
exposures random_exposures(std::mt19937_64& dice) {
  exposures all;
  const int size = 1 + pick(dice, 60), longest = 2 + pick(dice, 20);
  for (int i = 0; i < size; ++i) {
    auto e = weighing((1 + pick(dice, 12)) / 4.0, ended(pick(dice, longest), pick(dice, 4)));
    all.push_back(pick(dice, 3) == 0 ? late(pick(dice, longest), e) : e);
  }
  return all;
}
survival_options robust() {
  return {.interval = interval_kind::plain, .variance = survival_variance::jackknife};
}

// ---- survival

TEST(KaplanMeier, GivesTheLeukaemiaCurveWithGreenwoodAndLogLog) {
  const auto curve = kaplan_meier(maintained);
  const expected_step steps[] = {
      {9, 0.909090909090909, 0.0866784172041448, 0.5080802057699297, 0.986673822667823},
      {13, 0.818181818181818, 0.1162912998303329, 0.4474286146821814, 0.951162228582492},
      {18, 0.715909090909091, 0.1396649705572278, 0.3501903859079384, 0.899023974191053},
      {23, 0.613636363636364, 0.1526323310273120, 0.2657520400012861, 0.835299243250221},
      {28, 0.613636363636364, 0.1526323310273120, 0.2657520400012861, 0.835299243250221},
      {31, 0.490909090909091, 0.1641932672211358, 0.1673309097768508, 0.753399790370811},
      {34, 0.368181818181818, 0.1626688858270948, 0.0928295749369852, 0.657040832398164},
      {45, 0.368181818181818, 0.1626688858270948, 0.0928295749369852, 0.657040832398164},
      {48, 0.184090909090909, 0.1534927457862937, 0.0117384801231896, 0.525014842726641},
      {161, 0.184090909090909, 0.1534927457862937, 0.0117384801231896, 0.525014842726641}};
  ASSERT_EQ(curve.steps.size(), std::size(steps));
  for (std::size_t i = 0; i < std::size(steps); ++i) {
    const auto& s = curve.steps[i];
    EXPECT_EQ(s.time, steps[i].time);
    EXPECT_NEAR(s.survival, steps[i].survival, 1e-14);
    EXPECT_NEAR(s.std_error.value(), steps[i].std_error, 1e-14);
    EXPECT_NEAR(s.interval.value().low, steps[i].low, 1e-14);
    EXPECT_NEAR(s.interval.value().high, steps[i].high, 1e-14);
  }
  const auto middle = median(curve);
  EXPECT_EQ(middle.estimate, 31);
  EXPECT_EQ(middle.low, 13);
  EXPECT_EQ(middle.high, std::nullopt);
  const auto mean = restricted_mean_of(curve, 48);
  EXPECT_NEAR(mean.mean, 31.84318181818182, 1e-13);
  EXPECT_NEAR(mean.std_error.value(), 4.52788471175049, 1e-13);
  EXPECT_FALSE(mean.beyond);
  EXPECT_FALSE(restricted_mean_of(curve, 161).beyond);
  EXPECT_TRUE(restricted_mean_of(curve, 162).beyond);
  EXPECT_FALSE(restricted_times(maintained, 1, 161)[0].beyond);
  EXPECT_TRUE(restricted_times(maintained, 1, 162)[0].beyond);
}

TEST(KaplanMeier, EndsAtZeroWithoutErrorOrBand) {
  const auto curve = kaplan_meier(nonmaintained);
  EXPECT_NEAR(survival_at(curve, 5), 10.0 / 12, 1e-15);
  EXPECT_NEAR(survival_at(curve, 44), 0.0972222222222222, 1e-15);
  const auto& last = curve.steps.back();
  EXPECT_EQ(last.survival, 0);
  EXPECT_EQ(last.std_error, std::nullopt);
  EXPECT_EQ(last.interval, std::nullopt);
  EXPECT_EQ(survival_at(curve, 1000), 0);
  EXPECT_EQ(median(curve).estimate, 23);
  EXPECT_EQ(kaplan_meier(nonmaintained, robust()).steps.back().std_error, 0);
}

TEST(KaplanMeier, EventsComeBeforeCensoringsAtOneTime) {
  const auto curve = kaplan_meier(exposures{ended(3), lost(3), lost(5)});
  EXPECT_EQ(curve.steps[0].at_risk.count, 3u);
  EXPECT_NEAR(curve.steps[0].survival, 2.0 / 3, 1e-15);
}

TEST(KaplanMeier, ReportsEventsAtZero) {
  const auto curve = kaplan_meier(exposures{ended(0), ended(0), lost(9), lost(9)});
  EXPECT_EQ(curve.steps[0].time, 0);
  EXPECT_EQ(survival_at(curve, 0), 0.5);
  EXPECT_EQ(survival_at(curve, -1), 1);
  EXPECT_EQ(step_at(curve, -1), nullptr);
}

TEST(KaplanMeier, TakesTheMiddleOfAFlatPartAtOneHalf) {
  const auto four = kaplan_meier(exposures{ended(1), ended(2), ended(3), lost(4)});
  EXPECT_EQ(survival_at(four, 2), 0.5);
  EXPECT_EQ(median(four).estimate, 2.5);
  // R's quantile() goes to the last time where the flat part never ends; its print() does not.
  EXPECT_EQ(median(kaplan_meier(exposures{ended(1), ended(2), lost(3), lost(4)})).estimate, 3);
  EXPECT_EQ(quantile(four, 0.25).estimate, 1.5);
  EXPECT_EQ(quantile(four, 0.6).estimate, 3);
  EXPECT_EQ(quantile(four, 0.9).estimate, std::nullopt);
}

TEST(KaplanMeier, OfNobodyAndOfOneAndOfAllCensored) {
  EXPECT_TRUE(kaplan_meier({}).steps.empty());
  EXPECT_EQ(survival_at(kaplan_meier({}), 5), 1);
  EXPECT_EQ(median(kaplan_meier({})).estimate, std::nullopt);
  EXPECT_EQ(restricted_mean_of(kaplan_meier({}), 12).mean, 12);
  EXPECT_TRUE(restricted_mean_of(kaplan_meier({}), 12).beyond);
  const auto one = kaplan_meier(exposures{ended(4)});
  EXPECT_EQ(one.steps.at(0).survival, 0);
  EXPECT_EQ(median(one).estimate, 4);
  const auto censored = kaplan_meier(exposures{times(7, lost(3)), lost(5)});
  for (const auto& s : censored.steps) {
    EXPECT_EQ(s.survival, 1);
    EXPECT_EQ(s.std_error, 0);
    EXPECT_EQ(s.interval.value().low, 1);
    EXPECT_EQ(s.interval.value().high, 1);
  }
  EXPECT_EQ(median(censored).estimate, std::nullopt);
  EXPECT_EQ(median(censored).low, std::nullopt);
}

TEST(KaplanMeier, WhoEntersLateIsAtRiskOnlyAfterwards) {
  const exposures some = {ended(2), late(2, ended(4)), late(1, ended(2)), late(4, ended(9)),
                          lost(6),  late(6, lost(6)),  late(7, ended(5))};
  const auto table = risk_table_of(some, 1);
  EXPECT_EQ(at_risk_at(table, 0).count, 2u);
  EXPECT_EQ(at_risk_at(table, 1).count, 2u);  // entry < t
  EXPECT_EQ(at_risk_at(table, 2).count, 3u);
  EXPECT_EQ(at_risk_at(table, 3).count, 2u);
  EXPECT_EQ(at_risk_at(table, 4).count, 2u);
  EXPECT_EQ(at_risk_at(table, 5).count, 2u);
  EXPECT_EQ(at_risk_at(table, 9).count, 1u);
  EXPECT_EQ(at_risk_at(table, 10).count, 0u);
  EXPECT_EQ(table.never_at_risk.count, 2u);
  const auto curve = kaplan_meier(some);
  EXPECT_EQ(curve.never_at_risk.count, 2u);
  EXPECT_NEAR(survival_at(curve, 2), 1.0 / 3, 1e-15);
  EXPECT_NEAR(survival_at(curve, 4), 1.0 / 6, 1e-15);
  EXPECT_EQ(survival_at(curve, 9), 0);
}

TEST(KaplanMeier, RoundingOfWeightsLeavesNobodyBehind) {
  const exposures some = {weighing(.3, ended(3)), weighing(.1, late(5, ended(8))),
                          weighing(.7, late(5, ended(9)))};
  const auto table = risk_table_of(some, 1);
  EXPECT_NE(.3, (.7 + .1 + .3) - (.7 + .1));
  EXPECT_EQ(table.rows[0].at_risk.weight, .3);
  EXPECT_EQ(at_risk_at(table, 4).weight, 0);
  EXPECT_EQ(survival_at(kaplan_meier(some), 3), 0);
}

TEST(KaplanMeier, WeightsGiveGreenwoodOrTheJackknife) {
  const double w[] = {.5, 1.5, 2, .25};
  exposures weighted;
  for (std::size_t i = 0; i < maintained.size(); ++i) {
    weighted.push_back(weighing(w[i % 4], maintained[i]));
  }
  const auto curve = kaplan_meier(weighted, robust());
  const auto* const at = step_at(curve, 31);
  EXPECT_NEAR(at->survival, 0.520800000000000, 1e-14);
  EXPECT_NEAR(at->std_error.value(), 0.2090504978955910, 1e-14);
  EXPECT_NEAR(curve.steps.back().std_error.value(), 0.2169247102686674, 1e-14);
  EXPECT_GT(std::abs(*step_at(kaplan_meier(weighted), 31)->std_error - *at->std_error), 0.01);
}

TEST(Bands, AreCutAndUndefinedAsTheKindSays) {
  const double z = normal_quantile_95;
  EXPECT_EQ(band_of(0, 0.0, interval_kind::log, z).has_value(), false);
  EXPECT_EQ(band_of(0, 0.0, interval_kind::log_log, z).has_value(), false);
  EXPECT_EQ(band_of(0, 0.0, interval_kind::plain, z).value().high, 0);
  EXPECT_EQ(band_of(0.5, std::nullopt, interval_kind::log, z).has_value(), false);
  EXPECT_EQ(band_of(0.9, 0.2, interval_kind::log, z).value().high, 1);
  EXPECT_EQ(band_of(0.9, 0.2, interval_kind::plain, z).value().high, 1);
  EXPECT_EQ(band_of(0.1, 0.2, interval_kind::plain, z).value().low, 0);
  EXPECT_EQ(band_of(1, 0.1, interval_kind::log_log, z).value().low, 1);
}

// ---- competing

TEST(AalenJohansen, IncidencesAndSurvivalAreHandComputed) {
  const exposures some = {ended(1, 1), ended(2, 2), lost(2), ended(3, 1), lost(4)};
  const auto curve = aalen_johansen(some, {.causes = 2});
  EXPECT_NEAR(probability_at(curve, 1, 1), 0.2, 1e-15);
  EXPECT_NEAR(probability_at(curve, 2, 2), 0.2, 1e-15);
  EXPECT_NEAR(probability_at(curve, 1, 3), 0.2 + 0.6 / 2, 1e-15);
  EXPECT_NEAR(probability_at(curve, 0, 9), 0.3, 1e-15);
  EXPECT_EQ(probability_at(curve, 0, 0), 1);
  EXPECT_EQ(probability_at(curve, 1, 0), 0);
  const auto time = restricted_times(some, 2, 5);
  EXPECT_NEAR(time[0].mean, 1 + 0.8 + 0.6 + 0.3 * 2, 1e-14);
  EXPECT_NEAR(time[1].mean, 0.2 * 2 + 0.5 * 2, 1e-14);
  EXPECT_NEAR(time[2].mean, 0.2 * 3, 1e-14);
}

TEST(AalenJohansen, LibrariesDifferAtTheFirstEvent) {
  const exposures forty = {ended(1), times(39, lost(5))};
  const auto jackknife = aalen_johansen(forty, {.causes = 1});
  const auto aalen = aalen_johansen(forty, {.causes = 1, .variance = competing_variance::aalen});
  EXPECT_NEAR(jackknife.steps[0].states[1].std_error.value(), 0.02469, 0.000005);
  EXPECT_NEAR(aalen.steps[0].states[1].std_error.value(), 0.025, 1e-15);
  EXPECT_EQ(aalen.steps[0].states[0].std_error, std::nullopt);
}

TEST(AalenJohansen, HasNoAalenVarianceForWeights) {
  const auto curve = aalen_johansen(exposures{weighing(2, ended(1)), lost(2)},
                                    {.causes = 1, .variance = competing_variance::aalen});
  EXPECT_EQ(curve.steps[0].states[1].std_error, std::nullopt);
  EXPECT_EQ(curve.steps[0].states[1].interval.has_value(), false);
}

TEST(AalenJohansen, OfNobody) {
  EXPECT_TRUE(aalen_johansen({}, {.causes = 3}).steps.empty());
  const auto time = restricted_times({}, 2, 7);
  EXPECT_EQ(time[0].mean, 7);
  EXPECT_EQ(time[2].mean, 0);
  EXPECT_TRUE(time[0].beyond);
}

// Bands cost the most by far.
const competing_options plain = {.causes = 3, .interval = interval_kind::plain};

TEST(AalenJohansenLaws, StatesSumToOneAndTimesToTau) {
  for_seeds([](auto& dice) {
    const auto all = random_exposures(dice);
    const auto curve = aalen_johansen(all, plain);
    for (const auto& s : curve.steps) {
      double sum = 0;
      for (const auto& p : s.states) sum += p.probability;
      EXPECT_NEAR(sum, 1, 1e-12);
    }
    double time = 0;
    for (const auto& t : restricted_times(all, 3, 13)) time += t.mean;
    EXPECT_NEAR(time, 13, 1e-11);
  });
}

TEST(AalenJohansenLaws, StillInIsKaplanMeierAndOneCauseMirrorsIt) {
  for_seeds([](auto& dice) {
    auto all = random_exposures(dice);
    const auto survival = kaplan_meier(all, robust());
    const auto competing = aalen_johansen(all, plain);
    for (auto& e : all) e.cause = std::min(e.cause, 1);
    const auto single = aalen_johansen(all, {.causes = 1});
    ASSERT_EQ(survival.steps.size(), competing.steps.size());
    for (std::size_t i = 0; i < survival.steps.size(); ++i) {
      const auto& s = survival.steps[i];
      EXPECT_NEAR(s.survival, competing.steps[i].states[0].probability, 1e-12);
      EXPECT_NEAR(*s.std_error, *competing.steps[i].states[0].std_error, 1e-12);
      EXPECT_NEAR(s.survival, 1 - single.steps[i].states[1].probability, 1e-12);
      EXPECT_NEAR(*s.std_error, *single.steps[i].states[1].std_error, 1e-12);
    }
  });
}

// The definition itself: what a little more of one person changes, over what was added.
TEST(AalenJohansenLaws, TheJackknifeIsTheDerivativeByWeights) {
  for_seeds([](auto& dice) {
    const auto all = random_exposures(dice);
    const auto curve = aalen_johansen(all, plain);
    if (curve.steps.empty()) return;
    const auto& middle = curve.steps[curve.steps.size() / 2];
    const double little = 1e-6;
    std::vector<double> sums(4);
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto up = all, down = all;
      up[i].weight += little;
      down[i].weight -= little;
      const auto above = aalen_johansen(up, plain);
      const auto below = aalen_johansen(down, plain);
      for (int k = 0; k < 4; ++k) {
        const double slope =
            (probability_at(above, k, middle.time) - probability_at(below, k, middle.time)) /
            (2 * little);
        sums[static_cast<std::size_t>(k)] += all[i].weight_squares * slope * slope;
      }
    }
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(std::sqrt(sums[k]), *middle.states[k].std_error, 1e-6);
    }
  });
}

bool same_bits(const competing_curve& a, const competing_curve& b) {
  return std::ranges::equal(a.steps, b.steps, [](const auto& x, const auto& y) {
    return x.time == y.time && std::ranges::equal(x.states, y.states, [](auto& s, auto& t) {
             return std::bit_cast<std::uint64_t>(s.probability) ==
                        std::bit_cast<std::uint64_t>(t.probability) &&
                    s.std_error == t.std_error &&
                    s.interval.has_value() == t.interval.has_value() &&
                    (!s.interval ||
                     (s.interval->low == t.interval->low && s.interval->high == t.interval->high));
           });
  });
}

TEST(AalenJohansenLaws, NeitherOrderNorGroupingChangesABit) {
  for_seeds([](auto& dice) {
    auto all = random_exposures(dice);
    const auto one = aalen_johansen(all, {.causes = 3});
    std::ranges::shuffle(all, dice);
    EXPECT_TRUE(same_bits(one, aalen_johansen(all, {.causes = 3})));
    exposures grouped;
    for (const auto& e : all) {
      const auto like = std::ranges::find_if(grouped, [&](const exposure& g) {
        return g.entry == e.entry && g.exit == e.exit && g.cause == e.cause;
      });
      if (like == grouped.end()) {
        grouped.push_back(e);
        continue;
      }
      like->count += e.count;
      like->weight += e.weight;
      like->weight_squares += e.weight_squares;
    }
    EXPECT_TRUE(same_bits(one, aalen_johansen(grouped, {.causes = 3})));
  });
}

// ---- comparison

std::vector<compared> leukaemia() {
  return {{maintained, 0}, {nonmaintained, 1}};
}

TEST(LogRank, ComparesTheLeukaemiaGroups) {
  const auto c = log_rank(leukaemia(), 2);
  EXPECT_NEAR(c.chi_square.value(), 3.39638869898, 5e-12);
  EXPECT_NEAR(c.p.value(), 0.0653393220405049, 1e-12);
  EXPECT_EQ(c.df, 1);
  EXPECT_EQ(c.observed, (std::vector<double>{7, 11}));
  EXPECT_NEAR(c.expected[0], 10.689, 5e-4);
  EXPECT_NEAR(c.expected[1], 7.311, 5e-4);
  EXPECT_NEAR(log_rank(leukaemia(), 2, rank_weight::peto_peto).chi_square.value(), 2.779279545,
              5e-10);
}

TEST(LogRank, SaysNothingWhereNothingCanBeSaid) {
  EXPECT_EQ(log_rank(std::vector<compared>{{maintained, 0}}, 1).chi_square, std::nullopt);
  EXPECT_EQ(log_rank(std::vector<compared>{{maintained, 0}}, 2).chi_square, std::nullopt);
  const exposures censored = {lost(1), lost(2)};
  EXPECT_EQ(log_rank(std::vector<compared>{{censored, 0}, {censored, 1}}, 2).p, std::nullopt);
  EXPECT_EQ(log_rank({}, 2).chi_square, std::nullopt);
  // Never at risk together.
  const exposures early = {ended(1), ended(2), lost(3)};
  const exposures later = {late(5, ended(6)), late(5, ended(7)), late(5, lost(8))};
  EXPECT_EQ(log_rank(std::vector<compared>{{early, 0}, {later, 1}}, 2).chi_square, std::nullopt);
}

TEST(LogRank, LeavesOutGroupsWithNothingExpected) {
  const auto c = log_rank(std::vector<compared>{{maintained, 0}, {nonmaintained, 2}}, 4);
  EXPECT_EQ(c.df, 1);
  EXPECT_NEAR(c.chi_square.value(), 3.39638869898, 5e-12);
}

TEST(LogRankLaws, LikeGroupsAreAlikeAndNamesDoNotMatter) {
  for_seeds([](auto& dice) {
    const auto a = random_exposures(dice), b = random_exposures(dice);
    for (const auto kind : {rank_weight::log_rank, rank_weight::peto_peto}) {
      const auto same = log_rank(std::vector<compared>{{a, 0}, {a, 1}}, 2, kind);
      if (same.chi_square) {
        EXPECT_NEAR(*same.chi_square, 0, 1e-12);
        EXPECT_NEAR(*same.p, 1, 1e-5);
      }
      const auto one = log_rank(std::vector<compared>{{a, 0}, {b, 1}}, 2, kind);
      const auto other = log_rank(std::vector<compared>{{b, 0}, {a, 1}}, 2, kind);
      ASSERT_EQ(one.chi_square.has_value(), other.chi_square.has_value());
      EXPECT_NEAR(one.chi_square.value_or(0), other.chi_square.value_or(0), 1e-8);
      EXPECT_NEAR(one.observed[0] + one.observed[1], one.expected[0] + one.expected[1], 1e-9);
    }
  });
}

TEST(LogRankLaws, StrataAddUp) {
  for_seeds([](auto& dice) {
    const auto a = random_exposures(dice), b = random_exposures(dice);
    const auto once = log_rank(std::vector<compared>{{a, 0}, {b, 1}}, 2);
    const auto twice =
        log_rank(std::vector<compared>{{a, 0, 5}, {b, 1, 5}, {b, 1, -2}, {a, 0, -2}}, 2);
    EXPECT_NEAR(twice.expected[0], 2 * once.expected[0], 1e-9);
    EXPECT_NEAR(twice.covariance[0], 2 * once.covariance[0], 1e-9);
    EXPECT_NEAR(twice.chi_square.value_or(0), 2 * once.chi_square.value_or(0), 1e-8);
  });
}

TEST(Gray, GivesTheNumbersOfCuminc) {
  exposures by[3], strata[3][2];
  for (int i = 0; i < 40; ++i) {
    const auto e = ended((i * 7) % 11 + 1, (i * 5) % 3);
    by[(i * 3) % 4 % 3].push_back(e);
    strata[(i * 3) % 4 % 3][i % 2].push_back(e);
  }
  std::vector<compared> samples, stratified;
  for (int g = 0; g < 3; ++g) {
    samples.push_back({by[g], g});
    for (int s = 0; s < 2; ++s) stratified.push_back({strata[g][s], g, s});
  }
  const auto first = gray(samples, 3, 1);
  EXPECT_NEAR(first.chi_square.value(), 0.2785680500790626, 1e-12);
  EXPECT_NEAR(first.p.value(), 0.869980897005489, 1e-12);
  EXPECT_EQ(first.df, 2);
  EXPECT_NEAR(gray(samples, 3, 2).chi_square.value(), 0.0725930481253543, 1e-12);
  EXPECT_NEAR(gray(stratified, 3, 1).chi_square.value(), 0.17405295089496, 1e-12);
  EXPECT_NEAR(gray(stratified, 3, 2).chi_square.value(), 0.11710368819788, 1e-12);
  // A group without persons changes nothing.
  EXPECT_EQ(gray(samples, 5, 1).chi_square, first.chi_square);
}

TEST(Gray, RefusesLateEntryAndASingleGroup) {
  const exposures entering = {late(1, ended(3)), ended(2)};
  const std::vector<compared> samples = {{entering, 0}, {maintained, 1}};
  EXPECT_FALSE(can_gray(samples));
  EXPECT_EQ(gray(samples, 2, 1).chi_square, std::nullopt);
  EXPECT_TRUE(can_gray(leukaemia()));
  EXPECT_EQ(gray(std::vector<compared>{{maintained, 0}}, 1, 1).chi_square, std::nullopt);
  EXPECT_EQ(gray(leukaemia(), 2, 7).chi_square, std::nullopt);  // no event of that cause
}

TEST(Holm, AdjustsInTheOrderGiven) {
  const auto near = [](const std::vector<double>& given, const std::vector<double>& wanted) {
    const auto adjusted = holm(given);
    ASSERT_EQ(adjusted.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(adjusted[i], wanted[i], 1e-15);
  };
  near({0.04, 0.01, 0.03, 0.02}, {0.06, 0.04, 0.06, 0.06});
  near({0.4, 0.9}, {0.8, 0.9});
  near({0.6, 0.6}, {1, 1});
  near({}, {});
}

// ---- sequences

std::vector<state_code> codes(std::string_view letters) {
  std::vector<state_code> all;
  for (const char c : letters) all.push_back(c == '-' ? missing : static_cast<state_code>(c - 'a'));
  return all;
}

TEST(Sequences, EndBeforeTheFirstMissing) {
  EXPECT_EQ(length_of(codes("aab--")), 3u);
  EXPECT_EQ(length_of(codes("--")), 0u);
  EXPECT_EQ(transitions_of(codes("aabba--")), 2u);
  EXPECT_EQ(transitions_of(codes("")), 0u);
  EXPECT_EQ(spells_of(codes("aabba--")), (std::vector<state_spell>{{0, 2}, {1, 2}, {0, 1}}));
  EXPECT_TRUE(spells_of(codes("-")).empty());
}

TEST(Sequences, CountDistinctSubsequences) {
  const auto phi = [](std::string_view letters) {
    return distinct_subsequences(spells_of(codes(letters)));
  };
  EXPECT_EQ(phi(""), 1);
  EXPECT_EQ(phi("aaaa"), 2);
  EXPECT_EQ(phi("ab"), 4);
  EXPECT_EQ(phi("aba"), 7);
  EXPECT_EQ(phi("abab"), 12);
  EXPECT_EQ(phi("abcdef"), 64);
}

TEST(Sequences, EntropyComplexityAndTurbulenceAreHandComputed) {
  const sequence_measures of(4, 20);
  EXPECT_EQ(of.entropy(codes("aaaa")), 0);
  EXPECT_NEAR(of.entropy(codes("aabb")).value(), 0.5, 1e-15);
  EXPECT_NEAR(of.entropy(codes("abcd--")).value(), 1, 1e-15);
  EXPECT_NEAR(of.complexity(codes("aabb")).value(), std::sqrt(0.5 / 3), 1e-15);
  EXPECT_NEAR(of.complexity(codes("abcd")).value(), 1, 1e-15);
  EXPECT_EQ(of.complexity(codes("a---")), 0);
  EXPECT_EQ(of.turbulence(codes("aaaa")), 1);
  EXPECT_NEAR(of.turbulence(codes("aabb")).value(), 3, 1e-15);  // 4 (1 + 1)/(0 + 1)
  EXPECT_NEAR(of.turbulence(codes("aaab")).value(), 2, 1e-15);  // 4 (1 + 1)/(1 + 1)
  for (const auto nobody : {"", "--"}) {
    EXPECT_EQ(of.entropy(codes(nobody)), std::nullopt);
    EXPECT_EQ(of.complexity(codes(nobody)), std::nullopt);
    EXPECT_EQ(of.turbulence(codes(nobody)), std::nullopt);
  }
  EXPECT_EQ(sequence_measures(1, 9).entropy(codes("aaa")), 0);
}

TEST(Sequences, TooManySubsequencesHaveNoTurbulence) {
  std::vector<state_code> endless;
  for (int i = 0; i < 1100; ++i) endless.push_back(static_cast<state_code>(i % 100));
  EXPECT_EQ(sequence_measures(100, endless.size()).turbulence(endless), std::nullopt);
}

TEST(Transitions, RatesAndCostsAreHandComputed) {
  transition_counts counts(2, 3);
  counts.at(0, 0, 0) = 3;
  counts.at(0, 0, 1) = 1;
  counts.at(1, 0, 1) = 4;
  counts.at(1, 1, 0) = 1;
  counts.at(1, 1, 1) = 9;
  const auto rates = transition_rates(transitions_overall(counts));
  EXPECT_NEAR(rates.at(0, 0), 3.0 / 8, 1e-15);
  EXPECT_NEAR(rates.at(0, 1), 5.0 / 8, 1e-15);
  EXPECT_NEAR(rates.at(1, 0), 0.1, 1e-15);
  EXPECT_EQ(rates.at(2, 2), 0);  // nobody was in it
  EXPECT_NEAR(transition_rates(transitions_at(counts, 0)).at(0, 1), 0.25, 1e-15);
  EXPECT_EQ(transition_rates(transitions_at(counts, 1)).at(0, 1), 1);
  const auto costs = substitution_costs(rates);
  EXPECT_NEAR(costs.at(0, 1), 2 - 5.0 / 8 - 0.1, 1e-15);
  EXPECT_EQ(costs.at(0, 1), costs.at(1, 0));
  EXPECT_EQ(costs.at(1, 1), 0);
  EXPECT_EQ(costs.at(0, 2), 2);
}

TEST(Transitions, TransversalEntropyOfADistribution) {
  const auto h = [](std::vector<double> amounts) { return transversal_entropy(amounts); };
  EXPECT_NEAR(h({2, 2, 2, 2}).value(), 1, 1e-15);
  EXPECT_NEAR(h({1.5, 1.5, 0, 0}).value(), 0.5, 1e-15);
  EXPECT_EQ(h({7, 0}), 0);
  EXPECT_EQ(h({7}), 0);
  EXPECT_EQ(h({0, 0}), std::nullopt);
  EXPECT_EQ(h({}), std::nullopt);
}

// ---- proportions

TEST(Wilson, GivesTheReferences) {
  struct reference {
    share of;
    double low, high;
  };
  for (const auto& r : {reference{{0, 10}, 0, 0.277533},
                        {{5, 10}, 0.236593, 0.763407},
                        {{10, 10}, 0.722467, 1},
                        {{75, 100}, 0.656955, 0.824548},
                        {{84, 112}, 0.662422, 0.820997},
                        {{441, 552}, 0.763463, 0.830232}}) {
    const auto w = wilson(r.of).value();
    EXPECT_NEAR(w.low, r.low, 5e-7);
    EXPECT_NEAR(w.high, r.high, 5e-7);
  }
  EXPECT_EQ(wilson({0, 3}).value().low, 0);
  EXPECT_EQ(wilson({3, 3}).value().high, 1);
  EXPECT_EQ(wilson({0, 0}).has_value(), false);
}

TEST(Newcombe, GivesThePublishedIntervals) {
  struct reference {
    share a, b;
    double low, high;
  };
  for (const auto& r : {reference{{56, 70}, {48, 80}, 0.0524, 0.3339},
                        {{9, 10}, {3, 10}, 0.1705, 0.8090},
                        {{6, 7}, {2, 7}, 0.0582, 0.8062},
                        {{5, 56}, {0, 29}, -0.0381, 0.1926},
                        {{0, 10}, {0, 10}, -0.2775, 0.2775},
                        {{10, 10}, {0, 10}, 0.6075, 1}}) {
    const auto d = newcombe_difference(r.a, r.b).value();
    EXPECT_NEAR(d.low, r.low, 5e-5);
    EXPECT_NEAR(d.high, r.high, 5e-5);
  }
  EXPECT_EQ(newcombe_difference({1, 2}, {0, 0}).has_value(), false);
  EXPECT_EQ(newcombe_difference({0, 0}, {1, 2}).has_value(), false);
}

TEST(Standardisation, WeighsTheStrataAndRefusesAnEmptyOne) {
  const auto s = standardise(std::vector<stratum>{{{5, 10}, 100}, {{2, 10}, 300}}).value();
  EXPECT_NEAR(s.rate.estimate, 0.275, 1e-15);
  EXPECT_NEAR(s.std_error, std::sqrt(0.0105625), 1e-15);
  EXPECT_NEAR(s.rate.high, 0.275 + normal_quantile_95 * std::sqrt(0.0105625), 1e-15);
  EXPECT_FALSE(standardise(std::vector<stratum>{{{5, 10}, 1}, {{0, 0}, 1}}).has_value());
  EXPECT_TRUE(standardise(std::vector<stratum>{{{5, 10}, 1}, {{0, 0}, 0}}).has_value());
  EXPECT_FALSE(standardise({}).has_value());
  EXPECT_EQ(standardise(std::vector<stratum>{{{1, 20}, 1}}).value().rate.low, 0);
}

TEST(Funnel, LimitsAreExactAndInterpolated) {
  const auto f = funnel_limits_of(0.25, 40);
  EXPECT_NEAR(f.low_95, 0.10822363836791404, 1e-12);
  EXPECT_NEAR(f.high_95, 0.3771195255622287, 1e-12);
  EXPECT_NEAR(f.low_998, 0.049549230456209646, 1e-12);
  EXPECT_NEAR(f.high_998, 0.46558992947001165, 1e-12);
  EXPECT_EQ(funnel_limits_of(0.25, 2).low_998, 0);
  EXPECT_EQ(funnel_limits_of(0, 5).high_998, 0);
  EXPECT_EQ(funnel_limits_of(1, 5).low_998, 1);
}

TEST(Funnel, OverdispersionIsTheMeanSquaredScore) {
  const std::vector<share> two = {{5, 10}, {10, 10}, {0, 0}};
  const auto d = overdispersion_of(two, 0.5).value();
  EXPECT_EQ(d.units, 2u);
  EXPECT_NEAR(d.factor, 5, 1e-12);
  EXPECT_EQ(d.winsorised, d.factor);
  std::vector<share> ten(9, {5, 10});
  ten.push_back({10, 10});
  EXPECT_NEAR(overdispersion_of(ten, 0.5).value().factor, 1, 1e-12);
  EXPECT_EQ(overdispersion_of(ten, 0.5).value().winsorised, 0);
  ten[0] = {10, 10};
  EXPECT_NEAR(overdispersion_of(ten, 0.5).value().winsorised, 2, 1e-12);
  EXPECT_FALSE(overdispersion_of(two, 1).has_value());
  EXPECT_FALSE(overdispersion_of({}, 0.5).has_value());
}

TEST(Balance, StandardisedDifferences) {
  EXPECT_NEAR(standardised_difference_of_shares({5, 10}, {3, 10}).value(), 0.2 / std::sqrt(0.23),
              1e-14);
  EXPECT_EQ(standardised_difference_of_shares({0, 4}, {0, 9}), 0);
  EXPECT_EQ(standardised_difference_of_shares({0, 4}, {9, 9}), std::nullopt);
  EXPECT_EQ(standardised_difference_of_shares({0, 0}, {1, 9}), std::nullopt);
  EXPECT_NEAR(standardised_difference_of_means(moments{5, 4}, moments{3, 12}).value(),
              2 / std::sqrt(8.0), 1e-15);
  EXPECT_EQ(standardised_difference_of_means(moments{5, 0}, moments{3, 0}), std::nullopt);
}

TEST(Histogram, QuantilesAreRsDefault) {
  const std::vector<bin> some = {{-2, 1}, {0, 0}, {3, 2}, {10, 1}, {99, 0}};
  EXPECT_EQ(quantile(some, 0.5), 3);
  EXPECT_EQ(quantile(some, 0), -2);
  EXPECT_EQ(quantile(some, 1), 10);
  EXPECT_NEAR(quantile(some, 0.25).value(), 1.75, 1e-15);
  EXPECT_EQ(quantile(std::vector<bin>{{1, 1}, {4, 1}}, 0.5), 2.5);
  EXPECT_EQ(quantile(std::vector<bin>{{1, 0}}, 0.5), std::nullopt);
  EXPECT_EQ(quantile(std::vector<bin>{{7, 1}}, 0.9), 7);
  EXPECT_EQ(moments_of(some).value().mean, 3.5);
  EXPECT_NEAR(moments_of(some).value().variance, (5.5 * 5.5 + 0.5 + 6.5 * 6.5) / 3, 1e-13);
  EXPECT_FALSE(moments_of(std::vector<bin>{{7, 1}}).has_value());
}

// ---- numeric

// Bits, not tolerances: another machine must give the same ones.
TEST(Numeric, RoundsOnce) {
  EXPECT_EQ(exact_log(10), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(exact_log2(3), 0x1.95c01a39fbd68p+0);
  EXPECT_EQ(exact_exp(1), 0x1.5bf0a8b145769p+1);
  EXPECT_EQ(exact_pow(2, 0.5), 0x1.6a09e667f3bcdp+0);
  EXPECT_EQ(exact_log(1), 0);
  EXPECT_EQ(exact_exp(0), 1);
  EXPECT_EQ(exact_exp(-1000), 0);
  EXPECT_EQ(exact_pow(0, 0), 1);
  EXPECT_EQ(exact_pow(0, 2), 0);
  EXPECT_EQ(normal_quantile(0.95), normal_quantile_95);
  EXPECT_NEAR(normal_quantile(0.99), 2.5758293035489004, 1e-15);
  EXPECT_NEAR(normal_quantile(0.9500000001), normal_quantile_95, 1e-8);
}

TEST(Numeric, DistributionsAreExact) {
  EXPECT_EQ(chi_square_upper(0, 1), 1);
  EXPECT_NEAR(chi_square_upper(3.84, 1), 0.0500435212487052, 1e-16);
  EXPECT_NEAR(chi_square_upper(10, 2), exact_exp(-5), 1e-18);
  EXPECT_EQ(chi_square_upper(1e9, 1), 0);
  EXPECT_NEAR(binomial_cdf(7, 40, 0.25), 0.181954154000583, 1e-15);
  EXPECT_EQ(binomial_cdf(0, 3, 0.5), 0.125);
  EXPECT_EQ(binomial_cdf(3, 3, 0.5), 1);
  EXPECT_EQ(binomial_cdf(0, 3, 1), 0);
  EXPECT_EQ(binomial_cdf(0, 3, 0), 1);
  const auto q = binomial_quantile(0.5, 4, 0.5);  // 1, 4, 6, 4, 1 of 16
  EXPECT_EQ(q.k, 2u);
  EXPECT_EQ(q.below, 5.0 / 16);
  EXPECT_EQ(q.at, 11.0 / 16);
  EXPECT_EQ(binomial_quantile(11.0 / 16, 4, 0.5).k, 2u);
  EXPECT_EQ(binomial_quantile(0.5, 100000, 0.3).k, 30000u);  // (1 - p)^n is 1e-15490
  const log_table logs(12);
  EXPECT_EQ(logs[12], exact_log(12));
  EXPECT_EQ(logs[0], 0);
}

}  // namespace
}  // namespace stegvis::statistics
