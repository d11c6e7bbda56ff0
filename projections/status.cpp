#include "projections/status.hpp"

#include <algorithm>
#include <tuple>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
struct label {
  std::string_view code, sv, en;
};
constexpr label state_labels[state_count] = {
    {"merged", "Sammanförd", "Merged"},
    {"deceased", "Avliden", "Deceased"},
    {"employed_regular", "Anställning utan stöd", "Job, unsubsidised"},
    {"employed_subsidised", "Anställning med stöd", "Job, subsidised"},
    {"employed_reserved", "Reserverad anställning", "Job reserved for a group"},
    {"paused", "Paus", "Paused"},
    {"education", "Studier", "Studies"},
    {"ladder_step", "Utbildningssteg", "Training step"},
    {"job_track", "Jobbspår", "Job track"},
    {"work_training", "Praktik eller arbetsträning", "Work placement"},
    {"activity", "Annan insats", "Other activity"},
    {"assessment", "Kartläggning", "Assessment"},
    {"enrolled_idle", "Inskriven, ingen insats nu", "Enrolled, nothing running"},
    {"scheduled", "Planerad start", "Start planned"},
    {"applied", "Anmäld", "Applied"},
    {"exited", "Avslutad", "Exited"},
    {"none", "Ingen inskrivning", "No enrolment"},
};
constexpr label phase_labels[] = {{"deceased", "Avliden", "Deceased"},
                                  {"active", "Pågående", "Active"},
                                  {"paused", "Paus", "Paused"},
                                  {"scheduled", "Planerad start", "Start planned"},
                                  {"applied", "Anmäld", "Applied"},
                                  {"exited", "Avslutad", "Exited"},
                                  {"none", "Ingen inskrivning", "No enrolment"}};

const label& label_of(state s) {
  return state_labels[static_cast<std::size_t>(s)];
}
const label& label_of(phase p) {
  return phase_labels[static_cast<std::size_t>(p)];
}

// The state an episode stands for; `none` if it never is one.
state state_of(const episode& e) {
  switch (e.kind) {
    case episode_kind::job:
      if (e.reserved) return state::employed_reserved;
      return e.subsidised ? state::employed_subsidised : state::employed_regular;
    case episode_kind::pause:
      return state::paused;
    case episode_kind::education:
      return state::education;
    case episode_kind::ladder_step:
      return state::ladder_step;
    case episode_kind::job_track:
      return state::job_track;
    case episode_kind::work_training:
      return state::work_training;
    case episode_kind::activity:
      return state::activity;
    case episode_kind::application:
      return state::applied;
    case episode_kind::enrolment:
    case episode_kind::language_support:
    case episode_kind::target_group:
    case episode_kind::caseworker:
      return state::none;
  }
  return state::none;
}

bool is_set_aside_by_pause(state s) {
  return s >= state::education && s <= state::enrolled_idle;
}

// What runs on one day, seen for the person or for one enrolment. Fed with the day's episodes and
// enrolments by whoever walks the days.
class day_view {
 public:
  day_view(const history& h, std::string_view scope) : h_(h), scope_(scope) {}

  // `episodes` holds those that run on `d`, in any order.
  void look(const std::vector<const episode*>& episodes, day d) {
    d_ = d;
    episodes_.clear();
    for (const episode* e : episodes) {
      if (in_scope(*e)) episodes_.push_back(e);
    }
    any_active_ = any_unpaused_ = false;
    for (const auto& e : h_.enrolments) {
      if (!in_scope(e.id) || !e.on(d)) continue;
      any_active_ = true;
      any_unpaused_ = any_unpaused_ || !paused(e.id);
    }
  }

  void candidates(std::vector<running>& out) const {
    out.clear();
    if (h_.death && *h_.death <= d_) {
      out.push_back({.state = state::deceased, .from = *h_.death});
      return;
    }
    for (const episode* e : episodes_) {
      const state s = state_of(*e);
      if (s == state::none || set_aside(*e, s)) continue;
      if (s == state::paused && any_unpaused_) continue;
      out.push_back({s, e->id, e->enrolment, e->start, e->order});
    }
    for (const auto& e : h_.enrolments) {
      if (in_scope(e.id)) add_enrolment(e, out);
    }
    out.push_back({.state = state::none});
    std::ranges::sort(out, {},
                      [](const running& r) { return std::tuple(r.state, r.from, r.order); });
  }

  stegvis::phase phase() const {
    if (h_.death && *h_.death <= d_) return phase::deceased;
    if (any_active_) return any_unpaused_ ? phase::active : phase::paused;
    bool scheduled = false, exited = false;
    for (const auto& e : h_.enrolments) {
      if (!in_scope(e.id)) continue;
      scheduled = scheduled || (e.recorded_day <= d_ && d_ < e.from);
      exited = exited || e.to <= d_;
    }
    if (scheduled) return phase::scheduled;
    for (const episode* e : episodes_) {
      if (e->kind == episode_kind::application) return phase::applied;
    }
    return exited ? phase::exited : phase::none;
  }

