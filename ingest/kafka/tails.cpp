#include "ingest/kafka/tails.hpp"

#include <algorithm>
#include <set>

#include "ingest/kafka/wire.hpp"

namespace stegvis {
namespace {
using std::chrono::steady_clock;
using namespace std::chrono_literals;
constexpr auto read_wait = 60s, offsets_wait = 15s;
constexpr auto poll_wait = 200ms;
constexpr std::int64_t window_first = 64, window_growth = 8;  // records from the end

class tail_reader {
 public:
  tail_reader(const ledger& book, const kafka_settings& settings,
              const event_partitions& partitions)
      : book_(book),
        partitions_(partitions),
        consumer_(settings, partitions.names.events + ".tails"),
        found_{std::vector<partition_tail>(partitions.size()), std::nullopt} {}

  topic_tails read() {
    std::set<std::size_t> left;
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      bounds_.push_back(consumer_.bounds_of(partitions_.at(i), offsets_wait));
      if (bounds_[i].end > bounds_[i].first) left.insert(i);
    }
    for (auto window = window_first; !left.empty(); window *= window_growth) {
      read_windows(left, window);
      std::erase_if(left, [&](std::size_t i) {
        return found_.tails[i].last.value > 0 || start(i, window) == bounds_[i].first;
      });
    }
    return found_;
  }

 private:
  std::int64_t start(std::size_t i, std::int64_t window) const {
    return std::max(bounds_[i].first, bounds_[i].end - window);
  }

  void read_windows(const std::set<std::size_t>& asked, std::int64_t window) {
    std::map<topic_partition, std::int64_t> offsets;
    for (const auto i : asked) offsets[partitions_.at(i)] = start(i, window);
    consumer_.assign(offsets);
    auto open = asked;
    const auto deadline = steady_clock::now() + read_wait;
    while (!open.empty()) {
      if (steady_clock::now() > deadline)
        throw kafka_error(kafka_failure::retry, "the ends of the topics are not reached");
      const auto p = consumer_.poll(poll_wait);
      if (p.what == polled::kind::end) open.erase(partitions_.index_of(p.partition));
      if (p.what == polled::kind::record) take(p.record);
    }
  }

  void take(const incoming_record& r) {
    const auto m = marks_of(r);
    if (!m) {
      found_.wrong = problem{errc::bad_topic, m.error().message};
      return;
    }
    if (m->marks.ledger != book_.id()) {
      found_.wrong = problem{errc::bad_topic, place_of(r) + " is of another ledger"};
      return;
    }
    auto& tail = found_.tails[partitions_.index_of(r.from)];
    tail.epoch = std::max(tail.epoch, m->marks.epoch);
    tail.complete = std::max(tail.complete, m->marks.complete);
    if (!m->sequence || *m->sequence <= tail.last) return;
    tail.last = *m->sequence;
    if (*m->sequence > book_.synced()) return;  // told as such by whoever knows the ledger's end
    check_content(r, *m->sequence);
  }

  // Positions alone do not tell a ledger that was restored from a backup and went on.
  void check_content(const incoming_record& r, position at) {
    book_
        .scan_synced(at, at,
                     [&](const event& e) {
                       if (!holds(r, e)) {
                         found_.wrong = problem{
                             errc::bad_topic,
                             place_of(r) + " holds another event than the ledger at position " +
                                 std::to_string(at.value) +
                                 ": relay under another name, or follow the topics anew"};
                       }
                       return true;
                     })
        .value();
  }

  const ledger& book_;
  const event_partitions& partitions_;
  kafka_consumer consumer_;
  std::vector<kafka_consumer::bounds> bounds_;
  topic_tails found_;
};
}  // namespace

topic_tails read_tails(const ledger& book, const kafka_settings& settings,
                       const event_partitions& partitions) {
  return tail_reader(book, settings, partitions).read();
}

}  // namespace stegvis
