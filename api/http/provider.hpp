#pragma once
// The login provider: what it says of itself (OpenID Connect Discovery 1.0), its keys, and the
// exchange of a code for an identity token (RFC 6749 section 4.1.3 with RFC 7636). Everything here
// blocks, on fetch's terms.
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "api/http/token.hpp"

namespace stegvis::http {

struct provider_settings {
  std::string issuer{};
  std::filesystem::path ca_file{};  // certificates to trust instead of the system's; may be empty
  std::string client{}, secret{};   // of logins; an empty secret: a public client
};

// Its own description, as far as it is needed.
struct provider_metadata {
  std::string authorization{}, token{}, keys{}, end_session{};  // addresses
  bool secret_in_form = false;                                  // else HTTP Basic
};
// bad_argument: of another issuer, or an address that is missing or not safe. bad_json.
[[nodiscard]] result<provider_metadata> read_metadata(std::string_view json,
                                                      std::string_view issuer);

struct code_grant {
  std::string code{}, verifier{}, redirect_uri{};
};

// Thread safe.
class provider {
 public:
  explicit provider(provider_settings settings) : settings_(std::move(settings)) {}

  const provider_settings& settings() const { return settings_; }
  // The description and then the keys that it names. Whatever read_metadata and fetch refuse.
  [[nodiscard]] result<key_set> fetch_keys();
  // Of the last fetch that went well; nothing before.
  std::optional<provider_metadata> known() const;
  // The identity token behind a code, not yet checked. login_failed: the code is no good; provider.
  [[nodiscard]] result<std::string> exchange(const code_grant&) const;

 private:
  provider_settings settings_;
  mutable std::mutex mutex_;
  std::optional<provider_metadata> known_;  // guarded by `mutex_`
};

}  // namespace stegvis::http
