#pragma once
// The OpenID Connect issuer that `serve` works with.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "api/command.hpp"
#include "api/http/login.hpp"
#include "api/http/token.hpp"

namespace stegvis {

struct issuer_arguments {
  std::string issuer, audience, keys, ca, client, client_secret;
};
// --oidc-*. What is read lies in `into`.
void declare_issuer(CLI::App& app, issuer_arguments& into);

// Whose tokens are taken, and who logs in.
struct issuer {
  std::shared_ptr<http::token_verifier> verifier, bearers;  // `bearers`: nullptr without audience
  std::shared_ptr<http::logins> logins;
};
// Empty if none was given. `failed` is told what goes wrong later, from any thread.
[[nodiscard]] result<issuer> open_issuer(const context& c, const issuer_arguments& given,
                                         const std::function<void(std::string_view)>& failed);

}  // namespace stegvis
