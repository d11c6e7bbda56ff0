// Employers, workplaces, places and tasks; specifications of jobs; ladders (R17-R24, R43, R46,
// R77).
#include <array>

#include "ingest/simulate_programme.hpp"

namespace stegvis {
namespace {
constexpr int employers = 12;
constexpr std::array<std::string_view, 5> sectors{"municipal", "private", "municipal_company",
                                                  "regional", "state"};
constexpr std::array<std::string_view, 5> branches{"fastighet", "park", "lokalvård", "kök",
                                                   "omsorg"};
constexpr std::array<std::string_view, 4> departments{
    "unit/landskrona-stadsledning", "unit/landskrona-omsorg", "unit/landskrona-teknik",
    "unit/landskrona-utbildning"};
const day begin = make_day(2017, 1, 1);

std::string_view branch(int n) {
  return branches[static_cast<std::size_t>(n) % branches.size()];
}
std::string_view ssyk(int n) {
  return track_ssyk[static_cast<std::size_t>(n) % track_ssyk.size()];
}

void add_employer(programme_facts& p, int n) {
  p.add(begin, numbered("workplace/e-", n), "employer_registered", [&](object_writer& o) {
    o.text("name", numbered("Provföretaget ", n));
    o.text("orgnr", numbered("SIM-E-", n));
    o.text("sector", n <= 4 ? sectors[0] : sectors[static_cast<std::size_t>(n) % 5]);
  });
}

// The first workplaces of a municipal employer lie in a department each (R18).
void add_workplace(programme_facts& p, int n) {
  const std::string subject = numbered("workplace/w-", n);
  const int employer = 1 + n % employers;
  p.add(begin, subject, "workplace_registered", [&](object_writer& o) {
    o.numbered("employer", "workplace/e-", static_cast<std::uint64_t>(employer));
    o.text("name", "Provplatsen " + std::to_string(n) + ", " + std::string(branch(n)));
    if (employer <= 3) o.text("unit", departments[static_cast<std::size_t>(employer)]);
  });
  const day offered = working(make_day(2017, 1, 9) + p.draw.between(0, 500));
  const int places = p.draw.between(1, 4);
  p.add(offered, subject, "place_offered", [&](object_writer& o) {
    o.date("from", offered);
    o.integer("places", places);
    if (n % 4 == 0) o.date("until", offered + 364);
  });
  if (n % 9 == 0)
    p.add(working(offered + 200), subject, "place_withdrawn", [&](object_writer& o) {
      o.date("from", offered + 200);
      o.integer("places", 1);
    });
}

void add_vacancy(programme_facts& p, int n) {
  const std::string subject = numbered("workplace/w-", 1 + n * 3 % workplaces);
  const day from = working(make_day(2017, 3, 1) + n * 52);
  const auto write = [&](object_writer& o) {
    o.integer("n", 1 + n % 2);
    o.text("ssyk", ssyk(n));
    o.numbered("vacancy", "v-", static_cast<std::uint64_t>(n));
  };
  p.add(from, subject, "vacancy_registered", write);
  if (p.draw.chance(700))
    p.add(working(from + p.draw.between(20, 90)), subject, "vacancy_filled", write);
}

void write_job_spec(object_writer& o, int n, bool revised) {
  constexpr std::array<std::string_view, 3> kinds{"simple", "complementary", "regular"};
  const int kind = kind_of_job(n);
  if (kind == 1) o.texts("contributors", {"workplace", "manager", "colleagues"});
  o.text("kind", kinds[static_cast<std::size_t>(kind)]);
  o.boolean("permanent", n % 3 == 0);
  if (revised)
    o.texts("requires", {"swedish_a2"});
  else
    o.texts("requires", {"swedish_a2", "hygiene_certificate"});
  o.text("ssyk", ssyk(n));
  o.texts("tasks", {numbered("task-", n), numbered("task-", n + job_specs)});
  o.numbered("workplace", "workplace/w-", static_cast<std::uint64_t>(workplace_of(n)));
}

void add_tasks(programme_facts& p, const std::string& subject, int n, day published) {
  const std::string task = numbered("task-", n);
  const std::string hours = std::to_string(p.draw.between(2, 12));
  p.add(working(published + -20), subject, "task_inventoried", [&](object_writer& o) {
    o.text("done_by_ssyk", "5321");
    o.text("hours_week", hours);
    o.text("task", task);
  });
  p.add(published, subject, "task_redistributed", [&](object_writer& o) {
    o.text("from_ssyk", "5321");
    o.text("hours_week", hours);
    o.text("job_spec", subject);
    o.text("task", task);
  });
}

void add_job_spec(programme_facts& p, int n) {
  const std::string subject = numbered("job/j-", n);
  const day published = working(make_day(2017, 1, 26) + n % 6);
  if (kind_of_job(n) != 2) add_tasks(p, subject, n, published);
  p.add(published, subject, "job_spec_published",
        [&](object_writer& o) { write_job_spec(o, n, false); });
  if (n % 10 != 0)  // its absence is a finding, no refusal (R15)
    p.add(published, subject, "social_partner_agreement_recorded", [&](object_writer& o) {
      o.text("job_spec", subject);
      o.numbered("wage_band", "", static_cast<std::uint64_t>(1 + n % 4));
    });
  if (n % 7 == 0)
    p.add(make_day(2019, 2, 4), subject, "job_spec_revised",
          [&](object_writer& o) { write_job_spec(o, n, true); });
  if (n % 15 == 0) p.add(make_day(2020, 12, 7), subject, "job_spec_closed", [](object_writer&) {});
}

void add_occupations(programme_facts& p) {
  for (std::size_t i = 0; i < track_ids.size(); ++i) {
    p.add(begin, "shortage_occupation_listed", [&](object_writer& o) {
      o.text("area", "skane");
      o.date("from", begin);
      o.text("ssyk", track_ssyk[i]);
      if (i == 1) o.date("until", make_day(2018, 12, 31));
    });
    p.add(begin, "career_path_defined", [&](object_writer& o) {
      o.text("first_job", track_ssyk[i]);
      o.texts("next_jobs", {"5321", "7115"});
    });
  }
}

// Green, blue and black certificates from the second step on (R43).
void add_ladders(programme_facts& p) {
  constexpr std::string_view titles[3][4] = {
      {"Montör", "CNC-operatör", "CNC-tekniker", "CNC-programmerare"},
      {"Köksbiträde", "Kallskänka", "Kock", ""},
      {"Serviceassistent", "Vårdbiträde", "Undersköterska", ""}};
  constexpr std::string_view colours[] = {"", "green", "blue", "black"};
  constexpr std::string_view branch_names[] = {"industri", "hotell och restaurang", "äldreomsorg"};
  for (std::size_t l = 0; l < ladder_subjects.size(); ++l) {
    p.add(begin, ladder_subjects[l], "ladder_defined",
          [&](object_writer& o) { o.text("branch", branch_names[l]); });
    for (std::size_t step = 0; step < static_cast<std::size_t>(ladder_steps[l]); ++step)
      p.add(begin, ladder_subjects[l], "ladder_step_opened", [&](object_writer& o) {
        if (step > 0) o.text("certificate", colours[step]);
        o.texts("job_titles", {titles[l][step]});
        o.integer("step", static_cast<std::int64_t>(step) + 1);
        o.text("title", titles[l][step]);
      });
  }
}
}  // namespace

void add_employers(programme_facts& p) {
  for (int n = 1; n <= employers; ++n) add_employer(p, n);
  for (int n = 1; n <= workplaces; ++n) add_workplace(p, n);
  for (int n = 1; n <= 25; ++n) add_vacancy(p, n);
  for (int n = 1; n <= job_specs; ++n) add_job_spec(p, n);
  add_occupations(p);
  add_ladders(p);
}

}  // namespace stegvis
