#include "ingest/simulate_lines.hpp"

#include <algorithm>
#include <array>

namespace stegvis {
namespace {
constexpr std::int64_t second_us = 1'000'000;

day last_sunday(int year, unsigned month) {
  const day last = make_day(year, month, 31);
  return last + -((last.count + 4) % 7);  // 1970-01-01 was a Thursday
}

// Summer time holds from 02:00 on the last Sunday of March to 03:00 on that of October, read on the
// clock that ends there.
std::int16_t offset_min(day d, std::uint32_t second_of_day) {
  const int year = civil_of(d).year;
  const std::int64_t clock = d.count * std::int64_t{86'400} + second_of_day;
  const auto at = [](day change, int hour) {
    return change.count * std::int64_t{86'400} + hour * 3600;
  };
  const bool summer = clock >= at(last_sunday(year, 3), 2) && clock < at(last_sunday(year, 10), 3);
  return summer ? 120 : 60;
}

// Four rounds of a Feistel net over 58 bits: a permutation, so that no two participants meet.
std::uint64_t permuted(std::uint64_t seed, std::uint64_t number) {
  constexpr std::uint64_t half = (1ULL << 29) - 1;
  std::uint64_t left = number >> 29 & half, right = number & half;
  for (std::uint64_t round = 0; round < 4; ++round) {
    const std::uint64_t next = left ^ (mix(seed + (round << 32) + right) & half);
    left = right;
    right = next;
  }
  return left << 29 | right;
}
}  // namespace

void object_writer::raw(std::string_view key, std::string_view json) {
  value_of(key) += json;
}

std::string& object_writer::value_of(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '"';
  out_ += key;
  out_ += "\":";
  return out_;
}

void object_writer::text(std::string_view key, std::string_view value) {
  value_of(key) += '"';
  out_ += value;
  out_ += '"';
}

void object_writer::integer(std::string_view key, std::int64_t value) {
  append_integer(value_of(key), value);
}

void object_writer::boolean(std::string_view key, bool value) {
  value_of(key) += value ? "true" : "false";
}

void object_writer::date(std::string_view key, day value) {
  text(key, to_string(value));
}

void object_writer::numbered(std::string_view key, std::string_view prefix, std::uint64_t number) {
  value_of(key) += '"';
  out_ += prefix;
  append_padded(out_, number, 1);
  out_ += '"';
}

void object_writer::texts(std::string_view key, std::initializer_list<std::string_view> values) {
  value_of(key) += '[';
  for (const auto& value : values) {
    if (&value != values.begin()) out_ += ',';
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  out_ += ']';
}

std::string_view name_of(simulated type) {
  static constexpr std::string_view names[] = {
#define X(name) #name,
      STEGVIS_SIMULATED(X)
#undef X
  };
  return names[static_cast<std::size_t>(type)];
}

void append_subject(std::uint64_t seed, std::uint32_t participant, std::string& out) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::uint64_t bits = permuted(mix(seed ^ 3), participant);
  out += "participant/p-";
  for (int i = 0; i < 12; ++i) {
    // Letters alone in the middle (three and four bits): nothing that reads as a personal number.
    const int width = i == 5 ? 4 : i == 6 ? 4 : 5;
    out += letters[bits & ((1U << width) - 1)];
    bits >>= width;
  }
}

valid_time stockholm_time(day d, std::uint32_t second_of_day, precision p) {
  const std::int16_t offset = offset_min(d, second_of_day);
  const std::int64_t local_s = d.count * std::int64_t{86'400} + second_of_day;
  return {(local_s - offset * 60) * second_us, offset, p};
}

std::string_view line_writer::write(day recorded, std::uint32_t second, const line_facts& facts) {
  const std::int64_t begin = stockholm_time(recorded, second, precision::exact).utc_us;
  const auto fraction = static_cast<std::int64_t>(mix(sequence_) % second_us);
  last_us_ = std::max(begin + fraction, last_us_ + 1);
  line_.clear();
  {
    object_writer o(line_);
    o.raw("data", facts.data);
    std::string& schema = o.value_of("dataschema");
    schema += "\"stegvis:";
    schema += facts.type;
    schema += ":1\"";
    o.text("id", facts.id);
    o.text("recordedtime", to_string(recorded_time{last_us_}));
    std::string& sequence = o.value_of("sequence");
    sequence += '"';
    append_padded(sequence, ++sequence_, 19);
    sequence += '"';
    o.text("source", facts.source);
    o.text("specversion", "1.0");
    o.text("subject", facts.subject);
    o.text("time", to_string(facts.time));
    if (facts.time.precision == precision::day) o.text("timeprecision", "day");
    std::string& type = o.value_of("type");
    type += "\"stegvis.";
    type += facts.type;
    type += '"';
  }
  return line_;
}

}  // namespace stegvis
