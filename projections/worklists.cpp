#include "projections/worklists.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
struct words {
  std::string_view sv, en;
};
constexpr words labels[] = {
    {"Ny hos mig", "New to me"},
    {"Anmälan väntar", "Application waiting"},
    {"Plan saknas", "Plan missing"},
    {"Planuppföljning", "Plan review"},
    {"Utan insats", "Nothing running"},
    {"Paus löper ut", "Pause running out"},
    {"Slutar snart", "Ending soon"},
    {"Uppföljning", "Follow-up"},
    {"Ingen kontakt", "No contact"},
    {"Certifikat utan nästa steg", "Certificate without next step"},
    {"Obesvarad matchning", "Unanswered match"},
    {"Startuppgifter saknas", "Entry situation missing"},
};

// Days until an item appears, or before its due day from which it shows.
constexpr int intake_days = 14, plan_days = 30, review_days = 14, idle_days = 30, pause_days = 7,
              ending_days = 30, follow_up_days = 14, silent_days = 90, next_step_days = 30,
              match_days = 7;

day due_of(follow_up_horizon h, day start) {
  switch (h) {
    case follow_up_horizon::_28d:
      return start + 28;
    case follow_up_horizon::_3m:
      return add_months(start, 3);
    case follow_up_horizon::_6m:
      return add_months(start, 6);
    case follow_up_horizon::_12m:
      return add_months(start, 12);
    case follow_up_horizon::_24m:
      return add_months(start, 24);
  }
  return start;
}

bool shows_contact(fact_kind k) {
  return k == fact_kind::contact_made || k == fact_kind::activity_attended ||
         k == fact_kind::workplace_support_provided || k == fact_kind::follow_up_done;
}

class lister {
 public:
  lister(const history& h, const reference_view& r, day d) : h_(h), reference_(r), d_(d) {}

  std::vector<worklist_item> run() {
    if (!h_.known_subject || !h_.merged_into.empty()) return {};
    const auto now = phase_on(h_, {}, d_);
    if (now == phase::deceased) return {};
    follow_ups();
    if (now != phase::exited) {
      new_to_me();
      of_enrolments();
      of_episodes();
      idle();
      silent();
      next_step();
      matches();
    }
    std::erase_if(items_, [this](const worklist_item& i) { return deferred(i); });
    std::ranges::sort(items_, {}, [](const worklist_item& i) {
      return std::tie(i.due, i.list, i.anchor, i.detail);
    });
    return std::move(items_);
  }

 private:
  struct place {
    std::string_view enrolment{}, anchor{}, detail{};
  };
  void add(worklist_kind list, place of, day since, day due, fact_kind cleared_by) {
    items_.push_back({list, std::string(of.anchor), std::string(of.detail), since, due, cleared_by,
                      std::string(h_.caseworker_on(of.enrolment, d_))});
  }
  bool happened(const standing_fact& f) const { return f.valid <= d_; }

  bool deferred(const worklist_item& item) const {
    return std::ranges::any_of(h_.facts, [&](const standing_fact& f) {
      const auto& c = *f.content;
      return c.kind == fact_kind::worklist_deferred && happened(f) &&
             c.code == static_cast<std::uint8_t>(item.list) && c.until && d_ <= *c.until &&
             (c.key.empty() || c.key == item.anchor);
    });
  }

  // Nobody signs an event: the first later one on the journey shows that the new one has begun.
  void new_to_me() {
    std::map<std::string_view, responsibility> current;
    for (const auto& r : h_.caseworkers) {
      if (r.from <= d_) current[r.enrolment] = r;
    }
    for (const auto& entry : current) {
      const auto enrolment = entry.first;
      const responsibility& r = entry.second;
      const bool begun = std::ranges::any_of(h_.facts, [&](const standing_fact& f) {
        const auto k = f.content->kind;
        return f.order() > r.order && happened(f) && k != fact_kind::caseworker_assigned &&
               k != fact_kind::case_handed_over;
      });
      if (!begun) {
        add(worklist_kind::new_to_me, {enrolment, enrolment}, r.from, r.from,
            fact_kind::contact_made);
      }
    }
  }

  void of_enrolments() {
    for (const auto& e : h_.enrolments) {
      if (!e.on(d_)) continue;
      if ((!e.plan || *e.plan > d_) && d_ - e.from >= plan_days) {
        add(worklist_kind::plan_missing, {e.id, e.id}, e.from, e.from + plan_days,
            fact_kind::plan_agreed);
      }
      plan_review(e);
      if (reference_.esf_subprojects.contains(e.subproject) && !entry_recorded(e)) {
        add(worklist_kind::entry_missing, {e.id, e.id}, e.from, e.from,
            fact_kind::entry_situation_recorded);
      }
    }
  }

  void plan_review(const enrolment& e) {
    const standing_fact* last = nullptr;
    for (const auto& f : h_.facts) {
      const auto k = f.content->kind;
      if (k != fact_kind::plan_agreed && k != fact_kind::plan_revised) continue;
      const bool about =
          f.content->enrolment.empty() ? e.on(f.valid) : f.content->enrolment == e.id;
      if (about && happened(f)) last = &f;
    }
    if (last == nullptr || !last->content->until) return;
    const day due = *last->content->until;
    if (d_ >= due + -review_days) {
      add(worklist_kind::plan_review, {e.id, e.id}, last->valid, due, fact_kind::plan_revised);
    }
  }

  bool entry_recorded(const enrolment& e) const {
    return std::ranges::any_of(h_.facts, [&](const standing_fact& f) {
      const auto& c = *f.content;
      return c.kind == fact_kind::entry_situation_recorded && happened(f) &&
             (c.enrolment.empty() || c.enrolment == e.id);
    });
  }

