#pragma once
// Subjects by number, from 0 in order of first appearance. One thread at a time writes.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stegvis {

class subject_table {
 public:
  std::uint32_t find_or_add(std::string_view subject);
  // The same for many, at most 64: much faster than one after the other where there are so many
  // subjects that the cache does not hold them.
  void find_or_add(std::span<const std::string> subjects, std::uint32_t* into);
  std::uint32_t size() const { return static_cast<std::uint32_t>(ends_.size()); }
  std::string_view text(std::uint32_t subject) const {
    const std::size_t begin = subject == 0 ? 0 : ends_[subject - 1];
    return std::string_view(texts_).substr(begin, ends_[subject] - begin);
  }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct slot {
    std::uint32_t hash = 0, subject = none;
    std::uint32_t text = 0, bytes = 0;  // in `texts_`, so that a look-up touches no third place
  };
  std::uint32_t find_or_add(std::string_view subject, std::uint64_t hash);
  void grow(std::size_t more);

  std::vector<slot> slots_;  // a power of two, at most half full
  std::string texts_;        // one after the other, at most 4 GB
  std::vector<std::uint32_t> ends_;
};

}  // namespace stegvis
