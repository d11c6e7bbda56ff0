// The stored form of a journey: varints, so that a fact takes some twenty bytes.
#include "projections/journey.hpp"

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

std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

class writer {
 public:
  explicit writer(std::string& out) : out_(out) {}
  void byte(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void number(std::uint64_t v) {
    while (v >= 0x80) {
      byte(static_cast<std::uint8_t>(v | 0x80));
      v >>= 7;
    }
    byte(static_cast<std::uint8_t>(v));
  }
  void difference(std::int64_t v) { number(zigzag(v)); }
  void text(std::string_view t) {
    number(t.size());
    out_ += t;
  }

 private:
  std::string& out_;
};

struct bad_form {};

class reader {
 public:
  explicit reader(std::string_view bytes) : left_(bytes) {}
  bool done() const { return left_.empty(); }
  std::size_t left() const { return left_.size(); }
  std::uint8_t byte() {
    if (left_.empty()) throw bad_form{};
    const auto v = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return v;
  }
  std::uint64_t number() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto b = byte();
      if (shift == 63 && b > 1) throw bad_form{};
      v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    throw bad_form{};
  }
  std::int64_t difference() { return unzigzag(number()); }
  void text(std::string& into) {
    const auto size = number();
    if (size > left_.size()) throw bad_form{};
    into.assign(left_.substr(0, size));
    left_.remove_prefix(size);
  }
  // A count of things of at least one byte each: never more than the bytes left.
  std::size_t count() {
    const auto n = number();
    if (n > left_.size()) throw bad_form{};
    return n;
  }

 private:
  std::string_view left_;
};

day day_from(day base, std::int64_t difference) {
  constexpr std::int64_t days_max = 4'000'000;
  if (difference < -days_max || difference > days_max) throw bad_form{};
  const std::int64_t count = base.count + difference;
  if (count < -days_max || count > days_max) throw bad_form{};
  return {static_cast<std::int32_t>(count)};
}

claim_source source_from(std::uint8_t v) {
  if (v > static_cast<std::uint8_t>(claim_source::register_)) throw bad_form{};
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

void save_content(const fact_content& c, std::uint32_t extra, day base, writer& w) {
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

std::uint32_t load_content(fact_content& c, day base, reader& r) {
  const auto kind = r.byte();
  if (name_of(static_cast<fact_kind>(kind)).empty()) throw bad_form{};
  c.kind = static_cast<fact_kind>(kind);
  const auto f = static_cast<std::uint32_t>(r.number());
  if (f > all_fields) throw bad_form{};
  if (f & has_code) c.code = r.byte();
  if (f & has_labour_status) c.labour_status = r.byte();
  if (f & has_source) c.source = source_from(r.byte());
  if (f & has_subsidised) c.subsidised = (f & is_subsidised) != 0;
  if (f & has_reserved) c.reserved = (f & is_reserved) != 0;
  if (f & has_number) c.number = static_cast<std::uint32_t>(r.number());
  if (f & has_key) r.text(c.key);
  if (f & has_enrolment) r.text(c.enrolment);
  if (f & has_unit) r.text(c.unit);
  if (f & has_text) r.text(c.text);
  if (f & has_until) c.until = day_from(base, r.difference());
  return f;
}

void save_facts(const journey& j, writer& w) {
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

void load_facts(journey& j, reader& r) {
  fact before;
  std::uint32_t replacements = 0;
  j.facts.resize(r.count());
  for (fact& f : j.facts) {
    const auto step = r.number();
    if (step == 0) throw bad_form{};
    f.at.value = before.at.value + step;
    f.recorded.us = static_cast<std::int64_t>(static_cast<std::uint64_t>(before.recorded.us) +
                                              static_cast<std::uint64_t>(r.difference()));
    f.recorded_day = day_from(before.recorded_day, r.difference());
    f.valid = day_from(f.recorded_day, r.difference());
    f.source = static_cast<std::uint32_t>(r.number());
    if (f.source >= j.sources.size()) throw bad_form{};
    r.text(f.id);
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
  writer w(out);
  w.number(j.sources.size());
  for (const auto& source : j.sources) w.text(source);
  save_facts(j, w);
  for (const fact_content& c : j.replacements) save_content(c, 0, day{}, w);
}

result<journey> load(std::string_view bytes) {
  if (bytes.empty()) return problem{errc::corrupt, "a stored journey is empty"};
  if (bytes.front() > form_version) return problem{errc::newer_version, "stored journey"};
  reader r(bytes);
  journey j;
  try {
    if (r.byte() != form_version) throw bad_form{};
    j.sources.resize(r.count());
    for (auto& source : j.sources) r.text(source);
    load_facts(j, r);
    if (!r.done()) throw bad_form{};
  } catch (const bad_form&) {
    return problem{errc::corrupt, "a stored journey does not decode"};
  }
  return j;
}

}  // namespace stegvis
