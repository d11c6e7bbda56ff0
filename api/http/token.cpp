#include "api/http/token.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "api/http/message.hpp"
#include "events/json.hpp"
#include "events/personal_number.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {
namespace {

using std::chrono::steady_clock;
constexpr std::size_t token_bytes_max = 8 << 10;
constexpr std::size_t key_file_bytes_max = 1 << 20;
constexpr int rsa_bits_min = 2'048;
constexpr std::size_t p256_bytes = 32;

using pkey = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* p) { EVP_PKEY_free(p); })>;
using pkey_context =
    std::unique_ptr<EVP_PKEY_CTX, decltype([](EVP_PKEY_CTX* p) { EVP_PKEY_CTX_free(p); })>;
using digest_context =
    std::unique_ptr<EVP_MD_CTX, decltype([](EVP_MD_CTX* p) { EVP_MD_CTX_free(p); })>;
using number = std::unique_ptr<BIGNUM, decltype([](BIGNUM* p) { BN_free(p); })>;
using builder =
    std::unique_ptr<OSSL_PARAM_BLD, decltype([](OSSL_PARAM_BLD* p) { OSSL_PARAM_BLD_free(p); })>;
using parameters = std::unique_ptr<OSSL_PARAM, decltype([](OSSL_PARAM* p) { OSSL_PARAM_free(p); })>;
using ecdsa_pair = std::unique_ptr<ECDSA_SIG, decltype([](ECDSA_SIG* p) { ECDSA_SIG_free(p); })>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

number number_of(std::string_view big_endian) {
  return number(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

pkey make_key(const char* kind, OSSL_PARAM_BLD* from) {
  const parameters built(OSSL_PARAM_BLD_to_param(from));
  const pkey_context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  if (!built || !context || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, built.get()) <= 0) {
    return nullptr;
  }
  return pkey(made);
}

pkey rsa_key(std::string_view n, std::string_view e) {
  const auto modulus = number_of(n);
  const auto exponent = number_of(e);
  const builder from(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !from || BN_num_bits(modulus.get()) < rsa_bits_min ||
      OSSL_PARAM_BLD_push_BN(from.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) <= 0 ||
      OSSL_PARAM_BLD_push_BN(from.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) <= 0) {
    return nullptr;
  }
  return make_key("RSA", from.get());
}

pkey p256_key(std::string_view x, std::string_view y) {
  if (x.size() != p256_bytes || y.size() != p256_bytes) return nullptr;
  const std::string point = '\x04' + std::string(x) + std::string(y);
  const builder from(OSSL_PARAM_BLD_new());
  if (!from ||
      OSSL_PARAM_BLD_push_utf8_string(from.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) <= 0 ||
      OSSL_PARAM_BLD_push_octet_string(from.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) <= 0) {
    return nullptr;
  }
  return make_key("EC", from.get());
}

// r and s side by side, as tokens have them, in the DER form that OpenSSL takes.
std::string der_of(std::string_view pair) {
  if (pair.size() != 2 * p256_bytes) return {};
  const ecdsa_pair both(ECDSA_SIG_new());
  auto r = number_of(pair.substr(0, p256_bytes));
  auto s = number_of(pair.substr(p256_bytes));
  if (!both || !r || !s || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) return {};
  // They are the pair's now.
  (void)r.release();
  (void)s.release();
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &out);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

problem refused(std::string_view why) {
  return {errc::unauthenticated, "the token " + std::string(why)};
}

// Members that are texts; others are passed over.
std::map<std::string, std::string, std::less<>> texts_of(const json_value& object) {
  std::map<std::string, std::string, std::less<>> found;
  object.each_member([&](std::string_view name, const json_value& v) {
    if (v.type() == json_type::text) found.emplace(name, v.text());
    return true;
  });
  return found;
}

struct token_parts {
  std::string_view signed_text;
  std::string header, payload, signature;
};

std::optional<token_parts> split(std::string_view token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.size() > token_bytes_max) return std::nullopt;
  const auto header = base64url_decode(token.substr(0, first));
  const auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  const auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature) return std::nullopt;
  return token_parts{token.substr(0, second), *header, *payload, *signature};
}

struct claims {
  std::string issuer, subject, nonce, party;
  std::vector<std::string> audiences, roles, units;
  std::optional<double> expires, not_before, issued;
  bool twice = false;  // a claim that is given two times
};

std::vector<std::string> list_of(const json_value& v) {
  std::vector<std::string> list;
  if (v.type() == json_type::text) list.emplace_back(v.text());
  if (v.type() != json_type::array) return list;
  v.each_element([&](const json_value& item) {
    if (item.type() == json_type::text) list.emplace_back(item.text());
    return true;
  });
  return list;
}

