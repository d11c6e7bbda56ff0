#include "api/http/service.hpp"

#include <algorithm>
#include <charconv>

#include "api/http/fetch.hpp"
#include "api/http/handlers.hpp"
#include "api/http/refusal.hpp"
#include "events/sha256.hpp"
#include "events/utf8.hpp"
#include "projections/status.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t purpose_bytes_max = 500;
constexpr int retry_after_s = 2;

// A page for people, asked for without having logged in.
response to_login(const request& head) {
  response r;
  r.status = 303;
  r.set("Location", "/login?return=" + percent_encoded(own_path(head.target)));
  return r;
}

problem no_route(const match& m) {
  if (!m.path_exists) return {errc::no_route, "there is no such path"};
  return {errc::bad_method, "the path takes " + m.allowed};
}

std::optional<problem> wrong_media(const route& r, const request& head) {
  if (r.takes.empty()) return std::nullopt;
  const auto type = media_type_of(head.header("Content-Type"));
  if (!type.empty() &&
      (" " + std::string(r.takes) + ' ').find(' ' + type + ' ') != std::string::npos) {
    return std::nullopt;
  }
  return problem{errc::bad_media, "the body is one of: " + std::string(r.takes)};
}

// Every unit that the person was ever at, as far as it is known.
std::vector<std::string> units_ever(const journey& j, const cut& known, day today) {
  const auto answer = status_at(j, known, today);
  std::set<std::string> units{answer.unit};
  for (const auto& e : answer.enrolments) units.insert(e.unit);
  units.erase("");
  return {units.begin(), units.end()};
}

// Where the person is today, by the head: units of what runs or is to come, else of what was last.
std::set<std::string> units_today(const journey& j, const cut& known, day today) {
  const auto answer = status_at(j, known, today);
  std::set<std::string> units;
  for (const auto& e : answer.enrolments) {
    if (e.phase != phase::exited && e.phase != phase::deceased) units.insert(e.unit);
  }
  units.insert(answer.unit);
  units.erase("");
  return units;
}

}  // namespace

std::string_view query_of(const parsed_target& target, std::string_view name) {
  for (const auto& [key, value] : target.query) {
    if (key == name) return value;
  }
  return {};
}

bool reader::opens(privacy cls) const {
  constexpr resource classes[] = {resource::background, resource::identity, resource::contact,
                                  resource::health, resource::freetext};
  if (cls == privacy::plain) return true;
  return may(classes[static_cast<std::size_t>(cls) - 1], action::open) != reach::none;
}

service::service(owned_ledger& owned, service_options options)
    : owned_(owned),
      options_(std::move(options)),
      runs_(owned),
      imports_(owned.book(), options_.import, options_.accept_clock) {}

admission service::admit(const request& head) {
  admission a;
  a.swedish = wants_swedish(head.header("Accept-Language"));
  const auto stop_at = [&](const problem& p) {
    a.refused = refuse(p, a.swedish);
    return std::move(a);
  };
  auto target = parse_target(head.target);
  if (!target) return stop_at(target.error());
  a.target = std::move(*target);
  a.found = find_route(routes(), head.method, a.target.path);
  const route* r = a.found.chosen;
  const auto who = identify(head, a);
  if (who) a.who = *who;
  if (r == nullptr) {
    a.refused = refuse(no_route(a.found), a.swedish);
    if (a.refused->status == 405) a.refused->set("Allow", a.found.allowed);
    return a;
  }
  const bool open = !r->needs && (r->answer != get_metrics || head.from_loopback);
  if (!who && !open && r->answer == get_start && options_.browser_logins) {
    a.refused = to_login(head);
    return a;
  }
  const bool forged =
      !who && who.error().code == errc::cross_site && changes_something(head.method);
  if (!who && (!open || forged)) return stop_at(who.error());
  if (r->needs && a.who.may(r->needs->what, r->needs->does) == reach::none) {
    return stop_at({errc::forbidden, "the role may not " + std::string(name_of(r->needs->does)) +
                                         ' ' + std::string(name_of(r->needs->what))});
  }
  // A provider may add to its answer what it likes.
  const auto fine =
      r->answer == get_callback ? result<void>() : check_parameters(*r, a.target, head);
  if (!fine) return stop_at(fine.error());
  if (const auto wrong = wrong_media(*r, head)) return stop_at(*wrong);
  a.min_position = {number_in(query_of(a.target, "min_position"), 0)};
  return a;
}

