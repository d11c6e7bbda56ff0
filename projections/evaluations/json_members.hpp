#pragma once
// Files of JSON objects whose members are said once for both directions: `members_of(object, each)`
// calls each(key, member) in the order of the keys, in the namespace of the object's type. For the
// *_json.cpp here alone.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/json.hpp"
#include "events/keys.hpp"
#include "events/sha256.hpp"

namespace stegvis {

template <class R, class T>
concept either = std::same_as<std::remove_const_t<R>, T>;

// Of a file, for later ones.
struct format_number {
  std::int64_t number = 1;
};

// Numbers that stand in the file as their bytes, little-endian, in base64url.
template <class T>
struct packed {
  T& numbers;
};
template <class T>
packed(T&) -> packed<T>;

// A type with a function write_value(members_writer&, value) is written by it.
class members_writer {
 public:
  explicit members_writer(std::string& out) : out_(out) {}

  void raw(std::string_view json) { out_ += json; }
  void write(const std::string& s) { append_json_text(out_, s); }
  void write(bool b) { out_ += b ? "true" : "false"; }
  void write(std::int64_t n) { append_integer(out_, n); }
  void write(std::uint64_t n) {
    STEGVIS_ASSERT(n <= std::numeric_limits<std::int64_t>::max());
    append_integer(out_, static_cast<std::int64_t>(n));
  }
  void write(double x) {
    STEGVIS_ASSERT(std::isfinite(x));
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, x == 0 ? 0.0 : x).ptr;
    const std::string_view digits(buffer, static_cast<std::size_t>(end - buffer));
    out_ += digits;
    if (digits.find_first_of(".e") == digits.npos) out_ += ".0";
  }
  template <class E>
  requires std::is_enum_v<E>
  void write(E code) { append_json_text(out_, name_of(code)); }
  void write(const std::optional<std::string>& s) { write(*s); }
  void write(format_number format) { write(format.number); }
  void write(const public_key_bytes& key) { write(base64url(as_text(key))); }
  void write(packed<const std::vector<std::uint64_t>> p) { write_packed(p.numbers); }
  void write(packed<const std::optional<std::uint64_t>> p) { write_packed({&*p.numbers, 1}); }
  template <class T>
  void write(const std::vector<T>& list) {
    char before = '[';
    for (const auto& item : list) {
      out_ += before;
      write(item);
      before = ',';
    }
    out_ += list.empty() ? "[]" : "]";
  }
  template <class K, class T>
  void write(const std::map<K, T>& map) {
    char before = '{';
    for (const auto& [key, item] : map) {
      out_ += before;
      if constexpr (std::same_as<K, std::string>)
        write(key);
      else
        write(std::to_string(key));
      out_ += ':';
      write(item);
      before = ',';
    }
    out_ += map.empty() ? "{}" : "}";
  }
  template <class T>
  requires std::is_class_v<T>
  void write(const T& value) {
    if constexpr (requires { write_value(*this, value); }) {
      write_value(*this, value);
    } else {
      char before = '{';
      members_of(value, [&](std::string_view key, const auto& member) {
        if (is_absent(member)) return;
        out_ += before;
        append_json_text(out_, key);
        out_ += ':';
        write(member);
        before = ',';
      });
      out_ += '}';
    }
  }

 private:
  static bool is_absent(packed<const std::optional<std::uint64_t>> p) { return !p.numbers; }
  static bool is_absent(const std::optional<std::string>& s) { return !s; }
  static bool is_absent(const auto&) { return false; }
  void write_packed(std::span<const std::uint64_t> numbers) {
    std::string bytes;
    bytes.reserve(numbers.size() * 8);
    for (const auto n : numbers) {
      for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(n >> shift & 255);
    }
    write(base64url(bytes));
  }

  std::string& out_;
};

// Notes the first problem and goes on; what it read is thrown away if there was one.
class members_reader {
 public:
  // `unknown` is said of a member that is not there in members_of.
  members_reader(errc code, std::string unknown) : code_(code), unknown_(std::move(unknown)) {}
  std::optional<problem> error;

  void fail(const std::string& path, std::string what) { fail(path, std::move(what), code_); }
  void object(json_value from, const std::string& path, auto& members) {
    if (from.type() != json_type::object) return fail(path, "expected an object");
    std::map<std::string, json_value, std::less<>> given;
    from.each_member([&](std::string_view key, json_value value) {
      if (!given.emplace(key, value).second) fail(at(path, key), "given twice");
      return !error;
    });
    members_of(members, [&](std::string_view key, auto&& member) {
      const auto found = given.find(key);
      if (found == given.end()) {
        if (!may_be_absent(member)) fail(at(path, key), "is missing");
        return;
      }
      read(found->second, at(path, key), member);
      given.erase(found);
    });
    if (!given.empty()) fail(at(path, given.begin()->first), unknown_);
  }

