// The programme's course, money, stated targets (R1-R7, R55-R73) and statistics from outside.
#include "ingest/simulate_programme.hpp"

namespace stegvis {
namespace {
constexpr std::string_view esf = "Europeiska socialfonden", state = "Staten";

void add_course(programme_facts& p) {
  p.add(make_day(2017, 1, 1), "programme_started", [](object_writer& o) {
    o.date("from", make_day(2017, 1, 1));
    o.text("name", "Stegvis till arbete (simulerad)");
    o.text("owner", "Landskrona stad");
    o.text("programme_area", "Programområde 2");
    o.text("region", "Sydsverige");
    o.date("until", simulation_last);
  });
  p.add(make_day(2016, 12, 12), "decision_recorded", [](object_writer& o) {
    o.text("body", "Kommunfullmäktige");
    o.text("ref", "SIM-2016-1");
    o.text("title", "Fyraårig satsning på stegvisa vägar till arbete");
  });
  constexpr std::string_view phases[] = {"preparation", "implementation", "follow_up"};
  const day starts[] = {make_day(2017, 1, 1), make_day(2017, 2, 1), make_day(2020, 10, 1)};
  for (int i = 0; i < 3; ++i)
    p.add(starts[i], "project_phase_started",
          [&](object_writer& o) { o.text("phase", phases[i]); });
  p.add(make_day(2020, 12, 14), make_day(2021, 1, 1), programme_subject, "programme_ended",
        [](object_writer&) {});
  p.add(make_day(2017, 1, 1), "retention_rule_set", [](object_writer& o) {
    o.integer("keep_months", 60);
    o.text("rule", "participants-5-years");
    o.text("series", "participants");
  });
  p.add(make_day(2020, 1, 15), "disposal_executed", [](object_writer& o) {
    o.integer("count", 0);
    o.text("rule", "participants-5-years");
  });
}

// The first had begun before the programme (R3).
void add_subprojects(programme_facts& p) {
  constexpr std::string_view names[] = {"Enkla jobb", "Utbildning", "Arbetsförmedlingen",
                                        "Migration", "Tillväxt Landskrona AB"};
  for (std::size_t i = 0; i < subproject_ids.size(); ++i) {
    p.add(make_day(2017, 1, 1), "subproject_opened", [&](object_writer& o) {
      o.text("name", names[i]);
      o.text("owner_unit", subproject_units[i]);
      o.text("subproject", subproject_ids[i]);
    });
    p.add(i == 0 ? make_day(2016, 10, 3) : make_day(2017, 1, 9), "subproject_started",
          [&](object_writer& o) { o.text("subproject", subproject_ids[i]); });
    p.add(make_day(2020, 12, 21), make_day(2021, 1, 1), programme_subject, "subproject_closed",
          [&](object_writer& o) { o.text("subproject", subproject_ids[i]); });
  }
}

void add_grant(programme_facts& p, std::string_view type, day valid, std::string_view grant,
               std::string_view funder, std::int64_t amount_ore, std::string_view period) {
  p.add(valid, type, [&](object_writer& o) {
    o.integer("amount_ore", amount_ore);
    o.text("funder", funder);
    o.text("grant", grant);
    if (!period.empty()) o.text("period", period);
    if (type != "funding_spent") o.text("ref", funder == esf ? "2016/00467" : "SIM-2017-2");
  });
}

// Granted and amended as the documents say (R5); what was spent is made up.
void add_money(programme_facts& p) {
  add_grant(p, "funding_granted", make_day(2017, 1, 2), "g-1", esf, 3'540'000'000, "2017-2020");
  add_grant(p, "funding_amended", make_day(2018, 5, 14), "g-1", esf, 3'392'191'000, "2017-2020");
  add_grant(p, "funding_granted", make_day(2017, 1, 16), "g-2", state, 800'000'000, "2017-2020");
  for (int half = 0; half < 7; ++half) {
    const int year = 2017 + half / 2;
    const day booked = half % 2 == 0 ? make_day(year, 7, 10) : make_day(year + 1, 1, 15);
    const std::string period = std::to_string(year) + (half % 2 == 0 ? "-H1" : "-H2");
    add_grant(p, "funding_spent", booked, "g-1", esf, p.draw.between(3800, 4700) * 100'000LL,
              period);
    add_grant(p, "funding_spent", booked, "g-2", state, p.draw.between(700, 1000) * 100'000LL,
              period);
  }
}

struct stated_target {
  std::string_view indicator, value, measure, direction, period;
};

void add_target(programme_facts& p, int number, const stated_target& t) {
  p.add(make_day(2017, 1, 9), "target_set", [&](object_writer& o) {
    o.integer("definition_version", 1);
    o.text("direction", t.direction);
    o.text("indicator", t.indicator);
    o.text("measure", t.measure);
    o.text("period", t.period);
    if (t.indicator == "participants") o.integer("planned_n", 930);
    o.numbered("target", "t-", static_cast<std::uint64_t>(number));
    o.text("value", t.value);
  });
}

void add_targets(programme_facts& p) {
  constexpr std::string_view all = "2017-2020";
  constexpr stated_target targets[] = {
      {"I04", "0", "percentage_points", "at_most", "2020"},        // R55
      {"I05", "0.75", "share", "at_least", all},                   // R58
      {"I06", "1", "share", "at_least", all},                      // R59
      {"I07", "1", "share", "at_least", all},                      // R61
      {"purpose_met", "1", "share", "at_least", all},              // R62
      {"development_needs", "0", "index_points", "at_most", all},  // R63
      {"equality_index", "0", "index_points", "at_least", all},    // R64
      {"follow_on_application", "1", "count", "at_least", all},    // R65
      {"network_after_end", "1", "count", "at_least", "2021"},     // R66
      {"I24", "1", "count", "at_least", all},                      // R67
      {"plan_without_activity", "0", "count", "at_most", all},     // R69
      {"left_unemployment", "1000", "persons", "at_least", all},   // R72
      {"left_unemployment_enkla_jobb", "400", "persons", "at_least", all},
      {"participants", "930", "persons", "at_least", all},
      {"workplace_health_index", "0", "index_points", "at_least", all}};  // R73
  int number = 0;
  for (const auto& t : targets) add_target(p, ++number, t);
  for (int half = 0; half < 8; ++half) {  // R57
    const std::string period = std::to_string(2017 + half / 2) + (half % 2 == 0 ? "-H1" : "-H2");
    add_target(p, ++number, {"I03", "50", "persons", "at_least", period});
  }
  p.add(make_day(2019, 3, 4), "target_revised", [](object_writer& o) {
    o.integer("planned_n", 900);
    o.text("target", "t-14");
    o.text("value", "900");
  });
}

void add_statistic(programme_facts& p, day published, std::string_view area,
                   std::string_view period, int per_mille, std::string_view vintage) {
  p.add(published, "external_statistic_recorded", [&](object_writer& o) {
    o.text("area", area);
    o.text("measure", "percentage_points");
    o.text("period", period);
    o.text("series", "unemployment_rate");
    o.text("value", std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10));
    o.text("vintage", vintage);
  });
}

// Unemployment by month, Landskrona five points above Skåne at first; now and then revised.
void add_statistics(programme_facts& p) {
  for (int month = 0; month < 47; ++month) {
    const day first = add_months(make_day(2017, 1, 1), month);
    const day published = working(add_months(first, 1) + 13);
    const std::string period = to_string(first).substr(0, 7);
    const std::string vintage = to_string(published).substr(0, 7);
    const int skane = 98 - month / 3 + p.draw.between(-2, 2);
    const int landskrona = skane + 50 - month / 2 + p.draw.between(-3, 3);
    add_statistic(p, published, "skane", period, skane, vintage);
    add_statistic(p, published, "landskrona", period, landskrona, vintage);
    if (month % 6 == 0 && month < 42) {
      const day later = working(add_months(published, 3));
      add_statistic(p, later, "landskrona", period, landskrona + p.draw.between(-2, 2),
                    to_string(later).substr(0, 7));
    }
  }
}
}  // namespace

void add_programme(programme_facts& p) {
  add_course(p);
  add_subprojects(p);
  add_money(p);
  add_targets(p);
  add_statistics(p);
}

std::vector<reference_fact> draw_reference(std::uint64_t seed) {
  programme_facts p(seed);
  add_programme(p);
  add_units(p);
  add_employers(p);
  add_cooperation(p);
  return std::move(p).in_recorded_order();
}

}  // namespace stegvis
