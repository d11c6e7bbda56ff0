// The two files of a shared question, said once for both directions.
#include "projections/evaluations/json_members.hpp"
#include "projections/evaluations/shared_question.hpp"

namespace stegvis {
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

namespace {
constexpr const char* unknown = "is no member";

// A cell: block and breakdown (u16), stratum (u32), a, b, c (i32) and the amount (u64), all
// little-endian.
constexpr std::size_t cell_bytes = 28;

// A scan's counts as they stand in the file.
struct scan_text {
  std::string cells;  // bytes
  std::vector<std::uint64_t> delays;
  std::vector<std::string> strata;  // ascending
};

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

}  // namespace

std::string to_json(const shared_question& q) {
  return members_json(q);
}

result<shared_question> question_from_json(std::string_view text, std::string_view file) {
  auto q = read_members<shared_question>(text, file, {errc::bad_file, unknown});
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
  return members_json(t);
}

result<partition_counts> partition_counts_from_json(std::string_view text, std::string_view file) {
  auto t = read_members<counts_text>(text, file, {errc::bad_partial, unknown});
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
