// Goal: only a token that the issuer signed, for us, now, lets somebody in. Method: keys made here,
// tokens signed by hand, each wrong in one way; a key file that is replaced while it is used.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <fstream>

#include "api/http/message.hpp"
#include "api/http/service.hpp"
#include "api/http/token.hpp"
#include "events/ledger_vocabulary.hpp"
#include "events/sha256.hpp"

namespace stegvis::http {
namespace {

constexpr std::int64_t now = 1'800'000'000;

using pkey = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* p) { EVP_PKEY_free(p); })>;

std::string number_of(const EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* n = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &n), 1);
  std::string bytes(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(n)), '\0');
  BN_bn2binpad(n, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(n);
  return base64url(bytes);
}

std::string rsa_json(const EVP_PKEY* key, const std::string& kid, const std::string& more = "") {
  return R"({"kty":"RSA","kid":")" + kid + R"(","n":")" + number_of(key, OSSL_PKEY_PARAM_RSA_N) +
         R"(","e":")" + number_of(key, OSSL_PKEY_PARAM_RSA_E) + '"' + more + '}';
}
std::string ec_json(const EVP_PKEY* key, const std::string& kid) {
  return R"({"kty":"EC","crv":"P-256","use":"sig","kid":")" + kid + R"(","x":")" +
         number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
         number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
}

std::string signature_of(EVP_PKEY* key, const std::string& text) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key);
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::string out(size, '\0');
  EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  out.resize(size);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return out;
  const auto* der = reinterpret_cast<const unsigned char*>(out.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(out.size()));
  std::string both(64, '\0');
  auto* into = reinterpret_cast<unsigned char*>(both.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), into, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), into + 32, 32);
  ECDSA_SIG_free(pair);
  return both;
}

std::string unsigned_token(const std::string& header, const std::string& payload) {
  return base64url(header) + '.' + base64url(payload);
}
std::string header_of(const std::string& alg, const std::string& kid) {
  return R"({"alg":")" + alg + R"(","kid":")" + kid + "\"}";
}
std::string payload_with(const std::string& more) {
  return R"({"iss":"https://login.test","aud":"stegvis","sub":"kim","exp":)" +
         std::to_string(now + 300) + R"(,"roles":["caseworker","king"],"units":["unit/a","x"])" +
         more + '}';
}

struct Tokens : testing::Test {
  std::string signed_by(EVP_PKEY* key, const std::string& header, const std::string& payload) {
    const auto text = unsigned_token(header, payload);
    return text + '.' + base64url(signature_of(key, text));
  }
  std::string good(const std::string& payload = payload_with("")) {
    return signed_by(rsa.get(), header_of("RS256", "r"), payload);
  }
  // What is wrong with it; "fine" if nothing is.
  std::string said(const std::string& token) {
    const auto who = read_token(token, keys, rules, now);
    if (who) return "fine";
    EXPECT_EQ(who.error().code, errc::unauthenticated);
    return who.error().message;
  }

  pkey rsa{EVP_RSA_gen(2'048)}, other{EVP_RSA_gen(2'048)}, ec{EVP_EC_gen("P-256")};
  token_rules rules{"https://login.test", "stegvis"};
  key_set keys =
      key_set::parse("{\"keys\":[" + rsa_json(rsa.get(), "r") + ',' + ec_json(ec.get(), "e") + ',' +
                     rsa_json(other.get(), "enc", R"(,"use":"enc")") + "]}")
          .value();
};

TEST_F(Tokens, OfTheIssuerNameTheirReader) {
  const auto who = read_token(good(), keys, rules, now).value();
  EXPECT_EQ(who.user, "oidc:kim");
  EXPECT_EQ(who.roles, std::vector<role>{role::caseworker});
  EXPECT_EQ(who.units, std::vector<std::string>{"unit/a"});
  EXPECT_FALSE(who.confidential);
  EXPECT_EQ(said(signed_by(ec.get(), header_of("ES256", "e"), payload_with(""))), "fine");
  const auto list = R"({"iss":"https://login.test","aud":["x","stegvis"],"sub":"a","exp":1.8e9})";
  EXPECT_EQ(said(good(list)), "fine");
  EXPECT_TRUE(read_token(good(list), keys, rules, now)->roles.empty());
}

