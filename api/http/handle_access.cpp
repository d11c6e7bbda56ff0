// Who reads of whom: the log for those who check it, and reads outside one's units.
#include "api/access_export.hpp"
#include "api/http/fetch.hpp"
#include "api/http/handlers.hpp"
#include "api/json_line.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t reason_bytes_min = 10, reason_bytes_max = 500;
constexpr std::string_view csv_media = "text/csv";
constexpr std::size_t exported_max = 50'000;  // entries in one file

bool wants_csv(const call& c) {
  const auto format = c.query("format");
  if (!format.empty()) return format == "csv";
  const auto accept = c.q.header("Accept");
  return !accepts(accept, "application/json") && accepts(accept, csv_media);
}

// Reads given out as a file are recorded themselves.
result<void> record_export(const call& c, access_log& log, const access_query& q,
                           std::size_t entries) {
  const reading by{c.who().user, c.role_name(), c.unit_name(), "access", ""};
  return log.record_export(by, q.from, q.until, entries);
}

// As JSON with another member, null if it is empty.
response reads_response(const call& c, const std::vector<event>& reads,
                        std::pair<std::string_view, std::string_view> member) {
  if (wants_csv(c)) {
    response r;
    r.set("Vary", "Accept");
    r.set("Content-Type", "text/csv; charset=utf-8; header=present");
    r.set("Content-Disposition", "attachment; filename=\"access.csv\"");
    r.body = access_csv(
        reads, c.query("dialect") == "excel" ? csv_dialect::swedish_excel : csv_dialect::rfc4180);
    return r;
  }
  std::string list = "[";
  for (const event& e : reads) list += (list.size() > 1 ? "," : "") + access_json(e);
  json_line line;
  line.raw("reads", list + ']').text_or_null(member.first, member.second);
  return json_response(line.end()).set("Vary", "Accept");
}

// The one member "reason".
result<std::string> read_reason(const std::string& body) {
  json_parser parser;
  const auto document = parser.parse(body);
  if (!document || document->type() != json_type::object) {
    return problem{errc::bad_json, "the body is a JSON object"};
  }
  std::string reason;
  bool fine = true;
  document->each_member([&](std::string_view key, const json_value& v) {
    fine = key == "reason" && v.type() == json_type::text;
    if (fine) reason = v.text();
    return fine;
  });
  if (!fine) return problem{errc::bad_field, "the one member is reason, a text"};
  const auto said = std::ranges::count_if(reason, [](char c) { return c != ' '; });
  if (said < static_cast<std::ptrdiff_t>(reason_bytes_min)) {
    return problem{errc::missing_field, "a reason of 10 characters or more", "/reason"};
  }
  if (reason.size() > reason_bytes_max) {
    return problem{errc::bad_field, "a reason is at most 500 bytes", "/reason"};
  }
  return reason;
}

}  // namespace

result<response> get_access(call& c) {
  const auto log = c.s.owned().access();
  if (!log) return log.error();
  access_query wanted;
  const auto after = c.after();
  if (!after) return after.error();
  wanted.before = {number_in(*after, 0)};
  const auto person = c.query("person");
  if (!person.empty()) wanted.subject = "participant/" + std::string(person);
  wanted.action = c.query("action");
  wanted.from = parse_day(c.query("from"));
  wanted.until = parse_day(c.query("until"));
  const bool csv = wants_csv(c);
  wanted.limit = csv && c.query("limit").empty() ? exported_max : c.limit();
  const auto page = (*log)->page(wanted);
  if (!page) return page.error();
  if (csv) {
    if (const auto r = record_export(c, **log, wanted, page->reads.size()); !r) return r.error();
  }
  const bool more = page->before.value > 0;
  const auto cursor = more ? make_cursor(std::to_string(page->before.value)) : std::string();
  auto r = reads_response(c, page->reads, {"next", cursor});
  if (more) r.set("Link", next_link(c, cursor));
  return r;
}

result<response> get_access_sample(call& c) {
  const auto log = c.s.owned().access();
  if (!log) return log.error();
  const auto month = month_in_stockholm(c.query("month"));
  if (!month) return month.error();
  const auto seed = c.query("seed").empty() ? random_secret() : std::string(c.query("seed"));
  const auto found =
      (*log)->sample({month->first, month->second, c.limit(), seed, std::string(c.query("unit"))});
  if (!found) return found.error();
  if (wants_csv(c)) {
    const access_query of_month{{}, {}, stockholm_day(month->first), {}, {}, 0};
    if (const auto r = record_export(c, **log, of_month, found->size()); !r) return r.error();
  }
  auto r = reads_response(c, *found, {"seed", seed});
  r.set("Stegvis-Seed", percent_encoded(seed));
  return r;
}

result<response> post_break_glass(call& c) {
  const auto reason = read_reason(c.q.body);
  if (!reason) return reason.error();
  const auto subject = c.person();
  if (!subject) return subject.error();
  const auto log = c.s.owned().access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  const reading by{c.who().user, c.role_name(), c.unit_name(), {}, *reason};
  // On disk before it holds: nobody looks without having said why.
  if (const auto r = (*log)->record_break_glass(by, *subject); !r) return r.error();
  c.s.counters().recorded(1);
  const auto until = c.s.glass().add(c.who().user, *subject, time_now());
  auto r =
      json_response(json_line().text("subject", *subject).text("until", to_string(until)).end());
  r.status = 201;
  return r;
}

}  // namespace stegvis::http
