#include "api/http/login.hpp"

#include <sys/random.h>

#include <algorithm>

#include "api/http/fetch.hpp"

namespace stegvis::http {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t answer_bytes_max = 4 << 10;

problem failed(std::string_view why) {
  return {errc::login_failed, "the login " + std::string(why)};
}

// PKCE's S256.
std::string challenge_of(std::string_view verifier) {
  return base64url(as_text(sha256(verifier)));
}

std::string callback_of(std::string_view origin) {
  return std::string(origin) + "/callback";
}

// Counts itself in and out.
class turn {
 public:
  turn(std::atomic<int>& taken, int most) : taken_(taken) { has_ = ++taken_ <= most; }
  ~turn() { --taken_; }
  turn(const turn&) = delete;
  bool has() const { return has_; }

 private:
  std::atomic<int>& taken_;
  bool has_ = false;
};

}  // namespace

std::string random_secret() {
  char bytes[secret_bytes];
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw world_error("no random numbers");
  return base64url({bytes, sizeof bytes});
}

// sessions

void sessions::erase(table::iterator at) {
  *at->second.ended = true;
  kept_.erase(at);
}

void sessions::make_room(const std::string& user, std::int64_t now) {
  std::size_t users = 0;
  auto oldest = kept_.end();
  auto oldest_of_user = kept_.end();
  for (auto at = kept_.begin(); at != kept_.end();) {
    const auto here = at++;
    const kept& k = here->second;
    if (now - k.used > idle_max || now - k.begun > age_max) {
      erase(here);
      continue;
    }
    if (oldest == kept_.end() || k.used < oldest->second.used) oldest = here;
    if (k.who.user != user) continue;
    ++users;
    if (oldest_of_user == kept_.end() || k.used < oldest_of_user->second.used) {
      oldest_of_user = here;
    }
  }
  if (users >= each_user_max)
    erase(oldest_of_user);
  else if (kept_.size() >= count_max)
    erase(oldest);
}

std::string sessions::open(reader who, std::int64_t now) {
  auto cookie = random_secret();
  kept k{std::move(who), random_secret(), now, now, std::make_shared<std::atomic<bool>>(false)};
  k.who.until = now + age_max;
  k.who.ended = k.ended;
  const std::lock_guard lock(mutex_);
  make_room(k.who.user, now);
  kept_.emplace(sha256(cookie), std::move(k));
  return cookie;
}

std::optional<session> sessions::find(std::string_view cookie, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(sha256(cookie));
  if (at == kept_.end()) return std::nullopt;
  kept& k = at->second;
  if (now - k.used > idle_max || now - k.begun > age_max) {
    erase(at);
    return std::nullopt;
  }
  k.used = std::max(k.used, now);
  return session{k.who, k.csrf};
}

void sessions::end(std::string_view cookie) {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(sha256(cookie));
  if (at != kept_.end()) erase(at);
}

// logins

std::string own_path(std::string_view wanted) {
  const bool ours = wanted.starts_with('/') && !wanted.starts_with("//") &&
                    std::ranges::all_of(wanted, [](char c) {
                      return c > ' ' && c < '\x7f' && c != '\\' && c != '"' && c != '<';
                    });
  return ours ? std::string(wanted) : "/";
}

result<login_start> logins::begin(std::string_view origin, std::string return_to,
                                  std::int64_t now) {
  const auto known = with_->known();
  if (!known || known->authorization.empty()) {
    return problem{errc::provider, "the login provider is not known yet"};
  }
  begun b{random_secret(), random_secret(), random_secret(), std::move(return_to), now};
  login_start start;
  start.cookie = random_secret();
  start.location = known->authorization;
  start.location += start.location.find('?') == std::string::npos ? '?' : '&';
  start.location +=
      "response_type=code&scope=openid&client_id=" + percent_encoded(with_->settings().client) +
      "&redirect_uri=" + percent_encoded(callback_of(origin)) + "&state=" + b.state +
      "&nonce=" + b.nonce +
      "&code_challenge_method=S256&code_challenge=" + challenge_of(b.verifier);
  const std::lock_guard lock(mutex_);
  std::erase_if(begun_, [&](const auto& one) { return now - one.second.at > age_max; });
  if (begun_.size() >= count_max) {
    begun_.erase(
        std::ranges::min_element(begun_, {}, [](const auto& one) { return one.second.at; }));
  }
  begun_.emplace(sha256(start.cookie), std::move(b));
  return start;
}

std::optional<logins::begun> logins::take(std::string_view cookie, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto at = begun_.find(sha256(cookie));
  if (at == begun_.end()) return std::nullopt;
  auto b = std::move(at->second);
  begun_.erase(at);
  if (now - b.at > age_max) return std::nullopt;
  return b;
}

result<logged_in> logins::finish(std::string_view origin, const login_answer& answer,
                                 std::int64_t now) {
  const auto b = take(answer.cookie, now);
  if (!b) return failed("was not begun in this browser, took too long, or was answered before");
  // Both are hashed first, so that the time it takes tells nothing of the state.
  if (sha256(answer.state) != sha256(b->state)) return failed("has another state");
  if (!answer.issuer.empty() && answer.issuer != with_->settings().issuer) {
    return failed("was answered by another issuer");
  }
  if (answer.code.empty() || answer.code.size() > answer_bytes_max) return failed("has no code");
  const turn mine(exchanging_, exchanges_max);
  if (!mine.has()) return problem{errc::overloaded, "too many logins at a time"};
  const auto token = with_->exchange({answer.code, b->verifier, callback_of(origin)});
  if (!token) return token.error();
  token_rules rules;
  rules.issuer = with_->settings().issuer;
  rules.audience = with_->settings().client;
  auto who = verifier_->read_login(*token, rules, b->nonce);
  // A key that came since the last look: once more with the new ones.
  if (!who && verifier_->is_asking_for(*token) && verifier_->refresh()) {
    who = verifier_->read_login(*token, rules, b->nonce);
  }
  if (!who) return failed("failed: " + who.error().message);
  return logged_in{std::move(*who), b->return_to};
}

}  // namespace stegvis::http
