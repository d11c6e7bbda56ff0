// The answer to "where does this person stand", put together from the resolved timeline.
#include <algorithm>
#include <tuple>

#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {
const piece& piece_on(const std::vector<piece>& pieces, day d) {
  const auto after = std::ranges::upper_bound(pieces, d, {}, &piece::from);
  return *std::prev(after);
}

std::string_view destination_of(const enrolment& e) {
  const auto codes = codes_of<exit_destination>();
  return e.destination < codes.size() ? codes[e.destination] : std::string_view{};
}

// Whose unit and caseworker are the person's: the winning episode's enrolment, else the active one
// that began last, else the one that ended last.
const enrolment* responsible_enrolment(const history& h, const piece& now, day d) {
  if (const auto* e = h.find_enrolment(now.enrolment)) return e;
  const enrolment* active = nullptr;
  const enrolment* ended = nullptr;
  for (const auto& e : h.enrolments) {  // by first day
    if (e.on(d)) active = &e;
    if (e.to > d) continue;
    if (ended == nullptr || std::tie(ended->to, ended->order) < std::tie(e.to, e.order)) ended = &e;
  }
  return active != nullptr ? active : ended;
}

bool changes_status(fact_kind k) {
  switch (k) {
    case fact_kind::death_recorded:
    case fact_kind::intake_registered:
    case fact_kind::intake_closed:
    case fact_kind::participant_enrolled:
    case fact_kind::enrolment_paused:
    case fact_kind::enrolment_resumed:
    case fact_kind::participant_exited:
    case fact_kind::caseworker_assigned:
    case fact_kind::case_handed_over:
    case fact_kind::plan_agreed:
    case fact_kind::activity_started:
    case fact_kind::activity_ended:
    case fact_kind::job_track_started:
    case fact_kind::job_track_completed:
    case fact_kind::job_track_interrupted:
    case fact_kind::step_started:
    case fact_kind::step_completed:
    case fact_kind::step_interrupted:
    case fact_kind::placement_started:
    case fact_kind::placement_changed:
    case fact_kind::placement_ended:
      return true;
    default:
      return false;
  }
}

bool has_effect(const history& h, position at) {
  return std::ranges::none_of(h.problems, [at](const pairing_problem& p) {
    return p.at == at && p.fault != pairing_fault::no_enrolment;
  });
}

void plan_ahead(const history& h, const std::vector<piece>& pieces, status_answer& a) {
  for (const auto& f : h.facts) {
    if (f.valid <= a.as_of || !changes_status(f.content->kind) || !has_effect(h, f.order()))
      continue;
    if (h.death && f.valid > *h.death) continue;  // the death has closed everything
    const auto& id = f.content->key.empty() ? f.content->enrolment : f.content->key;
    const bool enrols = f.content->kind == fact_kind::participant_enrolled;
    a.next.push_back({f.valid, f.content->kind, enrols ? f.content->enrolment : id,
                      piece_on(pieces, f.valid).state});
  }
}

void list_enrolments(const history& h, status_answer& a) {
  for (const auto& e : h.enrolments) {
    if (e.from > a.as_of && e.recorded_day > a.as_of) continue;
    enrolment_status row{.enrolment = std::string(e.id),
                         .unit = std::string(e.unit),
                         .caseworker = std::string(h.caseworker_on(e.id, a.as_of)),
                         .from = e.from};
    if (e.to != open_end) row.to = e.to;
    row.state = candidates_on(h, e.id, a.as_of).front().state;
    row.phase = phase_on(h, e.id, a.as_of);
    if (row.phase == phase::exited) row.destination = destination_of(e);
    a.enrolments.push_back(std::move(row));
  }
}

// What runs beside the winner; the last rows of the table say that nothing runs.
void list_running(const std::vector<running>& all, status_answer& a) {
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].state <= state::assessment || all[i].state == state::applied) {
      a.also.push_back(all[i].state);
    }
  }
}

void describe_winner(const history& h, const piece& now, status_answer& a) {
  a.state = now.state;
  if (now.from.count != -open_end.count) {
    a.since = now.from;
    a.episode_from = now.episode_from;
  }
  a.episode = now.id;
  for (const auto& e : h.episodes) {
    if (e.order != now.order || !e.on(a.as_of) || e.id != now.id) continue;
    if (e.kind == episode_kind::caseworker) continue;
    a.planned_end = e.planned_end;
    a.overdue = e.overdue(a.as_of);
  }
}

