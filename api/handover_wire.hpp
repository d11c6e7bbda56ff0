#pragma once
// What both ends of a hand-over share: the socket's address, whole reads and writes, the request.
#include <sys/un.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/descriptor.hpp"

namespace stegvis::handover {

inline constexpr char accepted = 'A';
inline constexpr char refused = 'R';
inline constexpr char go = 'G';
inline constexpr char cancelled = 'C';
inline constexpr char exited = 'X';

// An address of DIR/socket. A path too long for one is reached through the folder's descriptor,
// which must stay open while the address is used.
struct address {
  sockaddr_un name{};
  descriptor folder;
};
// Nothing if the folder cannot be opened.
std::optional<address> address_of(const std::filesystem::path& dir);

struct request {
  std::string cwd;
  std::vector<std::string> argv;
};
std::string encode(const request& r);                            // with magic and length
std::optional<request> decode(std::string_view payload);         // what follows the length
std::optional<std::size_t> payload_size(std::string_view head);  // of 8 bytes; bounded

inline constexpr std::size_t head_bytes = 8;
std::string number(std::uint32_t value);
std::uint32_t number_at(std::string_view bytes);

// All bytes, or false (closed, failed, or the socket's own timeout passed). Never raises SIGPIPE.
bool send_all(int fd, std::string_view bytes);
bool receive_all(int fd, std::span<char> bytes);
// The same, with three descriptors at the first byte. Those that this process had no room for stay
// empty.
bool send_with(int fd, std::string_view bytes, const std::array<int, 3>& descriptors);
bool receive_with(int fd, std::span<char> bytes, std::array<descriptor, 3>& descriptors);

}  // namespace stegvis::handover
