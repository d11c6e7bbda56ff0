#include "api/serve_issuer.hpp"

#include <cstdlib>

#include "api/http/fetch.hpp"
#include "api/http/provider.hpp"
#include "api/settings.hpp"

namespace stegvis {
namespace {

// The client's secret, of a file or the environment; empty: a public client.
result<std::string> read_secret(const context& c, const issuer_arguments& given) {
  if (given.client_secret.empty()) {
    const char* const set = std::getenv("STEGVIS_OIDC_CLIENT_SECRET");
    return std::string(set == nullptr ? "" : set);
  }
  if (auto text = secret_in(c.path(given.client_secret)); text && !text->empty()) return *text;
  return problem{errc::bad_file, "--oidc-client-secret names a file with the secret"};
}

}  // namespace

void declare_issuer(CLI::App& app, issuer_arguments& into) {
  auto* const issuer = app.add_option("--oidc-issuer", into.issuer,
                                      "take tokens of this OpenID Connect issuer, and no other");
  app.add_option("--oidc-audience", into.audience, "whom the issuer's bearer tokens are for")
      ->needs(issuer);
  auto* const keys = app.add_option("--oidc-keys", into.keys,
                                    "the issuer's key set (JWKS), a file that may be replaced; "
                                    "without it the issuer is asked")
                         ->needs(issuer);
  app.add_option("--oidc-ca", into.ca, "certificates to trust when the issuer is asked")
      ->needs(issuer)
      ->excludes(keys)
      ->type_name("FILE");
  auto* const client = app.add_option("--oidc-client", into.client,
                                      "log browsers in at the issuer, as the client of this id")
                           ->needs(issuer)
                           ->excludes(keys)
                           ->type_name("ID");
  app.add_option("--oidc-client-secret", into.client_secret,
                 "the client's secret; or STEGVIS_OIDC_CLIENT_SECRET")
      ->needs(client)
      ->type_name("FILE");
}

result<issuer> open_issuer(const context& c, const issuer_arguments& given,
                           const std::function<void(std::string_view)>& failed) {
  issuer opened;
  if (given.issuer.empty()) return opened;
  if (given.audience.empty() && given.client.empty()) {
    return problem{errc::bad_argument,
                   "--oidc-issuer goes with --oidc-audience, for programs, with --oidc-client, for "
                   "browsers, or with both"};
  }
  http::verifier_options how;
  how.rules.issuer = given.issuer;
  how.rules.audience = given.audience;
  how.failed = [failed](const problem& p) { failed(p.message); };
  std::shared_ptr<http::provider> provider;
  if (given.keys.empty()) {
    auto secret = read_secret(c, given);
    if (!secret) return secret.error();
    http::provider_settings who;
    who.issuer = given.issuer;
    if (!given.ca.empty()) who.ca_file = c.path(given.ca);
    who.client = given.client;
    who.secret = std::move(*secret);
    provider = std::make_shared<http::provider>(std::move(who));
    how.load = [provider] { return provider->fetch_keys(); };
  } else {
    how.load = http::keys_in_file(c.path(given.keys));
  }
  opened.verifier = std::make_shared<http::token_verifier>(std::move(how));
  if (const auto r = opened.verifier->refresh(); !r) {
    // A provider that is away comes back, and is asked again until then.
    if (r.error().code != errc::provider) return r.error();
    failed(r.error().message);
  }
  if (!given.audience.empty()) opened.bearers = opened.verifier;
  if (!given.client.empty()) {
    opened.logins = std::make_shared<http::logins>(provider, opened.verifier);
  }
  return opened;
}

}  // namespace stegvis
