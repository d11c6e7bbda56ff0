#include "projections/columns/journey_draft.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace stegvis {
namespace {
std::uint32_t number_of(journey_draft& d, std::string_view id) {
  return id.empty() ? 0 : d.ids.find_or_add(id);
}

void take_part(journey_draft& d, const column_step& s, const step_event& e, const step_texts& texts,
               draft_row& into) {
  into.content = e.content;
  into.until = e.until;
  into.key = number_of(d, texts.key);
  into.enrolment = number_of(d, texts.enrolment);
  into.link = number_of(d, texts.link);
  into.first_sealed = static_cast<std::uint32_t>(d.sealed.size());
  into.sealed_count = e.sealed_count;
  for (std::uint32_t i = 0; i < e.sealed_count; ++i)
    d.sealed.push_back(&s.sealed.values()[e.first_sealed + i]);
}

// A correction that changes nothing makes no version. Its sealed values are others: they have
// another name.
bool same_version(const draft_row& a, const draft_row& b) {
  const bool same_sealed =
      a.sealed_count == b.sealed_count && (a.sealed_count == 0 || a.first_sealed == b.first_sealed);
  return a.content == b.content && a.valid == b.valid && a.dated_on == b.dated_on &&
         a.until == b.until && a.key == b.key && a.enrolment == b.enrolment && a.link == b.link &&
         same_sealed;
}

constexpr std::size_t no_row = ~std::size_t{0};
// The row in which an original stands, `no_row` if it was voided; nothing if the journey has no
// such original.
std::optional<std::size_t> standing_row(const journey_draft& d, position original) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < d.rows.size(); ++i) {
    if (d.rows[i].order != original.value) continue;
    if (d.rows[i].known_to == still_known) return i;
    found = no_row;
  }
  return found;
}

// Most targets are events of the same step.
position target_of(const journey_step& j, const step_event& amendment, const step_texts& texts,
                   const name_finder& names) {
  const std::string_view source = texts.target_source.empty()
                                      ? std::string_view(j.of.sources[amendment.source])
                                      : texts.target_source;
  for (const auto number : j.numbers) {
    const step_event& e = j.of.events[number];
    if (texts_of(j.of, e).id == texts.target && j.of.sources[e.source] == source)
      return j.of.at(number);
  }
  return names(source, texts.target);
}

// What the amendment does to the row; the data's ids count also where it does nothing.
void amend(journey_draft& d, const journey_step& j, std::uint32_t number, const step_texts& texts,
           std::size_t row) {
  const step_event& e = j.of.events[number];
  const auto at = j.of.at(number).value;
  if (e.kind == step_kind::retraction) {
    if (row != no_row) d.rows[row].known_to = at;
    return;
  }
  draft_row next = row != no_row ? d.rows[row] : draft_row{};
  if (e.has_part) take_part(d, j.of, e, texts, next);
  if (e.has_valid) {
    next.valid = e.valid;
    next.dated_on = e.recorded_day;
  }
  if (row == no_row || same_version(next, d.rows[row])) return;
  d.rows[row].known_to = at;
  next.known_from = at;
  d.rows.push_back(next);
}

// What stands of one original at the moment: whose data, and since when.
struct standing_version {
  const fact_content* content = nullptr;  // nullptr: it does not stand
  day valid{}, dated_on{};
  std::size_t row = 0;
};

bool is_amendment(const step_event& e) {
  return e.kind != step_kind::original;
}

// Whether an amendment's target came after it, so that originals may be amended when they come.
// The ledger refuses that.
bool any_ahead(std::span<const event> events, const journey& j, const column_step& s) {
  std::unordered_set<std::string> known;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (is_amendment(s.events[i])) {
      const auto name = parse_target(j.facts[i].content.key, events[i].source);
      if (!known.contains(std::string(name.source) + ' ' + std::string(name.id))) return true;
    }
    known.insert(events[i].name());
  }
  return false;
}

// Makes the versions of one journey, one position after the other.
class resolver {
 public:
  resolver(journey_draft& into, const journey& j, const column_step& s)
      : draft_(into), journey_(j), step_(s), now_(j.facts.size()) {
    // Ids count by the event that first used them, whether it has an effect or not.
    for (const step_event& e : step_.events) {
      draft_row r;
      if (e.has_part) take_part(draft_, step_, e, texts_of(step_, e), r);
      parts_.push_back(r);
    }
    for (std::size_t i = 0; i < j.facts.size(); ++i)
      if (j.facts[i].replacement != 0) corrections_.push_back(i);
  }

