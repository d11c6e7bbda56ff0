// Sealing and encoding: what of an append needs no order and runs on any number of threads.
#include "events/catalogue.hpp"
#include "events/ledger_core.hpp"
#include "events/sealing.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t five_years_us = 1827LL * 86'400 * 1'000'000;
// A record so short has canonical bytes within the limit: the worst is a list of codes, one byte
// each, whose names are under 30 bytes.
constexpr std::size_t surely_fitting_bytes = 2'000;

bool needs_target(const event& e) {
  return e.data.get<event_corrected>() != nullptr || e.data.get<event_voided>() != nullptr;
}

bool has_secrets(event& e) {
  bool found = false;
  for_each_secret(e.data, [&](std::string_view, privacy, secret_field& s) { found |= s.clear; });
  return found;
}

// The field that lies too far ahead, if one does.
std::optional<std::string> too_far_ahead(const event& e, recorded_time base) {
  const auto bound = base.us + five_years_us;
  if (e.time.utc_us > bound) return "/time";
  const auto* c = e.data.get<event_corrected>();
  if (c != nullptr && c->time && c->time->value.utc_us > bound) return "/data/time";
  return std::nullopt;
}

problem too_long() {
  return problem{errc::too_large, "over " + std::to_string(event_bytes_max) + " canonical bytes"};
}
}  // namespace

std::size_t prepared_batch::size() const {
  return events_->events.size();
}
std::size_t prepared_batch::bytes() const {
  return events_->records.size();
}
void prepared_batch::truncate(std::size_t size) {
  if (size < events_->events.size()) events_->events.resize(size);
}
prepared_batch::prepared_batch() : events_(std::make_unique<prepared_events>()) {}
prepared_batch::prepared_batch(prepared_batch&&) noexcept = default;
prepared_batch& prepared_batch::operator=(prepared_batch&&) noexcept = default;
prepared_batch::~prepared_batch() = default;

result<bool> ledger_core::seal(event& e, bool create) {
  if (!has_secrets(e)) return true;
  if (!keys) return keys_missing;
  const std::string name = e.name();
  bool complete = true;
  for_each_secret(e.data, [&](std::string_view field, privacy cls, secret_field& s) {
    if (!s.clear || !complete) return;
    const auto key = create ? keys->find_or_create(e.subject, cls) : keys->find(e.subject, cls);
    complete = key.has_value();
    if (!complete) return;
    s.bytes = stegvis::seal(*key, name, field, s.bytes);
    s.clear = false;
  });
  return complete;
}

result<void> ledger_core::encode(prepared_event& p, std::string& records) {
  bool fits = true;
  for_each_secret(p.event.data, [&](std::string_view, privacy, secret_field& s) {
    fits = fits && s.bytes.size() <= event_bytes_max;
  });
  if (!fits) return too_long();
  p.offset = records.size();
  encode_record(p.event, records);
  p.size = records.size() - p.offset;
  if (p.size <= surely_fitting_bytes) return {};
  std::string canonical;
  append_content(p.event, canonical);
  // A record may be the longer one: numbers take eight bytes. What is stored must be readable.
  if (canonical.size() + ledger_attribute_bytes <= event_bytes_max &&
      p.size - record_header_bytes <= event_bytes_max)
    return {};
  records.resize(p.offset);
  return too_long();
}

prepared_batch ledger::prepare(std::vector<draft> drafts) const {
  prepared_batch batch;
  auto& b = *batch.events_;
  b.events.reserve(drafts.size());
  b.records.reserve(drafts.size() * 320);
  const recorded_time now = core_->now();
  for (draft& d : drafts) {
    prepared_event& p = b.events.emplace_back();
    p.event = std::move(d.event);
    p.recorded = d.recorded;
    p.sequence = d.sequence;
    p.name = hash_name(p.event.source, p.event.id);
    if (const auto where = too_far_ahead(p.event, p.recorded.value_or(now))) {
      p.refused = problem(errc::future_time, "more than five years after it is recorded", *where);
      continue;
    }
    if (auto id = core_->keys ? identifier_in(p.event) : std::nullopt) {
      id->event = b.events.size() - 1;
      b.identifiers.push_back(std::move(*id));
    }
    p.late = needs_target(p.event);
    if (p.late) continue;
    auto sealed = core_->seal(p.event, false);
    if (sealed && !*sealed) {
      // A key is made only for a name that is new: a forgotten person's events stay forgotten.
      p.late =
          core_->names->find(p.name).has_value() || core_->names->is_forgotten(p.event.subject);
      if (p.late) continue;
      sealed = core_->seal(p.event, true);
    }
    if (!sealed) {
      p.refused = sealed.error();
      continue;
    }
    if (const auto r = core_->encode(p, b.records); !r) p.refused = r.error();
  }
  return batch;
}

}  // namespace stegvis