TEST_F(Tokens, ForgedOnesAreRefused) {
  const std::string unsigned_by = "the token is not signed by a key of the issuer";
  const std::string no_algorithm = "the token is not signed by RS256 or ES256";
  const auto text = unsigned_token(header_of("none", "r"), payload_with(""));
  EXPECT_EQ(said(text + '.'), no_algorithm);
  EXPECT_EQ(said(unsigned_token(R"({"alg":"NONE"})", payload_with("")) + '.'), no_algorithm);
  // The public key as the secret of a symmetric signature.
  EXPECT_EQ(said(signed_by(rsa.get(), header_of("HS256", "r"), payload_with(""))), no_algorithm);
  EXPECT_EQ(said(signed_by(other.get(), header_of("RS256", "r"), payload_with(""))), unsigned_by);
  EXPECT_EQ(said(signed_by(rsa.get(), header_of("RS256", "x"), payload_with(""))), unsigned_by);
  EXPECT_EQ(said(signed_by(rsa.get(), header_of("ES256", "r"), payload_with(""))), unsigned_by);
  EXPECT_EQ(said(signed_by(rsa.get(), header_of("ES256", "e"), payload_with(""))), unsigned_by);
  EXPECT_EQ(said(signed_by(other.get(), header_of("RS256", "enc"), payload_with(""))), unsigned_by);
  const auto fine = good();
  const auto dot = fine.rfind('.');
  const auto before = fine.find('.');
  EXPECT_EQ(said(fine.substr(0, dot + 1)), unsigned_by);
  EXPECT_EQ(said(fine.substr(0, before + 1) + base64url(payload_with(R"(,"x":["admin"])")) +
                 fine.substr(dot)),
            unsigned_by);
  EXPECT_EQ(said(unsigned_token(header_of("ES256", "e"), payload_with("")) + '.' +
                 base64url(std::string(64, '\0'))),
            unsigned_by);
  EXPECT_EQ(
      said(signed_by(rsa.get(), R"({"alg":"RS256","kid":"r","crit":["x"]})", payload_with(""))),
      "the token demands what is not known here");
  for (const auto& bad : {std::string(), std::string("a.b"), std::string("a.b.c.d"), fine + ".x",
                          fine + "=", std::string(10'000, 'a') + ".a.a"}) {
    EXPECT_NE(said(bad), "fine");
  }
}

TEST_F(Tokens, AreForUsAndForNow) {
  const auto with = [&](const std::string& iss, const std::string& aud, std::int64_t exp,
                        const std::string& more = "", const std::string& sub = "kim") {
    return said(good(R"({"iss":")" + iss + R"(","aud":)" + aud + R"(,"sub":")" + sub +
                     R"(","exp":)" + std::to_string(exp) + more + '}'));
  };
  const std::string us = "https://login.test";
  EXPECT_EQ(with(us, R"("stegvis")", now - 59), "fine");
  EXPECT_EQ(with(us, R"("stegvis")", now - 61), "the token has expired");
  EXPECT_EQ(with(us + "/", R"("stegvis")", now + 9), "the token is of another issuer");
  EXPECT_EQ(with(us, R"("other")", now + 9), "the token is for another audience");
  EXPECT_EQ(with(us, R"(["stegvi","stegviss"])", now + 9), "the token is for another audience");
  EXPECT_EQ(with(us, "{}", now + 9), "the token is for another audience");
  const auto at = [](std::int64_t seconds) { return std::to_string(now + seconds); };
  EXPECT_EQ(with(us, R"("stegvis")", now + 9, R"(,"nbf":)" + at(61)),
            "the token does not hold yet");
  EXPECT_EQ(with(us, R"("stegvis")", now + 9, R"(,"iat":)" + at(61)),
            "the token was issued in the future");
  EXPECT_EQ(with(us, R"("stegvis")", now + 9, R"(,"exp":)" + at(61)),
            "the token gives a claim twice");
  EXPECT_EQ(with(us, R"("stegvis")", now + 9, "", "191212121212"),
            "the token names somebody by a personal number");
  EXPECT_EQ(with(us, R"("stegvis")", now + 9, "", ""), "the token names nobody");
  EXPECT_EQ(said(good(R"({"iss":"https://login.test","aud":"stegvis","sub":"kim"})")),
            "the token has no end");
  EXPECT_EQ(
      said(good(R"({"iss":"https://login.test","aud":"stegvis","sub":"a","exp":"9999999999"})")),
      "the token has no end");
}

TEST_F(Tokens, WeakAndUnusableKeysAreNoKeys) {
  const pkey weak(EVP_RSA_gen(1'024));
  EXPECT_TRUE(key_set::parse("{\"keys\":[" + rsa_json(weak.get(), "w") + "]}")->empty());
  EXPECT_TRUE(key_set::parse(R"({"keys":[{"kty":"oct","kid":"r","k":"AAAA"},1,{}]})")->empty());
  EXPECT_TRUE(key_set::parse(R"({"keys":[{"kty":"EC","crv":"P-256","kid":"e","x":"AA","y":"AA"}]})")
                  ->empty());
  EXPECT_FALSE(key_set::parse("[]"));
}

TEST_F(Tokens, KeysAreRotatedByReplacingTheirFile) {
  const test::scratch_folder scratch;
  const auto file = scratch.path() / "keys.json";
  const auto write = [&](const std::string& text) { std::ofstream(file) << text; };
  EXPECT_FALSE(token_verifier::open(file, rules));
  write("{\"keys\":[" + ec_json(ec.get(), "e") + "]}");
  const auto verifier = token_verifier::open(file, rules).value();
  const auto lasting =
      R"({"iss":"https://login.test","aud":"stegvis","sub":"a","exp":99999999999})";
  EXPECT_FALSE(verifier->read(good(lasting)));
  write("{\"keys\":[" + rsa_json(rsa.get(), "r") + "]}");
  std::filesystem::last_write_time(
      file, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  EXPECT_TRUE(verifier->read(good(lasting)));
  EXPECT_FALSE(verifier->read(signed_by(ec.get(), header_of("ES256", "e"), lasting)));
  // A file that is broken leaves the keys as they were.
  write("{");
  EXPECT_TRUE(verifier->read(good(lasting)));
}

struct Provider : test::ledger_fixture {};

TEST_F(Provider, ATokenIsTheOnlyWayInAndBringsItsRole) {
  const pkey key(EVP_EC_gen("P-256"));
  const auto file = scratch.path() / "keys.json";
  std::ofstream(file) << "{\"keys\":[" + ec_json(key.get(), "e") + "]}";
  service_options how;
  how.who.roles = {role::admin};  // of the printed token, which there is none of
  how.provider = token_verifier::open(file, {"https://login.test", "stegvis"}).value();
  owned_ledger owned(std::move(ledger::open(options).value()));
  service s(owned, how);
  const auto status = [&](const std::string& roles, const std::string& target) {
    const auto text = unsigned_token(
        header_of("ES256", "e"),
        R"({"iss":"https://login.test","aud":"stegvis","sub":"kim","exp":99999999999,"roles":)" +
            roles + '}');
    request q{"GET", target, {}, {}, true};
    q.headers = {
        {"Authorization", "Bearer " + text + '.' + base64url(signature_of(key.get(), text))}};
    const auto a = s.admit(q);
    return a.refused ? a.refused->status : s.answer(q, a).status;
  };
  EXPECT_EQ(status(R"(["analyst"])", "/v1/evaluations"), 200);
  EXPECT_EQ(status(R"(["analyst"])", "/v1/persons"), 403);
  EXPECT_EQ(status(R"(["confidential"])", "/v1/persons"), 403);
  EXPECT_EQ(status("[]", "/v1/ledger"), 403);
  for (const char* none : {"", "Bearer ", "Bearer a.b.c"}) {
    request q{"GET", "/v1/ledger", {{"Authorization", none}}, {}, true};
    EXPECT_EQ(s.admit(q).refused->status, 401);
  }
}

}  // namespace
}  // namespace stegvis::http
