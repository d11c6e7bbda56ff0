#include "events/head.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "events/crc32c.hpp"

namespace stegvis {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is mapped as it is");

// The two slots lie in pages of their own, so that no disk tears both with one write.
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t file_bytes = 3 * page_bytes;
constexpr std::string_view magic = "stegvis\n";
constexpr std::size_t id_bytes = 16;
constexpr std::size_t format_at = 8, id_at = 12, identity_crc_at = 28;
constexpr std::size_t slot_crc_at = 20;

template <class Number>
Number get(const char* from) {
  Number n;
  std::memcpy(&n, from, sizeof n);
  return n;
}
template <class Number>
void put(char* to, Number n) {
  std::memcpy(to, &n, sizeof n);
}

void seal(char* bytes, std::size_t crc_at) {
  put(bytes + crc_at, crc32c({bytes, crc_at}));
}
bool sealed(const char* bytes, std::size_t crc_at) {
  return get<std::uint32_t>(bytes + crc_at) == crc32c({bytes, crc_at});
}

[[noreturn]] void fail(const std::string& doing) {
  throw world_error("head: " + doing + ": " + std::strerror(errno));
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char b : bytes) {
    text += digits[static_cast<unsigned char>(b) >> 4];
    text += digits[static_cast<unsigned char>(b) & 15];
  }
  return text;
}

std::string from_hex(std::string_view id) {
  STEGVIS_ASSERT(id.size() == 2 * id_bytes && id.find_first_not_of("0123456789abcdef") == id.npos);
  std::string bytes;
  for (std::size_t i = 0; i < id.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(id.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

void write_whole(const std::string& path, std::string_view bytes) {
  const descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) fail("cannot create " + path);
  for (std::size_t done = 0; done < bytes.size();) {
    const auto n = ::write(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0) fail("cannot write " + path);
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(file.get()) != 0) fail("cannot sync " + path);
}

void sync_folder_of(const std::string& path) {
  auto folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) fail("cannot sync " + folder);
}

}  // namespace

struct head_file::slot {
  std::uint64_t sequence;
  stegvis::position position;
  std::uint32_t epoch;

  void encode(char* page) const {
    char bytes[slot_crc_at + 4];
    put(bytes, sequence);
    put(bytes + 8, position.value);
    put(bytes + 16, epoch);
    seal(bytes, slot_crc_at);
    std::memcpy(page, bytes, sizeof bytes);
  }
  // Copied before it is checked: the owner may write while another process reads.
  static std::optional<slot> decode(const char* page) {
    char bytes[slot_crc_at + 4];
    std::memcpy(bytes, page, sizeof bytes);
    if (!sealed(bytes, slot_crc_at)) return std::nullopt;
    return slot{
        get<std::uint64_t>(bytes), {get<std::uint64_t>(bytes + 8)}, get<std::uint32_t>(bytes + 16)};
  }
  static std::optional<slot> newest(const char* pages) {
    const auto a = decode(pages + page_bytes), b = decode(pages + 2 * page_bytes);
    if (!a || !b) return a ? a : b;
    return a->sequence > b->sequence ? a : b;
  }
};

result<std::unique_ptr<head_file>> head_file::create(const std::string& path, std::string_view id) {
  std::string bytes(file_bytes, '\0');
  bytes.replace(0, magic.size(), magic);
  put(bytes.data() + format_at, ledger_format);
  if (!id.empty()) {
    bytes.replace(id_at, id_bytes, from_hex(id));
  } else if (::getrandom(bytes.data() + id_at, id_bytes, 0) != static_cast<ssize_t>(id_bytes)) {
    fail("no random bytes");
  }
  seal(bytes.data(), identity_crc_at);
  slot{1, {}, 1}.encode(bytes.data() + 2 * page_bytes);

  // Whole under another name first: a head is there whole or not at all.
  const std::string fresh = path + ".new";
  write_whole(fresh, bytes);
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const bool exists = errno == EEXIST;
    if (!exists) fail("cannot create " + path);
    ::unlink(fresh.c_str());
    return problem(errc::already_exists, path + " exists");
  }
  sync_folder_of(path);
  return open(path);
}

result<std::unique_ptr<head_file>> head_file::open(const std::string& path) {
  descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) {
    if (errno != ENOENT && errno != ENOTDIR) fail("cannot open " + path);
    return problem(errc::no_ledger, "there is no " + path);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) fail("cannot stat " + path);
  std::array<char, identity_crc_at + 4> identity{};
  if (::pread(file.get(), identity.data(), identity.size(), 0) < 0) fail("cannot read " + path);
  if (!std::string_view(identity.data(), identity.size()).starts_with(magic) ||
      !sealed(identity.data(), identity_crc_at))
    return problem(errc::corrupt, path + " is damaged: its first page does not match its checksum");
  if (const auto format = get<std::uint32_t>(identity.data() + format_at); format > ledger_format)
    return problem(errc::newer_format, path + " has format " + std::to_string(format) +
                                           ", this build reads up to " +
                                           std::to_string(ledger_format));
  if (info.st_size != static_cast<off_t>(file_bytes))
    return problem(errc::corrupt, path + " is damaged: it has " + std::to_string(info.st_size) +
                                      " bytes instead of " + std::to_string(file_bytes));
  void* mapped = ::mmap(nullptr, file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (mapped == MAP_FAILED) fail("cannot map " + path);
  std::unique_ptr<head_file> head(new head_file(
      std::move(file), hex({identity.data() + id_at, id_bytes}), static_cast<char*>(mapped)));
  if (!slot::newest(head->pages_))
    return problem(errc::corrupt, path +
                                      " is damaged: neither copy of the last acknowledged "
                                      "position matches its checksum");
  return head;
}

head_file::head_file(descriptor file, std::string id, char* pages)
    : file_(std::move(file)), id_(std::move(id)), pages_(pages) {}

head_file::~head_file() {
  ::munmap(pages_, file_bytes);
}

bool head_file::try_lock() {
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) fail("cannot lock");
  return false;
}

head_file::slot head_file::newest() const {
  const auto found = slot::newest(pages_);
  if (!found) throw world_error("head: both copies were damaged while it was open");
  return *found;
}

void head_file::write(slot s) {
  ++s.sequence;
  s.encode(pages_ + (1 + s.sequence % 2) * page_bytes);
}

position head_file::load() const {
  return newest().position;
}

void head_file::store(position p) {
  slot s = newest();
  STEGVIS_ASSERT(p >= s.position);
  s.position = p;
  write(s);
}

std::uint32_t head_file::epoch() const {
  return newest().epoch;
}

void head_file::store_epoch(std::uint32_t epoch) {
  slot s = newest();
  s.epoch = epoch;
  write(s);
  sync();
}

void head_file::sync() {
  if (::msync(pages_, file_bytes, MS_SYNC) != 0) fail("cannot sync");
}

}  // namespace stegvis
