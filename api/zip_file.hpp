#pragma once
// A ZIP archive in memory.
#include <string>
#include <vector>

namespace stegvis {

struct zip_part {
  std::string name{};  // "extract.json"
  std::string bytes{};
};

// The archive's bytes, compressed, each part with this time (seconds since 1970). Throws
// world_error if the library fails.
std::string zip_of(const std::vector<zip_part>& parts, std::int64_t made_s);

}  // namespace stegvis
