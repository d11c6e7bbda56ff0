// Events one by one: in, out, and as a stream.
#include <algorithm>
#include <charconv>

#include "api/http/handlers.hpp"
#include "api/http/refusal.hpp"
#include "api/json_line.hpp"
#include "events/catalogue.hpp"

namespace stegvis::http {
namespace {

// Looked at for one answer; what lies behind comes with the next.
constexpr std::uint64_t searched_max = 50'000;
constexpr std::size_t answer_bytes_max = 4 << 20;
constexpr std::uint64_t chunk_events = 256;
constexpr std::size_t chunk_bytes_max = 128 << 10;

// Which events go out to whom.
class event_filter {
 public:
  event_filter(const reader& who, sight eyes, std::string subject, std::string type)
      : who_(who), eyes_(std::move(eyes)), subject_(std::move(subject)), type_(std::move(type)) {}

  bool takes(const event& e) {
    if (!type_.empty() && e.type().name != type_) return false;
    if (!subject_.empty() && e.subject != subject_) return false;
    if (is_person(e.subject)) return eyes_.sees(e.subject);
    return who_.may(resource::reference, action::read) != reach::none;
  }
  // Appends the event as the reader may see it.
  void put(event e, const ledger& book, std::string& out) {
    if (is_person(e.subject)) persons_.insert(e.subject);
    open_for(who_, book, e);
    append_canonical(e, out);
  }
  // Persons whose events went out.
  std::vector<std::string> persons() const { return {persons_.begin(), persons_.end()}; }

