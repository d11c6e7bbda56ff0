#include "projections/episodes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
// What starts and ends share an id of.
enum class pair_kind { none, application, enrolment, placement, activity, step, track, support };

pair_kind started_by(fact_kind k) {
  switch (k) {
    case fact_kind::intake_registered:
      return pair_kind::application;
    case fact_kind::participant_enrolled:
      return pair_kind::enrolment;
    case fact_kind::placement_started:
      return pair_kind::placement;
    case fact_kind::activity_started:
      return pair_kind::activity;
    case fact_kind::step_started:
      return pair_kind::step;
    case fact_kind::job_track_started:
      return pair_kind::track;
    case fact_kind::language_support_started:
      return pair_kind::support;
    default:
      return pair_kind::none;
  }
}

struct end_rule {
  pair_kind of = pair_kind::none;
  ending how = ending::none;
};
end_rule ended_by(fact_kind k) {
  switch (k) {
    case fact_kind::intake_closed:
      return {pair_kind::application, ending::closed};
    case fact_kind::participant_exited:
      return {pair_kind::enrolment, ending::exit};
    case fact_kind::placement_ended:
      return {pair_kind::placement, ending::ended};
    case fact_kind::activity_ended:
      return {pair_kind::activity, ending::ended};
    case fact_kind::step_completed:
      return {pair_kind::step, ending::completed};
    case fact_kind::step_interrupted:
      return {pair_kind::step, ending::interrupted};
    case fact_kind::job_track_completed:
      return {pair_kind::track, ending::completed};
    case fact_kind::job_track_interrupted:
      return {pair_kind::track, ending::interrupted};
    case fact_kind::language_support_ended:
      return {pair_kind::support, ending::ended};
    default:
      return {};
  }
}

// What a fact shows to have run on its day, other than a start.
pair_kind confirmed_by(const fact_content& c) {
  switch (c.kind) {
    case fact_kind::activity_attended:
      return pair_kind::activity;
    case fact_kind::certificate_awarded:
      return pair_kind::step;
    case fact_kind::workplace_support_provided:
    case fact_kind::placement_changed:
      return pair_kind::placement;
    // A follow-up that found somebody out of work does not show that the job ran.
    case fact_kind::follow_up_done:
      return c.labour_status == static_cast<std::uint8_t>(work_status::employed)
                 ? pair_kind::placement
                 : pair_kind::none;
    default:
      return pair_kind::none;
  }
}

std::string_view id_of(pair_kind pair, const fact_content& c) {
  return pair == pair_kind::enrolment ? c.enrolment : c.key;
}

struct thing {
  const standing_fact* start = nullptr;
  day to = open_end;
  ending how = ending::none;
  const standing_fact* end = nullptr;
  std::vector<const standing_fact*> changes{};
  day confirmed{};
};

// Builds a history from its standing facts, one step after the other.
class pairing {
 public:
  explicit pairing(history& h) : h_(h) {}
  void run() {
    note_death_and_merge();
    pair_starts();
    pair_ends();
    build_enrolments();
    agree_plans();
    pause_enrolments();
    for (const auto& [key, t] : things_) emit(key.first, t);
    cover_target_groups();
    assign_caseworkers();
    std::ranges::sort(h_.episodes, {}, [](const episode& e) {
      return std::tuple(e.from, e.order, e.kind, e.enrolment);
    });
    std::ranges::stable_sort(h_.problems, {}, &pairing_problem::at);
  }

 private:
  using thing_key = std::pair<pair_kind, std::string_view>;
  // Few: a list, by key once all have been found.
  using thing_list = std::vector<std::pair<thing_key, thing>>;

  void report(pairing_fault fault, const standing_fact& f) {
    h_.problems.push_back({fault, f.order(), f.valid});
  }
  thing* find(pair_kind pair, std::string_view id) {
    const thing_key key{pair, id};
    const auto found = std::ranges::find(things_, key, &thing_list::value_type::first);
    return found == things_.end() ? nullptr : &found->second;
  }