response service::answer_or_throw(const request& q, const admission& a) {
  const route& r = *a.found.chosen;
  if (a.min_position > book().head()) {
    return refuse(
        {errc::not_caught_up, "the head is " + std::to_string(book().head().value), "min_position"},
        a.swedish, {.retry_after_s = retry_after_s});
  }
  call c{*this, q, a, r.needs ? a.who.may(r.needs->what, r.needs->does) : reach::none};
  auto answered = r.answer(c);
  if (!answered) {
    const bool later = status_of(answered.error().code) == 503;
    return refuse(answered.error(), a.swedish, {.retry_after_s = later ? retry_after_s : 0});
  }
  const auto tag = answered->header("ETag");
  if (answered->status == 200 && !tag.empty() && q.header("If-None-Match") == tag) {
    response same;
    same.status = 304;
    same.set("ETag", std::string(tag));
    return same;
  }
  return *std::move(answered);
}

response service::answer(const request& q, const admission& a) {
  try {
    return answer_or_throw(q, a);
  } catch (const std::exception& e) {
    // What went wrong names files: it is the operator's to know, not the client's.
    failed(e.what());
    return refuse({errc::corrupt, "the service failed; its operator finds more in the log"},
                  a.swedish);
  }
}

// sight

result<sight> sight::make(service& s, const reader& who, reach how_far) {
  if (const auto r = s.persons().catch_up(s.book()); !r) return r.error();
  sight made(s, who, how_far);
  const position head = s.book().head();
  made.known_ = {head, stockholm_day(s.book().recorded_at(head))};
  made.today_ = today();
  if (how_far == reach::own_units) made.units_ = s.persons().units_below(who.units, made.today_);
  return made;
}

bool sight::sees(std::string_view subject, const journey& j) const {
  if (reach_ == reach::none) return false;
  if (!stegvis::sees(who_->sees_as(), s_->persons().handling(subject))) return false;
  if (reach_ == reach::own_domain) {
    return s_->persons().within_domains(units_ever(j, known_, today_), who_->units, today_);
  }
  if (reach_ != reach::own_units) return true;
  return std::ranges::any_of(units_today(j, known_, today_),
                             [&](const std::string& unit) { return units_.contains(unit); });
}

bool sight::sees(const std::string& subject) {
  if (const auto known = asked_.find(subject); known != asked_.end()) return known->second;
  bool seen = false;
  if (reach_ != reach::none && !s_->book().is_forgotten(subject)) {
    if (reach_ == reach::own_units || reach_ == reach::own_domain) {
      const auto j = s_->owned().view()->find(s_->book(), subject);
      seen = j && sees(subject, *j);
    } else {
      seen = stegvis::sees(who_->sees_as(), s_->persons().handling(subject));
    }
  }
  asked_.emplace(subject, seen);
  return seen;
}

// call

std::string_view call::query(std::string_view name) const {
  return query_of(a.target, name);
}

std::size_t call::limit() const {
  return std::clamp<std::size_t>(number_in(query("limit"), page_default), 1, page_max);
}

result<std::string> call::after() const {
  const auto cursor = query("cursor");
  if (cursor.empty()) return std::string();
  return read_cursor(cursor);
}

const std::string& call::path(std::string_view name) const {
  return std::ranges::find(a.found.path_values, name, [](const auto& v) { return v.first; })
      ->second;
}

result<asked_view> call::asked() const {
  view_arguments given;
  given.as_of = query("as_of");
  given.as_recorded = query("as_recorded");
  auto made = resolve_view(book(), given);
  if (!made && made.error().field.empty()) {
    return problem{made.error().code, made.error().message, "as_recorded"};
  }
  return made;
}

std::string call::role_name() const {
  return who().roles.empty() ? std::string() : std::string(name_of(who().roles.front()));
}

std::string call::unit_name() const {
  return who().units.empty() ? std::string() : who().units.front();
}

result<void> call::record(std::string_view what, std::span<const std::string> subjects) const {
  if (subjects.empty()) return {};
  const auto purpose = q.header("Stegvis-Purpose");
  if (purpose.size() > purpose_bytes_max || find_bad_utf8(purpose) != purpose.npos) {
    return problem{errc::bad_argument, "at most 500 bytes of UTF-8", "Stegvis-Purpose"};
  }
  const auto log = s.owned().access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  reading r;
  r.user = who().user;
  r.role = role_name();
  r.unit = unit_name();
  r.action = what;
  r.purpose = purpose;
  const auto done = (*log)->record(r, subjects);
  if (done) s.counters().recorded(subjects.size());
  return done;
}

result<std::string> call::shown_name(const std::string& subject) const {
  if (how_far != reach::pseudonyms) return subject;
  const auto keys = book().keys();
  if (!keys) return keys.error();
  return "pseudonym/" + (*keys)->keyed_hash("reader\n" + subject);
}

