#include "ingest/kafka/work.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "ingest/kafka/chain.hpp"
#include "ingest/kafka/retry.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
using std::chrono::steady_clock;
// An idle partition hears of the others once a minute.
constexpr auto answer_wait = 15s, silence_max = 90s;
constexpr auto poll_wait = 100ms, look_again = 500ms;
constexpr std::size_t records_between = 1'000;  // questions whether it is still ours

class part_reader {
 public:
  part_reader(const kafka_settings& kafka, const partition_part& part)
      : part_(part), consumer_(kafka, part.partition.topic + ".work") {
    consumer_.assign({{part.partition, consumer_.bounds_of(part.partition, answer_wait).first}});
  }

  result<void> read(const std::function<void(position, std::string_view, std::string)>& visit,
                    const std::function<bool()>& still) {
    auto heard = steady_clock::now();
    for (std::size_t n = 1; chain_.complete() < part_.until; ++n) {
      auto p = consumer_.poll(poll_wait);
      if ((p.what != polled::kind::record || n % records_between == 0) && !still()) return {};
      if (p.what == polled::kind::record) {
        heard = steady_clock::now();
        if (const auto r = take(p.record, visit); !r) return r.error();
      } else if (steady_clock::now() - heard > silence_max) {
        return silent();
      }
    }
    return {};
  }

 private:
  result<void> take(const incoming_record& r,
                    const std::function<void(position, std::string_view, std::string)>& visit) {
    const auto m = marks_of(r);
    if (!m) return m.error();
    if (m->marks.ledger != part_.ledger)
      return problem{errc::bad_topic, place_of(r) + " is of another ledger"};
    switch (chain_.take(*m)) {
      case chain_link::lost:
        return problem{errc::event_lost, place_of(r) + ": an event before it is missing"};
      case chain_link::dead:
        return problem{errc::event_lost, place_of(r) + ": written by an owner that was over"};
      case chain_link::repeated:
      case chain_link::checkpoint:
        return {};
      case chain_link::next:
        break;
    }
    if (*m->sequence > part_.until) return {};
    auto line = line_of(r);
    if (!line) return line.error();
    visit(*m->sequence, r.key, std::move(*line));
    return {};
  }

  problem silent() const {
    return {errc::bad_topic,
            part_.partition.topic + " partition " + std::to_string(part_.partition.partition) +
                " is complete up to position " + std::to_string(chain_.complete().value) +
                " only, " + std::to_string(part_.until.value) +
                " is asked for: run `stegvis relay`"};
  }

  const partition_part& part_;
  kafka_consumer consumer_;
  partition_chain chain_;
};

// One worker's share of the group's partitions.
class share {
 public:
  share(const share_options& options, const partition_work& work)
      : options_(options), work_(work), consumer_(settings_of(options), options.group) {
    for (std::int32_t i = 0; i < options.partitions.persons; ++i)
      all_.push_back({options.partitions.names.events, i});
    consumer_.subscribe(
        options.partitions.names.events,
        [this](const topic_partition& p) {
          mine_.insert(p);
          come_.insert(p);
          return kafka_consumer::at_end;  // the group only says whose it is
        },
        [this](const std::vector<topic_partition>& gone) {
          for (const auto& p : gone) {
            mine_.erase(p);
            come_.erase(p);
          }
        });
  }

  result<void> run() {
    while (!options_.stop.stop_requested() && !is_done()) {
      attend(poll_wait);
      const auto next =
          std::ranges::find_if(mine_, [&](const auto& p) { return !done_.contains(p); });
      if (next == mine_.end()) continue;
      if (const auto r = do_one(*next); !r) return r.error();
    }
    return {};
  }

 private:
  static kafka_settings settings_of(const share_options& options) {
    kafka_settings s = options.kafka;
    s.properties.emplace("session.timeout.ms", "10000");
    // Counting takes its time between two polls.
    s.properties.emplace("max.poll.interval.ms", "900000");
    return s;
  }

  // Stays in the group, and hears of partitions that come and go.
  void attend(std::chrono::milliseconds at_most) {
    consumer_.poll(at_most);
    for (const auto& p : std::exchange(come_, {})) consumer_.pause(p);
  }

  bool is_done() {
    if (steady_clock::now() >= look_at_) look();
    return done_.size() == all_.size();
  }

  // While the group's coordinator moves it does not tell.
  void look() {
    try {
      for (const auto& p : consumer_.committed(all_, answer_wait)) done_.insert(p);
      looked_ = steady_clock::now();
    } catch (const kafka_error& e) {
      if (e.kind != kafka_failure::retry || steady_clock::now() > looked_ + silence_max) throw;
    }
    look_at_ = steady_clock::now() + look_again;
  }

  result<void> do_one(topic_partition p) {
    const auto still = [&] {
      attend(0ms);
      return mine_.contains(p) && !options_.stop.stop_requested();
    };
    if (const auto r = work_(p.partition, still); !r) return r.error();
    if (!still()) return {};
    try {
      consumer_.commit({{p, consumer_.bounds_of(p, answer_wait).end}});
      done_.insert(p);
    } catch (const kafka_error& e) {
      // The group is sharing anew: whoever has the partition then does it again.
      if (e.kind != kafka_failure::retry) throw;
    }
    return {};
  }

  const share_options& options_;
  const partition_work& work_;
  std::vector<topic_partition> all_;
  std::set<topic_partition> mine_, come_, done_;
  steady_clock::time_point look_at_{}, looked_ = steady_clock::now();
  kafka_consumer consumer_;  // behind what its callbacks use
};
}  // namespace

result<void> read_partition(
    const kafka_settings& kafka, const partition_part& part,
    const std::function<void(position, std::string_view subject, std::string line)>& visit,
    const std::function<bool()>& still) {
  return part_reader(kafka, part).read(visit, still);
}

std::uint64_t records_in(const kafka_settings& kafka, const topic_partition& partition) {
  kafka_consumer consumer(kafka, partition.topic + ".work");
  const auto bounds = consumer.bounds_of(partition, answer_wait);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, bounds.end - bounds.first));
}

result<void> share_partitions(const share_options& options, const partition_work& work) {
  return retry_kafka(false, options.stop, {},
                     [&]() -> result<void> { return share(options, work).run(); });
}

}  // namespace stegvis
