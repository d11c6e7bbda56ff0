// Goal: no bytes found on a disk crash the record decoder, and what it takes it also gives back.
// Method: the input as it is, then with length and checksum made right, so that the payload's
// decoder is reached; a decoded event must survive being encoded and decoded again.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "events/event.hpp"

namespace {
using namespace stegvis;

void require(bool holds) {
  if (!holds) std::abort();
}

void decode(std::string_view bytes) {
  const auto view = read_record(bytes);
  if (!view) return;
  require(view->bytes <= bytes.size());
  static_cast<void>(decode_names(*view));
  const auto e = decode_record(*view, {1});
  if (!e) return;
  std::string record, once, twice;
  append_canonical(*e, once);
  encode_record(*e, record);
  stamp_record(record.data(), e->recorded);
  append_canonical(decode_record(read_record(record).value(), {1}).value(), twice);
  require(once == twice);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  decode(bytes);
  if (bytes.size() < record_header_bytes || bytes.size() > event_bytes_max) return 0;
  const auto length = static_cast<std::uint32_t>(bytes.size() - record_header_bytes);
  std::memcpy(bytes.data(), &length, sizeof length);
  stamp_record(bytes.data(), recorded_time{1});
  decode(bytes);
  return 0;
}
