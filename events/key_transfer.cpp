#include "events/key_transfer.hpp"

#include <sodium.h>
#include <unistd.h>

#include <fstream>

#include "events/key_files.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "SGKX";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t chunk_bytes_max = 64 << 10;
constexpr std::size_t record_head_bytes = 5;
constexpr std::size_t part_bytes_max = 1 << 10;
constexpr std::size_t stream_head_bytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t overhead_bytes = crypto_secretstream_xchacha20poly1305_ABYTES;

using stream_state = crypto_secretstream_xchacha20poly1305_state;

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

std::string number(std::size_t value, int bytes) {
  std::string text;
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    text += static_cast<char>(value >> shift & 255);
  }
  return text;
}

std::size_t number_at(std::string_view bytes, std::size_t at, std::size_t count) {
  std::size_t value = 0;
  for (const char c : bytes.substr(at, count)) value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
}

problem damaged(const fs::path& file) {
  return {errc::corrupt, file.string() + " is damaged or was cut short"};
}

// The records of one opened chunk.
result<void> visit_records(
    std::string_view chunk, const fs::path& file,
    const std::function<result<void>(const transferred_key& record)>& visit) {
  while (!chunk.empty()) {
    if (chunk.size() < record_head_bytes) return damaged(file);
    const auto name_bytes = number_at(chunk, 1, 2);
    const auto value_bytes = number_at(chunk, 3, 2);
    const auto record_bytes = record_head_bytes + name_bytes + value_bytes;
    if (chunk.size() < record_bytes) return damaged(file);
    const auto accepted = visit({chunk[0], chunk.substr(record_head_bytes, name_bytes),
                                 chunk.substr(record_head_bytes + name_bytes, value_bytes)});
    if (!accepted) return accepted;
    chunk.remove_prefix(record_bytes);
  }
  return {};
}

// Reads exactly so many bytes, or says that the file ends early.
bool read_exactly(std::ifstream& in, std::string& to, std::size_t bytes) {
  to.resize(bytes);
  in.read(to.data(), static_cast<std::streamsize>(bytes));
  return static_cast<std::size_t>(in.gcount()) == bytes;
}

result<stream_state> read_head(std::ifstream& in, const raw_key& key, const fs::path& file) {
  std::string head;
  if (!in) return problem(errc::bad_file, "cannot read " + file.string());
  if (!read_exactly(in, head, magic.size() + 4) || !head.starts_with(magic)) {
    return problem(errc::bad_file, file.string() + " is no key export");
  }
  if (number_at(head, magic.size(), 4) > format_version) {
    return problem(errc::newer_format, file.string());
  }
  std::string stream_head;
  if (!read_exactly(in, stream_head, stream_head_bytes)) return damaged(file);
  stream_state stream;
  crypto_secretstream_xchacha20poly1305_init_pull(&stream, bytes_of(stream_head),
                                                  key.bytes().data());
  return stream;
}

}  // namespace

struct key_transfer_writer::state {
  fs::path file, draft;
  std::ofstream out;
  stream_state stream;
  std::string chunk;
  bool finished = false;

  void write_chunk(unsigned char tag) {
    std::string sealed(chunk.size() + overhead_bytes, '\0');
    crypto_secretstream_xchacha20poly1305_push(&stream, bytes_of(sealed), nullptr, bytes_of(chunk),
                                               chunk.size(), nullptr, 0, tag);
    out << number(sealed.size(), 4) << sealed;
    if (!out) throw world_error("cannot write " + draft.string());
    wipe(chunk);
    chunk.clear();
  }

  ~state() {
    wipe(chunk);
    sodium_memzero(&stream, sizeof stream);
    if (!finished) ::unlink(draft.c_str());
  }
};

key_transfer_writer::key_transfer_writer(std::unique_ptr<state> s) : state_(std::move(s)) {}
key_transfer_writer::key_transfer_writer(key_transfer_writer&&) noexcept = default;
key_transfer_writer::~key_transfer_writer() = default;

result<key_transfer_writer> key_transfer_writer::create(const fs::path& file, const raw_key& key) {
  if (fs::exists(file)) return problem(errc::already_exists, file.string());
  auto made = std::make_unique<state>();
  made->file = file;
  made->draft = file;
  made->draft += ".partial";
  ::unlink(made->draft.c_str());
  write_new_file(made->draft, "");
  made->out.open(made->draft, std::ios::binary | std::ios::in | std::ios::out);
  std::string head(stream_head_bytes, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&made->stream, bytes_of(head),
                                                  key.bytes().data());
  made->out << magic << number(format_version, 4) << head;
  // Never moved while it grows, so that no copy of clear keys is left in freed memory.
  made->chunk.reserve(chunk_bytes_max);
  return key_transfer_writer(std::move(made));
}

void key_transfer_writer::add(const transferred_key& record) {
  STEGVIS_ASSERT(record.name.size() <= part_bytes_max && record.value.size() <= part_bytes_max);
  const auto bytes = record_head_bytes + record.name.size() + record.value.size();
  auto& chunk = state_->chunk;
  if (chunk.size() + bytes > chunk_bytes_max) state_->write_chunk(0);
  chunk += record.kind;
  chunk += number(record.name.size(), 2);
  chunk += number(record.value.size(), 2);
  chunk += record.name;
  chunk += record.value;
}

void key_transfer_writer::finish() {
  state_->write_chunk(crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  state_->out.close();
  if (!state_->out) throw world_error("cannot write " + state_->draft.string());
  publish_file(state_->draft, state_->file);
  state_->finished = true;
}

result<void> for_each_key(const fs::path& file, const raw_key& key,
                          const std::function<result<void>(const transferred_key&)>& visit) {
  std::ifstream in(file, std::ios::binary);
  auto stream = read_head(in, key, file);
  if (!stream) return stream.error();
  bool first = true;
  for (unsigned char tag = 0; tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL;) {
    std::string length, sealed;
    if (!read_exactly(in, length, 4)) return damaged(file);
    const auto bytes = number_at(length, 0, 4);
    if (bytes < overhead_bytes || bytes > chunk_bytes_max + overhead_bytes) return damaged(file);
    if (!read_exactly(in, sealed, bytes)) return damaged(file);
    std::string chunk(bytes - overhead_bytes, '\0');
    if (crypto_secretstream_xchacha20poly1305_pull(&*stream, bytes_of(chunk), nullptr, &tag,
                                                   bytes_of(sealed), sealed.size(), nullptr,
                                                   0) != 0) {
      if (first) return problem(errc::bad_key, "the transfer key does not open " + file.string());
      return damaged(file);
    }
    first = false;
    const auto visited = visit_records(chunk, file, visit);
    wipe(chunk);
    if (!visited) return visited;
  }
  if (in.peek() != std::ifstream::traits_type::eof()) return damaged(file);
  return {};
}

}  // namespace stegvis
