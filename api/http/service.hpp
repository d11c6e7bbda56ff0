#pragma once
// The API without sockets: decides from a request's head whether it goes on, then answers it.
// admit() is cheap and reads nothing; answer() and next_chunk() read the ledger, so they belong on
// a thread that may block.
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "api/asked_view.hpp"
#include "api/http/broken_glass.hpp"
#include "api/http/imports.hpp"
#include "api/http/login.hpp"
#include "api/http/metrics.hpp"
#include "api/http/reader.hpp"
#include "api/http/route.hpp"
#include "api/http/runs.hpp"
#include "api/http/timelines.hpp"
#include "api/http/token.hpp"
#include "api/json_line.hpp"
#include "api/owned_ledger.hpp"
#include "api/people.hpp"
#include "api/person_names.hpp"
#include "events/json.hpp"

namespace stegvis::http {

struct service_options {
  std::string token{};  // of the one reader that loopback knows; empty: there is none
  reader who{};         // what the token may do
  std::shared_ptr<token_verifier> provider{};  // of everybody else; nullptr: there is none
  std::shared_ptr<logins> browser_logins{};    // nullptr: nobody logs in here
  bool accept_clock = false;
  // Told of what failed inside, for the operator; called from any thread.
  std::function<void(std::string_view what)> failed{};
  const importer* import = nullptr;  // nullptr: nothing is imported
};

// What a head was found to ask.
struct admission {
  match found{};
  parsed_target target{};
  reader who{};
  bool swedish = true;
  std::string session{};              // the cookie that `who` came with; empty: a token
  position min_position{};            // the answer waits until the ledger is there
  std::optional<response> refused{};  // the answer already; the body is not read
};

class service {
 public:
  service(owned_ledger& owned, service_options options);

  // Where browsers find this service, such as https://stegvis.example; set before the first
  // request.
  void set_origin(std::string origin);

  admission admit(const request& head);
  // Whether a key for the head's token is on its way, so that admitting it later may end otherwise.
  bool is_waiting_for_key(const request& head);
  // Never throws: what fails in here is a 500 that says nothing of it, or a 503.
  response answer(const request& q, const admission& a);
  // What there is to send from `s.next` on, which moves; empty: nothing yet. Says when it has
  // caught up, once. A problem ends the stream.
  [[nodiscard]] result<std::string> next_chunk(stream_request& s, bool& caught_up,
                                               const reader& who);

  owned_ledger& owned() { return owned_; }
  ledger& book() { return owned_.book(); }
  people& persons() { return people_; }
  person_names& names() { return names_; }
  metrics& counters() { return metrics_; }
  runs& evaluations() { return runs_; }
  timelines& long_timelines() { return timelines_; }
  broken_glass& glass() { return glass_; }
  sessions& browser_sessions() { return sessions_; }
  const std::string& origin() const { return origin_; }
  // Set-Cookie with a session, or one that ends it if the value is empty; the same for a login.
  std::string session_cookie(std::string_view value) const;
  std::string login_cookie(std::string_view value) const;
  // The cookies that came along; empty: none.
  std::string_view session_of(const request& head) const;
  std::string_view login_of(const request& head) const;
  imports& file_imports() { return imports_; }
  const service_options& options() const { return options_; }
  // Tells the operator.
  void failed(std::string_view what) const {
    if (options_.failed) options_.failed(what);
  }

 private:
  // Who the token is of. unauthenticated, provider.
  [[nodiscard]] result<reader> reader_of(std::string_view token) const;
  // Who asks, by a token or else by a session. unauthenticated, provider, cross_site.
  [[nodiscard]] result<reader> identify(const request& head, admission& a);
  response answer_or_throw(const request& q, const admission& a);
  // A stream is one long read: who was read of within `recent_for` is not recorded again.
  [[nodiscard]] result<void> record_stream(const reader& who, std::vector<std::string> persons);

  static constexpr std::size_t recent_max = 100'000;
  static constexpr auto recent_for = std::chrono::minutes(1);