std::optional<double> time_of(const json_value& v) {
  if (v.type() == json_type::integer) return static_cast<double>(v.integer());
  if (v.type() == json_type::number) return v.number();
  return std::nullopt;
}

std::optional<claims> read_claims(std::string_view payload, const token_rules& rules) {
  json_parser parser;
  const auto document = parser.parse(payload);
  if (!document || document->type() != json_type::object) return std::nullopt;
  claims c;
  std::vector<std::string> names;
  document->each_member([&](std::string_view name, const json_value& v) {
    c.twice = c.twice || std::ranges::find(names, name) != names.end();
    names.emplace_back(name);
    if (name == "iss" && v.type() == json_type::text) c.issuer = v.text();
    if (name == "sub" && v.type() == json_type::text) c.subject = v.text();
    if (name == "nonce" && v.type() == json_type::text) c.nonce = v.text();
    if (name == "azp") c.party = v.type() == json_type::text ? v.text() : "?";
    if (name == "aud") c.audiences = list_of(v);
    if (name == "exp") c.expires = time_of(v);
    if (name == "nbf") c.not_before = time_of(v);
    if (name == "iat") c.issued = time_of(v);
    if (name == rules.roles_claim) c.roles = list_of(v);
    if (name == rules.units_claim) c.units = list_of(v);
    return true;
  });
  return c;
}

std::optional<problem> wrong_claims(const claims& c, const token_rules& rules, std::int64_t now) {
  const auto skew = static_cast<double>(rules.skew.count());
  const auto time = static_cast<double>(now);
  if (c.twice) return refused("gives a claim twice");
  if (c.issuer != rules.issuer) return refused("is of another issuer");
  if (std::ranges::find(c.audiences, rules.audience) == c.audiences.end()) {
    return refused("is for another audience");
  }
  if (!c.expires) return refused("has no end");
  if (!(time < *c.expires + skew)) return refused("has expired");
  if (c.not_before && !(time >= *c.not_before - skew)) return refused("does not hold yet");
  if (c.issued && !(time >= *c.issued - skew)) return refused("was issued in the future");
  if (!valid_id(c.subject)) return refused("names nobody");
  if (contains_personal_number(c.subject)) return refused("names somebody by a personal number");
  return std::nullopt;
}

}  // namespace

struct key_set::key {
  pkey handle;
  std::string algorithm;
};

result<key_set> key_set::parse(std::string_view json) {
  json_parser parser;
  const auto document = parser.parse(json);
  if (!document || document->type() != json_type::object) {
    return problem{errc::bad_json, "a key set is an object with keys"};
  }
  key_set set;
  document->each_member([&](std::string_view name, const json_value& list) {
    if (name != "keys" || list.type() != json_type::array) return true;
    return list.each_element([&](const json_value& item) {
      if (item.type() != json_type::object) return true;
      auto k = texts_of(item);
      if (k["kid"].empty() || (!k["use"].empty() && k["use"] != "sig")) return true;
      const auto bytes = [&](const char* member) {
        return base64url_decode(k[member]).value_or(std::string());
      };
      const bool rsa = k["kty"] == "RSA";
      const bool p256 = k["kty"] == "EC" && k["crv"] == "P-256";
      auto made = rsa    ? rsa_key(bytes("n"), bytes("e"))
                  : p256 ? p256_key(bytes("x"), bytes("y"))
                         : nullptr;
      if (!made) return true;
      set.keys_[k["kid"]] =
          std::make_shared<const key>(key{std::move(made), rsa ? "RS256" : "ES256"});
      return true;
    });
  });
  return set;
}

bool key_set::verify(std::string_view kid, std::string_view algorithm, std::string_view text,
                     std::string_view signature) const {
  const auto found = keys_.find(kid);
  if (found == keys_.end() || found->second->algorithm != algorithm) return false;
  const std::string form = algorithm == "ES256" ? der_of(signature) : std::string(signature);
  const digest_context context(EVP_MD_CTX_new());
  if (form.empty() || !context) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                              found->second->handle.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(form), form.size(), bytes_of(text),
                          text.size()) == 1;
}

std::string key_id_of(std::string_view token) {
  const auto parts = split(token);
  json_parser parser;
  const auto header = parts ? parser.parse(parts->header) : result<json_value>(problem{});
  if (!header || header->type() != json_type::object) return {};
  return texts_of(*header)["kid"];
}

