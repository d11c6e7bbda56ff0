#include "ingest/kafka/wire.hpp"

#include <algorithm>
#include <charconv>

#include "events/json.hpp"

namespace stegvis {
namespace {
constexpr std::string_view attribute_prefix = "ce_";
constexpr std::string_view structured_type = "application/cloudevents+json";

void add_marks(const record_marks& marks, kafka_headers& headers) {
  headers.emplace_back("ledger", marks.ledger);
  headers.emplace_back("epoch", std::to_string(marks.epoch));
  headers.emplace_back("complete", std::to_string(marks.complete.value));
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number n{};
  const auto* end = text.data() + text.size();
  const auto [stopped, wrong] = std::from_chars(text.data(), end, n);
  if (text.empty() || stopped != end || wrong != std::errc()) return std::nullopt;
  return n;
}

bool has_header(const incoming_record& r, std::string_view name) {
  return std::ranges::any_of(r.headers, [&](const auto& h) { return h.first == name; });
}

result<std::string> line_from_headers(const incoming_record& r) {
  thread_local json_parser parser;
  std::string line = "{";
  for (const auto& [name, value] : r.headers) {
    if (!name.starts_with(attribute_prefix)) continue;
    append_json_text(line, std::string_view(name).substr(attribute_prefix.size()));
    line += ':';
    append_json_text(line, value);
    line += ',';
  }
  const auto data = parser.parse(*r.value);
  if (!data) return bad_record(r, "its value is not JSON");
  return line + "\"data\":" + data->minified() + "}";
}
}  // namespace

outgoing_record topic_record::borrowed() const {
  return {key, value, headers};
}

void make_event_record(const event& e, const record_marks& marks, topic_record& into) {
  into.key = e.subject;
  into.value.clear();
  append_data(e, into.value);
  into.headers.clear();
  into.headers.emplace_back("content-type", "application/json");
  std::string name(attribute_prefix);
  for_each_attribute(e, [&](std::string_view attribute, std::string_view value) {
    name.resize(attribute_prefix.size());
    name += attribute;
    into.headers.emplace_back(name, value);
  });
  add_marks(marks, into.headers);
  into.headers.emplace_back("prev", std::to_string(marks.prev.value));
}

void set_complete(position complete, topic_record& in) {
  const auto header = std::ranges::find(in.headers, "complete",
                                        [](const auto& h) { return std::string_view(h.first); });
  header->second = std::to_string(complete.value);
}

void make_checkpoint(const record_marks& marks, topic_record& into) {
  into.key.clear();
  into.value.clear();
  into.headers.clear();
  add_marks(marks, into.headers);
}

bool holds(const incoming_record& r, const event& e) {
  topic_record expected;
  make_event_record(e, {}, expected);
  if (r.key != expected.key || !r.value || *r.value != expected.value) return false;
  const auto is_attribute = [](const auto& h) { return h.first.starts_with(attribute_prefix); };
  const auto attributes = std::ranges::count_if(r.headers, is_attribute);
  return attributes == std::ranges::count_if(expected.headers, is_attribute) &&
         std::ranges::all_of(expected.headers, [&](const auto& h) {
           return !is_attribute(h) || r.header(h.first) == h.second;
         });
}

std::string place_of(const incoming_record& r) {
  return r.from.topic + " partition " + std::to_string(r.from.partition) + " offset " +
         std::to_string(r.offset);
}

problem bad_record(const incoming_record& r, const std::string& what) {
  return {errc::bad_record, place_of(r) + ": " + what};
}

result<read_marks> marks_of(const incoming_record& r) {
  read_marks m;
  m.marks.ledger = r.header("ledger");
  const auto epoch = number_in<std::uint32_t>(r.header("epoch"));
  const auto complete = number_in<std::uint64_t>(r.header("complete"));
  if (m.marks.ledger.empty() || !epoch || !complete) {
    return bad_record(r, "the headers ledger, epoch and complete are missing or damaged");
  }
  m.marks.epoch = *epoch;
  m.marks.complete = {*complete};
  if (!has_header(r, "ce_sequence")) return m;
  const auto prev = number_in<std::uint64_t>(r.header("prev"));
  const auto sequence = number_in<std::uint64_t>(r.header("ce_sequence"));
  if (!prev || !sequence || *sequence == 0) {
    return bad_record(r, "the headers prev and ce_sequence are missing or damaged");
  }
  m.marks.prev = {*prev};
  m.sequence = position{*sequence};
  return m;
}

result<std::string> line_of(const incoming_record& r) {
  if (!r.value) return bad_record(r, "it has no value");
  if (r.value->size() > line_bytes_max) {
    return problem{errc::too_large, place_of(r) + ": over 1 MiB"};
  }
  if (r.header("content-type").starts_with(structured_type)) return *r.value;
  if (!has_header(r, "ce_specversion")) {
    return bad_record(r, "neither content-type " + std::string(structured_type) +
                             " nor headers ce_specversion, ce_id ...");
  }
  return line_from_headers(r);
}

}  // namespace stegvis