  owned_ledger& owned_;
  service_options options_;
  people people_;
  person_names names_;
  metrics metrics_;
  runs runs_;
  timelines timelines_;
  broken_glass glass_;
  sessions sessions_;
  std::string origin_, session_name_ = "stegvis-session", login_name_ = "stegvis-login";
  imports imports_;
  std::mutex recent_mutex_;
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> recent_;
};

// Whom the reader sees, decided at the start of a request.
class sight {
 public:
  // Folds what decides. corrupt, newer_version.
  [[nodiscard]] static result<sight> make(service& s, const reader& who, reach how_far);
  bool sees(std::string_view subject, const journey& j) const;
  // The same by the subject alone; unknown and forgotten ones are not seen.
  bool sees(const std::string& subject);

 private:
  sight(service& s, const reader& who, reach how_far) : s_(&s), who_(&who), reach_(how_far) {}
  service* s_;
  const reader* who_;
  reach reach_;
  std::set<std::string, std::less<>> units_{};
  cut known_{};
  day today_{};
  std::map<std::string, bool, std::less<>> asked_{};
};

// One request under way.
struct call {
  service& s;
  const request& q;
  const admission& a;
  reach how_far;

  const reader& who() const { return a.who; }
  ledger& book() const { return s.book(); }
  std::string_view query(std::string_view name) const;  // empty: not given
  std::size_t limit() const;
  // The key of the row that the page before ended with; empty: from the beginning. bad_argument.
  [[nodiscard]] result<std::string> after() const;
  const std::string& path(std::string_view name) const;
  // as_of and as_recorded made exact.
  [[nodiscard]] result<asked_view> asked() const;
  // As they stand in the access log: the first of each, or nothing.
  std::string role_name() const;
  std::string unit_name() const;
  // Writes to the access log that these persons are read. access_unrecorded.
  [[nodiscard]] result<void> record(std::string_view action,
                                    std::span<const std::string> subjects) const;
  // The name under which the reader knows the person. bad_key.
  [[nodiscard]] result<std::string> shown_name(const std::string& subject) const;
  // The subject of {id}, if the reader sees it, with broken glass too. unknown_subject, forgotten.
  [[nodiscard]] result<std::string> person() const;
  // Whether the reader, who does not see the person, broke the glass and may go on.
  [[nodiscard]] result<bool> sees_through_glass(const std::string& subject) const;
};

// The query parameter of that name; empty if there is none.
std::string_view query_of(const parsed_target& target, std::string_view name);
// Whether a request of that method may change something.
bool changes_something(std::string_view method);

// The digits of a text that was checked to hold only such, or nothing.
std::uint64_t number_in(std::string_view digits, std::uint64_t otherwise);

// Each member of a body that is a JSON object, until one is not as it should be. bad_json,
// bad_field.
[[nodiscard]] result<void> read_members(
    const std::string& body,
    const std::function<bool(std::string_view name, const json_value&)>& read);
// Whether the value is a text and there is somewhere for it to go; then it goes there.
bool take_text(std::string* into, const json_value&);

// 200 with JSON, its position and an ETag that changes with the head, the cut and the day.
response view_response(const call&, const asked_view&, std::string body);

// How a page of a list ends.
struct list_end {
  std::size_t total = 0;   // rows of the whole list
  std::string last_key{};  // of the page's last row; empty: nothing follows
};
// view_response of an object that holds the page's rows: adds how many rows there are in all (up to
// total_counted_max) and where the next page begins, also as a Link.
response page_response(const call&, const asked_view&, json_line& page, const list_end&);

// Opens what the reader's roles may open; the rest stays sealed.
void open_for(const reader& who, const ledger& book, event& e);

// "after" in the order of a list, as text that says nothing to people.
std::string make_cursor(std::string_view key);
// bad_argument.
[[nodiscard]] result<std::string> read_cursor(std::string_view cursor);
// The target of this request with another cursor, for Link: rel="next".
std::string next_link(const call&, const std::string& cursor);

constexpr std::size_t page_default = 100;
constexpr std::size_t page_max = 1'000;
constexpr std::size_t total_counted_max = 10'000;

}  // namespace stegvis::http