// Writes the members of one object in the order given, which must be sorted.
class object_writer {
 public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }
  void close() { out_ += '}'; }
  std::string& key(std::string_view name) {
    if (out_.back() != '{') out_ += ',';
    append_json_text(out_, name);
    return out_ += ':';
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    if (value.empty())
      out_ += "null";
    else
      append_json_text(out_, value);
  }
  void date(std::string_view name, std::optional<day> value) {
    text(name, value ? to_string(*value) : std::string{});
  }
  void flag(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  template <class Items, class Write>
  void list(std::string_view name, const Items& items, Write&& write) {
    key(name) += '[';
    for (const auto& item : items) {
      if (&item != &items.front()) out_ += ',';
      write(item, out_);
    }
    out_ += ']';
  }

 private:
  std::string& out_;
};

void append_row(const enrolment_status& e, std::string& out) {
  object_writer o(out);
  o.text("caseworker", e.caseworker);
  o.text("destination", e.destination);
  o.text("enrolment", e.enrolment);
  o.date("from", e.from);
  o.text("phase", name_of(e.phase));
  o.text("state", name_of(e.state));
  o.date("to", e.to);
  o.text("unit", e.unit);
  o.close();
}

void append_change(const planned_change& c, std::string& out) {
  object_writer o(out);
  o.date("day", c.on);
  o.text("id", c.id);
  o.text("state", name_of(c.state));
  o.text("type", name_of(c.kind));
  o.close();
}
}  // namespace

status_answer status_of(const history& h, day d) {
  status_answer a{.known = h.known_subject, .as_of = d, .beyond_cut = d > h.known.cut_day};
  if (!a.known) return a;
  if (!h.merged_into.empty()) {
    a.state = state::merged;
    a.merged_into = h.merged_into;
    return a;
  }
  const auto pieces = resolved_timeline(h);
  const piece& now = piece_on(pieces, d);
  describe_winner(h, now, a);
  list_running(candidates_on(h, {}, d), a);
  a.phase = phase_on(h, {}, d);
  const claim c = claim_on(claims_of(h), d);
  a.situation = c.value;
  a.situation_scheme = c.scheme;
  a.situation_source = name_of(c.source);
  if (c.source != claim_source::none) a.situation_day = c.on;
  const enrolment* const e = responsible_enrolment(h, now, d);
  if (e != nullptr) a.unit = e->unit;
  a.caseworker = h.caseworker_on(e != nullptr ? e->id : std::string_view{}, d);
  if (a.phase == phase::exited && e != nullptr) a.destination = destination_of(*e);
  list_enrolments(h, a);
  plan_ahead(h, pieces, a);
  return a;
}

status_answer status_at(const journey& j, const cut& known, day d) {
  return status_of(history_of(j, known), d);
}

void append_status_json(const status_answer& a, std::string_view subject, position at,
                        std::string& out) {
  object_writer o(out);
  o.list("also", a.also, [](state s, std::string& to) { append_json_text(to, name_of(s)); });
  o.date("as_of", a.as_of);
  o.flag("beyond_cut", a.beyond_cut);
  o.text("caseworker", a.caseworker);
  o.text("destination", a.destination);
  o.list("enrolments", a.enrolments, append_row);
  o.text("episode", a.episode);
  o.date("episode_from", a.episode_from);
  o.text("merged_into", a.merged_into);
  o.list("next", a.next, append_change);
  o.flag("overdue", a.overdue);
  o.text("phase", name_of(a.phase));
  o.date("planned_end", a.planned_end);
  append_integer(o.key("position"), static_cast<std::int64_t>(at.value));
  o.date("since", a.since);
  o.text("situation", a.situation);
  o.date("situation_day", a.situation_day);
  o.text("situation_scheme", a.situation_scheme);
  o.text("situation_source", a.situation_source);
  o.text("state", name_of(a.state));
  o.text("subject", subject);
  o.text("unit", a.unit);
  o.close();
}

}  // namespace stegvis
