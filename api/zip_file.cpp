#include "api/zip_file.hpp"

#include <zip.h>

#include <memory>

#include "events/error.hpp"

namespace stegvis {
namespace {

using source = std::unique_ptr<zip_source_t, decltype(&::zip_source_free)>;
// Thrown away unless it was closed.
using archive = std::unique_ptr<zip_t, decltype(&::zip_discard)>;

void check(bool fine) {
  if (!fine) throw world_error("the ZIP archive cannot be made");
}

// What was written to the source.
std::string bytes_of(zip_source_t* written) {
  check(::zip_source_open(written) == 0);
  check(::zip_source_seek(written, 0, SEEK_END) == 0);
  const zip_int64_t size = ::zip_source_tell(written);
  check(size >= 0 && ::zip_source_seek(written, 0, SEEK_SET) == 0);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  check(::zip_source_read(written, bytes.data(), bytes.size()) == size);
  ::zip_source_close(written);
  return bytes;
}

}  // namespace

std::string zip_of(const std::vector<zip_part>& parts, std::int64_t made_s) {
  zip_error_t failed;
  ::zip_error_init(&failed);
  source target(::zip_source_buffer_create(nullptr, 0, 0, &failed), &::zip_source_free);
  check(target != nullptr);
  // The archive takes one share of the target, this function keeps the other.
  ::zip_source_keep(target.get());
  archive out(::zip_open_from_source(target.get(), ZIP_TRUNCATE, &failed), &::zip_discard);
  if (!out) ::zip_source_free(target.get());
  check(out != nullptr);
  for (const zip_part& part : parts) {
    zip_source_t* const bytes =
        ::zip_source_buffer(out.get(), part.bytes.data(), part.bytes.size(), 0);
    check(bytes != nullptr);
    const zip_int64_t at = ::zip_file_add(out.get(), part.name.c_str(), bytes, ZIP_FL_ENC_UTF_8);
    if (at < 0) ::zip_source_free(bytes);
    check(at >= 0);
    ::zip_file_set_mtime(out.get(), static_cast<zip_uint64_t>(at), made_s, 0);
  }
  check(::zip_close(out.get()) == 0);
  (void)out.release();
  return bytes_of(target.get());
}

}  // namespace stegvis
