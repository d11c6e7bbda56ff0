#include "projections/quality.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
struct rule_row {
  quality_rule rule;
  std::string_view code, name, sv, en;
};
#define X(number, name, sv, en) \
  {quality_rule::name, number < 10 ? "Q0" #number : "Q" #number, #name, sv, en},
constexpr rule_row rules[] = {STEGVIS_QUALITY_RULES(X)};
#undef X
const rule_row& row_of(quality_rule r) {
  return *std::ranges::find(rules, r, &rule_row::rule);
}

constexpr int late_days_max = 30;
constexpr int disagreement_days_max = 31;

quality_rule rule_of(pairing_fault f) {
  switch (f) {
    case pairing_fault::end_before_start:
      return quality_rule::end_before_start;
    case pairing_fault::second_end:
      return quality_rule::second_end;
    case pairing_fault::second_start:
      return quality_rule::second_start;
    case pairing_fault::end_without_start:
      return quality_rule::end_without_start;
    case pairing_fault::resume_after_exit:
      return quality_rule::resume_after_exit;
    case pairing_fault::change_outside:
      return quality_rule::change_outside;
    case pairing_fault::after_exit:
      return quality_rule::after_exit;
    case pairing_fault::no_enrolment:
      return quality_rule::no_enrolment;
  }
  return quality_rule::second_end;
}

bool cannot_be_planned(fact_kind k) {
  return k == fact_kind::assessment_recorded || k == fact_kind::certificate_awarded ||
         k == fact_kind::activity_attended || k == fact_kind::contact_made ||
         k == fact_kind::follow_up_done;
}

// Kinds that belong between an enrolment's first day and its end.
bool belongs_within(fact_kind k) {
  switch (k) {
    case fact_kind::enrolment_paused:
    case fact_kind::plan_agreed:
    case fact_kind::plan_revised:
    case fact_kind::assessment_recorded:
    case fact_kind::activity_started:
    case fact_kind::job_track_started:
    case fact_kind::step_started:
    case fact_kind::placement_started:
      return true;
    default:
      return false;
  }
}

class inspection {
 public:
  inspection(const history& h, std::string_view subject, const reference_view& r, day d)
      : h_(h), subject_(subject), reference_(r), d_(d) {}

  std::vector<finding> run() {
    for (const auto& p : h_.problems) add(rule_of(p.fault), p.at, p.on);
    for (const auto& f : h_.facts) {
      if (f.valid <= d_ || f.content->kind == fact_kind::persons_merged) inspect(f);
      if (cannot_be_planned(f.content->kind) && f.valid > f.dated_on) {
        add(quality_rule::cannot_be_planned, f.order(), f.valid, name_of(f.content->kind));
      }
    }
    inspect_merge();
    inspect_overlaps();
    inspect_situation();
    const auto place = [](const finding& f) { return std::tuple(f.rule, f.at, f.other, f.on); };
    std::ranges::stable_sort(found_, {}, place);
    const auto same = [&](const finding& a, const finding& b) { return place(a) == place(b); };
    found_.erase(std::unique(found_.begin(), found_.end(), same), found_.end());
    return std::move(found_);
  }

 private:
  void add(quality_rule rule, position at, day on, std::string_view detail = {},
           position other = {}) {
    found_.push_back({rule, std::string(subject_), at, other, on, std::string(detail)});
  }

  void inspect(const standing_fact& f) {
    const auto& c = *f.content;
    const int late_days = f.original->recorded_day - f.original->valid;
    const bool moved_in =
        f.original->copied || is_opening_source((*h_.sources)[f.original->source]);
    if (late_days > late_days_max && !moved_in) {
      add(quality_rule::recorded_late, f.order(), f.valid);
    }
    if (h_.death && f.valid > *h_.death) add(quality_rule::after_death, f.order(), f.valid);
    inspect_enrolment(f);
    const bool has_unit = c.kind == fact_kind::participant_enrolled ||
                          c.kind == fact_kind::placement_started ||
                          c.kind == fact_kind::placement_changed ||
                          c.kind == fact_kind::staff_registered;
    if (has_unit && !c.unit.empty() && !reference_.units.contains(c.unit)) {
      add(quality_rule::unknown_unit, f.order(), f.valid, c.unit);
    }
    if (c.kind == fact_kind::participant_exited && c.code == no_code) {
      add(quality_rule::no_destination, f.order(), f.valid, c.enrolment);
    }
    if (c.kind == fact_kind::follow_up_done) inspect_follow_up(f);
    if (c.kind == fact_kind::situation_recorded && c.key.empty() &&
        std::ranges::count(codes_of<work_status>(), std::string_view(c.text)) == 0) {
      add(quality_rule::unknown_situation, f.order(), f.valid, c.text);
    }
  }

  void inspect_enrolment(const standing_fact& f) {
    const auto& c = *f.content;
    if (c.kind == fact_kind::participant_enrolled) {
      const auto start = reference_.subproject_starts.find(c.text);
      if (start != reference_.subproject_starts.end() && f.valid < start->second) {
        add(quality_rule::before_subproject, f.order(), f.valid, c.text);
      }
      return;
    }
    if (c.enrolment.empty() || !belongs_within(c.kind)) return;
    const enrolment* const e = h_.find_enrolment(c.enrolment);
    if (e == nullptr)
      add(quality_rule::no_enrolment, f.order(), f.valid, c.enrolment);
    else if (f.valid < e->from)
      add(quality_rule::before_enrolment, f.order(), f.valid, e->id);
    else if (f.valid >= e->to && e->ended_by == ending::exit) {
      add(quality_rule::after_exit, f.order(), f.valid);
    }
  }

  void inspect_follow_up(const standing_fact& f) {
    const episode* last = nullptr;
    for (const auto& e : h_.episodes) {
      if (e.kind == episode_kind::job && e.id == f.content->key) last = &e;
    }
    if (last != nullptr && last->to <= f.valid) {
      add(quality_rule::follow_up_of_ended, f.order(), f.valid, last->id);
    }
  }

  void inspect_merge() {
    if (h_.merged_into.empty()) return;
    position merged_at{};
    for (const auto& f : h_.facts) {
      if (f.content->kind == fact_kind::persons_merged) merged_at = f.order();
    }
    for (const auto& f : h_.facts) {
      if (f.order() > merged_at) add(quality_rule::after_merge, f.order(), f.valid);
    }
  }

  // Two jobs at once, or two work placements of one kind: compares neighbours in time only, each
  // with the longest that began before it.
  void inspect_overlaps() {
    std::unordered_map<std::string_view, const episode*> longest;
    for (const auto& e : h_.episodes) {
      if (e.kind != episode_kind::job && e.kind != episode_kind::work_training) continue;
      if (e.from > d_) continue;
      const auto group = e.kind == episode_kind::job ? std::string_view("job") : e.detail;
      const episode*& before = longest[group];
      if (before != nullptr && before->id != e.id && e.from < before->to) {
        add(quality_rule::overlap, e.order, e.from, e.id, before->order);
      }
      if (before == nullptr || before->to < e.to) before = &e;
    }
  }

  // A job runs, and the last that was claimed says otherwise, for over a month.
  void inspect_situation() {
    const auto known = situation_episodes(claims_of(h_));
    for (const auto& job : h_.episodes) {
      if (job.kind != episode_kind::job) continue;
      for (const auto& s : known) {
        const bool disagrees = s.scheme.empty() && s.value != "employed" && s.value != "unknown";
        const day from = std::max(job.from, s.from);
        const day to = std::min({job.to, s.to, d_ + 1});
        if (disagrees && from < to && to - from > disagreement_days_max) {
          add(quality_rule::disagreement, job.order, from, s.value);
        }
      }
    }
  }

  const history& h_;
  std::string_view subject_;
  const reference_view& reference_;
  day d_;
  std::vector<finding> found_;
};
}  // namespace

std::string_view code_of(quality_rule r) {
  return row_of(r).code;
}
std::string_view name_of(quality_rule r) {
  return row_of(r).name;
}
std::string_view title_sv(quality_rule r) {
  return row_of(r).sv;
}
std::string_view title_en(quality_rule r) {
  return row_of(r).en;
}

std::vector<finding> quality_of(const history& h, std::string_view subject, const reference_view& r,
                                day d) {
  return inspection(h, subject, r, d).run();
}

std::vector<finding> quality_of(const journey& j, std::string_view subject, const reference_view& r,
                                const cut& known, day d) {
  return quality_of(history_of(j, known), subject, r, d);
}

std::vector<finding> quality_of(const reference_view& r, day d) {
  std::vector<finding> found;
  for (const auto& job : r.jobs_to_agree) {
    if (job.on > d || r.agreed_jobs.contains(job.subject)) continue;
    found.push_back({quality_rule::no_agreement, job.subject, job.at, {}, job.on, {}});
  }
  return found;
}

}  // namespace stegvis