result<std::string> call::person() const {
  const problem unknown{errc::unknown_subject, "no such person, or not one that you see"};
  const auto& id = path("id");
  std::string subject = "participant/" + id;
  if (how_far == reach::pseudonyms) {
    subject.clear();
    for (const auto& candidate : book().subjects("participant/")) {
      const auto name = shown_name(candidate);
      if (!name) return name.error();
      if (*name == "pseudonym/" + id) subject = candidate;
    }
  }
  if (subject.empty() || book().version(subject).value == 0) return unknown;
  auto eyes = sight::make(s, who(), how_far);
  if (!eyes) return eyes.error();
  if (book().is_forgotten(subject)) {
    if (how_far != reach::all) return unknown;
    return problem{errc::forgotten, "this person was forgotten"};
  }
  if (eyes->sees(subject)) return subject;
  const auto through = sees_through_glass(subject);
  if (!through) return through.error();
  if (!*through) return unknown;
  return subject;
}

result<bool> call::sees_through_glass(const std::string& subject) const {
  if (how_far != reach::own_units) return false;
  const auto allowed = who().may(resource::persons, action::break_glass);
  if (allowed == reach::none) return false;
  const auto log = s.owned().access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  const auto until = s.glass().until(**log, who().user, subject, time_now());
  if (!until) return until.error();
  if (!*until) return false;
  // Walls and marks that came since then hold too.
  auto eyes = sight::make(s, who(), allowed);
  if (!eyes) return eyes.error();
  return eyes->sees(subject);
}

std::uint64_t number_in(std::string_view digits, std::uint64_t otherwise) {
  std::from_chars(digits.data(), digits.data() + digits.size(), otherwise);
  return otherwise;
}

result<void> read_members(
    const std::string& body,
    const std::function<bool(std::string_view name, const json_value&)>& read) {
  json_parser parser;
  const auto document = parser.parse(body);
  if (!document || document->type() != json_type::object) {
    return problem{errc::bad_json, "the body is a JSON object"};
  }
  bool fine = true;
  document->each_member([&](std::string_view name, const json_value& v) {
    fine = read(name, v);
    return fine;
  });
  if (!fine) return problem{errc::bad_field, "/openapi.json says what the body holds"};
  return {};
}

bool take_text(std::string* into, const json_value& v) {
  if (into == nullptr || v.type() != json_type::text) return false;
  *into = v.text();
  return true;
}

response view_response(const call& c, const asked_view& asked, std::string body) {
  const auto at = std::to_string(asked.known.at.value);
  auto r = json_response(std::move(body));
  r.set("Stegvis-Position", at);
  r.set("ETag", '"' + std::to_string(c.book().head().value) + '.' + at + '.' +
                    to_string(asked.as_of) + '"');
  return r;
}

response page_response(const call& c, const asked_view& asked, json_line& page,
                       const list_end& end) {
  const auto cursor = end.last_key.empty() ? std::string() : make_cursor(end.last_key);
  page.number("total", std::min(end.total, total_counted_max))
      .flag("total_capped", end.total >= total_counted_max)
      .text("as_of", to_string(asked.as_of))
      .number("position", asked.known.at.value)
      .text_or_null("next", cursor);
  auto r = view_response(c, asked, page.end());
  if (!cursor.empty()) r.set("Link", next_link(c, cursor));
  return r;
}

void open_for(const reader& who, const ledger& book, event& e) {
  std::vector<secret_field> sealed;
  for_each_secret(e.data, [&](std::string_view, privacy, secret_field& f) { sealed.push_back(f); });
  if (sealed.empty()) return;
  book.unseal(e);
  std::size_t i = 0;
  for_each_secret(e.data, [&](std::string_view, privacy cls, secret_field& f) {
    if (i < sealed.size() && !who.opens(cls)) f = sealed[i];
    ++i;
  });
}

std::string make_cursor(std::string_view key) {
  return base64url("1" + std::string(key));
}

result<std::string> read_cursor(std::string_view cursor) {
  auto key = base64url_decode(cursor);
  if (!key || !key->starts_with('1') || find_bad_utf8(*key) != std::string::npos) {
    return problem{errc::bad_argument, "a cursor comes from an earlier answer", "cursor"};
  }
  return key->substr(1);
}

std::string next_link(const call& c, const std::string& cursor) {
  const auto escaped = [](std::string_view text) {
    std::string out;
    for (const char ch : text) {
      const auto byte = static_cast<unsigned char>(ch);
      const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                         (byte >= 'A' && byte <= 'Z') ||
                         std::string_view("-._~/").find(ch) != std::string_view::npos;
      if (plain) {
        out += ch;
        continue;
      }
      constexpr std::string_view hex = "0123456789ABCDEF";
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
    return out;
  };
  std::string link = "<";
  for (const auto& segment : c.a.target.path) link += '/' + escaped(segment);
  link += '?';
  for (const auto& [name, value] : c.a.target.query) {
    if (name != "cursor") link += escaped(name) + '=' + escaped(value) + '&';
  }
  return link + "cursor=" + cursor + ">; rel=\"next\"";
}

}  // namespace stegvis::http
