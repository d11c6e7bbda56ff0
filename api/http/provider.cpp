#include "api/http/provider.hpp"

#include "api/http/fetch.hpp"
#include "events/json.hpp"

namespace stegvis::http {
namespace {

problem bad_description(std::string_view what) {
  return {errc::bad_argument, "the login provider's description " + std::string(what)};
}

struct described {
  std::string issuer;
  provider_metadata m;
  bool basic = true, post = false;  // how a client may show its secret
};

described read_members(const json_value& document) {
  described d;
  document.each_member([&](std::string_view name, const json_value& v) {
    std::string* into = name == "issuer"                   ? &d.issuer
                        : name == "authorization_endpoint" ? &d.m.authorization
                        : name == "token_endpoint"         ? &d.m.token
                        : name == "jwks_uri"               ? &d.m.keys
                        : name == "end_session_endpoint"   ? &d.m.end_session
                                                           : nullptr;
    if (into != nullptr && v.type() == json_type::text) *into = v.text();
    if (name == "token_endpoint_auth_methods_supported" && v.type() == json_type::array) {
      d.basic = false;
      v.each_element([&](const json_value& way) {
        d.basic = d.basic || (way.type() == json_type::text && way.text() == "client_secret_basic");
        d.post = d.post || (way.type() == json_type::text && way.text() == "client_secret_post");
        return true;
      });
    }
    return true;
  });
  return d;
}

std::string text_member(const std::string& json, std::string_view wanted) {
  json_parser parser;
  const auto document = parser.parse(json);
  std::string found;
  if (!document || document->type() != json_type::object) return found;
  document->each_member([&](std::string_view name, const json_value& v) {
    if (name == wanted && v.type() == json_type::text) found = v.text();
    return true;
  });
  return found;
}

}  // namespace

result<provider_metadata> read_metadata(std::string_view json, std::string_view issuer) {
  json_parser parser;
  const auto document = parser.parse(json);
  if (!document || document->type() != json_type::object) {
    return problem{errc::bad_json, "the login provider's description is no JSON object"};
  }
  auto d = read_members(*document);
  if (d.issuer != issuer) return bad_description("is of another issuer than --oidc-issuer");
  if (!is_safe_url(d.m.keys)) return bad_description("has no jwks_uri that begins with https://");
  for (const auto* url : {&d.m.authorization, &d.m.token, &d.m.end_session}) {
    if (!url->empty() && !is_safe_url(*url)) {
      return bad_description("has an address that does not begin with https://");
    }
  }
  d.m.secret_in_form = d.post && !d.basic;
  return std::move(d.m);
}

result<key_set> provider::fetch_keys() {
  std::string base = settings_.issuer;
  while (base.ends_with('/')) base.pop_back();
  const auto text = fetch_text(base + "/.well-known/openid-configuration", settings_.ca_file);
  if (!text) return text.error();
  const auto described = read_metadata(*text, settings_.issuer);
  if (!described) return described.error();
  const auto keys = fetch_text(described->keys, settings_.ca_file);
  if (!keys) return keys.error();
  auto set = key_set::parse(*keys);
  if (!set) return set.error();
  const std::lock_guard lock(mutex_);
  known_ = *described;
  return set;
}

std::optional<provider_metadata> provider::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

result<std::string> provider::exchange(const code_grant& grant) const {
  const auto to = known();
  if (!to || to->token.empty()) return problem{errc::provider, "the login provider takes no codes"};
  fetch_request r;
  r.url = to->token;
  r.form = "grant_type=authorization_code&code=" + percent_encoded(grant.code) +
           "&redirect_uri=" + percent_encoded(grant.redirect_uri) +
           "&code_verifier=" + percent_encoded(grant.verifier);
  if (settings_.secret.empty() || to->secret_in_form) {
    r.form += "&client_id=" + percent_encoded(settings_.client);
    if (!settings_.secret.empty()) r.form += "&client_secret=" + percent_encoded(settings_.secret);
  } else {
    // RFC 6749 section 2.3.1: encoded as in a form, then as HTTP Basic.
    r.user = percent_encoded(settings_.client);
    r.secret = percent_encoded(settings_.secret);
  }
  const auto answered = fetch(r, settings_.ca_file);
  if (!answered) return answered.error();
  if (answered->status == 401) {
    return problem{errc::provider, "the login provider does not know the client or its secret"};
  }
  if (answered->status >= 400 && answered->status < 500) {
    return problem{errc::login_failed, "the login provider does not take the code"};
  }
  auto token = text_member(answered->body, "id_token");
  if (token.empty()) return problem{errc::provider, "the login provider gives no id_token"};
  return token;
}

}  // namespace stegvis::http