namespace {

result<claims> checked_claims(std::string_view token, const key_set& keys, const token_rules& rules,
                              std::int64_t now) {
  const auto parts = split(token);
  if (!parts) return refused("is no signed JSON Web Token");
  json_parser parser;
  const auto header = parser.parse(parts->header);
  if (!header || header->type() != json_type::object) return refused("has no header");
  bool critical = false;
  header->each_member([&](std::string_view name, const json_value&) {
    critical = critical || name == "crit";
    return true;
  });
  if (critical) return refused("demands what is not known here");
  auto h = texts_of(*header);
  if (h["alg"] != "RS256" && h["alg"] != "ES256") return refused("is not signed by RS256 or ES256");
  if (!keys.verify(h["kid"], h["alg"], parts->signed_text, parts->signature)) {
    return refused("is not signed by a key of the issuer");
  }
  auto c = read_claims(parts->payload, rules);
  if (!c) return refused("has no claims");
  if (const auto wrong = wrong_claims(*c, rules, now)) return *wrong;
  return *std::move(c);
}

reader reader_of(const claims& c, const token_rules& rules) {
  reader who;
  who.user = "oidc:" + c.subject;
  who.until = static_cast<std::int64_t>(*c.expires) + rules.skew.count();
  for (const auto& name : c.roles) {
    if (name == "confidential")
      who.confidential = true;
    else if (const auto r = find_role(name))
      who.roles.push_back(*r);
  }
  for (const auto& unit : c.units) {
    if (valid_subject(unit) && kind_of(unit) == "unit") who.units.push_back(unit);
  }
  return who;
}

}  // namespace

result<reader> read_token(std::string_view token, const key_set& keys, const token_rules& rules,
                          std::int64_t now) {
  const auto c = checked_claims(token, keys, rules, now);
  if (!c) return c.error();
  return reader_of(*c, rules);
}

result<reader> read_id_token(std::string_view token, const key_set& keys, const token_rules& rules,
                             std::string_view nonce, std::int64_t now) {
  const auto c = checked_claims(token, keys, rules, now);
  if (!c) return c.error();
  if (nonce.empty() || c->nonce != nonce) return refused("is of another login");
  const bool alone = c->audiences.size() == 1 && c->party.empty();
  if (!alone && c->party != rules.audience) return refused("was given to another client");
  return reader_of(*c, rules);
}

key_loader keys_in_file(std::filesystem::path file) {
  return [file = std::move(file)]() -> result<key_set> {
    std::error_code none;
    const auto size = std::filesystem::file_size(file, none);
    std::ifstream in(file, std::ios::binary);
    std::string text;
    if (!none && size <= key_file_bytes_max) text.assign(std::istreambuf_iterator<char>(in), {});
    if (none || !in || text.empty()) return problem{errc::bad_file, "cannot read the key set"};
    return key_set::parse(text);
  };
}

token_verifier::token_verifier(verifier_options options)
    : options_(std::move(options)),
      due_(steady_clock::now() + options_.age_max),
      keeper_([this](const std::stop_token& stop) { keep(stop); }) {}

result<void> token_verifier::refresh() {
  auto loaded = options_.load();
  if (loaded && loaded->empty()) {
    loaded = problem{errc::bad_json, "the key set has no RS256 or ES256 key"};
  }
  const std::lock_guard lock(mutex_);
  due_ = steady_clock::now() + (loaded ? options_.age_max : options_.ask_gap);
  wake_.notify_all();
  if (!loaded) return loaded.error();
  keys_ = std::move(*loaded);
  return {};
}

void token_verifier::keep(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto due = due_;
    wake_.wait_until(lock, stop, due, [&] { return asked_ || due_ != due; });
    if (stop.stop_requested()) return;
    if (!asked_ && steady_clock::now() < due_) continue;
    lock.unlock();
    if (const auto r = refresh(); !r && options_.failed) options_.failed(r.error());
    lock.lock();
    asked_ = false;
  }
}

result<key_set> token_verifier::known() const {
  const std::lock_guard lock(mutex_);
  if (keys_.empty()) return problem{errc::provider, "the issuer's keys are not known yet"};
  return keys_;
}

result<reader> token_verifier::read(std::string_view token) const {
  const auto keys = known();
  if (!keys) return keys.error();
  return read_token(token, *keys, options_.rules, seconds_now());
}

result<reader> token_verifier::read_login(std::string_view id_token, const token_rules& rules,
                                          std::string_view nonce) const {
  const auto keys = known();
  if (!keys) return keys.error();
  return read_id_token(id_token, *keys, rules, nonce, seconds_now());
}

bool token_verifier::is_asking_for(std::string_view token) {
  const auto kid = key_id_of(token);
  const std::lock_guard lock(mutex_);
  if (kid.empty() || keys_.has(kid)) return false;
  const auto now = steady_clock::now();
  const bool early = asked_at_ != steady_clock::time_point() && now < asked_at_ + options_.ask_gap;
  if (asked_ || early) return asked_;
  asked_ = true;
  asked_at_ = now;
  wake_.notify_all();
  return true;
}

std::int64_t seconds_now() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace stegvis::http
