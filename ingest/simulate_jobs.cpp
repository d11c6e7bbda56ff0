// Jobs, what happens at them, and leaving the programme.
#include <algorithm>

#include "ingest/simulate_journey.hpp"

namespace stegvis {
namespace {
using s = simulated;

// By kind of job: simple, complementary, regular.
constexpr int subsidised_per_mille[] = {800, 550, 200};
constexpr int reserved_per_mille[] = {600, 300, 0};
constexpr int job_end_per_mille = 28, subsidised_end_per_mille = 22, reserved_end_per_mille = 12;
constexpr int kept_after_subsidy_per_mille = 600;
// education, employment_service, moved, retired, dropped_out, other, unknown; without a job.
constexpr int destination_per_mille[] = {170, 430, 80, 30, 190, 60, 40};
constexpr std::uint8_t destinations[] = {1, 2, 3, 5, 6, 7, 8};

enum labour : std::uint8_t { employed, education, unemployed, inactive, unknown };
enum horizon : std::uint8_t { days_28, months_3, months_6, months_12, months_24 };
constexpr int horizon_months[] = {0, 3, 6, 12, 24};

day due_after(day start, horizon h) {
  return h == days_28 ? start + 28 : add_months(start, horizon_months[h]);
}
}  // namespace

int journey_draws::job_chance(const enrolment_course& c) const {
  int per_mille = 240 + 110 * steps_;
  if (c.track) per_mille += 90;
  if (c.guaranteed) per_mille += 60;
  if (person_.in(group::long_term_sick)) per_mille -= 90;
  if (person_.in(group::cognitive)) per_mille -= 80;
  if (person_.language < 2) per_mille -= 60;
  if (person_.sex == 0) per_mille -= 30;
  return std::clamp(per_mille, 60, 900);
}

// Matches until one is accepted, at most three.
bool journey_draws::find_job(enrolment_course& c, bool follows) {
  if (!draws_.chance(job_chance(c))) return false;
  for (int i = 0; i < 3; ++i) {
    c.now = working(c.now + draws_.between(3, 25));
    const auto job_spec = static_cast<std::uint8_t>(draws_.between(1, job_specs));
    const std::uint8_t match = ++matches_;
    add(c.now, {.type = s::match_proposed,
                .id = match,
                .x = job_spec,
                .y = static_cast<std::uint8_t>(draws_.between(40, 100))});
    if (draws_.chance(50)) continue;  // nobody answered
    const day answered = working(c.now + draws_.between(1, 9));
    const bool accepted = draws_.chance(800);
    add(answered, {.type = accepted ? s::match_accepted : s::match_declined, .id = match});
    c.now = answered;
    if (!accepted) continue;
    fact start{.type = s::placement_started,
               .id = ++placements_,
               .enrolment = c.id,
               .x = job_spec,
               .y = match};
    const int kind = kind_of_job(job_spec);
    start.code = static_cast<std::uint8_t>(3 + kind);
    if (draws_.chance(subsidised_per_mille[kind])) start.flags |= subsidised_flag;
    if (draws_.chance(reserved_per_mille[kind])) start.flags |= reserved_flag;
    if (follows) start.flags |= follows_flag;
    job(c, start);
    return true;
  }
  return false;
}

void journey_draws::job(enrolment_course& c, fact start) {
  job_from_ = working(c.now + draws_.between(3, 28));
  if ((start.flags & subsidised_flag) != 0) start.until = packed(add_months(job_from_, 12) + -1);
  add_ahead(job_from_, start);
  const bool supported = draws_.chance(550);
  job_until_ = draw_job_end(start, job_from_, supported);
  if (supported) support(start.id, job_from_, job_until_);
  if (job_until_ <= simulation_last)
    add(job_until_, {.type = s::placement_ended,
                     .id = start.id,
                     .code = static_cast<std::uint8_t>(draws_.below(4))});
  during_job(start, job_from_);
  c.now = job_from_;
  if (draws_.chance(250) && steps_ > 0) study_at_work(c);
}

day journey_draws::draw_job_end(const fact& start, day from, bool supported) {
  const auto end_per_mille = [&](std::uint16_t flags) {
    int per_mille = job_end_per_mille;
    if ((flags & subsidised_flag) != 0) per_mille += subsidised_end_per_mille;
    if ((flags & reserved_flag) != 0) per_mille += reserved_end_per_mille;
    return supported ? per_mille * 2 / 3 : per_mille;
  };
  std::uint16_t flags = start.flags;
  for (int month = 0; month < 48; ++month) {
    const day begin = add_months(from, month);
    if (begin > simulation_last) break;
    if (month == 12 && (flags & subsidised_flag) != 0) {
      if (!draws_.chance(kept_after_subsidy_per_mille)) return begin;
      flags = 0;
      convert_job(start, begin);
    }
    if (draws_.chance(end_per_mille(flags))) return begin + draws_.between(1, 27);
  }
  return simulation_last + 1;
}

// The subsidy ends and the job goes on.
void journey_draws::convert_job(fact start, day on) {
  start.type = s::placement_changed;
  start.flags = 0;
  start.until = 0;
  add(on, start);
}

void journey_draws::support(std::uint8_t placement, day from, day until) {
  const int times = draws_.between(1, 3);
  day on = from;
  for (int i = 0; i < times; ++i) {
    on = working(on + draws_.between(6, 20));
    if (on >= until) return;
    add(on, {.type = s::workplace_support_provided,
             .id = placement,
             .code = static_cast<std::uint8_t>(draws_.below(3)),
             .x = static_cast<std::uint8_t>(draws_.below(3)),
             .y = static_cast<std::uint8_t>(draws_.between(3, 12))});
  }
}

// A short part-time course during the job, for the next step (R45).
void journey_draws::study_at_work(enrolment_course& c) {
  const day begin = working(c.now + draws_.between(30, 90));
  if (begin + 160 >= job_until_) return;
  c.now = begin;
  step(c, true);
}

void journey_draws::during_job(const fact& start, day from) {
  for (const horizon h : {days_28, months_3, months_6, months_12, months_24}) {
    const day due = due_after(from, h);
    if (due + 14 >= job_until_ || due > simulation_last) break;
    follow_up(due, {.id = start.id, .code = h, .x = employed});
  }
  if (const day on = from + draws_.between(25, 60); on < job_until_ && draws_.chance(300))
    add(on, {.type = s::livelihood_recorded, .code = 0});
  if (draws_.chance(150)) add(from + 1, {.type = s::situation_recorded, .code = employed, .x = 0});
  if (draws_.chance(80)) {
    const day on = working(from + draws_.between(4, 40));
    if (on < job_until_)
      add(on, {.type = s::workplace_adaptation_made,
               .id = start.id,
               .code = static_cast<std::uint8_t>(draws_.below(2))});
  }
  if (job_until_ > simulation_last) return;
  if (draws_.chance(350)) add(working(job_until_), {.type = s::reference_issued, .id = start.id});
  if (draws_.chance(120))
    add(job_until_ + 1, {.type = s::situation_recorded, .code = unemployed, .x = 0});
}

// Done, missed or forgotten; `what` names anchor, horizon and situation.
void journey_draws::follow_up(day due, fact what) {
  const bool done = draws_.chance(800);
  if (!done && draws_.chance(400)) return;
  what.type = done ? s::follow_up_done : s::follow_up_missed;
  what.y = static_cast<std::uint8_t>(draws_.below(3));
  add(working(due + draws_.between(0, 10)), what);
}

// Looks for a job, or trains again and looks once more; returns the day of the exit.
day journey_draws::leave(enrolment_course& c) {
  job_from_ = job_until_ = day{};
  bool found = find_job(c, false);
  for (int i = 0; i < 2 && !found && draws_.chance(550); ++i) {
    train(c);
    found = find_job(c, false);
  }
  day exit = working(c.now + draws_.between(30, 150));
  if (found && job_until_ <= exit) {
    // The job ended while we still followed: another one, or on without it.
    c.now = working(job_until_);
    if (draws_.chance(600)) find_job(c, true);
    exit = working(c.now + draws_.between(30, 150));
  }
  add(exit, {.type = s::participant_exited, .id = c.id, .code = destination_of(exit)});
  after_exit(c, exit);
  return exit;
}

std::uint8_t journey_draws::destination_of(day exit) {
  if (job_from_ <= exit && exit < job_until_) return 0;
  return destinations[draws_.pick(destination_per_mille)];
}

void journey_draws::after_exit(const enrolment_course& c, day exit) {
  for (const horizon h : {days_28, months_6}) {
    const day due = due_after(exit, h);
    if (due > simulation_last) return;
    const bool works = job_from_ <= due && due < job_until_;
    const labour now = works ? employed : draws_.chance(250) ? education : unemployed;
    follow_up(due, {.id = c.id, .code = h, .enrolment = c.id, .x = now});
  }
}

}  // namespace stegvis