  void note_death_and_merge();
  void pair_starts();
  void pair_ends();
  void end(thing*, const standing_fact&, ending how);
  void confirm(thing*, const standing_fact&);
  void build_enrolments();
  void agree_plans();
  void pause_enrolments();
  void emit(pair_kind, const thing&);
  void emit_placement(const thing&);
  void add(episode, day confirmed);
  day cut_of(std::string_view enrolment_id, const standing_fact& start);
  void cover_target_groups();
  void assign_caseworkers();
  void caseworker_episodes(std::string_view enrolment_id, day from, day to, ending last);

  history& h_;
  thing_list things_;
};

void pairing::note_death_and_merge() {
  for (const auto& f : h_.facts) {
    if (f.content->kind == fact_kind::death_recorded && !h_.death) h_.death = f.valid;
    if (f.content->kind == fact_kind::persons_merged) h_.merged_into = f.content->text;
  }
}

void pairing::pair_starts() {
  for (const auto& f : h_.facts) {
    const auto pair = started_by(f.content->kind);
    if (pair == pair_kind::none) continue;
    const std::string_view id = id_of(pair, *f.content);
    if (find(pair, id) != nullptr) {
      report(pairing_fault::second_start, f);
      continue;
    }
    thing& t = things_.emplace_back(thing_key{pair, id}, thing{}).second;
    t.start = &f;
    t.confirmed = f.valid;
  }
  std::ranges::sort(things_, {}, &thing_list::value_type::first);
}

void pairing::end(thing* t, const standing_fact& f, ending how) {
  if (t == nullptr) return report(pairing_fault::end_without_start, f);
  if (f.valid < t->start->valid) return report(pairing_fault::end_before_start, f);
  if (t->end != nullptr) return report(pairing_fault::second_end, f);
  t->end = &f;
  t->to = f.valid;
  t->how = how;
}

void pairing::pair_ends() {
  for (const auto& f : h_.facts) {
    const auto& c = *f.content;
    if (const auto rule = ended_by(c.kind); rule.of != pair_kind::none) {
      end(find(rule.of, id_of(rule.of, c)), f, rule.how);
    }
    if (c.kind == fact_kind::participant_enrolled && !c.key.empty()) {
      thing* const enrolled = find(pair_kind::enrolment, c.enrolment);
      thing* const application = find(pair_kind::application, c.key);
      // One application may lead to several enrolments; the first ends it.
      const bool again = application != nullptr && application->how == ending::enrolled;
      if (enrolled->start == &f && !again) end(application, f, ending::enrolled);
    }
    if (c.kind == fact_kind::placement_changed) {
      thing* const t = find(pair_kind::placement, c.key);
      if (t == nullptr || f.valid < t->start->valid)
        report(pairing_fault::change_outside, f);
      else
        t->changes.push_back(&f);
    }
  }
  for (const auto& f : h_.facts) {
    confirm(find(confirmed_by(*f.content), f.content->key), f);
    if (f.content->kind == fact_kind::follow_up_done) {
      confirm(find(pair_kind::enrolment, f.content->key), f);
    }
  }
}

void pairing::confirm(thing* t, const standing_fact& f) {
  if (t == nullptr || f.valid > h_.known.cut_day || f.valid >= t->to) return;
  t->confirmed = std::max(t->confirmed, f.valid);
}

void pairing::build_enrolments() {
  for (const auto& [key, t] : things_) {
    if (key.first != pair_kind::enrolment) continue;
    const auto& c = *t.start->content;
    enrolment e{.id = c.enrolment,
                .unit = c.unit,
                .subproject = c.text,
                .intake = c.key,
                .from = t.start->valid,
                .to = t.to,
                .recorded_day = t.start->original->recorded_day,
                .order = t.start->order(),
                .ended_by = t.how};
    if (t.end != nullptr) {
      e.destination = t.end->content->code;
      e.exited_at = t.end->order();
    }
    if (h_.death && *h_.death < e.to) {
      e.to = std::max(e.from, *h_.death);
      e.ended_by = ending::death;
    }
    h_.enrolments.push_back(e);
  }
  std::ranges::sort(h_.enrolments, {},
                    [](const enrolment& e) { return std::pair(e.from, e.order); });
}

