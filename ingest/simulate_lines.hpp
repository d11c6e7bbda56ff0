#pragma once
// Writes simulated events as canonical JSON lines.
#include <initializer_list>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "ingest/simulate_facts.hpp"

namespace stegvis {

// One JSON object, appended to `out` and closed at the end of the writer's life. Keys come in
// sorted order; texts hold nothing that JSON escapes.
class object_writer {
 public:
  explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }
  ~object_writer() { out_ += '}'; }
  object_writer(const object_writer&) = delete;
  object_writer& operator=(const object_writer&) = delete;

  void text(std::string_view key, std::string_view value);
  void integer(std::string_view key, std::int64_t value);
  void boolean(std::string_view key, bool value);
  void date(std::string_view key, day value);
  // `prefix` and the number, such as "pl-9" or "workplace/w-12".
  void numbered(std::string_view key, std::string_view prefix, std::uint64_t number);
  void texts(std::string_view key, std::initializer_list<std::string_view> values);
  // JSON as it stands.
  void raw(std::string_view key, std::string_view json);
  std::string& value_of(std::string_view key);  // to append the value to

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view name_of(simulated type);

// The data of a person's event; `variant` 1 draws the details of a correction.
void append_data(const fact&, std::uint64_t seed, std::uint32_t variant, std::string& out);

// Random-looking, different for different participants, never with more than six digits in a row.
void append_subject(std::uint64_t seed, std::uint32_t participant, std::string& out);

// What an envelope says besides the data.
struct line_facts {
  std::string_view id, source, subject, type, data;
  valid_time time;
};

// Numbers the events and keeps their recorded times rising.
class line_writer {
 public:
  // `second` of the recorded day, Stockholm's clock. The line is valid until the next call.
  std::string_view write(day recorded, std::uint32_t second, const line_facts&);

 private:
  std::string line_;
  std::uint64_t sequence_ = 0;
  std::int64_t last_us_ = 0;
};

// Stockholm's time by the rule of the European Union, without time-zone data.
valid_time stockholm_time(day, std::uint32_t second_of_day, precision);

}  // namespace stegvis
