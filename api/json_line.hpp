#pragma once
// One JSON object, members in the order they are added.
#include <cstdint>
#include <string>
#include <string_view>

#include "events/json.hpp"

namespace stegvis {

class json_line {
 public:
  json_line& text(std::string_view name, std::string_view value) {
    append_json_text(key(name), value);
    return *this;
  }
  // Empty text is null.
  json_line& text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? raw(name, "null") : text(name, value);
  }
  json_line& number(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
  }
  json_line& flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
  json_line& raw(std::string_view name, std::string_view json) {
    key(name) += json;
    return *this;
  }
  // Each ends it: as a value, and as a line with its line break.
  std::string object() { return std::move(out_ += '}'); }
  std::string end() { return object() + '\n'; }

 private:
  std::string& key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_text(out_, name);
    return out_ += ':';
  }

  std::string out_ = "{";
};

}  // namespace stegvis