 private:
  static bool may_be_absent(packed<std::optional<std::uint64_t>>) { return true; }
  static bool may_be_absent(const auto&) { return false; }
  static std::string at(std::string path, std::string_view key) {
    append_pointer_token(path, key);
    return path;
  }
  void fail(const std::string& path, std::string what, errc code) {
    if (!error) error = problem(code, std::move(what), path);
  }

  void read(json_value from, const std::string& path, std::string& to) {
    if (from.type() != json_type::text) return fail(path, "expected a text");
    to = from.text();
  }
  void read(json_value from, const std::string& path, bool& to) {
    if (from.type() != json_type::boolean) return fail(path, "expected true or false");
    to = from.boolean();
  }
  void read(json_value from, const std::string& path, std::uint64_t& to) {
    if (from.type() != json_type::integer || from.integer() < 0)
      return fail(path, "expected an integer from 0 on");
    to = static_cast<std::uint64_t>(from.integer());
  }
  void read(json_value from, const std::string& path, format_number& known) {
    const auto number = from.type() == json_type::integer ? from.integer() : 0;
    if (number > known.number)
      fail(path, "is " + std::to_string(number), errc::newer_version);
    else if (number != known.number)
      fail(path, "expected " + std::to_string(known.number));
  }
  void read(json_value from, const std::string& path, public_key_bytes& to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() != to.size()) return fail(path, "expected a key: 43 letters of base64url");
    std::ranges::copy(bytes, to.begin());
  }
  void read(json_value from, const std::string& path, packed<std::vector<std::uint64_t>> to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() % 8 != 0) return fail(path, "expected 8 bytes a number");
    to.numbers = unpacked(bytes);
  }
  void read(json_value from, const std::string& path, packed<std::optional<std::uint64_t>> to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() != 8) return fail(path, "expected one number of 8 bytes");
    to.numbers = unpacked(bytes).front();
  }
  template <class K>
  void read(json_value from, const std::string& path, std::map<K, std::string>& to) {
    if (from.type() != json_type::object) return fail(path, "expected an object");
    from.each_member([&](std::string_view key, json_value value) {
      K name{};
      if constexpr (std::same_as<K, std::string>)
        name = key;
      else
        name = position_of(key, path);
      read(value, at(path, key), to[name]);
      return !error;
    });
  }
  template <class T>
  void read(json_value from, const std::string& path, std::vector<T>& to) {
    if (from.type() != json_type::array) return fail(path, "expected a list");
    from.each_element([&](json_value element) {
      const auto index = std::to_string(to.size());
      read(element, at(path, index), to.emplace_back());
      return !error;
    });
  }
  template <class T>
  requires std::is_class_v<T>
  void read(json_value from, const std::string& path, T& to) { object(from, path, to); }

  std::uint64_t position_of(std::string_view text, const std::string& path) {
    std::uint64_t n = 0;
    for (const char c : text) {
      if (c < '0' || c > '9' || text.size() > 16) fail(at(path, text), "expected a position");
      n = n * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return n;
  }
  std::string decoded(json_value from, const std::string& path) {
    if (from.type() != json_type::text) {
      fail(path, "expected a text");
      return {};
    }
    auto bytes = base64url_decode(from.text());
    if (!bytes) fail(path, "expected base64url without padding");
    return std::move(bytes).value_or("");
  }
  static std::vector<std::uint64_t> unpacked(std::string_view bytes) {
    std::vector<std::uint64_t> numbers(bytes.size() / 8);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      numbers[i / 8] |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << 8 * (i % 8);
    }
    return numbers;
  }

  errc code_;
  std::string unknown_;
};

std::string members_json(const auto& object) {
  std::string text;
  members_writer(text).write(object);
  return text;
}

// The problem names the file.
template <class T>
result<T> read_members(std::string_view text, std::string_view file, members_reader reader) {
  T object;
  json_parser parser;
  if (const auto document = parser.parse(text))
    reader.object(*document, "", object);
  else
    reader.fail("", document.error().message);
  if (!reader.error) return object;
  reader.error->file = file;
  return *reader.error;
}

}  // namespace stegvis
