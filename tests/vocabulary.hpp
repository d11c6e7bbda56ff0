#pragma once
// Words to tell a journey in, so that a test reads as prose: what happened to one subject, on which
// day, and when it was recorded. Days are "MM-DD" of 2018 or "YYYY-MM-DD".
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/catalogue.hpp"
#include "events/event.hpp"
#include "projections/journey.hpp"
#include "projections/resolve.hpp"

namespace stegvis::testing {

inline day on(std::string_view text) {
  const auto found = parse_day(text.size() == 5 ? "2018-" + std::string(text) : std::string(text));
  STEGVIS_ASSERT(found.has_value());
  return *found;
}

// Noon in Stockholm, and so many microseconds: later events of a day are recorded later.
inline recorded_time noon(day d, std::int64_t us = 0) {
  return {start_of(d).utc_us + 12 * 3'600'000'000LL + us};
}

class story {
 public:
  explicit story(std::string subject = "participant/p-test") : subject_(std::move(subject)) {}

  // Recorded on the day it happened, unless `recorded` says otherwise. Ids are a-1, a-2 ... in the
  // order of telling.
  template <class T>
  story& tell(std::string_view happened, T data, std::string_view recorded = {}) {
    event e;
    e.source = "/test/ame";
    e.id = "a-" + std::to_string(++told_);
    e.subject = subject_;
    e.time = start_of(on(happened));
    e.data = event_data(std::move(data));
    e.recorded = noon(on(recorded.empty() ? happened : recorded), told_);
    events_.push_back(std::move(e));
    return *this;
  }
  // The last event came from this source instead.
  story& from(std::string source) {
    events_.back().source = std::move(source);
    return *this;
  }
  std::string last_id() const { return "a-" + std::to_string(told_); }
  std::string_view subject() const { return subject_; }

  // In recorded order, positions from 1.
  std::vector<event> events() const {
    auto all = events_;
    std::ranges::stable_sort(all, {}, &event::recorded);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].position = {i + 1};
    return all;
  }
  stegvis::journey journey() const {
    stegvis::journey j;
    for (const event& e : events()) apply(j, e);
    return j;
  }
  // The cut at the end of the day, as a caller makes it; empty: the head.
  cut known(std::string_view day_text) const {
    cut c;
    for (const event& e : events()) {
      const day recorded = stockholm_day(e.recorded);
      if (!day_text.empty() && recorded > on(day_text)) break;
      c = {e.position, recorded};
    }
    return c;
  }

 private:
  std::string subject_;
  std::vector<event> events_;
  int told_ = 0;
};

struct job_terms {
  placement_kind kind = placement_kind::employment;
  bool subsidised = false;
  bool reserved = false;
  std::string planned_end{};
  std::string enrolment = "e1";
};

// A struct of the catalogue whose one id is given; set what else matters on the result.
template <class T, class Id>
T about(Id T::*member, std::string id) {
  T t{};
  t.*member = Id{std::move(id)};
  return t;
}
// The same for what may name an enrolment; empty: unbound.
template <class T, class Id>
T within(std::string enrolment, Id T::*member, std::string id) {
  T t = about(member, std::move(id));
  if (!enrolment.empty()) t.enrolment = enrolment_id{std::move(enrolment)};
  return t;
}

inline intake_registered applied(std::string id) {
  return about(&intake_registered::intake, std::move(id));
}
inline intake_closed application_closed(std::string id) {
  return about(&intake_closed::intake, std::move(id));
}
inline participant_enrolled enrolled(std::string id, std::string unit = {},
                                     std::string intake = {}) {
  auto e = about(&participant_enrolled::enrolment, std::move(id));
  if (!unit.empty()) e.unit = unit_ref{std::move(unit)};
  if (!intake.empty()) e.intake = intake_id{std::move(intake)};
  return e;
}
inline plan_agreed plan(std::string enrolment, std::string_view review_at = {}) {
  plan_agreed p;
  if (!enrolment.empty()) p.enrolment = enrolment_id{std::move(enrolment)};
  if (!review_at.empty()) p.review_at = on(review_at);
  return p;
}
inline enrolment_paused paused(std::string enrolment, std::string_view until = {}) {
  auto p = about(&enrolment_paused::enrolment, std::move(enrolment));
  if (!until.empty()) p.until = on(until);
  return p;
}
inline enrolment_resumed resumed(std::string enrolment) {
  return about(&enrolment_resumed::enrolment, std::move(enrolment));
}
inline participant_exited exited(std::string enrolment,
                                 std::optional<exit_destination> destination = {}) {
  auto e = about(&participant_exited::enrolment, std::move(enrolment));
  e.destination = destination;
  return e;
}
inline placement_started job(std::string id, const job_terms& terms = {}) {
  auto p = within(terms.enrolment, &placement_started::placement, std::move(id));
  p.kind = terms.kind;
  p.subsidised = terms.subsidised;
  p.reserved_for_group = terms.reserved;
  if (!terms.planned_end.empty()) p.planned_end = on(terms.planned_end);
  return p;
}
inline placement_changed changed(std::string id, bool subsidised, bool reserved) {
  auto p = about(&placement_changed::placement, std::move(id));
  p.subsidised = subsidised;
  p.reserved_for_group = reserved;
  return p;
}
inline placement_ended job_ended(std::string id) {
  return about(&placement_ended::placement, std::move(id));
}
inline step_started step(std::string id, std::string enrolment = "e1") {
  return within(std::move(enrolment), &step_started::step_run, std::move(id));
}
inline step_completed step_done(std::string id) {
  return about(&step_completed::step_run, std::move(id));
}
inline activity_started activity(std::string id, activity_kind kind = activity_kind::guidance,
                                 std::string enrolment = "e1") {
  auto a = within(std::move(enrolment), &activity_started::activity, std::move(id));
  a.kind = kind;
  return a;
}
inline activity_ended activity_done(std::string id) {
  return about(&activity_ended::activity, std::move(id));
}
inline job_track_started track(std::string id, std::string enrolment) {
  return within(std::move(enrolment), &job_track_started::job_track, std::move(id));
}
inline situation_recorded registered_as(std::string situation) {
  situation_recorded s{};
  s.situation = std::move(situation);
  s.source = situation_source::register_;
  return s;
}
inline follow_up_done followed_up(std::string anchor, follow_up_horizon horizon,
                                  work_status found) {
  auto f = about(&follow_up_done::anchor, std::move(anchor));
  f.horizon = horizon;
  f.labour_status = found;
  f.source = follow_up_source::contact;
  return f;
}
inline caseworker_assigned caseworker(std::string staff, std::string enrolment = {}) {
  caseworker_assigned c;
  c.caseworker = {std::move(staff)};
  if (!enrolment.empty()) c.enrolment = enrolment_id{std::move(enrolment)};
  return c;
}
inline persons_merged merged(std::string survivor) {
  return about(&persons_merged::into, std::move(survivor));
}
inline event_voided voided(std::string target) {
  event_voided v;
  v.target = std::move(target);
  return v;
}
inline event_corrected moved(std::string target, std::string_view to) {
  event_corrected c;
  c.target = std::move(target);
  c.time = corrected_time{start_of(on(to))};
  return c;
}
template <class T>
event_corrected corrected(std::string target, T data) {
  event_corrected c;
  c.target = std::move(target);
  c.data.emplace().data() = event_data(std::move(data));
  return c;
}

}  // namespace stegvis::testing
