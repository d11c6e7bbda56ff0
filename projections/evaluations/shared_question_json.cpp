// The two files of a shared question, said once for both directions.
#include <array>
#include <concepts>
#include <map>

#include "events/json.hpp"
#include "events/sha256.hpp"
#include "projections/evaluations/shared_question.hpp"

namespace stegvis {
namespace {
// Of the files, for later ones.
struct format_number {
  std::int64_t number = 1;
};

// A cell: block and breakdown (u16), stratum (u32), a, b, c (i32) and the amount (u64), all
// little-endian.
constexpr std::size_t cell_bytes = 28;

template <class R, class T>
concept either = std::same_as<std::remove_const_t<R>, T>;

// A scan's counts as they stand in the file.
struct scan_text {
  std::string cells;  // bytes
  std::vector<std::uint64_t> delays;
  std::vector<std::string> strata;  // ascending
};

// `each(key, member)` in the order of the keys.
void members_of(either<scan_text> auto& s, auto&& each) {
  each("cells", s.cells);
  each("delays", s.delays);
  each("strata", s.strata);
}
struct counts_text {
  format_number format;
  std::uint64_t partition = 0, partitions = 0;
  std::string question;
  std::vector<scan_text> scans;
};
void members_of(either<counts_text> auto& c, auto&& each) {
  each("format", c.format);
  each("partition", c.partition);
  each("partitions", c.partitions);
  each("question", c.question);
  each("scans", c.scans);
}
void members_of(either<shared_question> auto& q, auto&& each) {
  format_number format;
  each("as_of", q.as_of);
  each("build", q.build);
  each("cut", q.cut);
  each("definition_text", q.definition_text);
  each("erased", q.erased);
  each("erased_until", q.erased_until);
  each("format", format);
  each("head_hash", q.head_hash);
  each("ledger", q.ledger);
  each("recorded", q.recorded);
  each("reports_until", q.reports_until);
  each("restricted", q.restricted);
  each("topics", q.topics);
  each("used", q.used);
}

class json_writer {
 public:
  std::string text;

  void object(const auto& members) {
    text += '{';
    members_of(members, [&, first = true](std::string_view key, const auto& value) mutable {
      if (!first) text += ',';
      first = false;
      append_json_text(text, key);
      text += ':';
      put(value);
    });
    text += '}';
  }

 private:
  void put(const std::string& value) { append_json_text(text, value); }
  void put(std::uint64_t value) { text += std::to_string(value); }
  void put(format_number format) { append_integer(text, format.number); }
  void put(const scan_text& scan) { object(scan); }
  template <class K>
  void put(const std::map<K, std::string>& values) {
    text += '{';
    for (const auto& [key, value] : values) {
      if (text.back() != '{') text += ',';
      if constexpr (std::same_as<K, std::string>)
        append_json_text(text, key);
      else
        append_json_text(text, std::to_string(key));
      text += ':';
      append_json_text(text, value);
    }
    text += '}';
  }
  template <class T>
  void put(const std::vector<T>& values) {
    text += '[';
    for (const T& value : values) {
      if (&value != values.data()) text += ',';
      put(value);
    }
    text += ']';
  }
};

// Notes the first problem and goes on; what it read is thrown away if there was one.
class json_reader {
 public:
  explicit json_reader(errc code) : code_(code) {}
  std::optional<problem> error;

  void fail(const std::string& path, std::string what) { fail(path, std::move(what), code_); }

  void object(json_value from, const std::string& path, auto& members) {
    if (from.type() != json_type::object) return fail(path, "expected an object");
    std::map<std::string, json_value, std::less<>> given;
    from.each_member([&](std::string_view key, json_value value) {
      if (!given.emplace(key, value).second) fail(at(path, key), "given twice");
      return !error;
    });
    members_of(members, [&](std::string_view key, auto& member) {
      const auto found = given.find(key);
      if (found == given.end()) return fail(at(path, key), "is missing");
      read(found->second, at(path, key), member);
      given.erase(found);
    });
    if (!given.empty()) fail(at(path, given.begin()->first), "is no member");
  }

