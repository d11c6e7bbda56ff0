#pragma once
#include <cstdint>
#include <string_view>

namespace stegvis {

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): of "123456789" it is 0xe3069283. Uses the
// processor's instruction where there is one; the result is the same.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace stegvis
