#pragma once
// Sealed values with their bytes in one place, so that copying many of them allocates nothing.
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/columns/columns.hpp"

namespace stegvis {

class sealed_list {
 public:
  // Copies what the value's views show.
  void add(const sealed_value& v) {
    for (const auto text : {v.name, v.field_name, v.bytes})
      bytes_.insert(bytes_.end(), text.begin(), text.end());
    values_.push_back(v);
  }
  void reserve(std::size_t values, std::size_t bytes) {
    values_.reserve(values);
    bytes_.reserve(bytes);
  }
  // Settled values that lie side by side.
  void add_all(std::span<const sealed_value> values) {
    if (values.empty()) return;
    const sealed_value& last = values.back();
    bytes_.insert(bytes_.end(), values.front().name.data(), last.bytes.data() + last.bytes.size());
    values_.insert(values_.end(), values.begin(), values.end());
  }
  std::size_t size() const { return values_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  // Until this is called the values show whatever was added.
  void settle() {
    const char* next = bytes_.data();
    const auto settled = [&](std::string_view& text) {
      text = {next, text.size()};
      next += text.size();
    };
    for (sealed_value& v : values_) {
      settled(v.name);
      settled(v.field_name);
      settled(v.bytes);
    }
  }
  const std::vector<sealed_value>& values() const { return values_; }
  void clear() {
    values_.clear();
    bytes_.clear();
  }
  // Settled values stay so in a moved vector.
  std::pair<std::vector<sealed_value>, std::vector<char>> take() {
    settle();
    return {std::move(values_), std::move(bytes_)};
  }

 private:
  std::vector<sealed_value> values_;
  std::vector<char> bytes_;
};

}  // namespace stegvis
