#include "projections/columns/subjects.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "events/error.hpp"

namespace stegvis {
namespace {
constexpr std::size_t at_once_max = 64;

std::uint64_t hash_of(std::string_view subject) {
  return std::hash<std::string_view>{}(subject);
}
std::uint32_t high_half(std::uint64_t hash) {
  return static_cast<std::uint32_t>(hash >> 32);
}
}  // namespace

// Room for so many more.
void subject_table::grow(std::size_t more) {
  if (2 * (ends_.size() + more) <= slots_.size()) return;
  std::vector<slot> larger(std::max<std::size_t>(256, slots_.size() * 2));
  const std::size_t mask = larger.size() - 1;
  for (const slot& s : slots_) {
    if (s.subject == none) continue;
    std::size_t i = hash_of(text(s.subject)) & mask;
    while (larger[i].subject != none) i = (i + 1) & mask;
    larger[i] = s;
  }
  slots_ = std::move(larger);
}

std::uint32_t subject_table::find_or_add(std::string_view subject, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].subject != none; i = (i + 1) & mask) {
    const slot& s = slots_[i];
    if (s.hash == high_half(hash) && s.bytes == subject.size() &&
        std::string_view(texts_).substr(s.text, s.bytes) == subject)
      return s.subject;
  }
  STEGVIS_ASSERT(texts_.size() + subject.size() < none && ends_.size() < none);
  const auto number = size();
  slots_[i] = {high_half(hash), number, static_cast<std::uint32_t>(texts_.size()),
               static_cast<std::uint32_t>(subject.size())};
  texts_ += subject;
  ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
  return number;
}

std::uint32_t subject_table::find_or_add(std::string_view subject) {
  grow(1);
  return find_or_add(subject, hash_of(subject));
}

void subject_table::find_or_add(std::span<const std::string> subjects, std::uint32_t* into) {
  STEGVIS_ASSERT(subjects.size() <= at_once_max);
  grow(subjects.size());
  std::array<std::uint64_t, at_once_max> hashes;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    hashes[i] = hash_of(subjects[i]);
    __builtin_prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < subjects.size(); ++i)
    __builtin_prefetch(texts_.data() + slots_[hashes[i] & mask].text);
  for (std::size_t i = 0; i < subjects.size(); ++i) into[i] = find_or_add(subjects[i], hashes[i]);
}

}  // namespace stegvis