  void of_episodes() {
    for (const auto& e : h_.episodes) {
      if (!e.on(d_)) continue;
      const place of{e.enrolment, e.id, e.detail};
      if (e.kind == episode_kind::application) {
        if (d_ - e.from < intake_days) continue;
        add(worklist_kind::intake_waiting, of, e.from, e.from + intake_days,
            fact_kind::participant_enrolled);
      } else if (e.planned_end && e.kind == episode_kind::pause) {
        if (d_ < *e.planned_end + -pause_days) continue;
        add(worklist_kind::pause_over, of, e.from, *e.planned_end, fact_kind::enrolment_resumed);
      } else if (e.planned_end) {
        if (d_ < *e.planned_end + -ending_days) continue;
        add(worklist_kind::ending, of, e.start, *e.planned_end, fact_kind::placement_changed);
      }
    }
  }

  // The person's, not one enrolment's: who does something in another one is not without.
  void idle() {
    const auto pieces = resolved_timeline(h_);
    auto now = std::ranges::find_if(pieces, [this](const piece& p) { return p.on(d_); });
    if (now->state != state::enrolled_idle) return;
    const auto enrolment = now->enrolment;
    while (now != pieces.begin() && std::prev(now)->state == state::enrolled_idle) --now;
    if (d_ - now->from < idle_days) return;
    add(worklist_kind::idle, {enrolment, enrolment}, now->from, now->from + idle_days,
        fact_kind::activity_started);
  }

  void follow_ups() {
    using enum follow_up_horizon;
    std::map<std::string_view, std::pair<const episode*, day>> jobs;  // first segment, last day
    for (const auto& e : h_.episodes) {
      if (e.kind != episode_kind::job) continue;
      const auto [job, first] = jobs.try_emplace(e.id, &e, e.to);
      if (!first) job->second.second = e.to;
    }
    for (const auto& [id, job] : jobs) {
      const auto& [start, to] = job;
      for (const auto h : {_28d, _3m, _6m, _12m, _24m}) {
        if (due_of(h, start->from) < to) follow_up({start->enrolment, id}, start->from, h);
      }
    }
    for (const auto& e : h_.enrolments) {
      if (e.ended_by != ending::exit || e.to > d_) continue;
      for (const auto h : {_28d, _6m}) follow_up({e.id, e.id}, e.to, h);
    }
  }

  void follow_up(place of, day since, follow_up_horizon h) {
    const day due = due_of(h, since);
    if (since > d_ || d_ < due + -follow_up_days) return;
    const bool answered = std::ranges::any_of(h_.facts, [&](const standing_fact& f) {
      const auto& c = *f.content;
      return (c.kind == fact_kind::follow_up_done || c.kind == fact_kind::follow_up_missed) &&
             happened(f) && c.key == of.anchor && c.code == static_cast<std::uint8_t>(h);
    });
    of.detail = code_of(h);
    if (!answered) add(worklist_kind::follow_up, of, since, due, fact_kind::follow_up_done);
  }

  void silent() {
    const auto enrolled =
        std::ranges::find_if(h_.enrolments, [this](const auto& e) { return e.on(d_); });
    if (enrolled == h_.enrolments.end()) return;
    day last = enrolled->from;
    for (const auto& f : h_.facts) {
      if (happened(f) && shows_contact(f.content->kind)) last = std::max(last, f.valid);
    }
    if (d_ - last < silent_days) return;
    add(worklist_kind::silent, {enrolled->id, enrolled->id}, last, last + silent_days,
        fact_kind::contact_made);
  }

  void next_step() {
    const standing_fact* certificate = nullptr;
    bool answered = false;
    for (const auto& f : h_.facts) {  // by day
      if (!happened(f)) break;
      if (f.content->kind == fact_kind::certificate_awarded) {
        certificate = &f;
        answered = false;
      }
      if (f.content->kind == fact_kind::next_step_offered ||
          f.content->kind == fact_kind::step_started) {
        answered = true;
      }
    }
    if (certificate == nullptr || answered || d_ - certificate->valid < next_step_days) return;
    const auto& c = *certificate->content;
    add(worklist_kind::next_step, {c.enrolment, c.key, c.text}, certificate->valid,
        certificate->valid + next_step_days, fact_kind::next_step_offered);
  }

  void matches() {
    for (const auto& f : h_.facts) {
      if (f.content->kind != fact_kind::match_proposed || !happened(f)) continue;
      if (d_ - f.valid < match_days) continue;
      const bool answered = std::ranges::any_of(h_.facts, [&](const standing_fact& a) {
        const auto k = a.content->kind;
        return (k == fact_kind::match_accepted || k == fact_kind::match_declined) && happened(a) &&
               a.content->key == f.content->key;
      });
      if (answered) continue;
      add(worklist_kind::match_waiting, {{}, f.content->key, f.content->text}, f.valid,
          f.valid + match_days, fact_kind::match_accepted);
    }
  }

  const history& h_;
  const reference_view& reference_;
  day d_;
  std::vector<worklist_item> items_;
};
}  // namespace

std::string_view code_of_list(worklist_kind w) {
  return code_of(w);
}
std::string_view label_sv(worklist_kind w) {
  return labels[static_cast<std::size_t>(w)].sv;
}
std::string_view label_en(worklist_kind w) {
  return labels[static_cast<std::size_t>(w)].en;
}

std::vector<worklist_item> worklists_of(const history& h, const reference_view& r, day d) {
  return lister(h, r, d).run();
}

}  // namespace stegvis
