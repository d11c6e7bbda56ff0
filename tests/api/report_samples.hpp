#pragma once
// Results made by hand: a section with a table of every form. Numbers are invented, and follow from
// nothing but the code here.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "projections/evaluations/result.hpp"

namespace stegvis::samples {

inline result_column level(std::string id) {
  return {std::move(id), column_role::level, value_form::code, {}};
}
inline result_column key(std::string id, value_form form = value_form::code) {
  return {std::move(id), column_role::key, form, {}};
}
inline result_column count(std::string id) {
  return {std::move(id), column_role::count, value_form::integer, {}};
}
inline result_column figure(std::string id, value_form form, std::vector<std::string> of) {
  return {std::move(id), column_role::figure, form, std::move(of)};
}
inline result_column share(std::string id, std::vector<std::string> of) {
  return figure(std::move(id), value_form::share, std::move(of));
}
inline result_column plain(std::string id, value_form form = value_form::number) {
  return {std::move(id), column_role::plain, form, {}};
}

inline result_value n(std::int64_t value) {
  return count_value(value);
}
inline result_value x(double value) {
  return number_value(value);
}
inline result_value t(std::string value) {
  return text_value(std::move(value));
}
inline result_value hidden() {
  return missing_value(mark::suppressed);
}

inline result_table table(std::string id, table_form form, std::vector<std::string> by,
                          std::vector<result_column> columns, std::vector<result_row> rows) {
  result_table made;
  made.id = std::move(id);
  made.form = form;
  made.by = std::move(by);
  made.columns = std::move(columns);
  made.rows = std::move(rows);
  return made;
}

inline result_table flow() {
  return table("flow", table_form::flow, {}, {key("step"), count("n"), count("left_out")},
               {{t("ledger"), n(2480), n(0)},
                {t("entered"), n(1204), n(1276)},
                {t("in_period"), n(871), n(333)},
                {t("conditions"), n(740), n(131)},
                {t("mature"), n(712), n(28)},
                {t("analysed"), n(712), n(0)}});
}

inline result_table baseline() {
  const std::vector<result_column> columns = {
      level("sex"), key("variable"),       key("value"),
      count("n"),   share("share", {"n"}), figure("difference", value_form::number, {"n"})};
  std::vector<result_row> rows;
  for (const std::string sex : {"woman", "man"}) {
    const std::int64_t all = sex == "woman" ? 330 : 382;
    rows.push_back({t(sex), t("age"), t("18-24"), n(all / 5), x(0.2), x(0.03)});
    rows.push_back({t(sex), t("age"), t("25-54"), n(all / 2), x(0.5), x(-0.08)});
    rows.push_back({t(sex), t("age"), t("55+"), n(all / 10), x(0.1), x(0.21)});
    rows.push_back({t(sex), t("target_group"), t("newly_arrived"), n(all / 3), x(0.33), x(0.05)});
    rows.push_back({t(sex), t("target_group"), t("unknown"), hidden(), hidden(), hidden()});
  }
  auto made = table("baseline", table_form::baseline, {"sex"}, columns, rows);
  return made;
}

// Exponential-like survival with rounding to persons.
struct curve_shape {
  std::string level;
  std::int64_t persons;
  double monthly;
};

inline std::vector<result_row> curve_rows(const curve_shape& shape, int until) {
  std::vector<result_row> rows;
  std::int64_t at_risk = shape.persons;
  double survival = 1, sum = 0;
  for (int month = 0; month <= until; ++month) {
    const double hazard = month == 0 ? 0.02 : shape.monthly * (month % 6 == 0 ? 1.8 : 1.0);
    const auto events = static_cast<std::int64_t>(std::lround(at_risk * hazard));
    const auto censored = month < 12 ? at_risk / 90 : at_risk / 25;
    survival *= 1 - static_cast<double>(events) / static_cast<double>(at_risk);
    sum += static_cast<double>(events) /
           (static_cast<double>(at_risk) * static_cast<double>(at_risk - events));
    const double error = survival * std::sqrt(sum);
    result_row row;
    if (!shape.level.empty()) row.push_back(t(shape.level));
    for (auto value :
         {n(month), n(at_risk), n(events), n(censored), x(survival), x(error),
          x(std::max(0.0, survival - 1.96 * error)), x(std::min(1.0, survival + 1.96 * error))})
      row.push_back(value);
    rows.push_back(std::move(row));
    at_risk -= events + censored;
    if (at_risk < 3) break;
  }
  return rows;
}

inline result_table curve(std::vector<curve_shape> shapes, int until = 48) {
  std::vector<result_column> columns;
  if (!shapes.front().level.empty()) columns.push_back(level("sex"));
  const std::vector<std::string> of = {"at_risk", "events"};
  for (auto& column : std::vector<result_column>{
           key("time", value_form::time), count("at_risk"), count("events"), count("censored"),
           share("survival", of), figure("std_error", value_form::number, of), share("low", of),
           share("high", of)})
    columns.push_back(column);
  std::vector<result_row> rows;
  for (const auto& shape : shapes) {
    for (auto& row : curve_rows(shape, until)) rows.push_back(std::move(row));
  }
  const std::vector<std::string> by =
      shapes.front().level.empty() ? std::vector<std::string>{} : std::vector<std::string>{"sex"};
  return table("curve", table_form::curve, by, columns, rows);
}

inline result_table summary(bool by_sex) {
  const std::vector<result_column> figures = {count("n"),
                                              count("events"),
                                              figure("median", value_form::time, {"events"}),
                                              figure("low", value_form::time, {"events"}),
                                              figure("high", value_form::time, {"events"}),
                                              figure("mean", value_form::time, {"events"})};
  std::vector<result_column> columns;
  if (by_sex) columns.push_back(level("sex"));
  columns.insert(columns.end(), figures.begin(), figures.end());
  if (!by_sex) {
    return table("summary", table_form::summary, {}, columns,
                 {{n(712), n(430), n(15), n(13), n(18), x(19.42)}});
  }
  return table(
      "summary", table_form::summary, {"sex"}, columns,
      {{t("woman"), n(330), n(180), n(18), n(14), n(22), x(21.5)},
       {t("man"), n(382), n(250), n(12), n(11), missing_value(mark::not_reached), x(17.9)}});
}

inline result_table at_times() {
  const std::vector<std::string> of = {"at_risk", "events"};
  std::vector<result_row> rows;
  double survival = 1;
  for (const int month : {3, 6, 12, 24, 36, 48}) {
    survival = std::exp(-0.045 * month);
    rows.push_back({n(month), n(712 - 13 * month), n(11 * month), x(survival), x(survival - 0.035),
                    x(std::min(1.0, survival + 0.035))});
  }
  return table("at_times", table_form::at_times, {},
               {key("time", value_form::time), count("at_risk"), count("events"),
                share("survival", of), share("low", of), share("high", of)},
               rows);
}

inline result_table tests_of_difference() {
  return table("tests", table_form::tests, {"sex"},
               {key("test"), plain("chi_square"), plain("df", value_form::integer), plain("p")},
               {{t("log_rank"), x(7.2183), n(1), x(0.00722)}});
}

inline result_table incidence(bool by_sex, bool with_hidden = false) {
  std::vector<result_column> columns;
  if (by_sex) columns.push_back(level("sex"));
  columns.push_back(key("time", value_form::time));
  columns.push_back(count("at_risk"));
  const std::vector<std::string> outcomes = {"job", "studies", "dropped_out", "moved_or_deceased"};
  for (const auto& o : outcomes) columns.push_back(count("event_" + o));
  columns.push_back(count("censored"));
  for (const auto& o : outcomes) {
    columns.push_back(share("incidence_" + o, {}));
    columns.push_back(share("low_" + o, {}));
    columns.push_back(share("high_" + o, {}));
  }
  columns.push_back(share("still_in", {}));
  std::vector<result_row> rows;
  for (const std::string sex : {"woman", "man"}) {
    if (!by_sex && sex == "man") break;
    const double pace = sex == "woman" ? 0.9 : 1.15;
    for (int month = 1; month <= 48; ++month) {
      result_row row;
      if (by_sex) row.push_back(t(sex));
      row.push_back(n(month));
      row.push_back(n(700 - 12 * month));
      for (int i = 0; i < 5; ++i) row.push_back(n(12 - 2 * i));
      double sum = 0;
      const double tops[] = {0.46, 0.17, 0.11, 0.05};
      for (int i = 0; i < 4; ++i) {
        const double value = tops[i] * pace * (1 - std::exp(-month / (9.0 + 3 * i)));
        const bool hide = with_hidden && i >= 2 && month < 10;
        for (const double v : {value, value * 0.9, value * 1.1})
          row.push_back(hide ? hidden() : x(v));
        sum += value;
      }
      row.push_back(x(1 - sum));
      rows.push_back(std::move(row));
    }
  }
  auto made = table("incidence", table_form::incidence, {}, columns, rows);
  if (by_sex) made.by = {"sex"};
  return made;
}

inline result_table states(bool by_sex, bool calendar = false) {
  const std::vector<std::string> codes = {"employed_regular",  "employed_subsidised",
                                          "employed_reserved", "education",
                                          "ladder_step",       "work_training",
                                          "activity",          "assessment",
                                          "enrolled_idle",     "exited"};
  const double from[] = {0.02, 0.02, 0.01, 0.03, 0.08, 0.12, 0.22, 0.3, 0.2, 0.0};
  const double to[] = {0.31, 0.13, 0.06, 0.11, 0.04, 0.03, 0.04, 0.0, 0.03, 0.25};
  std::vector<result_column> columns;
  if (by_sex) columns.push_back(level("sex"));
  columns.push_back(calendar ? key("time", value_form::day) : key("time", value_form::time));
  for (const auto& code : codes) columns.push_back(count("n_" + code));
  columns.push_back(count("base"));
  for (const auto& code : codes) columns.push_back(share("share_" + code, {"n_" + code, "base"}));
  columns.push_back(figure("entropy", value_form::number, {"base"}));
  std::vector<result_row> rows;
  for (const std::string sex : {"woman", "man"}) {
    if (!by_sex && sex == "man") break;
    for (int month = 0; month <= 36; ++month) {
      result_row row;
      if (by_sex) row.push_back(t(sex));
      if (calendar) {
        const auto number = std::to_string(101 + month % 12).substr(1);
        row.push_back(t(std::to_string(2017 + month / 12) + "-" + number + "-01"));
      } else {
        row.push_back(n(month));
      }
      const double way = 1 - std::exp(-month / (sex == "woman" ? 14.0 : 9.0));
      std::vector<double> shares;
      double sum = 0;
      for (std::size_t i = 0; i < codes.size(); ++i) {
        shares.push_back(from[i] + (to[i] - from[i]) * way);
        sum += shares.back();
      }
      double entropy = 0;
      for (auto& s : shares) {
        s /= sum;
        if (s > 0) entropy -= s * std::log(s) / std::log(10.0);
      }
      for (const double s : shares) row.push_back(n(std::lround(s * 712)));
      row.push_back(n(712));
      for (const double s : shares) row.push_back(x(s));
      row.push_back(x(entropy));
      rows.push_back(std::move(row));
    }
  }
  auto made = table(calendar ? "states_by_month" : "states", table_form::states, {}, columns, rows);
  if (by_sex) made.by = {"sex"};
  return made;
}

inline const std::vector<std::string>& mvad_states() {
  static const std::vector<std::string> codes = {"EM", "FE", "HE", "JL", "SC", "TR"};
  return codes;
}

inline result_table transitions() {
  const double rates[6][6] = {
      {.9864, .0020, .0025, .0065, .0004, .0022}, {.0279, .9514, .0066, .0090, .0010, .0041},
      {.0102, .0002, .9872, .0019, 0, .0005},     {.0418, .0084, .0023, .9387, .0005, .0083},
      {.0142, .0081, .0182, .0056, .9510, .0029}, {.0383, .0036, 0, .0136, .0004, .9441}};
  std::vector<result_column> columns = {key("from")};
  for (const auto& code : mvad_states()) columns.push_back(count("to_" + code));
  columns.push_back(count("base"));
  for (const auto& code : mvad_states())
    columns.push_back(share("rate_" + code, {"to_" + code, "base"}));
  std::vector<result_row> rows;
  for (int from = 0; from < 6; ++from) {
    result_row row = {t(mvad_states()[static_cast<std::size_t>(from)])};
    for (const double rate : rates[from]) {
      const auto persons = std::lround(rate * 8000);
      row.push_back(persons > 0 && persons < 5 ? hidden() : n(persons));
    }
    row.push_back(n(8000));
    for (const double rate : rates[from])
      row.push_back(rate > 0 && rate * 8000 < 4.5 ? hidden() : x(rate));
    rows.push_back(std::move(row));
  }
  return table("transitions", table_form::transitions, {}, columns, rows);
}

inline result_table costs() {
  std::vector<result_column> columns = {key("state")};
  for (const auto& code : mvad_states())
    columns.push_back(figure("cost_" + code, value_form::number, {}));
  std::vector<result_row> rows;
  for (std::size_t a = 0; a < 6; ++a) {
    result_row row = {t(mvad_states()[a])};
    for (std::size_t b = 0; b < 6; ++b) row.push_back(x(a == b ? 0 : 1.97 + 0.004 * (a + b)));
    rows.push_back(std::move(row));
  }
  return table("costs", table_form::costs, {}, columns, rows);
}

inline result_table durations(bool by_sex) {
  const double means[] = {26.95, 9.136, 10.583, 6.095, 10.079, 7.158};
  std::vector<result_column> columns;
  if (by_sex) columns.push_back(level("sex"));
  columns.push_back(key("state"));
  columns.push_back(figure("mean", value_form::number, {}));
  std::vector<result_row> rows;
  for (const std::string sex : {"woman", "man"}) {
    if (!by_sex && sex == "man") break;
    for (std::size_t i = 0; i < 6; ++i) {
      result_row row;
      if (by_sex) row.push_back(t(sex));
      row.push_back(t(mvad_states()[i]));
      row.push_back(x(means[i] * (sex == "woman" ? 1 : 0.93)));
      rows.push_back(std::move(row));
    }
  }
  auto made = table("durations", table_form::durations, {}, columns, rows);
  if (by_sex) made.by = {"sex"};
  return made;
}

inline result_table sequences() {
  return table("sequences", table_form::sequences, {},
               {key("sequence"), count("n"), share("share", {"n"})},
               {{t("(SC,24)-(HE,46)"), n(33), x(0.047)},
                {t("(FE,22)-(EM,48)"), n(25), x(0.035)},
                {t("(TR,24)-(EM,46)"), n(17), x(0.024)}});
}

inline result_table measures() {
  return table("measures", table_form::measures, {},
               {key("measure"), count("n"), figure("mean", value_form::number, {"n"}),
                figure("median", value_form::number, {"n"}),
                figure("min", value_form::number, {"n"}), figure("max", value_form::number, {"n"})},
               {{t("longitudinal_entropy"), n(712), x(.3996), x(.3866), x(0), x(.8548)},
                {t("complexity"), n(712), x(.10698), x(.1012), x(0), x(.33391)}});
}

inline result_table retention() {
  const std::vector<std::string> of = {"n", "yes", "unknown"};
  const std::vector<result_column> columns = {key("indicator"),   key("horizon", value_form::time),
                                              count("n"),         count("yes"),
                                              count("no"),        count("unknown"),
                                              count("immature"),  share("share", of),
                                              share("low", of),   share("high", of),
                                              share("worst", of), share("best", of)};
  std::vector<result_row> rows;
  for (const std::string how : {"point", "continuous"}) {
    const double less = how == "point" ? 0 : 0.002;
    const std::pair<int, double> at[] = {{3, .874}, {6, .842}, {12, .799}, {24, .667}};
    for (const auto& [month, value] : at) {
      const double s = value - less * month;
      rows.push_back({t(how), n(month), n(589 - 4 * month), n(std::lround((589 - 4 * month) * s)),
                      n(60), n(14 + month), n(2 * month), x(s), x(s - .032), x(s + .028),
                      x(s - .05 - .002 * month), x(s + .03 + .002 * month)});
    }
  }
  return table("retention", table_form::proportions, {}, columns, rows);
}

inline result_table proportions(bool by_sex) {
  const std::vector<std::string> of = {"n", "yes", "unknown"};
  std::vector<result_column> columns;
  if (by_sex) columns.push_back(level("sex"));
  for (auto& column :
       std::vector<result_column>{key("indicator"), count("n"), count("yes"), count("no"),
                                  count("unknown"), share("share", of), share("low", of),
                                  share("high", of), share("worst", of), share("best", of)})
    columns.push_back(column);
  std::vector<result_row> rows;
  const auto add = [&](const std::string& sex, const std::string& indicator, double s,
                       std::int64_t base) {
    result_row row;
    if (by_sex) row.push_back(t(sex));
    for (auto value : {t(indicator), n(base), n(std::lround(s * base)),
                       n(base - std::lround(s * base) - base / 12), n(base / 12), x(s),
                       x(s - 0.9 / std::sqrt(base)), x(std::min(1.0, s + 0.9 / std::sqrt(base))),
                       x(s - 0.06), x(s + 0.04)})
      row.push_back(value);
    rows.push_back(std::move(row));
  };
  add("woman", "job_or_studies", 0.432, 182);
  if (by_sex) add("man", "job_or_studies", 0.497, 224);
  add("woman", "self_support", 0.61, 182);
  if (by_sex) add("man", "self_support", 0.583, 224);
  if (by_sex) {
    rows.push_back({t("unknown"), t("self_support"), hidden(), hidden(), hidden(), hidden(),
                    hidden(), hidden(), hidden(), hidden(), hidden()});
  }
  auto made = table("proportions", table_form::proportions, {}, columns, rows);
  if (by_sex) made.by = {"sex"};
  return made;
}

inline result_table differences() {
  const std::vector<std::string> of = {};
  return table("differences", table_form::differences, {"sex"},
               {level("sex"), key("indicator"), key("reference"),
                figure("difference", value_form::points, of), figure("low", value_form::points, of),
                figure("high", value_form::points, of)},
               {{t("woman"), t("job_or_studies"), t("man"), x(-.065), x(-.159), x(.032)},
                {t("woman"), t("self_support"), t("man"), x(.027), x(-.068), x(.12)}});
}

inline result_table ladder() {
  const std::vector<std::string> of = {"started", "completed"};
  return table("funnel", table_form::funnel, {},
               {key("ladder"), key("step", value_form::integer), count("started"),
                count("completed"), count("passed"), share("conv", of), share("pass", of)},
               {{t("industry"), n(1), n(214), n(171), n(96), x(.799), x(.561)},
                {t("industry"), n(2), n(96), n(80), n(34), x(.833), x(.425)},
                {t("industry"), n(3), n(34), n(27), n(8), x(.794), x(.296)},
                {t("industry"), n(4), n(8), hidden(), missing_value(mark::undefined), hidden(),
                 missing_value(mark::undefined)}});
}

inline result_table cohort_ages() {
  const std::vector<std::string> halves = {"2017H1", "2017H2", "2018H1", "2018H2",
                                           "2019H1", "2019H2", "2020H1", "2020H2"};
  std::vector<result_row> rows;
  for (std::size_t i = 0; i < halves.size(); ++i) {
    int place = 0;
    for (const int age : {3, 6, 12, 18, 24, 36, 48}) {
      result_row row = {t(halves[i]), n(age)};
      const int seen = 54 - 6 * static_cast<int>(i);
      if (age > seen) {
        for (int k = 0; k < 5; ++k) row.push_back(missing_value(mark::immature));
      } else if (i == 5 && place == 0) {
        row.push_back(n(61));
        for (int k = 0; k < 4; ++k) row.push_back(hidden());
      } else {
        const double s = 0.72 * (1 - std::exp(-age / 16.0)) + 0.01 * static_cast<double>(i % 3);
        const auto base = static_cast<std::int64_t>(58 + 7 * i);
        const auto m = age > seen - 6 ? mark::preliminary : mark::none;
        row.push_back({base, m});
        row.push_back({std::int64_t{std::lround(s * static_cast<double>(base))}, m});
        for (const double v : {s, s - 0.1, s + 0.1}) row.push_back(number_value(v, m));
      }
      rows.push_back(std::move(row));
      ++place;
    }
  }
  const std::vector<std::string> of = {"n", "yes"};
  return table("cohort_ages", table_form::cohort_ages, {},
               {key("cohort"), key("age", value_form::time), count("n"), count("yes"),
                share("share", of), share("low", of), share("high", of)},
               rows);
}

inline result_table counts() {
  return table("counts", table_form::counts, {},
               {key("period"), count("n"), plain("target", value_form::integer)},
               {{t("2017H1"), hidden(), n(50)},
                {t("2017H2"), n(38), n(50)},
                {t("2018H1"), n(52), n(50)},
                {t("2018H2"), n(47), n(50)},
                {t("2019H1"), n(61), n(50)},
                {t("2019H2"), n(58), n(50)},
                {t("2020H1"), n(33), n(50)},
                {t("2020H2"), {std::int64_t{41}, mark::preliminary}, n(50)}});
}

inline result_table stock() {
  std::vector<result_row> rows;
  for (int month = 0; month < 24; ++month) {
    const auto number = std::to_string(101 + month % 12).substr(1);
    rows.push_back({t(std::to_string(2019 + month / 12) + "-" + number + "-01"),
                    n(std::lround(90 + 30 * std::sin(month / 4.0) + month))});
  }
  return table("stock", table_form::stock, {}, {key("date", value_form::day), count("n")}, rows);
}

inline result_table latency() {
  return table(
      "latency", table_form::latency, {"type"},
      {level("type"), count("n"), count("late"), figure("median", value_form::number, {"n"}),
       figure("percentile_90", value_form::number, {"n"}), share("share", {"n", "late"})},
      {{t("participant_exited"), n(880), n(141), x(6), x(41), x(.16)},
       {t("placement_started"), n(1240), n(62), x(3), x(19), x(.05)}});
}

inline result_table units() {
  const std::vector<std::string> of = {"n", "yes"};
  const std::pair<std::string, std::pair<int, double>> list[] = {
      {"unit/bjuv", {41, .51}},        {"unit/bastad", {28, .39}},
      {"unit/hoganas", {62, .45}},     {"unit/kristianstad", {188, .37}},
      {"unit/landskrona", {240, .56}}, {"unit/lund", {205, .46}},
      {"unit/svalov", {24, .62}},      {"unit/angelholm", {97, .48}}};
  std::vector<result_row> rows;
  for (const auto& [unit, value] : list) {
    const double base = value.first, sd = std::sqrt(.47 * .53 / base);
    rows.push_back({t(unit), n(value.first), n(std::lround(base * value.second)), x(value.second),
                    x(std::max(0.0, .47 - 1.96 * sd)), x(std::min(1.0, .47 + 1.96 * sd)),
                    x(std::max(0.0, .47 - 3.09 * sd)), x(std::min(1.0, .47 + 3.09 * sd)), x(.47),
                    t(std::fabs(value.second - .47) > 3.09 * sd ? "yes" : "no")});
  }
  rows.push_back(
      {t("unit/perstorp"), hidden(), hidden(), hidden(), x(0), x(1), x(0), x(1), x(.47), hidden()});
  return table("units", table_form::units, {"unit"},
               {level("unit"), count("n"), count("yes"), share("share", of),
                plain("low_95", value_form::share), plain("high_95", value_form::share),
                plain("low_998", value_form::share), plain("high_998", value_form::share),
                plain("target", value_form::share), figure("outside", value_form::code, of)},
               rows);
}

inline result_table tally() {
  return table("tally", table_form::tally, {}, {key("measure"), plain("value")},
               {{t("hours_freed"), x(412.5)}, {t("support_minutes"), n(18240)}});
}

inline result_table targets() {
  return table("targets", table_form::targets, {},
               {key("target"), plain("value"), plain("reached"), plain("met", value_form::code)},
               {{t("newcomers_per_half_year"), n(50), n(47), t("no")},
                {t("response_rate"), x(0.75), x(0.75), t("yes")}});
}

inline result_table sensitivity() {
  const std::vector<std::string> of = {"n", "yes"};
  return table("sensitivity", table_form::sensitivity, {},
               {key("variant"), count("n"), count("yes"), share("share", of), share("low", of),
                share("high", of)},
               {{t("main"), n(541), n(432), x(.7985), x(.763), x(.830)},
                {t("gap_30"), n(541), n(447), x(.826), x(.792), x(.856)},
                {t("carry"), n(541), n(470), x(.869), x(.838), x(.895)}});
}

inline result_table text() {
  return table("text", table_form::text, {}, {key("line")},
               {{t("Deltagarna valdes av handläggarna, inte av slumpen.")}});
}

inline result_section section(std::string definition, std::string sv, std::string en,
                              std::vector<result_table> tables) {
  result_section made;
  made.definition = std::move(definition);
  made.statistic = "survival";
  made.title = {std::move(sv), std::move(en)};
  made.axis_unit = "month";
  made.labels = {{"EM", {"arbete", "employment"}},
                 {"FE", {"fortsatt utbildning", "further education"}},
                 {"HE", {"högskola", "higher education"}},
                 {"JL", {"arbetslös", "joblessness"}},
                 {"SC", {"skola", "school"}},
                 {"TR", {"praktik", "training"}},
                 {"job", {"arbete", "work"}},
                 {"studies", {"studier", "studies"}},
                 {"dropped_out", {"avbröt", "dropped out"}},
                 {"moved_or_deceased", {"flyttat eller avlidit", "moved or died"}},
                 {"job_or_studies", {"i arbete eller studier", "in work or studies"}},
                 {"self_support", {"försörjer sig själv", "supports oneself"}},
                 {"industry", {"Industri", "Industry"}},
                 {"gap_30", {"avbrott upp till 30 dagar", "breaks of up to 30 days"}},
                 {"carry", {"obekräftade räknas som kvar", "unconfirmed count as still there"}},
                 {"hours_freed", {"Frigjorda timmar i veckan", "Hours freed a week"}},
                 {"support_minutes", {"Stödminuter", "Minutes of support"}},
                 {"newcomers_per_half_year", {"Nyanlända per halvår", "Newcomers a half-year"}},
                 {"response_rate", {"Svarsfrekvens", "Response rate"}},
                 {"unit/landskrona", {"Landskrona", "Landskrona"}},
                 {"unit/lund", {"Lund", "Lund"}},
                 {"unit/kristianstad", {"Kristianstad", "Kristianstad"}},
                 {"unit/bjuv", {"Bjuv", "Bjuv"}},
                 {"unit/bastad", {"Båstad", "Båstad"}},
                 {"unit/hoganas", {"Höganäs", "Höganäs"}},
                 {"unit/svalov", {"Svalöv", "Svalöv"}},
                 {"unit/angelholm", {"Ängelholm", "Ängelholm"}},
                 {"unit/perstorp", {"Perstorp", "Perstorp"}},
                 {"participant_exited", {"avslut", "exits"}},
                 {"placement_started", {"placeringar", "placements"}}};
  made.tables = std::move(tables);
  return made;
}

inline result_manifest manifest() {
  result_manifest m;
  m.ledger = "3f1c9a52-77d0-4c1e-9a54-1b6f4c3d2e10";
  m.cut = 184220;
  m.cut_recorded = "2021-03-31T16:02:11.402118Z";
  m.head_hash = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
  m.as_of = "2020-12-31";
  m.censored_at = "2020-12-31";
  m.definition = "four_years";
  m.version = 3;
  m.definition_hash = "9c1185a5c5e9fc54612808977ee8f548b2258d31f1f1b9a3c2f5b6a7d8e9f001";
  m.definition_text = "name = \"four_years\"\nversion = 3\n[title]\nsv = \"Fyra år\"\n";
  m.versions = {{"survival", 1}, {"disclosure", 1}, {"status", 1}};
  m.restricted = 2;
  m.exclusions_hash = "aa17";
  m.erased = 3;
  m.erased_until = 170001;
  m.reports_until = 150000;
  m.reports_compared = 4;
  m.subjects_in = 2480;
  m.units_out = 712;
  m.table_hash = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
  m.build = "0.3.0";
  return m;
}

// Every form, in sections as a report has them.
inline evaluation_result every_form() {
  evaluation_result r;
  r.manifest = manifest();
  const curve_shape all{"", 712, 0.045}, women{"woman", 330, 0.036}, men{"man", 382, 0.055};
  auto time =
      section("time_to_first_placement", "Tid till första placering", "Time to first placement",
              {flow(), baseline(), curve({all}), curve({women, men}), summary(false), summary(true),
               at_times(), tests_of_difference()});
  time.notes = {"interval_log_log"};
  r.sections = {
      std::move(time),
      section("outcomes", "Vad som hände först", "What happened first",
              {incidence(false, true), incidence(true)}),
      section("states", "Lägen månad för månad", "States month by month",
              {states(false), states(true), states(false, true)}),
      section("mvad", "Övergångar", "Transitions",
              {transitions(), costs(), durations(false), durations(true), sequences(), measures()}),
      section("retention", "Kvar i arbete", "Retention",
              {retention(), proportions(false), proportions(true), differences(), sensitivity()}),
      section("ladder_funnel", "Utbildningsstegen", "The ladder",
              {ladder(), cohort_ages(), counts(), stock(), latency()}),
      section("units", "Enheterna", "The units", {units(), tally(), targets(), text()})};
  return r;
}

}  // namespace stegvis::samples
