// Goal: the laws of the journey view, and states that agree with the rules on any history.
// Method: random journeys from a printed seed (STEGVIS_SEED replays one, STEGVIS_ROUNDS asks for
// more), against a slow oracle written day by day from the table of states, sharing no fold code.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "projections/status.hpp"
#include "tests/rounds.hpp"
#include "tests/vocabulary.hpp"

namespace stegvis {
namespace {
using namespace stegvis::testing;

constexpr day first_day{17'532};  // 2018-01-01

class teller {
 public:
  explicit teller(std::uint64_t seed) : random_(seed) {}
  std::size_t pick(std::size_t n) { return random_() % n; }
  std::vector<event> tell(std::size_t n) {
    std::vector<event> all;
    day recorded = first_day;
    for (std::size_t i = 1; i <= n; ++i) {
      recorded = recorded + static_cast<int>(pick(6));
      event e;
      e.source = pick(4) == 0 ? "/other" : "/test";
      e.id = "a-" + std::to_string(i);
      e.subject = "participant/p-test";
      e.time = start_of(recorded + (static_cast<int>(pick(30)) - 20));
      e.data = data(all, e.source);
      e.recorded = noon(recorded, static_cast<std::int64_t>(i));
      e.position = {i * 3};
      all.push_back(std::move(e));
    }
    return all;
  }

 private:
  std::string id(const char* stem) { return stem + std::to_string(pick(2)); }
  std::string enrolment() { return pick(4) == 0 ? std::string{} : id("e"); }
  event_data data(const std::vector<event>& before, const std::string& source) {
    if (!before.empty() && pick(8) == 0) return amendment(before, source);
    return original(pick(22));
  }
  event_data amendment(const std::vector<event>& before, const std::string& source) {
    const event& target = before[pick(before.size())];
    const auto name = target.source == source ? target.id : target.name();
    const bool is_void = target.data.get<event_voided>() != nullptr;
    const bool is_correction = target.data.get<event_corrected>() != nullptr;
    if (is_void) return event_data(contact_made{});
    if (is_correction || pick(2) == 0) return event_data(voided(name));
    auto c = moved(name, to_string(day_of(target.time) + (static_cast<int>(pick(20)) - 10)));
    if (pick(2) == 0) c.time.reset();
    if (target.data.get<placement_started>() != nullptr) {
      c.data.emplace().data() =
          event_data(job(id("p"), {.subsidised = true, .enrolment = enrolment()}));
    }
    return event_data(std::move(c));
  }
  event_data original(std::size_t which) {
    switch (which) {
      case 0:
        return event_data(applied(id("i")));
      case 1:
        return event_data(application_closed(id("i")));
      case 2:
      case 3:
      case 4:
      case 5:
        return event_data(enrolled(id("e"), "unit/" + id("u"), id("i")));
      case 6:
        return event_data(paused(id("e")));
      case 7:
        return event_data(resumed(id("e")));
      case 8:
        return event_data(exited(id("e"), exit_destination::moved));
      case 9:
      case 10:
        return event_data(plan(enrolment()));
      case 11:
      case 12: {
        const auto kind = static_cast<placement_kind>(pick(6));
        return event_data(job(id("p"), {kind, pick(2) == 0, pick(3) == 0, {}, enrolment()}));
      }
      case 13: {
        auto c = changed(id("p"), pick(2) == 0, pick(2) == 0);
        if (pick(2) == 0) c.kind = static_cast<placement_kind>(pick(6));
        return event_data(c);
      }
      case 14:
        return event_data(job_ended(id("p")));
      case 15:
        return event_data(step(id("s"), enrolment()));
      case 16:
        return event_data(step_done(id("s")));
      case 17: {
        const auto kind = static_cast<activity_kind>(pick(6));
        return event_data(activity(id("c"), kind, enrolment()));
      }
      case 18:
        return event_data(activity_done(id("c")));
      case 19:
        return event_data(track(id("t"), id("e")));
      case 20:
        return pick(12) == 0 ? event_data(death_recorded{}) : event_data(contact_made{});
      default:
        return event_data(registered_as(pick(2) == 0 ? "employed" : "unemployed"));
    }
  }
  std::mt19937_64 random_;
};

// The oracle: what stands, then one day at a time.
class oracle {
 public:
  explicit oracle(const std::vector<event>& known) {
    std::set<std::string> voids;
    for (const event& e : known) {
      if (const auto* v = e.data.get<event_voided>()) voids.insert(full(e, v->target));
    }
    for (const event& e : known) {
      if (voids.contains(e.name()) || e.data.get<event_voided>() || e.data.get<event_corrected>()) {
        continue;
      }
      told t{day_of(e.time), e.position.value, stockholm_day(e.recorded), e.data};
      for (const event& c : known) {
        const auto* correction = c.data.get<event_corrected>();
        if (correction == nullptr || voids.contains(c.name())) continue;
        if (full(c, correction->target) != e.name()) continue;
        if (correction->time) t.valid = day_of(correction->time->value);
        if (correction->data) t.data = correction->data->data();
      }
      facts_.push_back(std::move(t));
    }
    std::ranges::sort(facts_, {}, [](const told& t) { return std::pair(t.valid, t.at); });
  }

  // The state's code and the id of what gives it.
  std::pair<std::string, std::string> state_on(day d) const {
    for (const told& t : facts_) {
      if (t.data.get<death_recorded>() && t.valid <= d) return {"deceased", ""};
    }
    using rank = std::tuple<int, day, std::uint64_t, std::string, std::string>;
    std::set<rank> all{{15, day{}, 0, "none", ""}};
    bool any_active = false, any_awake = false;
    for (const auto* e : starts<participant_enrolled>()) {
      const auto [from, to] = enrolment_days(*e);
      const std::string id = struct_of<participant_enrolled>(*e).enrolment.value;
      const bool active = from <= d && d < to;
      any_active = any_active || active;
      if (active && !paused_from(id, d)) {
        any_awake = true;
        if (planned(id, d))
          all.insert({11, from, e->at, "enrolled_idle", id});
        else
          all.insert({10, from, e->at, "assessment", id});
      } else if (active) {
        all.insert({4, paused_from(id, d)->first, paused_from(id, d)->second, "paused", id});
      }
      if (e->recorded <= d && d < from) all.insert({12, e->recorded, e->at, "scheduled", id});
      if (to <= d) all.insert({14, day{}, 0, "exited", ""});
    }
    if (any_awake) std::erase_if(all, [](const rank& r) { return std::get<0>(r) == 4; });
    for (const auto* p : starts<placement_started>()) placement(*p, d, any_active, any_awake, all);
    others(d, any_active, any_awake, all);
    const auto& best = *all.begin();
    return {std::get<3>(best), std::get<4>(best)};
  }

 private:
  struct told {
    day valid;
    std::uint64_t at;
    day recorded;
    event_data data;
  };
  template <class T>
  static const T& struct_of(const told& t) {
    return *t.data.get<T>();
  }
  static std::string full(const event& e, const std::string& target) {
    return target.find(' ') == std::string::npos ? e.source + ' ' + target : target;
  }
  static std::string id_of(const intake_registered& v) { return v.intake.value; }
  static std::string id_of(const intake_closed& v) { return v.intake.value; }
  static std::string id_of(const participant_enrolled& v) { return v.enrolment.value; }
  static std::string id_of(const participant_exited& v) { return v.enrolment.value; }
  static std::string id_of(const placement_started& v) { return v.placement.value; }
  static std::string id_of(const placement_ended& v) { return v.placement.value; }
  static std::string id_of(const step_started& v) { return v.step_run.value; }
  static std::string id_of(const step_completed& v) { return v.step_run.value; }
  static std::string id_of(const activity_started& v) { return v.activity.value; }
  static std::string id_of(const activity_ended& v) { return v.activity.value; }
  static std::string id_of(const job_track_started& v) { return v.job_track.value; }
  static std::string id_of(const job_track_completed& v) { return v.job_track.value; }

  // The first standing start of each id.
  template <class T>
  std::vector<const told*> starts() const {
    std::map<std::string, const told*> by_id;
    for (const told& t : facts_) {
      if (const T* v = t.data.get<T>()) by_id.emplace(id_of(*v), &t);
    }
    std::vector<const told*> all;
    for (const auto& [id, t] : by_id) all.push_back(t);
    return all;
  }
  template <class End>
  day end_of_id(const std::string& id, day from) const {
    for (const told& t : facts_) {
      const End* v = t.data.get<End>();
      if (v != nullptr && id_of(*v) == id && t.valid >= from) return t.valid;
    }
    return open_end;
  }
  std::pair<day, day> enrolment_days(const told& e) const {
    return {e.valid,
            end_of_id<participant_exited>(id_of(struct_of<participant_enrolled>(e)), e.valid)};
  }
  std::optional<std::pair<day, day>> enrolment_named(const std::string& id) const {
    for (const auto* e : starts<participant_enrolled>()) {
      if (id_of(struct_of<participant_enrolled>(*e)) == id) return enrolment_days(*e);
    }
    return std::nullopt;
  }
  bool active_on(const std::string& id, day d) const {
    const auto days = enrolment_named(id);
    return days && days->first <= d && d < days->second;
  }
  bool planned(const std::string& id, day d) const {
    return std::ranges::any_of(facts_, [&](const told& t) {
      const auto* p = t.data.get<plan_agreed>();
      if (p == nullptr || t.valid > d) return false;
      return p->enrolment ? p->enrolment->value == id : active_on(id, t.valid);
    });
  }
  // First day and position of the pause that runs on D.
  std::optional<std::pair<day, std::uint64_t>> paused_from(const std::string& id, day d) const {
    const auto days = enrolment_named(id);
    std::optional<std::pair<day, std::uint64_t>> now;
    for (const told& t : facts_) {
      if (t.valid > d || !days || t.valid >= days->second) continue;
      const auto* p = t.data.get<enrolment_paused>();
      const auto* r = t.data.get<enrolment_resumed>();
      if (p != nullptr && p->enrolment.value == id && !now) {
        now.emplace(std::max(t.valid, days->first), t.at);
      }
      if (r != nullptr && r->enrolment.value == id) now.reset();
    }
    return now;
  }
  // Whether something that ends with its enrolment, begun at `from`, has not been cut by D.
  bool uncut(const std::optional<enrolment_id>& of, day from, day d) const {
    if (of) {
      const auto days = enrolment_named(of->value);
      return !days || d < days->second;
    }
    bool carried = false;
    for (day x = from; x <= d; x = x + 1) {
      bool active = false, left = false;
      for (const auto* e : starts<participant_enrolled>()) {
        const auto [first, to] = enrolment_days(*e);
        if (first == to) continue;
        active = active || (first <= x && x < to);
        left = left || to <= x;
      }
      if (active)
        carried = true;
      else if (carried || left)
        return false;
    }
    return true;
  }
  bool rests(const std::optional<enrolment_id>& of, day d, bool any_active, bool any_awake) const {
    if (!of) return any_active && !any_awake;
    return active_on(of->value, d) && paused_from(of->value, d).has_value();
  }
  template <class Ranks>
  void placement(const told& start, day d, bool any_active, bool any_awake, Ranks& all) const {
    const auto& p = struct_of<placement_started>(start);
    const day to = end_of_id<placement_ended>(p.placement.value, start.valid);
    if (d < start.valid || d >= to) return;
    auto now = p;
    bool over = false;  // cut while it was no job: later changes come too late
    const auto is_job = [&] { return now.kind >= placement_kind::simple_job; };
    for (const told& t : facts_) {
      const auto* c = t.data.get<placement_changed>();
      if (c == nullptr || c->placement != p.placement) continue;
      if (t.valid < start.valid || t.valid > d || t.valid >= to) continue;
      if (!is_job() && t.valid > start.valid && !uncut(p.enrolment, start.valid, t.valid + -1))
        over = true;
      if (over) break;
      if (c->kind) now.kind = *c->kind;
      if (c->subsidised) now.subsidised = c->subsidised;
      if (c->reserved_for_group) now.reserved_for_group = c->reserved_for_group;
    }
    if (over) return;
    if (!is_job()) {
      if (!uncut(p.enrolment, start.valid, d) || rests(p.enrolment, d, any_active, any_awake))
        return;
      all.insert({8, start.valid, start.at, "work_training", p.placement.value});
    } else if (*now.reserved_for_group) {
      all.insert({3, start.valid, start.at, "employed_reserved", p.placement.value});
    } else if (*now.subsidised) {
      all.insert({2, start.valid, start.at, "employed_subsidised", p.placement.value});
    } else {
      all.insert({1, start.valid, start.at, "employed_regular", p.placement.value});
    }
  }
  template <class Ranks>
  void others(day d, bool any_active, bool any_awake, Ranks& all) const {
    const auto add = [&](const told& t, day to, const std::optional<enrolment_id>& of,
                         bool outlives, int row, const char* code, const std::string& id) {
      if (d < t.valid || d >= to || rests(of, d, any_active, any_awake)) return;
      if (!outlives && !uncut(of, t.valid, d)) return;
      all.insert({row, t.valid, t.at, code, id});
    };
    for (const auto* t : starts<activity_started>()) {
      const auto& a = struct_of<activity_started>(*t);
      const bool studies = a.kind == activity_kind::studies;
      add(*t, end_of_id<activity_ended>(id_of(a), t->valid), a.enrolment, studies, studies ? 5 : 9,
          studies ? "education" : "activity", id_of(a));
    }
    for (const auto* t : starts<step_started>()) {
      const auto& s = struct_of<step_started>(*t);
      add(*t, end_of_id<step_completed>(id_of(s), t->valid), s.enrolment, false, 6, "ladder_step",
          id_of(s));
    }
    for (const auto* t : starts<job_track_started>()) {
      const auto& s = struct_of<job_track_started>(*t);
      add(*t, end_of_id<job_track_completed>(id_of(s), t->valid), s.enrolment, false, 7,
          "job_track", id_of(s));
    }
    for (const auto* t : starts<intake_registered>()) {
      const auto id = id_of(struct_of<intake_registered>(*t));
      day to = end_of_id<intake_closed>(id, t->valid);
      for (const auto* e : starts<participant_enrolled>()) {
        const auto& intake = struct_of<participant_enrolled>(*e).intake;
        if (intake && intake->value == id && e->valid >= t->valid) to = std::min(to, e->valid);
      }
      if (t->valid <= d && d < to) all.insert({13, t->valid, t->at, "applied", id});
    }
  }

  std::vector<told> facts_;
};

journey folded(const std::vector<event>& events) {
  journey j;
  for (const event& e : events) apply(j, e);
  return j;
}
std::string bytes_of(const journey& j) {
  std::string out;
  save(j, out);
  return out;
}
std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}
cut cut_at(const event& e) {
  return {e.position, stockholm_day(e.recorded)};
}

class StatusLaws : public ::testing::Test {
 protected:
  // Runs `check(teller&)` for many seeds; a failure names the seed.
  template <class Check>
  void for_seeds(std::uint64_t rounds, Check&& check) {
    const auto one = environment("STEGVIS_SEED", 0);
    const auto last = one != 0 ? one : environment("STEGVIS_ROUNDS", rounds);
    for (std::uint64_t seed = one != 0 ? one : 1; seed <= last && !HasFailure(); ++seed) {
      SCOPED_TRACE("STEGVIS_SEED=" + std::to_string(seed));
      teller t(seed);
      check(t);
    }
  }
};

TEST_F(StatusLaws, StatesAgreeWithTheTableDayByDay) {
  for_seeds(400, [](teller& t) {
    const auto events = t.tell(4 + t.pick(22));
    const auto j = folded(events);
    const std::size_t n = 1 + t.pick(events.size());
    const oracle truth({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n)});
    const auto h = history_of(j, cut_at(events[n - 1]));
    const auto pieces = resolved_timeline(h);
    for (day d = first_day + -30; d < first_day + 100; d = d + 1) {
      const auto [state, id] = truth.state_on(d);
      const auto a = status_of(h, d);
      ASSERT_EQ(name_of(a.state), state) << to_string(d);
      ASSERT_EQ(a.episode, id) << to_string(d);
      const auto on_day = std::ranges::count_if(pieces, [d](const piece& p) { return p.on(d); });
      ASSERT_EQ(on_day, 1) << to_string(d);
      ASSERT_EQ(candidates_on(h, {}, d).front().state, a.state) << to_string(d);
    }
  });
}

TEST_F(StatusLaws, ApplyingTwiceIsApplyingOnce) {
  for_seeds(200, [](teller& t) {
    const auto events = t.tell(25);
    auto j = folded(events);
    const auto once = bytes_of(j);
    for (std::size_t i = t.pick(events.size()); i < events.size(); ++i) apply(j, events[i]);
    EXPECT_EQ(bytes_of(j), once);
  });
}

TEST_F(StatusLaws, AnyBatchingGivesTheSameBytes) {
  for_seeds(200, [](teller& t) {
    const auto events = t.tell(25);
    std::string stored = bytes_of({});
    for (std::size_t i = 0; i < events.size();) {
      auto j = load(stored).value();
      const auto end = std::min(events.size(), i + 1 + t.pick(7));
      for (; i < end; ++i) apply(j, events[i]);
      stored = bytes_of(j);
    }
    EXPECT_EQ(stored, bytes_of(folded(events)));
  });
}

TEST_F(StatusLaws, TheStoredFormReturnsTheJourney) {
  for_seeds(200, [](teller& t) {
    const auto j = folded(t.tell(t.pick(40)));
    EXPECT_EQ(load(bytes_of(j)).value(), j);
  });
}

TEST_F(StatusLaws, TheStoredFormHasNotChanged) {
  story s;
  s.tell("01-10", enrolled("e1", "unit/a", "i1"), "01-12").tell("02-01", job("p1"));
  s.tell("02-02", corrected("a-2", job("p1", {.subsidised = true, .planned_end = "2018-12-31"})));
  s.tell("02-03", voided("a-3"));
  EXPECT_EQ(to_hex(bytes_of(s.journey())), 
            "0101092f746573742f616d65040182b0dda6c5a4b1058e9202030003612d3107800e026931026531"
            "06756e69742f610182809ccdca6428000003612d3228a90605027031026531018280bbdd83050200"
            "0003612d330180820103612d32018280bbdd830502000003612d3402800203612d3328b926050270"
            "31026531d09702");
}

TEST_F(StatusLaws, DamagedFormsAreRefusedOrDecode) {
  for_seeds(200, [](teller& t) {
    const auto bytes = bytes_of(folded(t.tell(12)));
    const auto half = bytes.substr(0, t.pick(bytes.size()));
    EXPECT_EQ(load(half).error().code, errc::corrupt);
    EXPECT_EQ(load(bytes + 'x').error().code, errc::corrupt);
    auto flipped = bytes;
    flipped[1 + t.pick(bytes.size() - 1)] ^= static_cast<char>(1u << t.pick(8));
    if (const auto j = load(flipped)) {
      const cut all{j->last(), first_day};
      EXPECT_EQ(status_at(*j, all, first_day).known, !j->empty());
    }
    flipped[0] = 9;
    EXPECT_EQ(load(flipped).error().code, errc::newer_version);
  });
}

TEST_F(StatusLaws, KnownAtACutIsAJourneyThatStoppedThere) {
  for_seeds(200, [](teller& t) {
    const auto events = t.tell(20);
    const auto whole = folded(events);
    for (std::size_t n = 1; n <= events.size(); ++n) {
      const auto part = folded({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(n)});
      const auto at = cut_at(events[n - 1]);
      const day d = first_day + static_cast<int>(t.pick(90));
      std::string then, now;
      append_status_json(status_at(part, at, d), "participant/p-test", at.at, then);
      append_status_json(status_at(whole, at, d), "participant/p-test", at.at, now);
      ASSERT_EQ(now, then);
    }
  });
}
}  // namespace
}  // namespace stegvis
