#pragma once
// The stored form of values: a cereal portable binary archive (little-endian), one an event.
// Cereal stays behind these two classes.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace stegvis {

// Appends one archive to a string. Reuse it: making the stream behind it costs more than an event.
// Not thread safe.
class payload_writer {
 public:
  payload_writer();
  ~payload_writer();
  // Starts an archive at the end of `out`, which must outlive it.
  void begin(std::string& out);
  void end();
  void u8(std::uint8_t);
  void u16(std::uint16_t);
  void i64(std::int64_t);
  void text(std::string_view);  // asserts at most 65535 bytes

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// What a damaged or foreign payload throws; caught where records are decoded.
struct payload_error {};

// Reads one archive. Lengths are checked against what is left before anything is allocated.
class payload_reader {
 public:
  payload_reader();
  ~payload_reader();
  void begin(std::string_view bytes);  // throws payload_error
  bool end();                          // true if all bytes were consumed
  std::uint8_t u8();                   // this and the next throw payload_error
  std::uint16_t u16();
  std::int64_t i64();
  void text(std::string& into);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace stegvis
