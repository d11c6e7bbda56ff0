#pragma once
// JSON in (simdjson behind it) and canonical JSON out (RFC 8785, without floating point).
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/error.hpp"

namespace stegvis {

enum class json_type { null, boolean, integer, number, text, array, object };

// A value inside a json_parser's document. Borrowed: valid until the parser's next parse.
class json_value {
 public:
  json_type type() const;
  bool boolean() const;           // asserts json_type::boolean
  std::int64_t integer() const;   // asserts json_type::integer
  double number() const;          // asserts json_type::number; the nearest double
  std::string_view text() const;  // asserts json_type::text
  // Visits members in the order of the text, duplicates included; stops when `visit` says false.
  template <class F>  // bool(std::string_view key, json_value)
  bool each_member(F&& visit) const {
    return members(
        [](void* f, std::string_view k, json_value v) {
          return (*static_cast<std::remove_reference_t<F>*>(f))(k, v);
        },
        &visit);
  }
  template <class F>  // bool(json_value)
  bool each_element(F&& visit) const {
    return elements(
        [](void* f, json_value v) { return (*static_cast<std::remove_reference_t<F>*>(f))(v); },
        &visit);
  }
  std::string minified() const;  // JSON text of the value, keys in the given order

 private:
  friend class json_parser;
  bool members(bool (*visit)(void*, std::string_view, json_value), void*) const;
  bool elements(bool (*visit)(void*, json_value), void*) const;
  alignas(8) std::array<std::byte, 16> element_{};
};

// Parses one document at a time, reusing its buffers. Not thread safe; keep one a thread.
class json_parser {
 public:
  json_parser();
  ~json_parser();
  json_parser(json_parser&&) noexcept;
  // bad_json with what is wrong; the text is copied, so it may go away.
  [[nodiscard]] result<json_value> parse(std::string_view text);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// A quoted JSON string as RFC 8785 writes it; `text` must be valid UTF-8.
void append_json_text(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);
// A slash and the key, as in a JSON pointer (RFC 6901: ~0 for ~, ~1 for /).
void append_pointer_token(std::string& out, std::string_view key);
// `value` with leading zeros to `width` digits.
void append_padded(std::string& out, std::uint64_t value, int width);

}  // namespace stegvis
