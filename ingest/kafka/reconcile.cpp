#include "ingest/kafka/reconcile.hpp"

#include <algorithm>
#include <set>

#include "ingest/kafka/chain.hpp"
#include "ingest/kafka/relay.hpp"
#include "ingest/kafka/retry.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr auto offsets_wait = 15s, silence_max = 60s, settling_max = 10s;
constexpr auto poll_wait = 200ms;
constexpr std::uint64_t progress_every = 10'000;

class reconciliation {
 public:
  reconciliation(const ledger& book, const reconcile_options& options, event_partitions partitions)
      : book_(book),
        options_(options),
        partitions_(std::move(partitions)),
        consumer_(options.kafka, partitions_.names.events + ".reconcile"),
        chains_(partitions_.size()) {}

  reconciled run() {
    read();
    auto missing = missing_at_ends();
    // The end of a transaction reaches its partitions one by one: what one tells of may not be
    // there to read in another yet.
    const auto settled = std::chrono::steady_clock::now() + settling_max;
    while (!missing.empty() && std::chrono::steady_clock::now() < settled) {
      if (options_.stop.stop_requested()) break;
      if (const auto p = consumer_.poll(poll_wait); p.what == polled::kind::record) {
        take(p.record);
      } else {
        missing = missing_at_ends();
      }
    }
    if (options_.stop.stop_requested()) missing.clear();
    found_.missing += missing.size();
    if (!missing.empty()) note_first(missing.front(), "it is in no topic, though they say so");
    found_.waiting = book_.synced().value - found_.relayed.value;
    return found_;
  }

 private:
  void read() {
    std::set<topic_partition> open;
    std::map<topic_partition, std::int64_t> offsets;
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      const auto p = partitions_.at(i);
      const auto bounds = consumer_.bounds_of(p, offsets_wait);
      if (bounds.first > 0) {
        wrong(found_.missing, {1},
              p.topic + " begins at offset " + std::to_string(bounds.first) +
                  ": records were removed");
      }
      offsets[p] = bounds.first;
      open.insert(p);
    }
    consumer_.assign(offsets);
    auto heard = std::chrono::steady_clock::now();
    while (!open.empty() && !options_.stop.stop_requested()) {
      const auto p = consumer_.poll(poll_wait);
      if (p.what == polled::kind::end) open.erase(p.partition);
      if (p.what == polled::kind::record) take(p.record);
      if (p.what != polled::kind::nothing) heard = std::chrono::steady_clock::now();
      if (std::chrono::steady_clock::now() > heard + silence_max)
        throw kafka_error(kafka_failure::retry, "the brokers fell silent");
    }
  }

  void take(const incoming_record& r) {
    if (options_.progress && ++read_ % progress_every == 0) options_.progress(read_);
    const auto m = marks_of(r);
    const auto i = partitions_.index_of(r.from);
    auto& chain = chains_[i];
    if (!m) return wrong(found_.extra, next(chain.last()), m.error().message);
    if (m->marks.ledger != book_.id()) {
      return wrong(found_.extra, next(chain.last()), place_of(r) + " is of another ledger");
    }
    const auto before = chain.last();
    switch (chain.take(*m)) {
      case chain_link::checkpoint:
        ++found_.checkpoints;
        return;
      case chain_link::repeated:
        ++found_.repeated;
        return check_content(r, *m->sequence, i);
      case chain_link::dead:
        return wrong(found_.extra, m->sequence.value_or(next(before)),
                     place_of(r) + " was written under epoch " + std::to_string(m->marks.epoch) +
                         ", which was over");
      case chain_link::lost:
        wrong(found_.missing, next(before),
              place_of(r) + " follows " + std::to_string(m->marks.prev.value) +
                  ", the record before it is " + std::to_string(before.value));
        break;
      case chain_link::next:
        break;
    }
    ++found_.events;
    check_content(r, *m->sequence, i);
  }

  void check_content(const incoming_record& r, position at, std::size_t partition) {
    if (at > book_.synced()) {
      return wrong(found_.extra, at, place_of(r) + " lies beyond the ledger's end");
    }
    bool same = false;
    book_
        .scan_synced(at, at,
                     [&](const event& e) {
                       same = holds(r, e) && partitions_.index_of(e.subject) == partition;
                       return true;
                     })
        .value();
    if (!same) wrong(found_.changed, at, place_of(r) + " holds other content than the ledger");
  }

  // The chain proves what lies between its records; what is missing behind the last one is proved
  // against the ledger. Ascending.
  std::vector<position> missing_at_ends() {
    for (const auto& c : chains_) found_.relayed = std::max(found_.relayed, c.complete());
    found_.relayed = std::min(found_.relayed, book_.synced());
    std::vector<position> missing;
    book_
        .scan_synced({1}, found_.relayed,
                     [&](const event& e) {
                       const auto& chain = chains_[partitions_.index_of(e.subject)];
                       if (e.position > chain.last()) missing.push_back(e.position);
                       return true;
                     })
        .value();
    return missing;
  }

  void wrong(std::uint64_t& count, position at, const std::string& what) {
    ++count;
    note_first(at, what);
  }
  void note_first(position at, const std::string& what) {
    if (found_.first_wrong && *found_.first_wrong <= at) return;
    found_.first_wrong = at;
    found_.what = what;
  }

  const ledger& book_;
  const reconcile_options& options_;
  event_partitions partitions_;
  kafka_consumer consumer_;
  std::vector<partition_chain> chains_;
  std::uint64_t read_ = 0;
  reconciled found_;
};
}  // namespace

result<reconciled> reconcile(const ledger& book, const reconcile_options& options) {
  return retry_kafka(false, options.stop, {}, [&]() -> result<reconciled> {
    auto p = find_event_partitions(options.kafka, options.stem);
    if (!p) return p.error();
    const auto noted = noted_partitions(book, options.stem);
    if (noted && *noted != p->persons) {
      return problem{errc::bad_topic, p->names.events +
                                          " has another number of partitions than it "
                                          "was made with"};
    }
    return reconciliation(book, options, std::move(*p)).run();
  });
}

}  // namespace stegvis
