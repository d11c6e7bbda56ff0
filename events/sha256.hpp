#pragma once
// SHA-256, and the text forms of bytes that stegvis writes: lower-case hex and base64url without
// padding.
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace stegvis {

using digest = std::array<std::uint8_t, 32>;

// Hash of the bytes, or of the parts one after the other. Each thread keeps one context, which
// halves the cost of short inputs. Thread safe.
digest sha256(std::string_view bytes);
digest sha256(std::initializer_list<std::string_view> parts);

// Hash of bytes that come in pieces. One thread at a time.
class sha256_stream {
 public:
  sha256_stream();
  void add(std::string_view bytes);
  digest finish();  // and starts anew

 private:
  struct release {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, release> context_;
};

// The bytes of an array as a view, as the functions here and the ledger's writers take them.
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Two lower-case digits a byte. Reading takes exactly what writing gives (no capitals); otherwise
// nothing.
std::string hex(std::span<const std::uint8_t> bytes);
std::string hex(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

// RFC 4648 section 5 without padding. Reading is strict: padding, foreign characters, an impossible
// length and unused bits that are not zero give nothing, so that each value has one text.
std::string base64url(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace stegvis
