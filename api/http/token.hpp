#pragma once
// Bearer tokens of an OpenID Connect provider: JSON Web Tokens (RFC 7519) signed with RS256 or
// ES256, checked against the provider's key set (RFC 7517). Everything else is refused, `none`
// before all.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
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

// The key id that a token names, unchecked; empty if it is none.
std::string key_id_of(std::string_view token);

// A key set in a file, which whoever rotates keys replaces. Thread safe.
class token_verifier {
 public:
  // bad_file, bad_json.
  [[nodiscard]] static result<std::unique_ptr<token_verifier>> open(std::filesystem::path file,
                                                                    token_rules rules);
  // As read_token, by the system's clock. A key that is not known makes it read the file again if
  // that has changed.
  [[nodiscard]] result<reader> read(std::string_view token);

 private:
  token_verifier(std::filesystem::path file, token_rules rules)
      : file_(std::move(file)), rules_(std::move(rules)) {}
  [[nodiscard]] result<void> load();

  std::filesystem::path file_;
  token_rules rules_;
  std::mutex mutex_;
  key_set keys_;  // guarded by `mutex_`, as is what follows
  std::filesystem::file_time_type read_at_{};
};

}  // namespace stegvis::http