 private:
  bool in_scope(std::string_view enrolment_id) const {
    return scope_.empty() || enrolment_id == scope_;
  }
  // An unbound episode belongs to the enrolments that were active while it ran.
  bool in_scope(const episode& e) const {
    if (scope_.empty() || e.enrolment == scope_) return true;
    if (!e.enrolment.empty() || e.kind == episode_kind::application) return false;
    const enrolment* const own = h_.find_enrolment(scope_);
    return own != nullptr && own->from <= d_ && e.start < own->to;
  }
  bool paused(std::string_view enrolment_id) const {
    return std::ranges::any_of(episodes_, [&](const episode* e) {
      return e->kind == episode_kind::pause && e->enrolment == enrolment_id;
    });
  }
  // An unbound episode belongs to all active enrolments: it rests when all of them do.
  bool set_aside(const episode& e, state s) const {
    if (!is_set_aside_by_pause(s)) return false;
    return e.enrolment.empty() ? any_active_ && !any_unpaused_ : paused(e.enrolment);
  }
  void add_enrolment(const enrolment& e, std::vector<running>& out) const {
    if (e.on(d_)) {
      if (paused(e.id)) return;
      const bool planned = e.plan && *e.plan <= d_;
      const state s = planned ? state::enrolled_idle : state::assessment;
      out.push_back({s, e.id, e.id, e.from, e.order});
    } else if (e.recorded_day <= d_ && d_ < e.from) {
      out.push_back({state::scheduled, e.id, e.id, e.recorded_day, e.order});
    } else if (e.to <= d_) {
      out.push_back({.state = state::exited});
    }
  }

  const history& h_;
  std::string_view scope_;
  std::vector<const episode*> episodes_{};  // that run on the day, in scope
  day d_{};
  bool any_active_ = false;
  bool any_unpaused_ = false;
};

std::vector<const episode*> episodes_on(const history& h, day d) {
  std::vector<const episode*> all;
  for (const auto& e : h.episodes) {
    if (e.from > d) break;
    if (e.on(d)) all.push_back(&e);
  }
  return all;
}

std::vector<day> boundaries_of(const history& h) {
  std::vector<day> days;
  for (const auto& e : h.episodes) {
    days.push_back(e.from);
    days.push_back(e.to);
  }
  for (const auto& e : h.enrolments) {
    days.insert(days.end(), {e.recorded_day, e.from, e.to});
    if (e.plan) days.push_back(*e.plan);
  }
  if (h.death) days.push_back(*h.death);
  std::ranges::sort(days);
  days.erase(std::unique(days.begin(), days.end()), days.end());
  if (!days.empty() && days.back() == open_end) days.pop_back();
  return days;
}

void append(std::vector<piece>& pieces, const running& winner, day from) {
  piece& last = pieces.back();
  if (last.state == winner.state && last.order == winner.order && last.id == winner.id) return;
  last.to = from;
  const day start = winner.order.value != 0 ? winner.from : from;
  pieces.push_back(
      {from, open_end, winner.state, winner.id, winner.enrolment, start, winner.order});
}
}  // namespace

std::string_view name_of(state s) {
  return label_of(s).code;
}
std::string_view label_sv(state s) {
  return label_of(s).sv;
}
std::string_view label_en(state s) {
  return label_of(s).en;
}
std::string_view name_of(phase p) {
  return label_of(p).code;
}
std::string_view label_sv(phase p) {
  return label_of(p).sv;
}
std::string_view label_en(phase p) {
  return label_of(p).en;
}

std::vector<running> candidates_on(const history& h, std::string_view enrolment, day d) {
  day_view view(h, enrolment);
  const auto episodes = episodes_on(h, d);
  view.look(episodes, d);
  std::vector<running> out;
  view.candidates(out);
  return out;
}

phase phase_on(const history& h, std::string_view enrolment, day d) {
  day_view view(h, enrolment);
  const auto episodes = episodes_on(h, d);
  view.look(episodes, d);
  return view.phase();
}

std::vector<piece> resolved_timeline(const history& h, std::string_view enrolment) {
  std::vector<piece> pieces(1);
  if (!h.merged_into.empty()) {
    pieces.front().state = state::merged;
    return pieces;
  }
  day_view view(h, enrolment);
  std::vector<const episode*> episodes;
  std::vector<running> all;
  auto upcoming = h.episodes.begin();
  for (const day d : boundaries_of(h)) {
    std::erase_if(episodes, [d](const episode* e) { return e->to <= d; });
    for (; upcoming != h.episodes.end() && upcoming->from <= d; ++upcoming) {
      if (upcoming->on(d)) episodes.push_back(&*upcoming);
    }
    view.look(episodes, d);
    view.candidates(all);
    append(pieces, all.front(), d);
  }
  return pieces;
}

}  // namespace stegvis