 private:
  const reader& who_;
  sight eyes_;
  std::string subject_, type_;
  std::set<std::string> persons_;
};

std::string short_type(std::string_view type) {
  if (type.starts_with("stegvis.")) type.remove_prefix(8);
  return std::string(type);
}

result<void> check_type(std::string_view type) {
  if (type.empty() || find_type(short_type(type)) != nullptr) return {};
  return problem{errc::unknown_type, "there is no such event type", "type"};
}

// A page of events: the lines, and where the next one begins.
struct event_page {
  std::vector<std::string> lines;
  position next{};  // the first position not looked at
  position head{};
};

result<event_page> read_page(call& c, event_filter& filter, position from, const std::string& of) {
  event_page page{{}, from, c.book().head()};
  std::size_t bytes = 0;
  const auto take = [&](const event& e) {
    if (page.lines.size() == c.limit() || bytes > answer_bytes_max) return false;
    page.next = next(e.position);
    if (!filter.takes(e)) return true;
    filter.put(e, c.book(), page.lines.emplace_back());
    bytes += page.lines.back().size();
    return true;
  };
  if (!of.empty()) {
    const auto events = c.book().journey(of, from, page.head);
    if (!events) return events.error();
    const bool whole = std::ranges::all_of(*events, take);
    if (whole) page.next = next(page.head);
    return page;
  }
  const position to{std::min(page.head.value, from.value + searched_max - 1)};
  if (to < from) return page;
  if (const auto r = c.book().scan(from, to, take); !r) return r.error();
  return page;
}

std::string page_json(const event_page& page, const std::string& cursor) {
  std::string events = "[";
  for (const auto& line : page.lines) events += (events.size() > 1 ? "," : "") + line;
  return json_line()
      .raw("events", events + ']')
      .number("position", page.head.value)
      .number("searched_to", page.next.value - 1)
      .text_or_null("next", cursor)
      .end();
}

result<position> first_of(const call& c) {
  if (c.query("cursor").empty()) {
    return position{std::max<std::uint64_t>(1, number_in(c.query("from"), 1))};
  }
  const auto key = read_cursor(c.query("cursor"));
  if (!key) return key.error();
  return position{std::max<std::uint64_t>(1, number_in(*key, 1))};
}

// --- append

struct posted {
  std::vector<draft> drafts;
  std::vector<std::string> names;
};

result<void> parse_one(std::string_view text, std::string at, posted& into) {
  json_parser parser;
  auto d = parse_event(parser, text, {});
  if (!d) {
    problem p = d.error();
    p.field = at + p.field;
    return p;
  }
  into.drafts.push_back(std::move(*d));
  return {};
}

result<posted> parse_body(const request& q) {
  posted all;
  if (media_type_of(q.header("Content-Type")) != "application/cloudevents-batch+json") {
    if (const auto r = parse_one(q.body, "", all); !r) return r.error();
    return all;
  }
  json_parser parser;
  const auto list = parser.parse(q.body);
  if (!list) return list.error();
  if (list->type() != json_type::array) {
    return problem{errc::bad_json, "a batch is a JSON array of events"};
  }
  std::optional<problem> wrong;
  list->each_element([&](const json_value& v) {
    if (all.drafts.size() == batch_events_max) {
      wrong = problem{errc::too_large, "over " + std::to_string(batch_events_max) + " events"};
      return false;
    }
    const auto r = parse_one(v.minified(), '/' + std::to_string(all.drafts.size()), all);
    if (!r) wrong = r.error();
    return !wrong;
  });
  if (wrong) return *wrong;
  if (all.drafts.empty()) return problem{errc::bad_json, "a batch holds at least one event"};
  return all;
}

// A quoted version; nothing without the header.
result<std::optional<stream_version>> expected_of(const request& q) {
  const auto match = q.header("If-Match");
  const auto none = q.header("If-None-Match");
  if (match.empty() && none.empty()) return std::optional<stream_version>();
  if (!match.empty() && !none.empty()) {
    return problem{errc::bad_argument, "If-Match or If-None-Match, not both", "If-Match"};
  }
  if (!none.empty()) {
    if (none != "*") return problem{errc::bad_argument, "If-None-Match: *", "If-None-Match"};
    return std::optional(stream_version{0});
  }
  std::uint64_t version = 0;
  const bool quoted = match.size() > 2 && match.front() == '"' && match.back() == '"';
  const auto digits = quoted ? match.substr(1, match.size() - 2) : std::string_view();
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (!quoted || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
    return problem{errc::bad_argument, "If-Match is a version in quotes", "If-Match"};
  }
  return std::optional(stream_version{version});
}

// What cannot be undone, or moves a whole journey, is not for those who see a part of the persons.
bool is_far_reaching(const event& e) {
  return e.data.get<person_forgotten>() != nullptr || e.data.get<persons_merged>() != nullptr;
}

// Persons that are there must be seen; new ones may come. Reference subjects need their own right.
result<void> check_append(call& c, const posted& all) {
  auto eyes = sight::make(c.s, c.who(), c.how_far);
  if (!eyes) return eyes.error();
  const bool references = c.who().may(resource::reference, action::append) != reach::none;
  for (const draft& d : all.drafts) {
    const auto& subject = d.event.subject;
    const bool allowed = is_person(subject)
                             ? c.book().version(subject).value == 0 ||
                                   c.book().is_forgotten(subject) || eyes->sees(subject)
                             : references;
    if (is_far_reaching(d.event) && c.how_far != reach::all) {
      return problem{errc::forbidden, "forgetting and merging are for who may append everywhere"};
    }
    if (!allowed) return problem{errc::forbidden, "not a subject that the role may append to"};
  }
  return {};
}

result<append_options> options_of(call& c, const posted& all) {
  append_options how;
  how.accept_clock = c.s.options().accept_clock;
  const auto expected = expected_of(c.q);
  if (!expected) return expected.error();
  if (!*expected) return how;
  const auto& subject = all.drafts.front().event.subject;
  const bool one =
      std::ranges::all_of(all.drafts, [&](const draft& d) { return d.event.subject == subject; });
  if (!one) {
    return problem{errc::bad_argument, "an expected version goes with events of one subject",
                   "If-Match"};
  }
  how.expected = {{subject, **expected}};
  return how;
}

response appended_response(call& c, const std::vector<std::string>& names,
                           const std::vector<result<appended>>& answers,
                           const std::string& subject) {
  std::string body = "{\"events\":[";
  bool all_existed = true, pending = false;
  position last{};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const appended& a = *answers[i];
    all_existed = all_existed && a.existed;
    pending = pending || a.pending;
    last = std::max(last, a.position);
    if (i > 0) body += ',';
    body += "{\"name\":";
    append_json_text(body, names[i]);
    body += ",\"position\":" + std::to_string(a.position.value) +
            ",\"existed\":" + (a.existed ? "true" : "false") +
            ",\"pending\":" + (a.pending ? "true}" : "false}");
  }
  const auto version = c.book().version(subject).value;
  body += "],\"position\":" + std::to_string(last.value) + ",\"version\":";
  body += (subject.empty() ? "null" : std::to_string(version)) + "}\n";
  auto r = json_response(std::move(body));
  r.status = pending ? 202 : all_existed ? 200 : 201;
  r.set("Stegvis-Position", std::to_string(last.value));
  r.set("Location", "/v1/events?from=" + std::to_string(last.value) + "&limit=1");
  if (!subject.empty()) r.set("ETag", '"' + std::to_string(version) + '"');
  return r;
}

}  // namespace

result<response> get_events(call& c) {
  const std::string subject(c.query("subject"));
  if (const auto r = check_type(c.query("type")); !r) return r.error();
  const auto from = first_of(c);
  if (!from) return from.error();
  auto eyes = sight::make(c.s, c.who(), c.how_far);
  if (!eyes) return eyes.error();
  event_filter filter(c.who(), std::move(*eyes), subject, short_type(c.query("type")));
  const auto page = read_page(c, filter, *from, subject);
  if (!page) return page.error();
  if (const auto r = c.record("events", filter.persons()); !r) return r.error();
  const bool more = page->next <= page->head;
  const auto cursor = more ? make_cursor(std::to_string(page->next.value)) : std::string();
  response r;
  if (c.q.header("Accept").find("ndjson") != std::string_view::npos) {
    r.set("Content-Type", "application/x-ndjson");
    for (const auto& line : page->lines) r.body += line + '\n';
  } else {
    r.set("Content-Type", "application/json");
    r.body = page_json(*page, cursor);
  }
  if (more) r.set("Link", next_link(c, cursor));
  r.set("Vary", "Accept");
  r.set("Stegvis-Position", std::to_string(page->head.value));
  r.set("ETag", '"' + std::to_string(page->head.value) + '"');
  return r;
}

