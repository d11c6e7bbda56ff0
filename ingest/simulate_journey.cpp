#include "ingest/simulate_journey.hpp"

#include <algorithm>

namespace stegvis {
namespace {
using s = simulated;

constexpr int country_per_mille[] = {430, 190, 110, 80, 70, 50, 40, 30};  // Sweden first
constexpr int education_per_mille[] = {280, 470, 250};
constexpr int language_per_mille[] = {230, 280, 260, 150, 80};
constexpr int distance_per_mille[] = {50, 150, 300, 300, 200};
constexpr int handling_per_mille[] = {980, 14, 6};
constexpr int subproject_per_mille[] = {400, 280, 120, 120, 80};
constexpr int newly_subproject_per_mille[] = {200, 250, 90, 420, 40};
// activity, practice, step, job track, studies; by subproject.
constexpr int training_per_mille[5][5] = {{300, 350, 50, 250, 50},
                                          {150, 100, 550, 120, 80},
                                          {450, 350, 50, 100, 50},
                                          {450, 100, 100, 330, 20},
                                          {300, 250, 200, 200, 50}};
constexpr int pass_per_mille[] = {870, 800, 730, 660};

// Days from a fact to its recording.
int lag_days(draws& d) {
  constexpr int per_mille[] = {515, 308, 97, 15, 65};
  constexpr int from[] = {0, 1, 4, 15, 31}, to[] = {0, 3, 14, 28, 140};
  const auto i = d.pick(per_mille);
  return d.between(from[i], to[i]);
}

// Types whose details are drawn, so that a correction differs.
bool correctable(s type) {
  return type == s::contact_made || type == s::assessment_recorded ||
         type == s::placement_started || type == s::activity_started ||
         type == s::activity_attended || type == s::plan_agreed || type == s::plan_revised ||
         type == s::follow_up_done || type == s::workplace_support_provided;
}
bool movable(s type) {
  return type == s::contact_made || type == s::assessment_recorded || type == s::placement_started;
}
// What else a correction changes.
void correct_codes(fact& f) {
  if (f.type == s::contact_made) f.code = (f.code + 1) % 5;
  if (f.type == s::follow_up_done) f.y = (f.y + 1) % 3;
  if (f.type == s::workplace_support_provided) ++f.y;
  if (f.type == s::assessment_recorded && f.code != 1) f.x = f.x == 1 ? 2 : f.x - 1;
}

std::uint8_t groups_of(draws& d, int birth_year, bool foreign) {
  const auto bit = [](group g) { return 1 << static_cast<int>(g); };
  int bits = 0;
  if (foreign) bits |= d.chance(420) ? bit(group::newly_arrived) : bit(group::foreign_background);
  if (birth_year >= 1993) bits |= bit(group::youth);
  if (d.chance(250)) bits |= bit(group::parent);
  if (d.chance(140)) bits |= bit(group::long_term_sick);
  if (d.chance(100)) bits |= bit(group::cognitive);
  if (d.chance(birth_year >= 1993 ? 350 : 120)) bits |= bit(group::no_work_experience);
  if (bits == 0 || d.chance(20)) bits |= bit(group::other);
  return static_cast<std::uint8_t>(bits);
}
}  // namespace

simulated_person person_of(std::uint64_t seed, std::uint32_t participant) {
  simulated_person p{};
  p.key = mix(mix(seed) + participant);
  draws d(p.key ^ 1);
  constexpr int sex_per_mille[] = {515, 475, 4, 6};
  p.sex = d.pick(sex_per_mille);
  p.birth_year = d.between(1955, 2000);
  p.country = d.pick(country_per_mille);
  p.education = d.pick(education_per_mille);
  p.language = p.country == 0 ? 5 : d.pick(language_per_mille);
  p.distance = static_cast<std::uint8_t>(1 + d.pick(distance_per_mille));
  p.handling = d.pick(handling_per_mille);
  p.group_bits = groups_of(d, p.birth_year, p.country != 0);
  return p;
}

void draw_journey(const simulated_person& person, std::uint32_t participant, day entry,
                  std::vector<planned_fact>& facts) {
  facts.clear();
  journey_draws(person, facts).draw(entry);
  for (auto& f : facts) f.fact.participant = participant;
}

journey_draws::journey_draws(const simulated_person& person, std::vector<planned_fact>& facts)
    : person_(person), facts_(facts), draws_(person.key ^ 2) {
  ladder_ = static_cast<std::uint8_t>(draws_.below(ladder_subjects.size()));
}

void journey_draws::draw(day entry) {
  entry_ = working(entry);
  death_ = draws_.chance(11) ? entry_ + draws_.between(40, 900) : simulation_last + 1;
  register_person();
  day from{};
  if (apply(entry_, from)) {
    const bool newly = person_.in(group::newly_arrived);
    const auto subproject = draws_.pick(newly ? newly_subproject_per_mille : subproject_per_mille);
    const day exit = enrol(from, subproject);
    if (draws_.chance(90)) second_enrolment(from, exit, subproject);
    const day again = working(exit + draws_.between(50, 420));
    if (draws_.chance(150) && job_until_ <= again && apply(again, from)) enrol(from, subproject);
  }
  if (death_ <= simulation_last) add(death_, {.type = s::death_recorded});
  finish();
}

void journey_draws::add(day valid, fact what) {
  what.valid = packed(valid);
  day recorded = working(std::max(entry_, valid + lag_days(draws_)));
  if (recorded > simulation_last) recorded = std::min(simulation_last, working(valid));
  facts_.push_back({recorded, what});
}

void journey_draws::add_ahead(day valid, fact what) {
  add(valid, what);
  if (draws_.chance(120))
    facts_.back().recorded = working(std::max(entry_, valid + -draws_.between(3, 14)));
}

void journey_draws::register_person() {
  add(entry_, {.type = s::person_registered});
  if (person_.handling != 0) add(entry_, {.type = s::handling_changed, .code = person_.handling});
  const bool interim = person_.in(group::newly_arrived);
  add(entry_, {.type = s::identifier_recorded, .code = interim});
  // Who somebody is, and how to treat the case, is known from the first moment.
  for (auto& f : facts_) f.recorded = entry_;
  if (interim && draws_.chance(600))
    add(working(entry_ + draws_.between(30, 200)), {.type = s::identifier_replaced});
  if (draws_.chance(60))
    add(working(entry_ + draws_.between(30, 400)), {.type = s::person_details_changed});
  if (draws_.chance(500)) {
    add(entry_, {.type = s::consent_given});
    if (draws_.chance(40))
      add(working(entry_ + draws_.between(60, 300)), {.type = s::consent_withdrawn});
  }
}

// False if the application came to nothing.
bool journey_draws::apply(day from, day& enrolled_on) {
  const std::uint8_t intake = ++intakes_;
  add(from, {.type = s::intake_registered,
             .id = intake,
             .code = static_cast<std::uint8_t>(draws_.below(4))});
  enrolled_on = working(from + draws_.between(4, 40));
  if (!draws_.chance(60)) return true;
  add(enrolled_on,
      {.type = s::intake_closed, .id = intake, .code = static_cast<std::uint8_t>(draws_.below(3))});
  return false;
}

// Returns the day of exit, which may lie after the simulation.
day journey_draws::enrol(day from, std::uint8_t subproject) {
  enrolment_course course{
      .id = ++enrolments_, .intake = intakes_, .subproject = subproject, .now = from};
  admit(course);
  assess(course);
  const day planned = course.now;
  train(course);
  const day exit = leave(course);
  revise(course, planned, exit);
  contacts(course, from, exit);
  return exit;
}

void journey_draws::admit(enrolment_course& c) {
  const auto caseworker = static_cast<std::uint8_t>(draws_.between(1, caseworkers));
  add_ahead(c.now,
            {.type = s::participant_enrolled, .id = c.id, .code = c.subproject, .x = c.intake});
  add(c.now, {.type = s::caseworker_assigned, .enrolment = c.id, .x = caseworker});
  if (draws_.chance(920)) {
    std::uint8_t status = draws_.chance(850) ? 2 : 3;  // unemployed, inactive
    if (person_.in(group::long_term_sick) && draws_.chance(300)) status = 0;
    add(c.now, {.type = s::entry_situation_recorded, .code = status, .enrolment = c.id});
  }
  if (c.id == 1) first_claims();
}

// Target groups, the period of establishment and what registers say at the start.
void journey_draws::first_claims() {
  for (std::uint8_t g = 0; g < groups; ++g) {
    if (!person_.in(static_cast<group>(g))) continue;
    add(entry_, {.type = s::target_group_assigned, .code = g});
    if (draws_.chance(25))
      add(entry_ + draws_.between(120, 600), {.type = s::target_group_ended, .code = g});
  }
  if (person_.in(group::newly_arrived))
    add(entry_, {.type = s::establishment_period_recorded,
                 .until = packed(entry_ + draws_.between(200, 730))});
  if (draws_.chance(250)) add(entry_, {.type = s::situation_recorded, .code = 2, .x = 0});
  if (draws_.chance(300))
    add(entry_,
        {.type = s::livelihood_recorded, .code = static_cast<std::uint8_t>(2 + draws_.below(2))});
  if (draws_.chance(80)) add(entry_, {.type = s::attribute_recorded});
}

void journey_draws::assess(enrolment_course& c) {
  const auto assessment = [&](std::uint8_t kind, std::uint8_t level) {
    const day on = working(c.now + draws_.between(5, 18));
    add(on, {.type = s::assessment_recorded,
             .id = ++assessments_,
             .code = kind,
             .enrolment = c.id,
             .x = level,
             .y = static_cast<std::uint8_t>(draws_.below(track_ids.size()))});
  };
  if (draws_.chance(850)) assessment(2, person_.distance);
  if (person_.language < 5) assessment(1, person_.language);
  if (draws_.chance(300)) assessment(3, static_cast<std::uint8_t>(draws_.between(1, 5)));
  if (draws_.chance(30)) assessment(4, static_cast<std::uint8_t>(draws_.between(1, 5)));
  if (draws_.chance(600)) {
    assessment(0, static_cast<std::uint8_t>(draws_.between(1, 4)));
    c.guaranteed = draws_.chance(450);
    if (c.guaranteed)
      add(working(c.now + draws_.between(20, 30)),
          {.type = s::competence_guaranteed, .id = assessments_, .y = facts_.back().fact.y});
  }
  c.now = working(c.now + draws_.between(10, 45));
  add(c.now, {.type = s::plan_agreed,
              .enrolment = c.id,
              .until = packed(c.now + draws_.between(80, 120))});
  if (person_.language < 2 && draws_.chance(500)) {
    c.language_support = true;
    add(c.now, {.type = s::language_support_started, .id = c.id});
    add(c.now + draws_.between(90, 200), {.type = s::language_support_ended, .id = c.id});
  }
}

// What the agreed plan and the caseworker turn into before the exit.
void journey_draws::revise(const enrolment_course& c, day planned, day exit) {
  const day revised = working(planned + draws_.between(70, 130));
  if (revised < exit && draws_.chance(400))
    add(revised, {.type = s::plan_revised, .enrolment = c.id, .until = packed(revised + 120)});
  const day handed = working(planned + draws_.between(20, 150));
  if (handed + 12 >= exit || !draws_.chance(130)) return;
  const auto to = static_cast<std::uint8_t>(draws_.between(1, caseworkers));
  add(handed, {.type = s::case_handed_over, .enrolment = c.id, .x = to});
  if (draws_.chance(930))
    add(working(handed + draws_.between(1, 9)),
        {.type = s::handover_accepted, .enrolment = c.id, .x = to});
}

void journey_draws::contacts(const enrolment_course& c, day from, day exit) {
  const day last = std::min(exit, simulation_last + 1);
  for (day d = working(from + draws_.between(5, 30)); d < last;
       d = working(d + draws_.between(90, 240))) {
    add(d, {.type = s::contact_made,
            .code = static_cast<std::uint8_t>(draws_.below(5)),
            .enrolment = c.id});
    if (draws_.chance(60)) add(d, {.type = s::note_recorded, .enrolment = c.id});
    if (draws_.chance(8))
      add(d, {.type = s::disclosure_made, .code = static_cast<std::uint8_t>(draws_.below(2))});
    if (draws_.chance(8))
      add(d, {.type = s::worklist_deferred, .id = c.id, .until = packed(d + 21)});
  }
}

void journey_draws::train(enrolment_course& c) {
  const int rounds = draws_.between(1, 3);
  for (int i = 0; i < rounds && c.now <= simulation_last; ++i) {
    c.now = working(c.now + draws_.between(5, 35));
    if (draws_.chance(75)) pause(c);
    switch (draws_.pick(training_per_mille[c.subproject])) {
      case 0:
        activity(c, false);
        break;
      case 1:
        practice(c);
        break;
      case 2:
        step(c, false);
        break;
      case 3:
        job_track(c);
        break;
      case 4:
        activity(c, true);
        break;
    }
  }
}

void journey_draws::pause(enrolment_course& c) {
  const day until = c.now + draws_.between(14, 75);
  add(c.now, {.type = s::enrolment_paused, .id = c.id, .until = packed(until)});
  c.now = working(until + 1);
  add(c.now, {.type = s::enrolment_resumed, .id = c.id});
}

void journey_draws::activity(enrolment_course& c, bool studies) {
  const std::uint8_t id = ++activities_;
  // language_training, civic_orientation, vocational_course, guidance, studies, other
  const bool newly = person_.in(group::newly_arrived);
  std::uint8_t kind = draws_.chance(500) ? 3 : draws_.chance(700) ? 2 : 5;
  if (person_.language < 3 && draws_.chance(600)) kind = newly && draws_.chance(400) ? 1 : 0;
  if (studies) kind = 4;
  const day end = c.now + (studies ? draws_.between(120, 300) : draws_.between(25, 110));
  add_ahead(c.now, {.type = s::activity_started, .id = id, .code = kind, .enrolment = c.id});
  for (day d = working(c.now + draws_.between(3, 30)); d < end;
       d = working(d + draws_.between(40, 120)))
    add(d, {.type = s::activity_attended, .id = id});
  add(end, {.type = s::activity_ended,
            .id = id,
            .code = static_cast<std::uint8_t>(draws_.chance(800) ? 0 : 1)});
  c.now = end;
}

void journey_draws::practice(enrolment_course& c) {
  const std::uint8_t id = ++placements_;
  // practice, work_training, workplace_introduction
  const auto kind = static_cast<std::uint8_t>(draws_.below(3));
  const day end = c.now + draws_.between(28, 130);
  add_ahead(c.now, {.type = s::placement_started,
                    .id = id,
                    .code = kind,
                    .enrolment = c.id,
                    .x = static_cast<std::uint8_t>(draws_.between(1, job_specs)),
                    .until = packed(end + draws_.between(-1, 10))});
  if (draws_.chance(400)) support(id, c.now, end);
  if (draws_.chance(60))
    add(working(c.now + 10), {.type = s::workplace_adaptation_made,
                              .id = id,
                              .code = static_cast<std::uint8_t>(draws_.below(2))});
  add(end, {.type = s::placement_ended, .id = id});
  if (draws_.chance(250)) add(working(end), {.type = s::reference_issued, .id = id});
  c.now = end;
}

void journey_draws::step(enrolment_course& c, bool part_time) {
  const auto step = static_cast<std::uint8_t>(steps_ + 1);
  if (step > ladder_steps[ladder_]) return;
  const std::uint8_t run = ++runs_;
  const std::uint16_t flags = part_time ? part_time_flag : std::uint16_t{0};
  fact what{.type = s::step_started,
            .id = run,
            .code = ladder_,
            .enrolment = c.id,
            .x = step,
            .y = ++attempts_,
            .flags = flags};
  add_ahead(c.now, what);
  int pass = pass_per_mille[step - 1];
  if (person_.language < 2) pass -= c.language_support ? 30 : 90;
  if (draws_.chance(pass)) {
    c.now = c.now + draws_.between(45, 150);
    what.type = s::step_completed;
    add(c.now, what);
    step_passed(c, step);
  } else {
    c.now = c.now + draws_.between(14, 80);
    what.type = s::step_interrupted;
    add(c.now, what);
  }
}

void journey_draws::step_passed(enrolment_course& c, std::uint8_t step) {
  ++steps_;
  attempts_ = 0;
  const day on = working(c.now);
  if (step > 1) add(on, {.type = s::certificate_awarded, .id = runs_, .code = ladder_, .x = step});
  if (step < ladder_steps[ladder_] && draws_.chance(700)) {
    const auto next = static_cast<std::uint8_t>(step + 1);
    add(on, {.type = s::next_step_offered, .code = ladder_, .x = next});
    const s answer = draws_.chance(750) ? s::next_step_accepted : s::next_step_declined;
    if (draws_.chance(850))
      add(working(on + draws_.between(1, 14)), {.type = answer, .code = ladder_, .x = next});
  }
  if (steps_ % 2 == 1 && draws_.chance(700))
    add(working(on + draws_.between(1, 20)),
        {.type = s::assessment_recorded,
         .id = ++assessments_,
         .code = 2,
         .enrolment = c.id,
         .x = static_cast<std::uint8_t>(std::max(1, person_.distance - (steps_ + 1) / 2))});
}

void journey_draws::job_track(enrolment_course& c) {
  const std::uint8_t id = ++tracks_;
  const auto track = static_cast<std::uint8_t>(draws_.below(track_ids.size()));
  add_ahead(c.now, {.type = s::job_track_started, .id = id, .code = track, .enrolment = c.id});
  const bool done = draws_.chance(person_.language < 2 ? 680 : 780);
  c.now = c.now + (done ? draws_.between(60, 180) : draws_.between(20, 90));
  add(c.now, {.type = done ? s::job_track_completed : s::job_track_interrupted, .id = id});
  if (!done) return;
  c.track = true;
  if (draws_.chance(800))
    add(working(c.now + draws_.between(0, 10)),
        {.type = s::ready_to_apply, .id = id, .code = track});
}

// A second subproject beside the first, with a job track of its own.
void journey_draws::second_enrolment(day from, day to, std::uint8_t other_than) {
  enrolment_course c{.id = ++enrolments_,
                     .subproject = static_cast<std::uint8_t>((other_than + 1) % 5),
                     .now = working(from + draws_.between(20, 80))};
  if (c.now >= to) {
    --enrolments_;
    return;
  }
  admit(c);
  c.now = working(c.now + draws_.between(7, 30));
  add(c.now, {.type = s::plan_agreed, .enrolment = c.id, .until = packed(c.now + 90)});
  job_track(c);
  add(c.now + draws_.between(25, 80), {.type = s::participant_exited, .id = c.id, .code = 8});
}

void journey_draws::finish() {
  std::erase_if(facts_, [&](const planned_fact& f) {
    const day valid = unpacked(f.fact.valid);
    return valid > simulation_last || (valid >= death_ && f.fact.type != simulated::death_recorded);
  });
  std::ranges::stable_sort(facts_, {}, &planned_fact::recorded);
  std::uint16_t number = 0;
  for (auto& f : facts_) f.fact.number = ++number;
  correct();
}

// Corrections and voids come after the journey's other facts, so that they name numbers that are
// settled; they are recorded after their targets.
void journey_draws::correct() {
  const std::size_t originals = facts_.size();
  auto number = static_cast<std::uint16_t>(originals);
  for (std::size_t i = 0; i < originals; ++i) {
    planned_fact f = facts_[i];
    const s type = f.fact.type;
    if (!correctable(type) || !draws_.chance(26)) continue;
    f.recorded = working(f.recorded + draws_.between(2, 90));
    if (f.recorded > simulation_last) continue;
    f.fact.target = f.fact.number;
    f.fact.number = ++number;
    f.fact.flags |= type == s::contact_made && draws_.chance(300) ? void_flag : correction_flag;
    if (movable(type) && draws_.chance(500)) {
      f.fact.flags |= moved_flag;
      f.fact.valid = static_cast<std::uint16_t>(f.fact.valid - draws_.between(1, 4));
    }
    correct_codes(f.fact);
    facts_.push_back(f);
  }
}

}  // namespace stegvis
