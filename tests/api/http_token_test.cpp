// Goal: only a token that the issuer signed, for us, now, lets somebody in. Method: keys made here,
// tokens signed by hand, each wrong in one way; a key file that is replaced while it is used.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <atomic>
#include <fstream>
#include <thread>

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

TEST_F(Tokens, OfALoginAnswerItAndAreForItsClientAlone) {
  const auto with = [&](const std::string& aud, const std::string& more) {
    const auto token = good(R"({"iss":"https://login.test","sub":"kim","aud":)" + aud +
                            R"(,"exp":)" + std::to_string(now + 9) + more + '}');
    const auto who = read_id_token(token, keys, rules, "n-1", now);
    return who ? who->user : who.error().message;
  };
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":"n-1")"), "oidc:kim");
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":"n-1","azp":"stegvis")"), "oidc:kim");
  EXPECT_EQ(with(R"(["x","stegvis"])", R"(,"nonce":"n-1","azp":"stegvis")"), "oidc:kim");
  const std::string elsewhere = "the token was given to another client";
  EXPECT_EQ(with(R"(["x","stegvis"])", R"(,"nonce":"n-1")"), elsewhere);
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":"n-1","azp":"x")"), elsewhere);
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":"n-1","azp":["stegvis"])"), elsewhere);
  const std::string replayed = "the token is of another login";
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":"n-2")"), replayed);
  EXPECT_EQ(with(R"("stegvis")", R"(,"nonce":["n-1"])"), replayed);
  EXPECT_EQ(with(R"("stegvis")", ""), replayed);
  EXPECT_FALSE(read_id_token(good(), keys, rules, "", now));
}

// Keys that are handed out one set after the other; `asked` counts.
struct Verifier : Tokens {
  std::unique_ptr<token_verifier> with(std::vector<result<key_set>> sets,
                                       std::chrono::seconds gap = std::chrono::hours(1)) {
    verifier_options how;
    how.load = [this, sets]() -> result<key_set> {
      const auto n = static_cast<std::size_t>(asked++);
      return n < sets.size() ? sets[n] : sets.back();
    };
    how.rules = rules;
    how.ask_gap = gap;
    return std::make_unique<token_verifier>(std::move(how));
  }
  key_set only_ec() {
    return key_set::parse("{\"keys\":[" + ec_json(ec.get(), "e") + "]}").value();
  }

  std::atomic<int> asked{0};
  const std::string lasting =
      R"({"iss":"https://login.test","aud":"stegvis","sub":"a","exp":99999999999})";
};

TEST_F(Verifier, AnUnknownKeyIsAskedForOnceInAWhile) {
  const auto v = with({only_ec(), keys});
  ASSERT_TRUE(v->refresh());
  const auto fresh = good(lasting);
  const auto known = signed_by(ec.get(), header_of("ES256", "e"), lasting);
  EXPECT_FALSE(v->read(fresh));
  EXPECT_FALSE(v->is_asking_for(known));
  EXPECT_FALSE(v->is_asking_for("no token"));
  EXPECT_TRUE(v->is_asking_for(fresh));
  while (v->is_asking_for(fresh)) std::this_thread::yield();
  EXPECT_TRUE(v->read(fresh));
  for (int i = 0; i < 50; ++i) {
    EXPECT_FALSE(v->is_asking_for(signed_by(rsa.get(), header_of("RS256", "x"), lasting)));
  }
  EXPECT_EQ(asked, 2);
}

TEST_F(Verifier, WhatCannotBeLoadedLeavesTheKeys) {
  const problem away{errc::provider, "away"};
  const auto none = key_set::parse(R"({"keys":[]})").value();
  const auto v = with({away, keys, away, none, only_ec()});
  EXPECT_EQ(v->read(good(lasting)).error().code, errc::provider);
  EXPECT_FALSE(v->refresh());
  EXPECT_EQ(v->read(good(lasting)).error().code, errc::provider);
  EXPECT_TRUE(v->refresh());
  EXPECT_FALSE(v->refresh());
  EXPECT_FALSE(v->refresh());
  EXPECT_TRUE(v->read(good(lasting)));
  // A key that was withdrawn is none any more.
  EXPECT_TRUE(v->refresh());
  EXPECT_FALSE(v->read(good(lasting)));
}

TEST_F(Verifier, KeysThatFailedToComeAreAskedForAgain) {
  const auto v = with({problem{errc::provider, "away"}, keys}, std::chrono::seconds(0));
  EXPECT_FALSE(v->refresh());
  while (!v->read(good(lasting))) std::this_thread::yield();
  EXPECT_EQ(asked, 2);
}

TEST_F(Verifier, OldKeysAreLoadedAgainUnasked) {
  verifier_options how;
  how.load = [this]() -> result<key_set> { return ++asked < 4 ? only_ec() : keys; };
  how.rules = rules;
  how.age_max = std::chrono::seconds(0);
  token_verifier v(std::move(how));
  while (!v.read(good(lasting))) std::this_thread::yield();
  EXPECT_GE(asked, 4);
}