result<response> post_events(call& c) {
  auto all = parse_body(c.q);
  if (!all) return all.error();
  const auto how = options_of(c, *all);
  if (!how) return how.error();
  if (const auto r = check_append(c, *all); !r) return r.error();
  std::vector<std::string> names;
  std::string subject = all->drafts.front().event.subject;
  for (const draft& d : all->drafts) {
    names.push_back(d.event.name());
    if (d.event.subject != subject) subject.clear();
  }
  auto answers = c.book().append(std::move(all->drafts), *how);
  if (!answers && answers.error().code == errc::version_conflict) {
    return refuse(answers.error(), c.a.swedish, {.current_version = c.book().version(subject)});
  }
  if (!answers) return answers.error();
  c.s.counters().appended(static_cast<std::uint64_t>(
      std::ranges::count_if(*answers, [](const auto& a) { return a && !a->existed; })));
  return appended_response(c, names, *answers, subject);
}

result<response> get_event_stream(call& c) {
  if (const auto r = check_type(c.query("type")); !r) return r.error();
  stream_request wanted;
  wanted.subject = c.query("subject");
  wanted.type = short_type(c.query("type"));
  wanted.next = {std::max<std::uint64_t>(1, number_in(c.query("from"), 1))};
  // What a browser saw last; it wins, since the address still has the first `from`.
  if (const auto last = c.q.header("Last-Event-ID"); !last.empty()) {
    const bool digits = std::ranges::all_of(last, [](char d) { return d >= '0' && d <= '9'; });
    if (!digits || last.size() > 15) {
      return problem{errc::bad_argument, "Last-Event-ID is a position", "Last-Event-ID"};
    }
    wanted.next = {number_in(last, 0) + 1};
  }
  const bool lines = c.q.header("Accept").find("ndjson") != std::string_view::npos;
  wanted.form = lines ? stream_form::ndjson : stream_form::server_sent;
  response r;
  r.set("Content-Type", lines ? "application/x-ndjson" : "text/event-stream");
  r.set("Vary", "Accept");
  r.stream = std::move(wanted);
  return r;
}

result<std::string> service::next_chunk(stream_request& s, bool& caught_up, const reader& who) {
  if (!who.holds(seconds_now())) return problem{errc::unauthenticated, "no longer logged in"};
  auto eyes = sight::make(*this, who, who.may(resource::events, action::read));
  if (!eyes) return eyes.error();
  event_filter filter(who, std::move(*eyes), s.subject, s.type);
  const bool sse = s.form == stream_form::server_sent;
  const position head = book().head();
  const position to{std::min(head.value, s.next.value + chunk_events - 1)};
  std::string out;
  if (s.next <= to) {
    const auto scanned = book().scan(s.next, to, [&](const event& e) {
      s.next = next(e.position);
      if (!filter.takes(e)) return true;
      if (sse) out += "id: " + std::to_string(e.position.value) + "\ndata: ";
      filter.put(e, book(), out);
      out += sse ? "\n\n" : "\n";
      return out.size() < chunk_bytes_max;
    });
    if (!scanned) return scanned.error();
    if (const auto r = record_stream(who, filter.persons()); !r) return r.error();
  }
  if (!caught_up && s.next > head) {
    caught_up = true;
    const auto at = std::to_string(head.value);
    out += sse ? "event: caught-up\nid: " + at + "\ndata: {\"position\":" + at + "}\n\n"
               : "{\"message_type\":\"caught_up\",\"position\":" + at + "}\n";
  }
  return out;
}

result<void> service::record_stream(const reader& who, std::vector<std::string> persons) {
  using std::chrono::steady_clock;
  const auto now = steady_clock::now();
  {
    const std::lock_guard lock(recent_mutex_);
    if (recent_.size() > recent_max) recent_.clear();
    std::erase_if(persons, [&](const std::string& subject) {
      const auto found = recent_.find(who.user + '\n' + subject);
      return found != recent_.end() && now - found->second < recent_for;
    });
  }
  if (persons.empty()) return {};
  const auto log = owned_.access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  reading r{.user = who.user,
            .role = who.roles.empty() ? "" : std::string(name_of(who.roles.front())),
            .unit = who.units.empty() ? "" : who.units.front(),
            .action = "stream",
            .purpose = {}};
  if (const auto done = (*log)->record(r, persons); !done) return done;
  metrics_.recorded(persons.size());
  const std::lock_guard lock(recent_mutex_);
  for (const auto& subject : persons) recent_[who.user + '\n' + subject] = now;
  return {};
}

}  // namespace stegvis::http
