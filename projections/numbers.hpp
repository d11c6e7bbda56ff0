#pragma once
// Numbers of a stored form: unsigned LEB128, differences zigzag-coded first; texts are a length
// and bytes.
#include <cstdint>
#include <string>
#include <string_view>

namespace stegvis {

inline std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
inline std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

class number_writer {
 public:
  explicit number_writer(std::string& out) : out_(out) {}
  void byte(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void number(std::uint64_t v) {
    while (v >= 0x80) {
      byte(static_cast<std::uint8_t>(v | 0x80));
      v >>= 7;
    }
    byte(static_cast<std::uint8_t>(v));
  }
  // Modulo 2^64, so that any two numbers have one.
  void difference(std::uint64_t to, std::uint64_t from) {
    difference(static_cast<std::int64_t>(to - from));
  }
  void difference(std::int64_t by) { number(zigzag(by)); }
  void text(std::string_view t) {
    number(t.size());
    out_ += t;
  }

 private:
  std::string& out_;
};

struct bad_numbers {};  // thrown where bytes do not fit

class number_reader {
 public:
  explicit number_reader(std::string_view bytes) : left_(bytes) {}
  bool done() const { return left_.empty(); }
  std::size_t left() const { return left_.size(); }
  std::uint8_t byte() {
    if (left_.empty()) throw bad_numbers{};
    const auto v = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return v;
  }
  std::uint64_t number() {
    std::uint64_t v = byte();
    if (v < 0x80) return v;
    v &= 0x7f;
    for (int shift = 7; shift < 64; shift += 7) {
      const auto b = byte();
      if (shift == 63 && b > 1) throw bad_numbers{};
      v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    throw bad_numbers{};
  }
  std::uint64_t number_up_to(std::uint64_t limit) {
    const auto v = number();
    if (v > limit) throw bad_numbers{};
    return v;
  }
  std::uint64_t difference(std::uint64_t from) {
    return from + static_cast<std::uint64_t>(difference());
  }
  std::int64_t difference() { return unzigzag(number()); }
  std::string_view text() {
    const auto size = count();
    const auto t = left_.substr(0, size);
    left_.remove_prefix(size);
    return t;
  }
  // A count of things of at least one byte each: never more than the bytes left.
  std::size_t count() {
    const auto n = number();  // first: it takes bytes itself
    if (n > left_.size()) throw bad_numbers{};
    return n;
  }

 private:
  std::string_view left_;
};

}  // namespace stegvis
