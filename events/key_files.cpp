#include "events/key_files.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "events/descriptor.hpp"
#include "events/key_wrapping.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view generation_magic = "SGKF";
constexpr std::uint32_t generation_version = 1;
constexpr std::size_t head_bytes = 16;
constexpr std::size_t summed_bytes = head_bytes + wrapped_key_bytes;
constexpr std::size_t generation_file_bytes = summed_bytes + sizeof(digest);
constexpr std::size_t key_file_bytes = 65;

[[noreturn]] void fail(const char* what, const fs::path& file) {
  const int error = errno;
  throw world_error(std::string(what) + " " + file.string() + ": " + std::strerror(error));
}

void write_all(int fd, std::string_view bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("cannot write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void append_number(std::string& to, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    to += static_cast<char>(value >> shift & 255);
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (const char c : bytes.substr(at, count)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

// At most one byte more than is wanted: a longer file has another form anyway.
std::optional<std::string> read_small(const fs::path& file, std::size_t wanted) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes(wanted + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

fs::path beside(const fs::path& file, const char* suffix) {
  auto path = file;
  path += suffix;
  return path;
}

void overwrite(const fs::path& file) {
  const descriptor fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat found {};
  if (!fd || ::fstat(fd.get(), &found) != 0) fail("cannot open", file);
  write_all(fd.get(), std::string(static_cast<std::size_t>(found.st_size), '\0'), file);
  if (::fsync(fd.get()) != 0) fail("cannot sync", file);
}

void remove_synced(const fs::path& file) {
  if (::unlink(file.c_str()) != 0) fail("cannot remove", file);
  sync_folder(file.parent_path());
}

std::string encode(const generation& next, const raw_key& kek) {
  std::string bytes(generation_magic);
  append_number(bytes, generation_version, 4);
  append_number(bytes, next.number, 8);
  bytes += wrap(kek, std::string(bytes), next.key);
  bytes += as_text(sha256(bytes));
  STEGVIS_ASSERT(bytes.size() == generation_file_bytes);
  return bytes;
}

}  // namespace

void sync_folder(const fs::path& folder) {
  const descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) fail("cannot sync", folder);
}

void write_new_file(const fs::path& file, std::string_view bytes) {
  const descriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) fail("cannot make", file);
  write_all(fd.get(), bytes, file);
  if (::fsync(fd.get()) != 0) fail("cannot sync", file);
  sync_folder(fs::absolute(file).parent_path());
}

void publish_file(const fs::path& draft, const fs::path& file) {
  const descriptor fd(::open(draft.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) fail("cannot sync", draft);
  if (::rename(draft.c_str(), file.c_str()) != 0) fail("cannot rename", draft);
  sync_folder(fs::absolute(file).parent_path());
}

result<raw_key> read_key_file(const fs::path& file) {
  auto text = read_small(file, key_file_bytes);
  if (!text) return problem(errc::bad_key, "no key file " + file.string());
  std::optional<std::string> bytes;
  if (text->size() == key_file_bytes && text->back() == '\n') {
    bytes = hex_decode(std::string_view(*text).substr(0, key_file_bytes - 1));
  }
  sodium_memzero(text->data(), text->size());
  if (!bytes) {
    return problem(errc::bad_key, file.string() + " is not a key: 64 hex digits and a newline");
  }
  const raw_key key(
      std::span<const std::uint8_t, 32>(reinterpret_cast<const std::uint8_t*>(bytes->data()), 32));
  sodium_memzero(bytes->data(), bytes->size());
  return key;
}

result<raw_key> read_or_make_key_file(const fs::path& file) {
  if (!fs::exists(file)) {
    const auto made = raw_key::random();
    auto text = hex(made.bytes()) + "\n";
    // Linked into place, so that a crash leaves a whole key or none, and no key is overwritten.
    const auto draft = beside(file, ("." + hex(raw_key::random().bytes().first(8))).c_str());
    write_new_file(draft, text);
    sodium_memzero(text.data(), text.size());
    const bool linked = ::link(draft.c_str(), file.c_str()) == 0;
    if (!linked && errno != EEXIST) fail("cannot make", file);
    if (!linked) overwrite(draft);
    remove_synced(fs::absolute(draft));
  }
  return read_key_file(file);
}

result<generation> read_generation(const fs::path& file, const raw_key& kek) {
  const auto bytes = read_small(file, generation_file_bytes);
  if (!bytes) return problem(errc::bad_key, "no generation file " + file.string());
  if (bytes->size() < head_bytes || !bytes->starts_with(generation_magic)) {
    return problem(errc::corrupt, file.string() + " is no generation file");
  }
  if (number_at(*bytes, 4, 4) > generation_version) {
    return problem(errc::newer_format, file.string());
  }
  const auto view = std::string_view(*bytes);
  if (view.size() != generation_file_bytes ||
      as_text(sha256(view.substr(0, summed_bytes))) != view.substr(summed_bytes)) {
    return problem(errc::corrupt, file.string() + " is damaged: its checksum does not hold");
  }
  const auto key =
      unwrap_key(kek, view.substr(0, head_bytes), view.substr(head_bytes, wrapped_key_bytes));
  if (!key) return problem(errc::bad_key, "the key file is not the one of this ledger");
  return generation{number_at(view, 8, 8), *key};
}

void finish_replacing(const fs::path& file) {
  for (const char* suffix : {".new", ".replaced"}) {
    const auto left = beside(file, suffix);
    if (!fs::exists(left)) continue;
    // Linked but not yet switched: both names are the file that counts.
    if (!fs::exists(file) || !fs::equivalent(left, file)) overwrite(left);
    remove_synced(left);
  }
}

void write_generation(const fs::path& file, const generation& next, const raw_key& kek,
                      const step_hook& at_step) {
  const auto step = [&](std::string_view name) {
    if (at_step) at_step(name);
  };
  finish_replacing(file);
  const auto draft = beside(file, ".new");
  const auto replaced = beside(file, ".replaced");
  write_new_file(draft, encode(next, kek));
  step("generation_written");
  const bool had_one = fs::exists(file);
  if (had_one && ::link(file.c_str(), replaced.c_str()) != 0) fail("cannot link", file);
  sync_folder(file.parent_path());
  step("generation_linked");
  if (::rename(draft.c_str(), file.c_str()) != 0) fail("cannot replace", file);
  sync_folder(file.parent_path());
  step("generation_switched");
  if (!had_one) return;
  overwrite(replaced);
  step("generation_overwritten");
  remove_synced(replaced);
}

}  // namespace stegvis