  void begin(std::size_t i) {
    const fact& f = journey_.facts[i];
    stand(i, {&f.content, f.valid, f.recorded_day}, f.at.value);
  }

  // Brings the versions of the first `known` events to what stands at their last.
  void compare(std::size_t known) {
    const position at = journey_.facts[known - 1].at;
    std::vector<const standing_fact*> wanted(known);
    const auto standing = resolve(journey_, at);
    for (const auto& f : standing)
      wanted[static_cast<std::size_t>(f.original - journey_.facts.data())] = &f;
    for (std::size_t i = 0; i < known; ++i) {
      if (const auto* f = wanted[i]) {
        stand(i, {f->content, f->valid, f->dated_on}, at.value);
      } else if (now_[i].content != nullptr) {
        draft_.rows[now_[i].row].known_to = at.value;
        now_[i].content = nullptr;
      }
    }
  }

 private:
  // The event whose data the content is.
  std::size_t giver(std::size_t original, const fact_content* content) const {
    if (content == &journey_.facts[original].content) return original;
    return corrections_[static_cast<std::size_t>(content - journey_.replacements.data())];
  }

  // From `at` on the original stands like this.
  void stand(std::size_t original, standing_version next, std::uint64_t at) {
    auto& now = now_[original];
    if (now.content == next.content && now.valid == next.valid && now.dated_on == next.dated_on)
      return;
    draft_row r = parts_[giver(original, next.content)];
    r.order = journey_.facts[original].at.value;
    r.known_from = at;
    r.valid = next.valid.count;
    r.recorded_day = journey_.facts[original].recorded_day.count;
    r.dated_on = next.dated_on.count;
    r.flags = step_.events[original].flags;
    next.row = now.row;
    const bool stood = now.content != nullptr;
    if (!stood || !same_version(draft_.rows[now.row], r)) {
      if (stood) draft_.rows[now.row].known_to = at;
      next.row = draft_.rows.size();
      draft_.rows.push_back(r);
    }
    now = next;
  }

  journey_draft& draft_;
  const journey& journey_;
  const column_step& step_;
  std::vector<standing_version> now_;     // by fact
  std::vector<draft_row> parts_;          // by fact: what its data gives a row
  std::vector<std::size_t> corrections_;  // facts with data of their own, by replacement
};
}  // namespace

void journey_draft::clear() {
  rows.clear();
  ids.clear();
  sealed.clear();
}

bool add_events(journey_draft& d, const journey_step& j, const name_finder& names) {
  for (const auto number : j.numbers) {
    const step_event& e = j.of.events[number];
    const auto texts = texts_of(j.of, e);
    if (e.kind != step_kind::original) {
      const auto row = standing_row(d, target_of(j, e, texts, names));
      if (!row) return false;
      amend(d, j, number, texts, *row);
      continue;
    }
    const auto at = j.of.at(number).value;
    draft_row r{.order = at,
                .known_from = at,
                .valid = e.valid,
                .recorded_day = e.recorded_day,
                .dated_on = e.recorded_day,
                .flags = e.flags};
    take_part(d, j.of, e, texts, r);
    d.rows.push_back(r);
  }
  return true;
}

void resolve_all(journey_draft& into, std::span<const event> events, const column_step& from) {
  journey j;
  for (const event& e : events) apply(j, e);
  STEGVIS_ASSERT(j.facts.size() == from.events.size());
  const bool ahead = any_ahead(events, j, from);
  resolver r(into, j, from);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (ahead || is_amendment(from.events[i]))
      r.compare(i + 1);
    else
      r.begin(i);
  }
}

void sort_rows(journey_draft& d) {
  const auto before = [](const draft_row& a, const draft_row& b) {
    if (a.valid != b.valid) return a.valid < b.valid;
    if (a.order != b.order) return a.order < b.order;
    return a.known_from < b.known_from;
  };
  if (!std::ranges::is_sorted(d.rows, before)) std::ranges::sort(d.rows, before);
}

}  // namespace stegvis
