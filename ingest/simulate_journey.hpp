#pragma once
// Draws one participant's journey: registration, enrolments, training, jobs, leaving.
#include <vector>

#include "ingest/simulate_facts.hpp"

namespace stegvis {

// What an enrolment has led to so far.
struct enrolment_course {
  std::uint8_t id = 0;
  std::uint8_t intake = 0;  // 0 = without an application of its own
  std::uint8_t subproject = 0;
  day now{};           // everything up to here is drawn
  bool track = false;  // a job track was completed
  bool guaranteed = false, language_support = false;
};

class journey_draws {
 public:
  // Facts are added to `facts`, which must outlive this object.
  journey_draws(const simulated_person&, std::vector<planned_fact>& facts);
  void draw(day entry);

 private:
  // Adds a fact and draws when it becomes known: mostly soon, sometimes late, never before entry.
  void add(day valid, fact what);
  void add_ahead(day valid, fact what);  // the same, but may be known up to two weeks ahead

  void register_person();
  void first_claims();
  bool apply(day from, day& enrolled_on);
  day enrol(day from, std::uint8_t subproject);
  void admit(enrolment_course&);
  void assess(enrolment_course&);
  void revise(const enrolment_course&, day planned, day exit);
  void contacts(const enrolment_course&, day from, day exit);
  void train(enrolment_course&);
  void pause(enrolment_course&);
  void activity(enrolment_course&, bool studies);
  void practice(enrolment_course&);
  void step(enrolment_course&, bool part_time);
  void step_passed(enrolment_course&, std::uint8_t step);
  void job_track(enrolment_course&);
  void second_enrolment(day from, day to, std::uint8_t other_than);

  int job_chance(const enrolment_course&) const;
  bool find_job(enrolment_course&, bool follows);
  void job(enrolment_course&, fact start);
  // The day the job ends, or a day after the simulation.
  day draw_job_end(const fact& start, day from, bool supported);
  void convert_job(fact start, day on);
  void support(std::uint8_t placement, day from, day until);
  void study_at_work(enrolment_course&);
  void during_job(const fact& start, day from);
  void follow_up(day due, fact what);
  day leave(enrolment_course&);
  std::uint8_t destination_of(day exit);
  void after_exit(const enrolment_course&, day exit);

  void finish();
  void correct();

  const simulated_person& person_;
  std::vector<planned_fact>& facts_;
  draws draws_;
  day entry_{}, death_{};
  day job_until_{};  // the last job's end; far ahead while it runs
  day job_from_{};   // and its start
  std::uint8_t ladder_ = 0;
  std::uint8_t steps_ = 0;     // completed, in all enrolments
  std::uint8_t attempts_ = 0;  // at the next one
  std::uint8_t intakes_ = 0, enrolments_ = 0, activities_ = 0, assessments_ = 0, runs_ = 0,
               tracks_ = 0, matches_ = 0, placements_ = 0;
};

}  // namespace stegvis