TEST_F(Tokens, KeysInAFileAreReadAnew) {
  const test::scratch_folder scratch;
  const auto file = scratch.path() / "keys.json";
  const auto load = keys_in_file(file);
  EXPECT_EQ(load().error().code, errc::bad_file);
  std::ofstream(file) << "{\"keys\":[" + ec_json(ec.get(), "e") + "]}";
  EXPECT_TRUE(load()->has("e"));
  std::ofstream(file) << "{\"keys\":[" + rsa_json(rsa.get(), "r") + "]}";
  EXPECT_TRUE(load()->has("r"));
  EXPECT_FALSE(load()->has("e"));
  std::ofstream(file) << "{";
  EXPECT_EQ(load().error().code, errc::bad_json);
}

TEST(ProviderMetadata, IsOfTheIssuerAndLeadsToSafeAddresses) {
  const std::string issuer = "https://login.test";
  const auto with = [&](const std::string& more) {
    return read_metadata(R"({"issuer":"https://login.test")" + more + '}', issuer);
  };
  const std::string keys = R"(,"jwks_uri":"https://login.test/keys")";
  EXPECT_EQ(with(keys)->keys, "https://login.test/keys");
  EXPECT_FALSE(with(keys)->secret_in_form);
  EXPECT_TRUE(with(keys + R"(,"token_endpoint_auth_methods_supported":["client_secret_post"])")
                  ->secret_in_form);
  EXPECT_FALSE(with(""));
  EXPECT_FALSE(with(R"(,"jwks_uri":7)"));
  EXPECT_FALSE(read_metadata("[]", issuer));
  EXPECT_FALSE(read_metadata(R"({"issuer":"https://other.test")" + keys + '}', issuer));
  for (const char* bad : {"http://login.test/x", "ftp://login.test/x", "file:///etc/passwd",
                          "https://a@login.test/x", "//login.test", "x"}) {
    EXPECT_FALSE(with(R"(,"jwks_uri":")" + std::string(bad) + '"')) << bad;
    EXPECT_FALSE(with(keys + R"(,"token_endpoint":")" + bad + '"')) << bad;
    EXPECT_FALSE(with(keys + R"(,"authorization_endpoint":")" + bad + '"')) << bad;
  }
  EXPECT_TRUE(with(R"(,"jwks_uri":"http://127.0.0.1:9/keys")"));
  EXPECT_FALSE(with(R"(,"jwks_uri":"http://127.0.0.1.evil.test/keys")"));
}

TEST(Sessions, EndByIdlenessByAgeAndByLogout) {
  sessions all;
  reader kim;
  kim.user = "kim";
  const auto idle = all.open(kim, now);
  EXPECT_TRUE(all.find(idle, now + sessions::idle_max));
  EXPECT_FALSE(all.find(idle, now + 2 * sessions::idle_max + 1));
  EXPECT_FALSE(all.find(idle, now));
  const auto used = all.open(kim, now);
  for (std::int64_t t = 0; t <= sessions::age_max; t += sessions::idle_max) {
    EXPECT_TRUE(all.find(used, now + t)) << t;
  }
  EXPECT_FALSE(all.find(used, now + sessions::age_max + 1));
  const auto left = all.open(kim, now);
  const auto found = all.find(left, now);
  EXPECT_TRUE(found->who.holds(now));
  EXPECT_FALSE(found->who.holds(now + sessions::age_max));
  all.end(left);
  EXPECT_FALSE(found->who.holds(now));
  EXPECT_FALSE(all.find(left, now));
  EXPECT_FALSE(all.find("", now));
}

TEST(Sessions, AreBoundedForEachAndForAll) {
  sessions all;
  reader kim;
  kim.user = "kim";
  const auto other = all.open({}, now - 1);
  const auto first = all.open(kim, now);
  for (std::size_t i = 1; i < sessions::each_user_max; ++i) {
    all.open(kim, now + 1);
  }
  EXPECT_TRUE(all.find(first, now));
  all.open(kim, now + 2);
  EXPECT_FALSE(all.find(first, now));
  EXPECT_TRUE(all.find(other, now));
  const auto a = all.open(kim, now + 3);
  const auto b = all.open(kim, now + 3);
  EXPECT_NE(a, b);
  EXPECT_NE(all.find(a, now)->csrf, all.find(b, now)->csrf);
}

TEST(Login, LeadsBackToOwnPathsOnly) {
  EXPECT_EQ(own_path("/v1/x?y=1"), "/v1/x?y=1");
  for (const char* bad : {"", "x", "//evil.test", "/\\evil.test", "https://evil.test", "/a b",
                          "/a\r\nX: y", "/\xc3\xa5"}) {
    EXPECT_EQ(own_path(bad), "/") << bad;
  }
}

struct Provider : test::ledger_fixture {};

TEST_F(Provider, ATokenIsTheOnlyWayInAndBringsItsRole) {
  const pkey key(EVP_EC_gen("P-256"));
  const auto file = scratch.path() / "keys.json";
  std::ofstream(file) << "{\"keys\":[" + ec_json(key.get(), "e") + "]}";
  service_options how;
  how.who.roles = {role::admin};  // of the printed token, which there is none of
  verifier_options checks;
  checks.load = keys_in_file(file);
  checks.rules = {"https://login.test", "stegvis"};
  how.provider = std::make_shared<token_verifier>(checks);
  how.provider->refresh().value();
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
