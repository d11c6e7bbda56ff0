#pragma once
// Bearer tokens of an OpenID Connect provider: JSON Web Tokens (RFC 7519) signed with RS256 or
// ES256, checked against the provider's key set (RFC 7517). Everything else is refused, `none`
// before all.
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "api/http/reader.hpp"
#include "events/error.hpp"
#include "events/types.hpp"

namespace stegvis::http {

struct token_rules {
  std::string issuer{}, audience{};  // `iss` is the one, `aud` names the other
  std::string roles_claim = "roles", units_claim = "units";  // lists of texts
  std::chrono::seconds skew{60};  // between the provider's clock and ours
};

// A provider's public keys. Copies share them.
class key_set {
 public:
  // bad_json: no key set. Keys of other kinds, for other uses, RSA keys under 2,048 bits and those
  // without a `kid` are passed over.
  [[nodiscard]] static result<key_set> parse(std::string_view json);
  bool empty() const { return keys_.empty(); }
  bool has(std::string_view kid) const { return keys_.contains(kid); }
  // Whether the signature of `text` is by this key, which must be of the algorithm's kind.
  bool verify(std::string_view kid, std::string_view algorithm, std::string_view text,
              std::string_view signature) const;

 private:
  struct key;
  std::map<std::string, std::shared_ptr<const key>, std::less<>> keys_;
};

// The reader that a token names. unauthenticated, with what is wrong but nothing of the token.
// `now` is in seconds since 1970.
[[nodiscard]] result<reader> read_token(std::string_view token, const key_set&, const token_rules&,
                                        std::int64_t now);
// The same of an identity token (OpenID Connect Core 3.1.3.7): it is for the client that
// `rules.audience` names, given to it alone, and answers the login that the nonce was made for.
[[nodiscard]] result<reader> read_id_token(std::string_view token, const key_set&,
                                           const token_rules&, std::string_view nonce,
                                           std::int64_t now);

// The key id that a token names, unchecked; empty if it is none.
std::string key_id_of(std::string_view token);

// Gets the keys anew; blocks. Whatever it refuses leaves the keys that are known.
using key_loader = std::function<result<key_set>()>;
// A JWKS in a file, which whoever rotates keys replaces. bad_file, bad_json.
key_loader keys_in_file(std::filesystem::path file);

struct verifier_options {
  key_loader load{};
  token_rules rules{};
  std::chrono::seconds age_max{600};  // of the keys, before they are loaded anew
  std::chrono::seconds ask_gap{10};   // between loads that unknown keys ask for
  // Told when a load fails; from a thread of its own.
  std::function<void(const problem&)> failed{};
};

// Checks tokens with the keys of one issuer, which a thread of its own keeps fresh: when they grow
// old, and when a token names one that is not known. Thread safe.
class token_verifier {
 public:
  explicit token_verifier(verifier_options);
  // Loads the keys now. Whatever the loader refuses.
  [[nodiscard]] result<void> refresh();
  // As read_token, by the system's clock. provider: no key is known yet. Never blocks.
  [[nodiscard]] result<reader> read(std::string_view token) const;
  [[nodiscard]] result<reader> read_login(std::string_view id_token, const token_rules&,
                                          std::string_view nonce) const;
  // Whether the token names an unknown key that is being asked for, from now on or since before:
  // then a wait may help. Never blocks.
  bool is_asking_for(std::string_view token);

 private:
  void keep(const std::stop_token& stop);
  result<key_set> known() const;

  verifier_options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  key_set keys_;  // guarded by `mutex_`, as is what follows
  std::chrono::steady_clock::time_point due_{}, asked_at_{};
  bool asked_ = false;
  std::jthread keeper_;  // last: it uses all of these
};

// Seconds since 1970.
std::int64_t seconds_now();

}  // namespace stegvis::http
