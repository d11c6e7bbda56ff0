#include "api/http/tls.hpp"

#include <openssl/ssl.h>

namespace stegvis::http {

namespace ssl = boost::asio::ssl;

result<std::unique_ptr<tls_files>> tls_files::open(std::filesystem::path certificate,
                                                   std::filesystem::path key,
                                                   std::function<void(std::string_view)> failed) {
  std::unique_ptr<tls_files> made(new tls_files);
  made->certificate_ = std::move(certificate);
  made->key_ = std::move(key);
  made->failed_ = std::move(failed);
  made->seen_ = made->changed();
  if (const auto r = made->load(); !r) return r.error();
  return made;
}

tls_files::stamp tls_files::changed() const {
  std::error_code missing;
  return {std::filesystem::last_write_time(certificate_, missing),
          std::filesystem::last_write_time(key_, missing)};
}

result<void> tls_files::load() {
  auto fresh = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const raw = fresh->native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // Thousands of silent streams would hold two buffers of 16 KiB each.
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  boost::system::error_code failed;
  // Without this OpenSSL asks at the terminal for a passphrase.
  fresh->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; },
                               failed);
  fresh->use_certificate_chain_file(certificate_.string(), failed);
  if (failed) return problem{errc::bad_file, "--tls-cert is no certificate that can be read"};
  fresh->use_private_key_file(key_.string(), ssl::context::pem, failed);
  if (failed || SSL_CTX_check_private_key(raw) != 1) {
    return problem{errc::bad_file, "--tls-key is not the certificate's key, without a passphrase"};
  }
  context_ = std::move(fresh);
  return {};
}

std::shared_ptr<ssl::context> tls_files::current() {
  const std::lock_guard lock(mutex_);
  if (const auto now = changed(); now != seen_) {
    seen_ = now;
    if (const auto r = load(); !r && failed_) failed_(r.error().message);
  }
  return context_;
}

}  // namespace stegvis::http
