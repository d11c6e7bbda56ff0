// The form of a partial's file, said once for both directions, and what is checked of it.
#include <algorithm>
#include <concepts>
#include <map>
#include <set>

#include "events/json.hpp"
#include "events/sha256.hpp"
#include "events/time.hpp"
#include "events/utf8.hpp"
#include "projections/evaluations/federation.hpp"

namespace stegvis {
namespace {

// Of the file, for later ones.
struct format_number {
  std::int64_t number = 2;  // 1: without head_hash
};

constexpr std::uint64_t position_max = std::uint64_t{1} << 53;
constexpr std::size_t definition_bytes_max = 1024 * 1024;
constexpr std::size_t ledger_id_digits = 32;
constexpr std::size_t hash_digits = 64;

template <class R, class T>
concept either = std::same_as<std::remove_const_t<R>, T>;

// `each(key, member)` in the order of the keys.
void members_of(either<participant_key> auto& p, auto&& each) {
  each("key", p.key);
  each("name", p.name);
}
void members_of(either<partial_file> auto& p, auto&& each) {
  each("as_of", p.as_of);
  each("check", p.check);
  each("counts", p.counts);
  each("cut", p.cut);
  each("cut_recorded", p.cut_recorded);
  each("definition_hash", p.definition_hash);
  each("definition_text", p.definition_text);
  format_number format;
  each("format", format);
  each("head_hash", p.head_hash);
  each("ledger", p.ledger_id);
  each("masked", p.masked);
  each("name", p.name);
  each("participants", p.participants);
  each("run", p.run);
  each("shape", p.shape);
}

std::string little_endian(std::span<const std::uint64_t> numbers) {
  std::string bytes;
  bytes.reserve(numbers.size() * 8);
  for (const auto n : numbers) {
    for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(n >> shift & 255);
  }
  return bytes;
}

std::vector<std::uint64_t> from_little_endian(std::string_view bytes) {
  std::vector<std::uint64_t> numbers(bytes.size() / 8);
  for (std::size_t i = 0; i < numbers.size() * 8; ++i) {
    numbers[i / 8] |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << 8 * (i % 8);
  }
  return numbers;
}

class json_writer {
 public:
  std::string text;

  void object(const auto& members) {
    text += '{';
    members_of(members, [&, first = true](std::string_view key, const auto& value) mutable {
      if (!present(value)) return;
      if (!first) text += ',';
      first = false;
      append_json_text(text, key);
      text += ':';
      put(value);
    });
    text += '}';
  }

 private:
  static bool present(const std::optional<std::uint64_t>& value) { return value.has_value(); }
  static bool present(const auto&) { return true; }

  void put(const std::string& value) { append_json_text(text, value); }
  void put(bool value) { text += value ? "true" : "false"; }
  void put(std::uint64_t value) { append_integer(text, static_cast<std::int64_t>(value)); }
  void put(format_number format) { append_integer(text, format.number); }
  void put(const public_key_bytes& key) { append_json_text(text, base64url(as_text(key))); }
  void put(std::span<const std::uint64_t> numbers) {
    append_json_text(text, base64url(little_endian(numbers)));
  }
  void put(const std::optional<std::uint64_t>& value) { put(std::span(&*value, 1)); }
  void put(const std::vector<participant_key>& participants) {
    text += '[';
    for (const auto& p : participants) {
      if (&p != participants.data()) text += ',';
      object(p);
    }
    text += ']';
  }
};

// Notes the first problem and goes on; what it read is thrown away if there was one.
class json_reader {
 public:
  std::optional<problem> error;

  void fail(const std::string& path, std::string what, errc code = errc::bad_partial) {
    if (!error) error = problem(code, std::move(what), path);
  }

  void object(json_value from, const std::string& path, auto& members) {
    if (from.type() != json_type::object) return fail(path, "expected an object");
    std::map<std::string_view, json_value> given;
    from.each_member([&](std::string_view key, json_value value) {
      if (!given.emplace(key, value).second) fail(at(path, key), "given twice");
      return !error;
    });
    members_of(members, [&](std::string_view key, auto& member) {
      const auto found = given.find(key);
      if (found != given.end()) read(found->second, at(path, key), member);
      else if (!optional(member)) fail(at(path, key), "is missing");
      if (found != given.end()) given.erase(found);
    });
    if (!given.empty()) fail(at(path, given.begin()->first), "is no member of a partial");
  }

 private:
  static std::string at(std::string path, std::string_view key) {
    append_pointer_token(path, key);
    return path;
  }
  static bool optional(const std::optional<std::uint64_t>&) { return true; }
  static bool optional(const auto&) { return false; }

