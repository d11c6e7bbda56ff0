#pragma once
// Logins in a browser: the authorization code flow with PKCE (RFC 7636, S256), and the sessions
// that come of it. Both are kept in memory, bounded in number and time, and gone at the stop. What
// the browser holds is random; here stand only hashes of it.
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/provider.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {

// 32 random bytes as base64url. Throws world_error.
std::string random_secret();

struct session {
  reader who{};
  std::string csrf{};  // what requests that change something have to show
};

// Sessions by the value of their cookie. Times are seconds since 1970. Thread safe.
class sessions {
 public:
  static constexpr std::int64_t idle_max = 30 * 60, age_max = 8 * 60 * 60;
  static constexpr std::size_t count_max = 10'000, each_user_max = 20;

  // A new session under a new value. Beyond the limits the one unused for longest ends.
  std::string open(reader who, std::int64_t now);
  // Nothing if there is none, or it has ended. Counts as use.
  std::optional<session> find(std::string_view cookie, std::int64_t now);
  // Streams of the session end too.
  void end(std::string_view cookie);

 private:
  struct kept {
    reader who;
    std::string csrf;
    std::int64_t begun, used;
    std::shared_ptr<std::atomic<bool>> ended;
  };
  using table = std::map<digest, kept>;
  void erase(table::iterator);
  void make_room(const std::string& user, std::int64_t now);

  std::mutex mutex_;
  table kept_;  // guarded by `mutex_`
};

// How a login begins: where the browser is sent, and the cookie that binds it to this login.
struct login_start {
  std::string location, cookie;
};

// What came back to /callback.
struct login_answer {
  std::string cookie{}, state{}, code{}, issuer{};  // `issuer`: RFC 9207; may be empty
};

struct logged_in {
  reader who;
  std::string return_to;  // a path of ours
};

// Logins under way with one provider. Thread safe.
class logins {
 public:
  static constexpr std::int64_t age_max = 10 * 60;
  static constexpr std::size_t count_max = 10'000;
  static constexpr int exchanges_max = 4;  // at a time

  logins(std::shared_ptr<provider> with, std::shared_ptr<token_verifier> verifier)
      : with_(std::move(with)), verifier_(std::move(verifier)) {}

  const provider& with() const { return *with_; }
  // `origin` is ours, such as https://stegvis.example. provider: it is not known yet.
  [[nodiscard]] result<login_start> begin(std::string_view origin, std::string return_to,
                                          std::int64_t now);
  // Each login is answered once, well or not. login_failed, provider, overloaded. Blocks.
  [[nodiscard]] result<logged_in> finish(std::string_view origin, const login_answer&,
                                         std::int64_t now);

 private:
  struct begun {
    std::string state, nonce, verifier, return_to;
    std::int64_t at;
  };
  std::optional<begun> take(std::string_view cookie, std::int64_t now);

  std::shared_ptr<provider> with_;  // shared with the verifier's loader, which may outlive this
  std::shared_ptr<token_verifier> verifier_;
  std::mutex mutex_;
  std::map<digest, begun> begun_;  // guarded by `mutex_`
  std::atomic<int> exchanging_{0};
};

// The path if it is one of ours, else "/": nothing leads to another site.
std::string own_path(std::string_view wanted);

}  // namespace stegvis::http
