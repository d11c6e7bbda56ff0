#include "api/http/fetch.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <optional>

namespace stegvis::http {
namespace {

constexpr std::size_t body_bytes_max = 1 << 20;
constexpr long connect_ms_max = 2'000;
constexpr long whole_ms_max = 5'000;
constexpr long status_ok = 200;

using handle = std::unique_ptr<CURL, decltype([](CURL* c) { curl_easy_cleanup(c); })>;
using fields = std::unique_ptr<curl_slist, decltype([](curl_slist* l) { curl_slist_free_all(l); })>;
using address = std::unique_ptr<CURLU, decltype([](CURLU* u) { curl_url_cleanup(u); })>;

std::string part_of(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  std::string part(text);
  curl_free(text);
  return part;
}

struct endpoint {
  std::string scheme, host;
  bool is_loopback() const {
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
    return host == "[::1]" || host == "localhost";
  }
};

// Nothing if it is no address without a user's name in it.
std::optional<endpoint> parsed(std::string_view url) {
  const address parts(curl_url());
  const std::string text(url);
  if (!parts || curl_url_set(parts.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != 0) {
    return std::nullopt;
  }
  return endpoint{part_of(parts.get(), CURLUPART_SCHEME), part_of(parts.get(), CURLUPART_HOST)};
}

std::size_t take(char* bytes, std::size_t, std::size_t size, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size > body_bytes_max) return 0;
  body.append(bytes, size);
  return size;
}

void limit(CURL* c, bool loopback) {
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, loopback ? "http,https" : "https");
  // A proxy of the environment leads out; it has no way back to this machine.
  if (loopback) curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms_max);
  curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, whole_ms_max);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
}

problem unanswered(std::string_view why) {
  return {errc::provider, "the login provider: " + std::string(why)};
}

}  // namespace

bool is_safe_url(std::string_view url) {
  const auto to = parsed(url);
  return to && (to->scheme == "https" || (to->scheme == "http" && to->is_loopback()));
}

result<fetched> fetch(const fetch_request& r, const std::filesystem::path& ca_file) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const auto to = parsed(r.url);
  if (!is_safe_url(r.url)) {
    return problem{errc::bad_argument, "the login provider's addresses begin with https://"};
  }
  const handle c(curl_easy_init());
  if (!c) throw world_error("no memory for a request");
  fetched answer;
  limit(c.get(), to->is_loopback());
  curl_easy_setopt(c.get(), CURLOPT_URL, r.url.c_str());
  curl_easy_setopt(c.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(c.get(), CURLOPT_WRITEDATA, &answer.body);
  const fields accept(curl_slist_append(nullptr, "Accept: application/json"));
  curl_easy_setopt(c.get(), CURLOPT_HTTPHEADER, accept.get());
  if (!ca_file.empty()) {
    curl_easy_setopt(c.get(), CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(c.get(), CURLOPT_CAPATH, nullptr);
  }
  if (!r.form.empty()) curl_easy_setopt(c.get(), CURLOPT_COPYPOSTFIELDS, r.form.c_str());
  if (!r.user.empty()) {
    curl_easy_setopt(c.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(c.get(), CURLOPT_USERNAME, r.user.c_str());
    curl_easy_setopt(c.get(), CURLOPT_PASSWORD, r.secret.c_str());
  }
  const CURLcode done = curl_easy_perform(c.get());
  if (done != CURLE_OK) return unanswered(curl_easy_strerror(done));
  curl_easy_getinfo(c.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

result<std::string> fetch_text(const std::string& url, const std::filesystem::path& ca_file) {
  fetch_request r;
  r.url = url;
  auto answer = fetch(r, ca_file);
  if (!answer) return answer.error();
  if (answer->status != status_ok) return unanswered("answered " + std::to_string(answer->status));
  return std::move(answer->body);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

}  // namespace stegvis::http
