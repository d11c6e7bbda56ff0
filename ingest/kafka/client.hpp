#pragma once
// Kafka as this room needs it: one producer, one consumer, and what a topic is like. librdkafka
// lies behind it; no other file of the program sees it.
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/error.hpp"

namespace stegvis {

// Where the brokers are and what librdkafka is told besides, by its own names
// (`security.protocol`, `sasl.username`, `compression.type` ...).
struct kafka_settings {
  std::string brokers;  // host:port,host:port
  std::map<std::string, std::string> properties{};
};

// What a failure of Kafka means for whoever talks to it.
enum class kafka_failure : std::uint8_t {
  retry,    // a connection, a timeout, a leader on the move: try again later
  fenced,   // another producer has taken over our transactional id
  refused,  // wrong credentials, no right, no such topic, a setting that librdkafka does not know
};
// Texts name topics, partitions and librdkafka's code, never a record's content.
struct kafka_error : world_error {
  kafka_failure kind;
  kafka_error(kafka_failure k, const std::string& what) : world_error(what), kind(k) {}
};

using kafka_headers = std::vector<std::pair<std::string, std::string>>;

// A record to be written. Borrowed: sending copies.
struct outgoing_record {
  std::string_view key;                   // empty: none
  std::optional<std::string_view> value;  // none: a tombstone
  const kafka_headers& headers;
};

struct topic_partition {
  std::string topic;
  std::int32_t partition = 0;
  friend auto operator<=>(const topic_partition&, const topic_partition&) = default;
};

// A record that was read.
struct incoming_record {
  topic_partition from{};
  std::int64_t offset = 0;
  std::string key{};
  std::optional<std::string> value{};
  kafka_headers headers{};
  // The last of that name; empty view if there is none. Borrowed.
  std::string_view header(std::string_view name) const;
};

// One thread. All members throw kafka_error.
class kafka_producer {
 public:
  // With a transactional id every record is in a transaction; without one it is idempotent.
  kafka_producer(const kafka_settings& settings, const std::string& transactional_id);
  // Drops what was not delivered; an open transaction is aborted by its timeout or the next owner.
  ~kafka_producer();

  // Fences every other producer of the id; what it left open is aborted when this returns.
  void init();
  void begin();
  // Blocks while librdkafka's queue is full.
  void send(const topic_partition& to, const outgoing_record& record);
  // Waits until all that was sent is acknowledged. Throws if any record was refused.
  void flush(std::chrono::milliseconds at_most);
  // Flushes and commits. If it throws, whether the records are there is unknown.
  void commit();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// What a poll gave.
struct polled {
  enum class kind : std::uint8_t { nothing, record, end } what = kind::nothing;
  incoming_record record{};   // of kind::record
  topic_partition partition;  // of kind::end: read to its end for now
};

// One thread. All members throw kafka_error. Sees committed records only.
class kafka_consumer {
 public:
  // Nothing is stored at the broker unless `commit` is called.
  kafka_consumer(const kafka_settings& settings, const std::string& group);
  ~kafka_consumer();

  // From these offsets on; replaces what was assigned.
  void assign(const std::map<topic_partition, std::int64_t>& offsets);
  // Partitions as the group shares them out. `start_at` is asked, during poll, for the offset at
  // which a partition that came begins (`at_end`: what comes from now on); `left` is told which
  // ones go.
  static constexpr std::int64_t at_end = -1;
  void subscribe(const std::string& topic,
                 std::function<std::int64_t(const topic_partition&)> start_at,
                 std::function<void(const std::vector<topic_partition>&)> left);
  polled poll(std::chrono::milliseconds at_most);
  void pause(const topic_partition&);
  void resume(const topic_partition&);
  // So far it was read: the offset of the next record.
  void commit(const std::map<topic_partition, std::int64_t>& next_offsets);
  // Those of them for which the group has an offset.
  std::vector<topic_partition> committed(const std::vector<topic_partition>& of,
                                         std::chrono::milliseconds at_most) const;
  // The first offset there is, and the one behind the last.
  struct bounds {
    std::int64_t first = 0, end = 0;
  };
  bounds bounds_of(const topic_partition&, std::chrono::milliseconds at_most);
  // The end as it was last heard of, without asking.
  std::int64_t known_end(const topic_partition&) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// What a topic is like.
struct topic_description {
  std::int32_t partitions = 0;
  std::int32_t replicas = 0;
  std::map<std::string, std::string> settings{};
};
struct new_topic {
  std::string name;
  std::int32_t partitions = 1;
  std::int32_t replicas = 1;
  std::map<std::string, std::string> settings{};
};

// One thread. All members throw kafka_error and wait at most 15 s an answer.
class kafka_admin {
 public:
  explicit kafka_admin(const kafka_settings& settings);
  ~kafka_admin();
  std::int32_t brokers();
  std::optional<topic_description> describe(const std::string& topic);
  void create(const new_topic&);  // fine if it is there already

 private:
  struct state;
  std::unique_ptr<state> state_;
};

// As the Java client's default partitioner places a key: murmur2, its sign bit cleared, modulo the
// number of partitions (org.apache.kafka.common.utils.Utils.murmur2).
std::int32_t partition_of(std::string_view key, std::int32_t partitions);

}  // namespace stegvis