void pairing::agree_plans() {
  for (const auto& f : h_.facts) {
    if (f.content->kind != fact_kind::plan_agreed) continue;
    for (auto& e : h_.enrolments) {
      const bool about =
          f.content->enrolment.empty() ? e.on(f.valid) : f.content->enrolment == e.id;
      if (about && !e.plan) e.plan = f.valid;
    }
  }
}

void pairing::pause_enrolments() {
  struct pause {
    const standing_fact* first = nullptr;
    const standing_fact* last = nullptr;  // a second pause gives a new last day
  };
  std::map<std::string_view, pause> open;
  const auto close = [&](const enrolment& e, const pause& p, day to, ending how) {
    episode x{.kind = episode_kind::pause,
              .id = e.id,
              .enrolment = e.id,
              .unit = e.unit,
              .from = std::max(p.first->valid, e.from),
              .to = to,
              .order = p.first->order(),
              .ended_by = how,
              .planned_end = p.last->content->until};
    x.start = x.from;
    if (to == open_end) x.confirmed_until = x.from;
    if (x.from < x.to) h_.episodes.push_back(x);
  };
  for (const auto& f : h_.facts) {
    const bool pauses = f.content->kind == fact_kind::enrolment_paused;
    if (!pauses && f.content->kind != fact_kind::enrolment_resumed) continue;
    const enrolment* const e = h_.find_enrolment(f.content->enrolment);
    const auto current = open.find(f.content->enrolment);
    if (e == nullptr) {
      report(pauses ? pairing_fault::no_enrolment : pairing_fault::end_without_start, f);
    } else if (f.valid >= e->to) {
      report(pauses ? pairing_fault::after_exit : pairing_fault::resume_after_exit, f);
    } else if (pauses) {
      auto& p = open[e->id];
      if (p.first == nullptr) p.first = &f;
      p.last = &f;
    } else if (current == open.end()) {
      report(pairing_fault::end_without_start, f);
    } else {
      close(*e, current->second, f.valid, ending::resumed);
      open.erase(current);
    }
  }
  for (const auto& [id, p] : open) {
    const enrolment& e = *h_.find_enrolment(id);
    close(e, p, e.to, e.ended_by);
  }
}

// The day on which what ends with its enrolment is cut. Unbound: when no active enrolment is left.
day pairing::cut_of(std::string_view enrolment_id, const standing_fact& start) {
  if (!enrolment_id.empty()) {
    const enrolment* const e = h_.find_enrolment(enrolment_id);
    if (e == nullptr)
      report(pairing_fault::no_enrolment, start);
    else if (start.valid >= e->to && e->ended_by == ending::exit)
      report(pairing_fault::after_exit, start);
    return e == nullptr ? open_end : std::max(start.valid, e->to);
  }
  day left = start.valid;
  bool any = false;  // an enrolment has begun by `left`
  bool active = false;
  for (const auto& e : h_.enrolments) {  // by first day
    if (e.from == e.to) continue;
    if (e.from > left && any) break;
    // Nobody was enrolled yet: it belongs to the first enrolment that comes.
    any = true;
    if (e.to > left) {
      left = e.to;
      active = true;
    }
  }
  if (any && !active) report(pairing_fault::after_exit, start);
  return any ? left : open_end;
}

