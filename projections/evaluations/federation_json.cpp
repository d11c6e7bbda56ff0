// The form of a partial's file, said once for both directions, and what is checked of it.
#include <set>

#include "events/time.hpp"
#include "events/utf8.hpp"
#include "projections/evaluations/federation.hpp"
#include "projections/evaluations/json_members.hpp"

namespace stegvis {
void members_of(either<participant_key> auto& p, auto&& each) {
  each("key", p.key);
  each("name", p.name);
}
void members_of(either<partial_file> auto& p, auto&& each) {
  each("as_of", p.as_of);
  each("check", packed{p.check});
  each("counts", packed{p.counts});
  each("cut", p.cut);
  each("cut_recorded", p.cut_recorded);
  each("definition_hash", p.definition_hash);
  each("definition_text", p.definition_text);
  format_number format{2};  // 1: without head_hash
  each("format", format);
  each("head_hash", p.head_hash);
  each("ledger", p.ledger_id);
  each("masked", p.masked);
  each("name", p.name);
  each("participants", p.participants);
  each("run", p.run);
  each("shape", p.shape);
}

namespace {

constexpr std::uint64_t position_max = std::uint64_t{1} << 53;
constexpr std::size_t definition_bytes_max = 1024 * 1024;
constexpr std::size_t ledger_id_digits = 32;
constexpr std::size_t hash_digits = 64;

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
  return !text.empty() && text.size() <= bytes_max && find_bad_utf8(text) == std::string_view::npos;
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
  return members_json(p);
}

result<partial_file> partial_from_json(std::string_view text, std::string_view file) {
  const auto in_file = [&](problem p) {
    p.file = file;
    return p;
  };
  if (text.size() > partial_file_bytes_max) {
    return in_file(problem(errc::bad_partial, "more than 16 MiB"));
  }
  auto p = read_members<partial_file>(text, file, {errc::bad_partial, "is no member of a partial"});
  if (!p) return p;
  if (const auto checked = check_partial(*p); !checked) return in_file(checked.error());
  return p;
}

}  // namespace stegvis
