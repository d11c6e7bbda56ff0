#include "projections/columns/read_step.hpp"

#include <algorithm>
#include <array>

#include "events/catalogue.hpp"

namespace stegvis {
namespace {
// Subjects are looked up so many at a time: the misses of the cache then overlap.
constexpr std::size_t subjects_at_once = 32;
}  // namespace

void column_step::clear() {
  first = {};
  events.clear();
  texts.clear();
  sources.clear();
  sealed.clear();
}

step_texts texts_of(const column_step& s, const step_event& e) {
  const char* next = s.texts.data() + e.text;
  const auto take = [&](std::size_t bytes) {
    const std::string_view text(next, bytes);
    next += bytes;
    return text;
  };
  // The order of evaluation in braces is the order of writing.
  return {take(e.id_bytes),   take(e.key_bytes),           take(e.enrolment_bytes),
          take(e.link_bytes), take(e.target_source_bytes), take(e.target_bytes)};
}

step_reader::step_reader(column_step& into, column_dictionary& dictionary, subject_table& subjects)
    : step_(into), dictionary_(dictionary), subjects_(subjects), waiting_(subjects_at_once) {
  step_.clear();
}

void step_reader::reserve(std::size_t events) {
  constexpr std::size_t text_bytes_usual = 48, sealed_bytes_usual = 36;
  step_.events.reserve(events);
  step_.texts.reserve(events * text_bytes_usual);
  step_.sealed.reserve(events / 4, events * sealed_bytes_usual);
}

std::int32_t step_reader::recorded_day(recorded_time t) {
  if (t < day_begins_ || t > day_ends_) {
    day_ = stockholm_day(t);
    day_begins_ = {end_of(day_ + -1).us + 1};
    day_ends_ = end_of(day_);
  }
  return day_.count;
}

std::uint16_t step_reader::source_of(const std::string& source) {
  auto& sources = step_.sources;
  if (last_source_ < sources.size() && sources[last_source_] == source) return last_source_;
  const auto found = std::ranges::find(sources, source);
  last_source_ = static_cast<std::uint16_t>(found - sources.begin());
  if (found == sources.end()) sources.push_back(source);
  return last_source_;
}

// The canonical JSON of an id is as good as the id: equal ids, equal bytes.
std::uint16_t step_reader::add_id(const column_type& type, std::optional<std::uint8_t> index,
                                  const void* object) {
  if (!index) return 0;
  const field& f = type.type->fields[*index];
  if (!f.operations->present(f.in(object))) return 0;
  const std::size_t before = step_.texts.size();
  f.operations->write(f.in(object), step_.texts);
  return static_cast<std::uint16_t>(step_.texts.size() - before);
}

void step_reader::add_sealed(const column_type& type, const void* object, const event& e,
                             std::string_view path, step_event& s) {
  s.first_sealed = static_cast<std::uint32_t>(step_.sealed.size());
  for (const auto index : type.secrets) {
    const field& f = type.type->fields[index];
    // secret_of() wants to write; nothing is written here.
    const auto* secret = f.operations->secret_of(f.in(const_cast<void*>(object)));
    if (secret == nullptr || secret->clear) continue;
    sealed_name_.assign(e.source).append(1, ' ').append(e.id);
    sealed_field_.assign(path).append(f.name);
    step_.sealed.add({.field = index,
                      .cls = f.cls,
                      .name = sealed_name_,
                      .field_name = sealed_field_,
                      .bytes = secret->bytes});
    ++s.sealed_count;
  }
}

void step_reader::add_part(const event_data& data, const event& e, std::string_view path,
                           step_event& s) {
  const column_type& type = column_type_of(data.type());
  const void* object = data.object();
  dictionary_.prepare(type, object);
  if (type.until) s.until = day_in(type, *type.until, object);
  s.key_bytes = add_id(type, type.key, object);
  s.enrolment_bytes = add_id(type, type.enrolment, object);
  s.link_bytes = add_id(type, type.link, object);
  if (!type.secrets.empty()) add_sealed(type, object, e, path, s);
  s.content = dictionary_.find_or_add(type, object);
}

void step_reader::add_amendment(const event& e, step_event& s) {
  const auto* c = e.data.get<event_corrected>();
  s.kind = c != nullptr ? step_kind::correction : step_kind::retraction;
  s.has_part = c != nullptr && c->data && c->data->bound();
  s.has_valid = c != nullptr && c->time;
  if (s.has_valid) s.valid = day_of(c->time->value).count;
  if (s.has_part) add_part(c->data->data(), e, "data.", s);
  const auto target =
      parse_target(c != nullptr ? c->target : e.data.get<event_voided>()->target, {});
  s.target_source_bytes = static_cast<std::uint16_t>(target.source.size());
  s.target_bytes = static_cast<std::uint16_t>(target.id.size());
  step_.texts += target.source;
  step_.texts += target.id;
}

void step_reader::add(const event& e) {
  if (step_.events.empty()) step_.first = e.position;
  step_event s{.valid = day_of(e.time).count};
  s.recorded_day = recorded_day(e.recorded);
  s.source = source_of(e.source);
  s.text = static_cast<std::uint32_t>(step_.texts.size());
  s.id_bytes = static_cast<std::uint8_t>(e.id.size());
  step_.texts += e.id;
  if (!e.copiedfrom.empty()) s.flags |= column_chunk::copied_flag;
  if (is_opening_source(e.source)) s.flags |= column_chunk::opening_flag;
  const auto type = e.type().id;
  if (type == type_facts<event_corrected>::id || type == type_facts<event_voided>::id)
    add_amendment(e, s);
  else
    add_part(e.data, e, {}, s);
  step_.events.push_back(s);
  waiting_[waiting_count_++] = e.subject;
  if (waiting_count_ == subjects_at_once) find_subjects();
}

void step_reader::find_subjects() {
  std::array<std::uint32_t, subjects_at_once> found;
  const std::span names(waiting_.data(), waiting_count_);
  subjects_.find_or_add(names, found.data());
  const std::size_t first = step_.events.size() - waiting_count_;
  for (std::size_t i = 0; i < waiting_count_; ++i) step_.events[first + i].subject = found[i];
  waiting_count_ = 0;
}

void step_reader::finish() {
  step_.sealed.settle();
  find_subjects();
}

}  // namespace stegvis
