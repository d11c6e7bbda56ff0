#include "projections/journey.hpp"

#include <algorithm>
#include <type_traits>

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace stegvis {
namespace {
void put(std::string& into, const std::string& v) {
  into = v;
}
template <class Tag>
void put(std::string& into, const local_id<Tag>& v) {
  into = v.value;
}
template <class Kind>
void put(std::string& into, const reference<Kind>& v) {
  into = v.value;
}
void put(std::uint32_t& into, std::int64_t v) {
  into = static_cast<std::uint32_t>(std::clamp<std::int64_t>(v, 0, 0xffff'ffff));
}
template <class E>
requires std::is_enum_v<E>
void put(std::uint8_t& into, E v) {
  into = static_cast<std::uint8_t>(v);
}
void put(std::optional<day>& into, day v) {
  into = v;
}
void put(std::optional<bool>& into, bool v) {
  into = v;
}
template <class Into, class V>
requires requires(Into& into, const V& v) {
  put(into, v);
}
void put(Into& into, const std::optional<V>& v) {
  if (v) put(into, *v);
}

template <class E>
void put(claim_source& into, E source) {
  const auto code = code_of(source);
  if (code == "register")
    into = claim_source::register_;
  else if (code == "programme")
    into = claim_source::programme;
  else
    into = code == "survey" ? claim_source::survey : claim_source::contact;
}

// The id that pairs the event with others of its kind.
template <class T>
void take_key(const T& v, fact_content& c) {
  if constexpr (requires { v.placement; })
    put(c.key, v.placement);
  else if constexpr (requires { v.step_run; })
    put(c.key, v.step_run);
  else if constexpr (requires { v.job_track; })
    put(c.key, v.job_track);
  else if constexpr (requires { v.activity; })
    put(c.key, v.activity);
  else if constexpr (requires { v.intake; })
    put(c.key, v.intake);
  else if constexpr (requires { v.match; })
    put(c.key, v.match);
  else if constexpr (requires { v.support; })
    put(c.key, v.support);
  else if constexpr (requires { v.anchor; })
    put(c.key, v.anchor);
  else if constexpr (requires { v.situation; })
    put(c.key, v.scheme);
}

template <class T>
void take_text(const T& v, fact_content& c) {
  if constexpr (requires { v.to; })
    put(c.text, v.to);
  else if constexpr (requires { v.caseworker; })
    put(c.text, v.caseworker);
  else if constexpr (requires { v.into; })
    put(c.text, v.into);
  else if constexpr (requires { v.situation; })
    put(c.text, v.situation);
  else if constexpr (requires { v.subproject; })
    put(c.text, v.subproject);
  else if constexpr (requires { v.job_spec; })
    put(c.text, v.job_spec);
  else if constexpr (requires { v.ladder; })
    put(c.text, v.ladder);
  else if constexpr (requires { v.funder; })
    put(c.text, v.funder);
}

template <class T>
void take_code(const T& v, fact_content& c) {
  if constexpr (requires { v.destination; })
    put(c.code, v.destination);
  else if constexpr (requires { v.horizon; })
    put(c.code, v.horizon);
  else if constexpr (requires { v.list; })
    put(c.code, v.list);
  else if constexpr (requires { put(c.code, v.kind); })
    put(c.code, v.kind);
}

template <class T>
void take_day(const T& v, fact_content& c) {
  if constexpr (requires { v.planned_end; })
    put(c.until, v.planned_end);
  else if constexpr (requires { v.review_at; })
    put(c.until, v.review_at);
  else if constexpr (requires { put(c.until, v.until); })
    put(c.until, v.until);
}

template <class T>
void take(const T& v, fact_content& c) {
  take_key(v, c);
  take_text(v, c);
  take_code(v, c);
  take_day(v, c);
  if constexpr (requires { v.enrolment; }) put(c.enrolment, v.enrolment);
  if constexpr (requires { v.unit; }) put(c.unit, v.unit);
  if constexpr (requires { v.subsidised; }) put(c.subsidised, v.subsidised);
  if constexpr (requires { v.reserved_for_group; }) put(c.reserved, v.reserved_for_group);
  if constexpr (requires { v.labour_status; }) put(c.labour_status, v.labour_status);
  if constexpr (requires { put(c.source, v.source); }) put(c.source, v.source);
  if constexpr (requires { put(c.number, v.step); }) put(c.number, v.step);
}

void take(const event_corrected& v, fact_content& c) {
  c.key = v.target;
  if (v.time) c.until = day_of(v.time->value);
}
void take(const event_voided& v, fact_content& c) {
  c.key = v.target;
}

struct taker {
  std::uint16_t type_id;
  fact_kind kind;
  void (*into)(const void* data, fact_content&);
};
template <class T>
constexpr taker taker_of(fact_kind kind) {
  return {type_facts<T>::id, kind,
          [](const void* data, fact_content& c) { take(*static_cast<const T*>(data), c); }};
}

const taker* find_taker(std::uint16_t type_id) {
  static const auto by_id = [] {
    const taker all[] = {
#define X(name) taker_of<name>(fact_kind::name),
        STEGVIS_FACTS(X)
#undef X
    };
    std::vector<taker> table;
    for (const taker& t : all) {
      if (table.size() <= t.type_id) table.resize(t.type_id + 1u);
      table[t.type_id] = t;
    }
    return table;
  }();
  if (type_id >= by_id.size() || by_id[type_id].into == nullptr) return nullptr;
  return &by_id[type_id];
}

std::uint32_t source_of(journey& j, const std::string& source) {
  const auto found = std::ranges::find(j.sources, source);
  const auto index = static_cast<std::uint32_t>(found - j.sources.begin());
  if (found == j.sources.end()) j.sources.push_back(source);
  return index;
}
}  // namespace

std::string_view name_of(fact_kind kind) {
  constexpr std::string_view names[] = {"other",
#define X(name) #name,
                                        STEGVIS_FACTS(X)
#undef X
  };
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(names) ? names[index] : std::string_view{};
}

fact_content content_of(const event_data& data) {
  fact_content c;
  if (const auto* t = find_taker(data.type().id)) {
    c.kind = t->kind;
    t->into(data.object(), c);
  }
  return c;
}

void apply(journey& j, const event& e) {
  STEGVIS_ASSERT(e.position.value != 0);
  if (e.position <= j.last()) return;
  fact f{.at = e.position,
         .recorded = e.recorded,
         .recorded_day = stockholm_day(e.recorded),
         .valid = day_of(e.time),
         .source = source_of(j, e.source),
         .copied = !e.copiedfrom.empty(),
         .id = e.id,
         .content = content_of(e.data)};
  if (const auto* correction = e.data.get<event_corrected>()) {
    if (correction->data && correction->data->bound()) {
      j.replacements.push_back(content_of(correction->data->data()));
      f.replacement = static_cast<std::uint32_t>(j.replacements.size());
    }
  }
  j.facts.push_back(std::move(f));
}

}  // namespace stegvis
