// Municipalities and units with their dirty names (R8-R12), equality and accessibility (R64-R71).
#include <array>

#include "ingest/simulate_programme.hpp"

namespace stegvis {
namespace {
struct municipality {
  std::string_view id, name, code, unit, unit_name;
};
constexpr std::array<municipality, 8> municipalities{{
    {"bjuv", "Bjuv", "1260", "unit/bjuv-ame", "Arbetsmarknadsenhet"},
    {"bastad", "Båstad", "1278", "unit/bastad-ame", "Arbetsmarknadsenheten"},
    {"hoganas", "Höganäs", "1284", "unit/hoganas-huc", "Höganäs Utvecklingscentrum"},
    {"kristianstad", "Kristianstad", "1290", "unit/kristianstad-ame", "Arbete och välfärd"},
    {"landskrona", "Landskrona", "1282", "unit/landskrona-ame",
     "Integrations- och arbetsmarknadsenheten"},
    {"lund", "Lund", "1281", "unit/lund-vuxen", "Vuxenförvaltningen"},
    {"svalov", "Svalöv", "1214", "unit/svalov-delta", "Delta"},
    {"angelholm", "Ängelholm", "1292", "unit/angelholm-resurs", "Resurscenter Ängelholm"},
}};
const day begin = make_day(2017, 1, 1);

struct unit {
  std::string_view subject, kind, name, code, parent, domain, regime;
};

void add_unit(programme_facts& p, const unit& u) {
  p.add(begin, u.subject, "unit_registered", [&](object_writer& o) {
    o.text("kind", u.kind);
    if (!u.code.empty()) o.text("municipality_code", u.code);
    o.text("name", u.name);
    if (!u.parent.empty()) o.text("parent", u.parent);
    o.text("regime", u.regime);
    o.text("secrecy_domain", u.domain);
  });
}

void add_departments(programme_facts& p) {
  constexpr unit units[] = {
      {"unit/landskrona-stadsledning", "department", "Stadsledningsförvaltningen", "1282",
       "unit/landskrona", "landskrona-stad", "other"},
      {"unit/landskrona-omsorg", "department", "Omsorgsförvaltningen", "1282", "unit/landskrona",
       "landskrona-omsorg", "26:1"},
      {"unit/landskrona-teknik", "department", "Teknik- och stadsbyggnadskontoret", "1282",
       "unit/landskrona", "landskrona-stad", "other"},
      {"unit/landskrona-utbildning", "department", "Utbildningsförvaltningen", "1282",
       "unit/landskrona", "landskrona-utbildning", "other"},
      {"unit/landskrona-migration", "employment_unit", "Mottagningsenheten", "1282",
       "unit/landskrona", "landskrona-omsorg", "26:1"},
      {"unit/tillvaxt-landskrona", "municipal_company", "Tillväxt Landskrona AB", "1282",
       "unit/landskrona", "tillvaxt-landskrona", "other"},
      {"unit/arbetsformedlingen", "state_agency", "Arbetsförmedlingen", "", "",
       "arbetsformedlingen", "28:11"},
      {"unit/landskrona-jobbcenter", "employment_unit", "Jobbcenter", "1282",
       "unit/landskrona-stadsledning", "landskrona-stad", "26:1"}};
  for (const auto& u : units) add_unit(p, u);
}

void add_municipality(programme_facts& p, const municipality& m) {
  const std::string top = "unit/" + std::string(m.id);
  const std::string domain = std::string(m.id) + "-ame";
  add_unit(p, {top, "municipality", m.name, m.code, "", domain, "other"});
  add_unit(p, {m.unit, "employment_unit", m.unit_name, m.code, top, domain, "26:1"});
  p.add(begin, m.unit, "unit_joined_programme",
        [](object_writer& o) { o.text("programme", programme_subject); });
  for (int year = 2017; year <= 2020; ++year)
    p.add(make_day(year, 3, 1), m.unit, "unit_profile_recorded", [&](object_writer& o) {
      o.text("department", year < 2019 ? "Arbetsmarknad" : "Arbetsmarknad och utbildning");
      o.text("education_mix", "simulated: 60 % tertiary");
      o.integer("staff_n", p.draw.between(8, 40));
    });
}

void add_changes(programme_facts& p) {
  p.add(begin, "unit/landskrona-ame", "unit_alias_added",
        [](object_writer& o) { o.text("alias", "Integrations- och arbetsmarkna"); });
  p.add(begin, "unit/bjuv-ame", "unit_alias_added",
        [](object_writer& o) { o.text("alias", "AME Bjuv"); });
  p.add(make_day(2018, 1, 1), "unit/landskrona-migration", "unit_moved",
        [](object_writer& o) { o.text("parent", "unit/landskrona-omsorg"); });
  p.add(make_day(2019, 1, 1), "unit/landskrona-jobbcenter", "unit_merged",
        [](object_writer& o) { o.text("into", "unit/landskrona-ame"); });
  p.add(make_day(2020, 6, 15), "unit/bastad-ame", "unit_left_programme", [](object_writer& o) {
    o.text("programme", programme_subject);
    o.text("reason", "Egen satsning");
  });
}

// Most have a plan, fewer do anything (R69).
void add_equality(programme_facts& p, const municipality& m) {
  const auto scope = [&](day on, std::string_view type, std::string_view code) {
    p.add(on, m.unit, type, [&](object_writer& o) { o.text("scope", code); });
  };
  if (p.draw.chance(850)) scope(make_day(2017, 4, 3), "equality_plan_adopted", "unit");
  if (p.draw.chance(400)) scope(make_day(2018, 10, 8), "equality_activity_held", "group");
  if (p.draw.chance(300)) scope(make_day(2019, 10, 7), "equality_activity_held", "unit");
  scope(make_day(2017, 9, 4), "accessibility_reviewed", "unit");
  if (p.draw.chance(600)) scope(make_day(2018, 3, 5), "accessibility_measure_taken", "unit");
  if (p.draw.chance(300)) scope(make_day(2019, 3, 4), "accessibility_measure_taken", "group");
}

// Pupils are counted, never registered (R32).
void add_group_sessions(programme_facts& p) {
  for (int month = 0; month < 47; ++month) {
    if (month % 12 == 5 || month % 12 == 6) continue;  // summer holidays
    p.add(working(add_months(make_day(2017, 1, 24), month)), "unit/landskrona-utbildning",
          "group_session_held", [&](object_writer& o) {
            o.text("kind", month % 2 == 0 ? "study_choice" : "study_visit");
            o.integer("n", p.draw.between(12, 28));
          });
  }
}
}  // namespace

void add_units(programme_facts& p) {
  for (const auto& m : municipalities) add_municipality(p, m);
  add_departments(p);
  add_changes(p);
  for (const auto& m : municipalities) add_equality(p, m);
  add_group_sessions(p);
}

}  // namespace stegvis
