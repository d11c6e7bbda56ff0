#include "events/payload.hpp"

#include <algorithm>
#include <cereal/archives/portable_binary.hpp>
#include <cstring>
#include <istream>
#include <optional>
#include <ostream>
#include <streambuf>

#include "events/error.hpp"

namespace stegvis {
namespace {
class string_sink : public std::streambuf {
 public:
  std::string* out = nullptr;

 private:
  std::streamsize xsputn(const char* s, std::streamsize n) override {
    out->append(s, static_cast<std::size_t>(n));
    return n;
  }
  int_type overflow(int_type c) override {
    out->push_back(static_cast<char>(c));
    return c;
  }
};

class view_source : public std::streambuf {
 public:
  void set(std::string_view bytes) {
    auto* p = const_cast<char*>(bytes.data());  // streambuf's get area is char*, never written
    setg(p, p, p + bytes.size());
  }
  std::size_t left() const { return static_cast<std::size_t>(egptr() - gptr()); }
  // The next bytes, of which so many are left.
  std::string_view take(std::size_t n) {
    const std::string_view bytes(gptr(), n);
    gbump(static_cast<int>(n));
    return bytes;
  }

 private:
  // The library's own asks for each piece whether it has to wait for more.
  std::streamsize xsgetn(char* into, std::streamsize n) override {
    const auto bytes = take(std::min(static_cast<std::size_t>(n), left()));
    std::memcpy(into, bytes.data(), bytes.size());
    return static_cast<std::streamsize>(bytes.size());
  }
};
}  // namespace

struct payload_writer::state {
  string_sink sink;
  std::ostream stream{&sink};
  std::optional<cereal::PortableBinaryOutputArchive> archive;
};

payload_writer::payload_writer() : state_(std::make_unique<state>()) {}
payload_writer::~payload_writer() = default;

void payload_writer::begin(std::string& out) {
  state_->sink.out = &out;
  state_->archive.emplace(state_->stream,
                          cereal::PortableBinaryOutputArchive::Options::LittleEndian());
}
void payload_writer::end() {
  state_->archive.reset();
}
void payload_writer::u8(std::uint8_t v) {
  (*state_->archive)(v);
}
void payload_writer::u16(std::uint16_t v) {
  (*state_->archive)(v);
}
void payload_writer::i64(std::int64_t v) {
  (*state_->archive)(v);
}
void payload_writer::text(std::string_view v) {
  STEGVIS_ASSERT(v.size() <= 0xffff);
  u16(static_cast<std::uint16_t>(v.size()));
  (*state_->archive)(cereal::binary_data(v.data(), v.size()));
}

struct payload_reader::state {
  view_source source;
  std::istream stream{&source};
  std::optional<cereal::PortableBinaryInputArchive> archive;

  template <class T>
  T value() {
    if (source.left() < sizeof(T)) throw payload_error{};
    T v{};
    (*archive)(v);
    return v;
  }
};

payload_reader::payload_reader() : state_(std::make_unique<state>()) {}
payload_reader::~payload_reader() = default;

void payload_reader::begin(std::string_view bytes) {
  if (bytes.empty()) throw payload_error{};
  state_->source.set(bytes);
  state_->archive.emplace(state_->stream,
                          cereal::PortableBinaryInputArchive::Options::LittleEndian());
}
bool payload_reader::end() {
  state_->archive.reset();
  return state_->source.left() == 0;
}
std::uint8_t payload_reader::u8() {
  return state_->value<std::uint8_t>();
}
std::uint16_t payload_reader::u16() {
  return state_->value<std::uint16_t>();
}
std::int64_t payload_reader::i64() {
  return state_->value<std::int64_t>();
}
void payload_reader::text(std::string& into) {
  const std::size_t n = u16();
  if (state_->source.left() < n) throw payload_error{};
  into = state_->source.take(n);  // as cereal::binary_data reads it
}

}  // namespace stegvis