void pairing::add(episode e, day confirmed) {
  // What its enrolment's end cut ended by the death that ended the enrolment.
  const bool cut_by_death = h_.death && *h_.death == e.to && e.ended_by == ending::exit &&
                            e.kind != episode_kind::enrolment;
  if (h_.death && (*h_.death < e.to || cut_by_death)) {
    e.to = *h_.death;
    e.ended_by = ending::death;
  }
  if (e.from >= e.to) return;
  if (e.to == open_end) e.confirmed_until = std::max(confirmed, e.start);
  h_.episodes.push_back(e);
}

void pairing::emit(pair_kind pair, const thing& t) {
  if (pair == pair_kind::placement) return emit_placement(t);
  const auto& c = *t.start->content;
  episode e{.id = id_of(pair, c),
            .enrolment = c.enrolment,
            .from = t.start->valid,
            .to = t.to,
            .start = t.start->valid,
            .order = t.start->order(),
            .ended_by = t.how,
            .planned_end = c.until};
  bool outlives = true;
  switch (pair) {
    case pair_kind::application:
      e.kind = episode_kind::application;
      break;
    case pair_kind::support:
      e.kind = episode_kind::language_support;
      break;
    case pair_kind::enrolment:
      e.kind = episode_kind::enrolment;
      e.unit = c.unit;
      e.detail = c.text;
      break;
    case pair_kind::activity:
      outlives = c.code == static_cast<std::uint8_t>(activity_kind::studies);
      e.kind = outlives ? episode_kind::education : episode_kind::activity;
      if (c.code != no_code) e.detail = code_of(static_cast<activity_kind>(c.code));
      break;
    case pair_kind::step:
    case pair_kind::track:
      outlives = false;
      e.kind = pair == pair_kind::step ? episode_kind::ladder_step : episode_kind::job_track;
      e.detail = c.text;
      break;
    case pair_kind::placement:
    case pair_kind::none:
      return;
  }
  if (!outlives) {
    if (const day cut = cut_of(c.enrolment, *t.start); cut < e.to) {
      e.to = cut;
      e.ended_by = ending::exit;
    }
  }
  add(e, t.confirmed);
}

// A placement is one segment, and one more from each change on. Jobs outlive an exit, the rest is
// cut there; what was cut cannot be changed any more.
void pairing::emit_placement(const thing& t) {
  const auto& c = *t.start->content;
  episode e{.id = c.key,
            .enrolment = c.enrolment,
            .unit = c.unit,
            .start = t.start->valid,
            .order = t.start->order(),
            .planned_end = c.until};
  std::uint8_t code = no_code;
  const auto take = [&](const fact_content& now) {
    if (now.code != no_code) code = now.code;
    if (now.subsidised) e.subsidised = *now.subsidised;
    if (now.reserved) e.reserved = *now.reserved;
    if (now.until) e.planned_end = now.until;
    if (!now.unit.empty()) e.unit = now.unit;
  };
  std::optional<day> cut;
  take(c);
  e.from = e.start;
  for (std::size_t i = 0; i <= t.changes.size(); ++i) {
    const bool last = i == t.changes.size() || t.changes[i]->valid >= t.to;
    e.kind = is_job(code) ? episode_kind::job : episode_kind::work_training;
    e.detail = code == no_code ? "" : code_of(static_cast<placement_kind>(code));
    e.to = last ? t.to : t.changes[i]->valid;
    e.ended_by = last ? t.how : ending::changed;
    if (e.kind != episode_kind::job) {
      if (!cut) cut = cut_of(c.enrolment, *t.start);
      if (*cut < e.to) {
        e.to = std::max(e.from, *cut);
        e.ended_by = ending::exit;
      }
    }
    add(e, t.confirmed);
    if (last || e.ended_by == ending::exit) {
      for (; i < t.changes.size(); ++i) report(pairing_fault::change_outside, *t.changes[i]);
      return;
    }
    e.from = t.changes[i]->valid;
    take(*t.changes[i]->content);
  }
}

