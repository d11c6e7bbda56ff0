#include "api/handover_wire.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "api/handover.hpp"

namespace stegvis::handover {
namespace {

constexpr std::string_view magic = "SGHO";

std::optional<std::string> take_text(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const auto length = number_at(bytes);
  bytes.remove_prefix(4);
  if (bytes.size() < length) return std::nullopt;
  std::string text(bytes.substr(0, length));
  bytes.remove_prefix(length);
  return text;
}

// Room for three descriptors, aligned as the kernel wants it.
union control_buffer {
  cmsghdr align;
  std::array<char, CMSG_SPACE(3 * sizeof(int))> bytes;
};

}  // namespace

std::optional<address> address_of(const std::filesystem::path& dir) {
  address found;
  found.name.sun_family = AF_UNIX;
  auto path = (dir / "socket").string();
  if (path.size() >= sizeof found.name.sun_path) {
    found.folder = descriptor(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!found.folder) return std::nullopt;
    path = "/proc/self/fd/" + std::to_string(found.folder.get()) + "/socket";
  }
  std::memcpy(found.name.sun_path, path.c_str(), path.size() + 1);
  return found;
}

std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
  return bytes;
}

std::uint32_t number_at(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

std::string encode(const request& r) {
  std::string payload;
  const auto add = [&](std::string_view text) {
    payload += number(static_cast<std::uint32_t>(text.size()));
    payload += text;
  };
  add(r.cwd);
  for (const auto& argument : r.argv) add(argument);
  return std::string(magic) + number(static_cast<std::uint32_t>(payload.size())) + payload;
}

std::optional<std::size_t> payload_size(std::string_view head) {
  if (!head.starts_with(magic)) return std::nullopt;
  const std::size_t size = number_at(head.substr(magic.size()));
  if (size > handed_bytes_max) return std::nullopt;
  return size;
}

std::optional<request> decode(std::string_view payload) {
  request r;
  auto cwd = take_text(payload);
  if (!cwd) return std::nullopt;
  r.cwd = *std::move(cwd);
  while (!payload.empty()) {
    auto argument = take_text(payload);
    if (!argument) return std::nullopt;
    r.argv.push_back(*std::move(argument));
  }
  return r;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int fd, std::span<char> bytes) {
  while (!bytes.empty()) {
    const auto received = ::recv(fd, bytes.data(), bytes.size(), 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(received));
  }
  return true;
}

bool send_with(int fd, std::string_view bytes, const std::array<int, 3>& descriptors) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  control_buffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent > 0 && send_all(fd, bytes.substr(static_cast<std::size_t>(sent)));
}

bool receive_with(int fd, std::span<char> bytes, std::array<descriptor, 3>& descriptors) {
  iovec part{bytes.data(), bytes.size()};
  control_buffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  ssize_t received = 0;
  do {
    received = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received <= 0) return false;
  std::size_t taken = 0;
  for (auto* h = CMSG_FIRSTHDR(&message); h != nullptr; h = CMSG_NXTHDR(&message, h)) {
    if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS) continue;
    const auto count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int passed = -1;
      std::memcpy(&passed, CMSG_DATA(h) + i * sizeof(int), sizeof passed);
      descriptor owned(passed);
      if (taken < descriptors.size()) descriptors[taken++] = std::move(owned);
    }
  }
  return receive_all(fd, bytes.subspan(static_cast<std::size_t>(received)));
}

}  // namespace stegvis::handover
