#include "events/json.hpp"

#include <simdjson.h>

#include <charconv>
#include <cstring>

namespace stegvis {
namespace {
using element = simdjson::dom::element;
static_assert(sizeof(element) == 16 && std::is_trivially_copyable_v<element>);

element unpack(const std::array<std::byte, 16>& bytes) {
  element e;
  std::memcpy(static_cast<void*>(&e), bytes.data(), sizeof e);
  return e;
}
void pack(std::array<std::byte, 16>& bytes, const element& e) {
  std::memcpy(bytes.data(), static_cast<const void*>(&e), sizeof e);
}
}  // namespace

struct json_parser::state {
  simdjson::dom::parser parser{line_limit};
  std::string padded;
  static constexpr std::size_t line_limit = 16 * 1024 * 1024;
};

json_parser::json_parser() : state_(std::make_unique<state>()) {}
json_parser::~json_parser() = default;
json_parser::json_parser(json_parser&&) noexcept = default;

result<json_value> json_parser::parse(std::string_view text) {
  auto& padded = state_->padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(text);
  const auto got = state_->parser.parse(padded.data(), padded.size(), false);
  if (got.error()) return problem{errc::bad_json, simdjson::error_message(got.error())};
  json_value v;
  pack(v.element_, got.value_unsafe());
  return v;
}

json_type json_value::type() const {
  switch (unpack(element_).type()) {
    case simdjson::dom::element_type::NULL_VALUE:
      return json_type::null;
    case simdjson::dom::element_type::BOOL:
      return json_type::boolean;
    case simdjson::dom::element_type::INT64:
      return json_type::integer;
    case simdjson::dom::element_type::STRING:
      return json_type::text;
    case simdjson::dom::element_type::ARRAY:
      return json_type::array;
    case simdjson::dom::element_type::OBJECT:
      return json_type::object;
    case simdjson::dom::element_type::UINT64:
    case simdjson::dom::element_type::DOUBLE:
      break;
  }
  return json_type::number;
}

bool json_value::boolean() const {
  return unpack(element_).get_bool().value();
}
std::int64_t json_value::integer() const {
  return unpack(element_).get_int64().value();
}
double json_value::number() const {
  return unpack(element_).get_double().value();
}
std::string_view json_value::text() const {
  return unpack(element_).get_string().value();
}
std::string json_value::minified() const {
  return simdjson::minify(unpack(element_));
}

bool json_value::members(bool (*visit)(void*, std::string_view, json_value), void* f) const {
  const auto object = unpack(element_).get_object().value();
  for (const auto& field : object) {
    json_value v;
    pack(v.element_, field.value);
    if (!visit(f, field.key, v)) return false;
  }
  return true;
}

bool json_value::elements(bool (*visit)(void*, json_value), void* f) const {
  const auto array = unpack(element_).get_array().value();
  for (const element e : array) {
    json_value v;
    pack(v.element_, e);
    if (!visit(f, v)) return false;
  }
  return true;
}

namespace {
void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr char hex[] = "0123456789abcdef";
  out += "\\u00";
  out += hex[c >> 4];
  out += hex[c & 15];
}
}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t clean_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean_from, i - clean_from);
    append_escape(out, c);
    clean_from = i + 1;
  }
  out.append(text, clean_from);
  out += '"';
}

void append_pointer_token(std::string& out, std::string_view key) {
  out += '/';
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
}

void append_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_padded(std::string& out, std::uint64_t value, int width) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  const auto size = end - buffer;
  if (size < width) out.append(static_cast<std::size_t>(width - size), '0');
  out.append(buffer, end);
}

}  // namespace stegvis
