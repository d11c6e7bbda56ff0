#include "ingest/kafka/merge.hpp"

#include <algorithm>

namespace stegvis {
namespace {
constexpr std::size_t lane_bytes_max = 4 << 20;

problem lost(const std::string& what) {
  return {errc::event_lost, what};
}
}  // namespace

position_merge::position_merge(position last, const std::vector<lane_start>& lanes) : last_(last) {
  for (const auto& start : lanes) {
    auto& l = lanes_.emplace_back();
    l.chain = partition_chain(start.last);
    l.taken = start.last;
    l.next_offset = start.offset;
  }
}

result<void> position_merge::add(std::size_t partition, const read_marks& marks,
                                 std::int64_t offset, std::string line) {
  auto& l = lanes_[partition];
  const auto before = l.chain.last();
  const auto link = l.chain.take(marks);
  l.next_offset = offset + 1;
  switch (link) {
    case chain_link::repeated:
    case chain_link::checkpoint:
      return {};
    case chain_link::lost:
      return lost("behind position " + std::to_string(before.value) + " its partition has " +
                  std::to_string(marks.sequence->value) + ", which says it follows " +
                  std::to_string(marks.marks.prev.value));
    case chain_link::dead:
      return lost("a record of epoch " + std::to_string(marks.marks.epoch) +
                  " stands behind one of epoch " + std::to_string(l.chain.epoch()));
    case chain_link::next:
      break;
  }
  l.bytes += line.size();
  l.queue.push_back({*marks.sequence, offset, std::move(line)});
  return {};
}

std::optional<waiting_event> position_merge::take() {
  const auto wanted = next(last_);
  for (std::size_t n = 0; n < lanes_.size(); ++n) {
    const auto i = (hint_ + n) % lanes_.size();
    auto& l = lanes_[i];
    if (l.queue.empty() || l.queue.front().at != wanted) continue;
    auto found = std::move(l.queue.front());
    l.queue.pop_front();
    l.bytes -= found.line.size();
    l.taken = last_ = wanted;
    hint_ = i;
    return found;
  }
  return std::nullopt;
}

result<void> position_merge::check_complete() const {
  const auto wanted = next(last_);
  for (const auto& l : lanes_) {
    if (l.chain.complete() < wanted) return {};
    if (!l.queue.empty() && l.queue.front().at == wanted) return {};
  }
  return lost("position " + std::to_string(wanted.value) +
              " is in no partition, though all say that they are complete beyond it");
}

bool position_merge::is_full(std::size_t partition) const {
  return lanes_[partition].bytes >= lane_bytes_max;
}
bool position_merge::has_room(std::size_t partition) const {
  return lanes_[partition].bytes <= lane_bytes_max / 2;
}
bool position_merge::is_empty() const {
  return std::ranges::all_of(lanes_, [](const lane& l) { return l.queue.empty(); });
}

position position_merge::told() const {
  position most = last_;
  for (const auto& l : lanes_) most = std::max({most, l.chain.complete(), l.chain.last()});
  return most;
}

lane_start position_merge::resume_at(std::size_t partition) const {
  const auto& l = lanes_[partition];
  return {l.queue.empty() ? l.next_offset : l.queue.front().offset, l.taken};
}

}  // namespace stegvis
