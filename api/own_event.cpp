#include "api/own_event.hpp"

#include <chrono>

#include "api/asked_view.hpp"
#include "api/json_line.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {
constexpr std::size_t short_hash_digits = 32;
}  // namespace

std::string hash_text(std::string_view text) {
  return hex(sha256(text)).substr(0, short_hash_digits);
}

valid_time now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const recorded_time utc{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  return parse_valid_time(to_string(utc), precision::exact).value();
}

result<draft> make_draft(const own_event& e) {
  constexpr std::string_view precisions[] = {"", "day", "month", "year"};
  json_line line;
  line.text("specversion", "1.0").text("id", e.id).text("source", e.source);
  line.text("subject", e.subject).text("type", "stegvis." + e.type).text("time", to_string(e.time));
  if (e.time.precision != precision::exact) {
    line.text("timeprecision", precisions[static_cast<std::size_t>(e.time.precision)]);
  }
  line.raw("data", e.data);
  json_parser parser;
  auto made = parse_event(parser, line.end(), {});
  if (made) made->event.copiedfrom = e.copiedfrom;
  return made;
}

result<void> check_person(const ledger& book, const std::string& subject) {
  if (const auto r = check_subject(book, subject); !r) return r.error();
  if (!is_person(subject)) {
    return problem{errc::wrong_subject, subject + " is not a person"};
  }
  return {};
}

}  // namespace stegvis
