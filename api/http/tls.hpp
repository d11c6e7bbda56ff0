#pragma once
// The certificate that the server shows, read again when its files change.
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include "events/error.hpp"

namespace stegvis::http {

// Thread safe. TLS 1.2 and 1.3.
class tls_files {
 public:
  // PEM: the certificate with its chain, and its key without a passphrase. bad_file: they cannot be
  // read, or do not belong together.
  // `failed` is told when files that changed do not load; from any thread.
  [[nodiscard]] static result<std::unique_ptr<tls_files>> open(
      std::filesystem::path certificate, std::filesystem::path key,
      std::function<void(std::string_view what)> failed);
  // For the next handshake: of the files as they are now, or as they last were if they do not load,
  // as in the moment between the replacement of the one and of the other.
  std::shared_ptr<boost::asio::ssl::context> current();

 private:
  using stamp = std::pair<std::filesystem::file_time_type, std::filesystem::file_time_type>;
  tls_files() = default;
  stamp changed() const;
  [[nodiscard]] result<void> load();

  std::filesystem::path certificate_, key_;
  std::function<void(std::string_view)> failed_;
  std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;  // shared with the connections made with it
  stamp seen_{};
};

}  // namespace stegvis::http