  void read(json_value from, const std::string& path, std::string& to) {
    if (from.type() != json_type::text) return fail(path, "expected a text");
    to = from.text();
  }
  void read(json_value from, const std::string& path, bool& to) {
    if (from.type() != json_type::boolean) return fail(path, "expected true or false");
    to = from.boolean();
  }
  void read(json_value from, const std::string& path, std::uint64_t& to) {
    if (from.type() != json_type::integer || from.integer() < 0) {
      return fail(path, "expected an integer from 0 on");
    }
    to = static_cast<std::uint64_t>(from.integer());
  }
  void read(json_value from, const std::string& path, format_number& known) {
    const auto number = from.type() == json_type::integer ? from.integer() : 0;
    if (number > known.number) {
      fail(path, "is " + std::to_string(number), errc::newer_version);
    } else if (number != known.number) {
      fail(path, "expected " + std::to_string(known.number));
    }
  }
  void read(json_value from, const std::string& path, public_key_bytes& to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() != to.size()) return fail(path, "expected a key: 43 letters of base64url");
    std::ranges::copy(bytes, to.begin());
  }
  void read(json_value from, const std::string& path, std::vector<std::uint64_t>& to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() % 8 != 0) return fail(path, "expected 8 bytes a number");
    to = from_little_endian(bytes);
  }
  void read(json_value from, const std::string& path, std::optional<std::uint64_t>& to) {
    const auto bytes = decoded(from, path);
    if (bytes.size() != 8) return fail(path, "expected one number of 8 bytes");
    to = from_little_endian(bytes).front();
  }
  void read(json_value from, const std::string& path, std::vector<participant_key>& to) {
    if (from.type() != json_type::array) return fail(path, "expected a list");
    from.each_element([&](json_value element) {
      const auto index = std::to_string(to.size());
      object(element, at(path, index), to.emplace_back());
      return !error && to.size() <= participants_max;  // one too many is refused by the checks
    });
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
};

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_day(const std::string& text) {
  const auto d = parse_day(text);
  return d && to_string(*d) == text;
}

bool is_recorded_time(const std::string& text) {
  const auto t = parse_recorded_time(text);
  return t && to_string(*t) == text;
}

bool is_text(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max &&
         find_bad_utf8(text) == std::string_view::npos;
}

bool is_json_object(std::string_view text) {
  json_parser parser;
  const auto value = parser.parse(text);
  return value && value->type() == json_type::object;
}

result<void> check_participants(const std::vector<participant_key>& all) {
  const auto refuse = [](std::size_t at, const char* what) {
    return problem(errc::bad_partial, what, "/participants/" + std::to_string(at));
  };
  if (all.size() < 2 || all.size() > participants_max) {
    return problem(errc::bad_partial, "expected 2 to 100 ledgers", "/participants");
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is_federation_name(all[i].name)) return refuse(i, "a name is 1 to 128 bytes");
    if (!names.insert(all[i].name).second) return refuse(i, "the name of another one");
    if (i > 0 && all[i - 1].key >= all[i].key) return refuse(i, "keys must ascend");
  }
  return {};
}

}  // namespace

bool is_federation_name(std::string_view text) {
  return is_text(text, 128) && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

result<void> check_partial(const partial_file& p) {
  const auto refuse = [](const char* where, const char* what) {
    return problem(errc::bad_partial, what, where);
  };
  if (!is_day(p.as_of)) return refuse("/as_of", "expected a date, YYYY-MM-DD");
  if (p.masked != p.check.has_value()) return refuse("/check", "belongs to masked counts");
  if (p.counts.empty()) return refuse("/counts", "there are none");
  if (p.counts.size() > partial_counts_max) return refuse("/counts", "more than 1000000");
  if (p.cut > position_max) return refuse("/cut", "expected a position");
  const bool recorded = is_recorded_time(p.cut_recorded) || (p.cut == 0 && p.cut_recorded.empty());
  if (!recorded) return refuse("/cut_recorded", "expected UTC with six decimals and Z");
  if (!is_hex(p.definition_hash, hash_digits)) {
    return refuse("/definition_hash", "expected 64 hex digits");
  }
  if (!is_text(p.definition_text, definition_bytes_max)) {
    return refuse("/definition_text", "expected a text of at most 1 MiB");
  }
  if (!is_hex(p.head_hash, hash_digits)) return refuse("/head_hash", "expected 64 hex digits");
  if (!is_hex(p.ledger_id, ledger_id_digits)) return refuse("/ledger", "expected 32 hex digits");
  if (const auto checked = check_participants(p.participants); !checked) return checked;
  if (std::ranges::find(p.participants, p.name, &participant_key::name) == p.participants.end()) {
    return refuse("/name", "is not among the participants");
  }
  if (!is_federation_name(p.run)) return refuse("/run", "a run is 1 to 128 bytes");
  if (!is_text(p.shape, partial_shape_bytes_max) || !is_json_object(p.shape)) {
    return refuse("/shape", "expected a JSON object of at most 1 MiB");
  }
  return {};
}

std::string to_json(const partial_file& p) {
  json_writer writer;
  writer.object(p);
  return std::move(writer.text);
}

result<partial_file> partial_from_json(std::string_view text, std::string_view file) {
  const auto in_file = [&](problem p) {
    p.file = file;
    return p;
  };
  if (text.size() > partial_file_bytes_max) {
    return in_file(problem(errc::bad_partial, "more than 16 MiB"));
  }
  json_parser parser;
  const auto document = parser.parse(text);
  if (!document) return in_file(problem(errc::bad_partial, document.error().message));
  json_reader reader;
  partial_file p;
  reader.object(*document, "", p);
  if (reader.error) return in_file(*reader.error);
  if (const auto checked = check_partial(p); !checked) return in_file(checked.error());
  return p;
}

}  // namespace stegvis