 private:
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
  void read(json_value from, const std::string& path, scan_text& to) { object(from, path, to); }
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
  std::uint64_t position_of(std::string_view text, const std::string& path) {
    std::uint64_t n = 0;
    for (const char c : text) {
      if (c < '0' || c > '9' || text.size() > 16) fail(at(path, text), "expected a position");
      n = n * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return n;
  }

  errc code_;
};

void put_bytes(std::uint64_t value, std::size_t bytes, std::string& into) {
  for (std::size_t i = 0; i < bytes; ++i) into += static_cast<char>(value >> (8 * i) & 255);
}

// Takes numbers off the front.
template <class T>
T take_bytes(std::string_view& from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value |= std::uint64_t{static_cast<std::uint8_t>(from[i])} << 8 * i;
  from.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

// Strata without a count are left out: whether they are known depends on how it was counted.
scan_text text_of(const counted_scan& scan) {
  const auto strata = scan.counts.sorted_strata();
  const auto counts = scan.counts.sorted();
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const auto& [key, amount] : counts) numbers[key.stratum] = 0;
  scan_text t;
  for (auto& [stratum, number] : numbers) {
    number = static_cast<std::uint32_t>(t.strata.size());
    t.strata.push_back(strata[stratum]);
  }
  std::string cells;
  for (const auto& [key, amount] : counts) {
    put_bytes(key.block, 2, cells);
    put_bytes(key.breakdown, 2, cells);
    put_bytes(numbers[key.stratum], 4, cells);
    for (const std::int32_t x : {key.a, key.b, key.c})
      put_bytes(static_cast<std::uint32_t>(x), 4, cells);
    put_bytes(amount, 8, cells);
  }
  t.cells = base64url(cells);
  t.delays = scan.delays;
  return t;
}

std::optional<counted_scan> scan_of(const scan_text& t) {
  const auto bytes = base64url_decode(t.cells);
  if (!bytes || bytes->size() % cell_bytes != 0) return std::nullopt;
  counted_scan scan;
  scan.delays = t.delays;
  for (const auto& levels : t.strata) scan.counts.stratum(levels);
  for (std::string_view left = *bytes; !left.empty();) {
    cell_key key;
    key.block = take_bytes<std::uint16_t>(left);
    key.breakdown = take_bytes<std::uint16_t>(left);
    key.stratum = take_bytes<std::uint32_t>(left);
    for (std::int32_t* x : {&key.a, &key.b, &key.c}) *x = take_bytes<std::int32_t>(left);
    if (key.block > static_cast<std::uint16_t>(block::tally_distinct) ||
        key.stratum >= scan.counts.strata().size())
      return std::nullopt;
    scan.counts.add(key, take_bytes<std::uint64_t>(left));
  }
  return scan;
}

result<json_value> parsed(json_parser& parser, std::string_view text, errc code) {
  const auto document = parser.parse(text);
  if (!document) return problem(code, document.error().message);
  return *document;
}

// Reads a document into an object of members; the problem names the file.
template <class T>
result<T> read_file_text(std::string_view text, std::string_view file, errc code) {
  json_parser parser;
  const auto document = parsed(parser, text, code);
  T members;
  json_reader reader(code);
  if (document)
    reader.object(*document, "", members);
  else
    reader.error = document.error();
  if (!reader.error) return members;
  reader.error->file = file;
  return *reader.error;
}
}  // namespace

std::string to_json(const shared_question& q) {
  json_writer writer;
  writer.object(q);
  return std::move(writer.text);
}

result<shared_question> question_from_json(std::string_view text, std::string_view file) {
  auto q = read_file_text<shared_question>(text, file, errc::bad_file);
  if (!q) return q;
  for (const auto& [at, time] : q->recorded) {
    if (parse_recorded_time(time)) continue;
    problem p(errc::bad_file, "expected a recorded time", "/recorded/" + std::to_string(at));
    p.file = file;
    return p;
  }
  return q;
}

std::string to_json(const partition_counts& c) {
  counts_text t{{}, c.partition, c.partitions, c.question, {}};
  for (const auto& scan : c.scans) t.scans.push_back(text_of(scan));
  json_writer writer;
  writer.object(t);
  return std::move(writer.text);
}

result<partition_counts> partition_counts_from_json(std::string_view text, std::string_view file) {
  auto t = read_file_text<counts_text>(text, file, errc::bad_partial);
  if (!t) return t.error();
  partition_counts c{t->question, t->partition, t->partitions, {}};
  problem wrong(errc::bad_partial, "expected a partition of those there are", "/partition");
  wrong.file = file;
  if (c.partition >= c.partitions) return wrong;
  for (const auto& one : t->scans) {
    auto scan = scan_of(one);
    wrong = problem(errc::bad_partial, "damaged", "/scans/" + std::to_string(c.scans.size()));
    wrong.file = file;
    if (!scan) return wrong;
    c.scans.push_back(std::move(*scan));
  }
  return c;
}

}  // namespace stegvis
