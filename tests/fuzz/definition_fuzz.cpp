// Goal: no bytes crash the reader of definitions, and what it accepts can be hashed and written
// anew. Method: libFuzzer. An accepted definition keeps its hash when overridden by nothing, and
// each of its variants can be made.
#include <cstdint>

#include "projections/evaluations/definition.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace stegvis;
  const auto d = parse_definition({reinterpret_cast<const char*>(data), size}, "fuzzed.toml");
  if (!d) {
    STEGVIS_ASSERT(d.error().code == errc::bad_definition && !d.error().message.empty());
    return 0;
  }
  const std::string hash = definition_hash(*d);
  const auto same = with_overrides(*d, "");
  STEGVIS_ASSERT(same && definition_hash(*same) == hash);
  for (const auto& variant : d->sensitivity) variant_of(*d, variant);
  for (const auto& variant : d->comparisons) variant_of(*d, variant);
  return 0;
}