// The group is sealed, so that an end cannot be paired with its start: the interval runs while
// more have begun than ended.
void pairing::cover_target_groups() {
  int running = 0;
  episode e{.kind = episode_kind::target_group};
  for (const auto& f : h_.facts) {
    if (f.content->kind == fact_kind::target_group_assigned) {
      if (running++ > 0) continue;
      e.from = e.start = f.valid;
      e.order = f.order();
    } else if (f.content->kind == fact_kind::target_group_ended) {
      if (running == 0) {
        report(pairing_fault::end_without_start, f);
        continue;
      }
      if (--running > 0) continue;
      e.to = f.valid;
      e.ended_by = ending::ended;
      add(e, e.start);
      e = {.kind = episode_kind::target_group};
    }
  }
  if (running > 0) add(e, e.start);
}

void pairing::assign_caseworkers() {
  for (const auto& f : h_.facts) {
    const auto& c = *f.content;
    if (c.kind == fact_kind::caseworker_assigned || c.kind == fact_kind::case_handed_over) {
      h_.caseworkers.push_back({c.enrolment, c.text, f.valid, f.order()});
    }
  }
  for (const auto& e : h_.enrolments) caseworker_episodes(e.id, e.from, e.to, e.ended_by);
  const day ever{-open_end.count};
  if (h_.enrolments.empty()) caseworker_episodes({}, ever, open_end, ending::none);
}

void pairing::caseworker_episodes(std::string_view enrolment_id, day from, day to, ending last) {
  episode e{.kind = episode_kind::caseworker, .enrolment = enrolment_id};
  const auto close = [&](day end, ending how) {
    e.to = std::min(end, to);
    e.ended_by = end < to ? how : last;
    if (!e.detail.empty()) add(e, e.start);
  };
  for (const auto& r : h_.caseworkers) {
    if (!r.enrolment.empty() && r.enrolment != enrolment_id) continue;
    if (r.caseworker == e.detail) continue;
    close(r.from, ending::replaced);
    e.detail = r.caseworker;
    e.from = e.start = std::max(from, r.from);
    e.order = r.order;
  }
  close(open_end, last);
}
}  // namespace

const enrolment* history::find_enrolment(std::string_view id) const {
  const auto found = std::ranges::find(enrolments, id, &enrolment::id);
  return found == enrolments.end() ? nullptr : &*found;
}

std::string_view history::caseworker_on(std::string_view id, day d) const {
  std::string_view answer;
  for (const auto& r : caseworkers) {
    if (r.from > d) break;
    if (r.enrolment.empty() || r.enrolment == id) answer = r.caseworker;
  }
  return answer;
}

const std::vector<std::string>& unnamed_sources() {
  static const std::vector<std::string> sources{"", opening_source("")};
  return sources;
}

history history_of(std::vector<standing_fact> standing, const cut& known, bool known_subject) {
  history h;
  h.sources = &unnamed_sources();
  h.known = known;
  h.known_subject = known_subject;
  h.facts = std::move(standing);
  pairing(h).run();
  return h;
}

history history_of(const journey& j, const cut& known) {
  const bool known_subject = !j.empty() && j.facts.front().at <= known.at;
  history h = history_of(resolve(j, known.at), known, known_subject);
  h.sources = &j.sources;
  return h;
}

bool is_job(std::uint8_t code) {
  const auto k = static_cast<placement_kind>(code);
  return k == placement_kind::simple_job || k == placement_kind::complementary_post ||
         k == placement_kind::employment;
}

std::string_view name_of(episode_kind k) {
  constexpr std::string_view names[] = {
      "application",   "enrolment",        "pause",        "job",
      "work_training", "education",        "activity",     "ladder_step",
      "job_track",     "language_support", "target_group", "caseworker"};
  return names[static_cast<std::size_t>(k)];
}

std::string_view name_of(ending e) {
  constexpr std::string_view names[] = {"",         "ended",     "enrolled",    "closed",
                                        "resumed",  "completed", "interrupted", "changed",
                                        "replaced", "exit",      "death"};
  return names[static_cast<std::size_t>(e)];
}

}  // namespace stegvis
