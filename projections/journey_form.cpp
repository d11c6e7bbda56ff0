// The stored form of a journey: varints, so that a fact takes some twenty bytes.
#include "projections/journey.hpp"
#include "projections/numbers.hpp"

namespace stegvis {
namespace {
constexpr char form_version = 1;

enum content_field : std::uint32_t {
  has_code = 1,
  has_labour_status = 2,
  has_source = 4,
  has_subsidised = 8,
  is_subsidised = 16,
  has_reserved = 32,
  is_reserved = 64,
  has_number = 128,
  has_key = 256,
  has_enrolment = 512,
  has_unit = 1024,
  has_text = 2048,
  has_until = 4096,
  is_copied = 8192,
  has_replacement = 16384,
  all_fields = 32767
};

day day_from(day base, std::int64_t difference) {
  constexpr std::int64_t days_max = 4'000'000;
  if (difference < -days_max || difference > days_max) throw bad_numbers{};
  const std::int64_t count = base.count + difference;
  if (count < -days_max || count > days_max) throw bad_numbers{};
  return {static_cast<std::int32_t>(count)};
}

claim_source source_from(std::uint8_t v) {
  if (v > static_cast<std::uint8_t>(claim_source::register_)) throw bad_numbers{};
  return static_cast<claim_source>(v);
}

std::uint32_t fields_of(const fact_content& c) {
  std::uint32_t f = 0;
  if (c.code != no_code) f |= has_code;
  if (c.labour_status != no_code) f |= has_labour_status;
  if (c.source != claim_source::none) f |= has_source;
  if (c.subsidised) f |= has_subsidised;
  if (c.subsidised == true) f |= is_subsidised;
  if (c.reserved) f |= has_reserved;
  if (c.reserved == true) f |= is_reserved;
  if (c.number != 0) f |= has_number;
  if (!c.key.empty()) f |= has_key;
  if (!c.enrolment.empty()) f |= has_enrolment;
  if (!c.unit.empty()) f |= has_unit;
  if (!c.text.empty()) f |= has_text;
  if (c.until) f |= has_until;
  return f;
}

void save_content(const fact_content& c, std::uint32_t extra, day base, number_writer& w) {
  const auto f = fields_of(c) | extra;
  w.byte(static_cast<std::uint8_t>(c.kind));
  w.number(f);
  if (f & has_code) w.byte(c.code);
  if (f & has_labour_status) w.byte(c.labour_status);
  if (f & has_source) w.byte(static_cast<std::uint8_t>(c.source));
  if (f & has_number) w.number(c.number);
  if (f & has_key) w.text(c.key);
  if (f & has_enrolment) w.text(c.enrolment);
  if (f & has_unit) w.text(c.unit);
  if (f & has_text) w.text(c.text);
  if (f & has_until) w.difference(*c.until - base);
}

std::uint32_t load_content(fact_content& c, day base, number_reader& r) {
  const auto kind = r.byte();
  if (name_of(static_cast<fact_kind>(kind)).empty()) throw bad_numbers{};
  c.kind = static_cast<fact_kind>(kind);
  const auto f = static_cast<std::uint32_t>(r.number());
  if (f > all_fields) throw bad_numbers{};
  if (f & has_code) c.code = r.byte();
  if (f & has_labour_status) c.labour_status = r.byte();
  if (f & has_source) c.source = source_from(r.byte());
  if (f & has_subsidised) c.subsidised = (f & is_subsidised) != 0;
  if (f & has_reserved) c.reserved = (f & is_reserved) != 0;
  if (f & has_number) c.number = static_cast<std::uint32_t>(r.number());
  if (f & has_key) c.key = r.text();
  if (f & has_enrolment) c.enrolment = r.text();
  if (f & has_unit) c.unit = r.text();
  if (f & has_text) c.text = r.text();
  if (f & has_until) c.until = day_from(base, r.difference());
  return f;
}

void save_facts(const journey& j, number_writer& w) {
  fact before;
  w.number(j.facts.size());
  for (const fact& f : j.facts) {
    w.number(f.at.value - before.at.value);
    w.difference(f.recorded.us - before.recorded.us);
    w.difference(f.recorded_day - before.recorded_day);
    w.difference(f.valid - f.recorded_day);
    w.number(f.source);
    w.text(f.id);
    std::uint32_t extra = 0;
    if (f.copied) extra |= is_copied;
    if (f.replacement != 0) extra |= has_replacement;
    save_content(f.content, extra, f.valid, w);
    before.at = f.at;
    before.recorded = f.recorded;
    before.recorded_day = f.recorded_day;
  }
}

void load_facts(journey& j, number_reader& r) {
  fact before;
  std::uint32_t replacements = 0;
  j.facts.resize(r.count());
  for (fact& f : j.facts) {
    const auto step = r.number();
    if (step == 0) throw bad_numbers{};
    f.at.value = before.at.value + step;
    f.recorded.us = static_cast<std::int64_t>(static_cast<std::uint64_t>(before.recorded.us) +
                                              static_cast<std::uint64_t>(r.difference()));
    f.recorded_day = day_from(before.recorded_day, r.difference());
    f.valid = day_from(f.recorded_day, r.difference());
    f.source = static_cast<std::uint32_t>(r.number());
    if (f.source >= j.sources.size()) throw bad_numbers{};
    f.id = r.text();
    const auto fields = load_content(f.content, f.valid, r);
    f.copied = (fields & is_copied) != 0;
    if (fields & has_replacement) f.replacement = ++replacements;
    before.at = f.at;
    before.recorded = f.recorded;
    before.recorded_day = f.recorded_day;
  }
  j.replacements.resize(replacements);
  for (fact_content& c : j.replacements) load_content(c, day{}, r);
}
}  // namespace

void save(const journey& j, std::string& out) {
  out.push_back(form_version);
  number_writer w(out);
  w.number(j.sources.size());
  for (const auto& source : j.sources) w.text(source);
  save_facts(j, w);
  for (const fact_content& c : j.replacements) save_content(c, 0, day{}, w);
}

result<journey> load(std::string_view bytes) {
  if (bytes.empty()) return problem{errc::corrupt, "a stored journey is empty"};
  if (bytes.front() > form_version) return problem{errc::newer_version, "stored journey"};
  number_reader r(bytes);
  journey j;
  try {
    if (r.byte() != form_version) throw bad_numbers{};
    j.sources.resize(r.count());
    for (auto& source : j.sources) source = r.text();
    load_facts(j, r);
    if (!r.done()) throw bad_numbers{};
  } catch (const bad_numbers&) {
    return problem{errc::corrupt, "a stored journey does not decode"};
  }
  return j;
}

}  // namespace stegvis
