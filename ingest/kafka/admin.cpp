#include <array>
#include <thread>

#include "ingest/kafka/handles.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr int wait_ms = 15'000, slice_ms = 1'000;

using metadata_handle = handle<const struct rd_kafka_metadata, rd_kafka_metadata_destroy>;
using queue_handle = handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using event_handle = handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using resource_handle = handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using new_topic_handle = handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
}  // namespace

struct kafka_admin::state {
  last_error said;
  kafka_handle kafka;

  static void erred(rd_kafka_t*, int code, const char*, void* self) {
    static_cast<state*>(self)->said.note(static_cast<rd_kafka_resp_err_t>(code));
  }
  // Why nobody answered is told by callbacks, which are called in a poll only.
  [[noreturn]] void fail(rd_kafka_resp_err_t code, const std::string& doing) const {
    rd_kafka_poll(kafka.get(), 0);
    said.fail(code, doing);
  }
  // Of all topics: asking for one by name would let the broker make it. Who is refused need not
  // wait to the end.
  metadata_handle metadata() const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
    for (;;) {
      const struct rd_kafka_metadata* raw = nullptr;
      const auto code = rd_kafka_metadata(kafka.get(), 1, nullptr, &raw, slice_ms);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return metadata_handle(raw);
      rd_kafka_poll(kafka.get(), 0);
      if (said.is_refusal() || std::chrono::steady_clock::now() > deadline)
        fail(code, "no broker answers");
    }
  }
  event_handle answer(rd_kafka_queue_t* queue, const std::string& doing) const {
    event_handle event(rd_kafka_queue_poll(queue, wait_ms));
    if (!event) fail(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
    const auto code = rd_kafka_event_error(event.get());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail(code, doing);
    return event;
  }
  std::map<std::string, std::string> settings_of(const std::string& topic) const;
};

kafka_admin::kafka_admin(const kafka_settings& settings) : state_(std::make_unique<state>()) {
  auto conf = configuration(settings, {}, {});
  rd_kafka_conf_set_opaque(conf.get(), state_.get());
  rd_kafka_conf_set_error_cb(conf.get(), &state::erred);
  state_->kafka = connect(RD_KAFKA_PRODUCER, std::move(conf));
}
kafka_admin::~kafka_admin() = default;

std::int32_t kafka_admin::brokers() {
  return state_->metadata()->broker_cnt;
}

std::map<std::string, std::string> kafka_admin::state::settings_of(const std::string& topic) const {
  const std::string doing = "cannot ask for the settings of " + topic;
  const queue_handle queue(rd_kafka_queue_new(kafka.get()));
  const resource_handle resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_DescribeConfigs(kafka.get(), &asked, 1, nullptr, queue.get());
  const auto event = answer(queue.get(), doing);
  std::size_t count = 0;
  const auto* resources = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::map<std::string, std::string> found;
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_ConfigResource_error(resources[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) stegvis::fail(code, doing);
    std::size_t entries = 0;
    const auto* entry = rd_kafka_ConfigResource_configs(resources[i], &entries);
    for (std::size_t k = 0; k < entries; ++k) {
      const char* value = rd_kafka_ConfigEntry_value(entry[k]);
      found[rd_kafka_ConfigEntry_name(entry[k])] = value == nullptr ? "" : value;
    }
  }
  return found;
}

std::optional<topic_description> kafka_admin::describe(const std::string& topic) {
  const auto all = state_->metadata();
  for (int i = 0; i < all->topic_cnt; ++i) {
    const auto& t = all->topics[i];
    if (topic != t.topic || t.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    topic_description d;
    d.partitions = t.partition_cnt;
    d.replicas = t.partition_cnt > 0 ? t.partitions[0].replica_cnt : 0;
    d.settings = state_->settings_of(topic);
    return d;
  }
  return std::nullopt;
}

void kafka_admin::create(const new_topic& t) {
  const std::string doing = "cannot create " + t.name;
  std::array<char, 256> why{};
  const new_topic_handle topic(
      rd_kafka_NewTopic_new(t.name.c_str(), t.partitions, t.replicas, why.data(), why.size()));
  if (!topic) throw kafka_error(kafka_failure::refused, doing + ": " + why.data());
  for (const auto& [name, value] : t.settings) {
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  }
  const queue_handle queue(rd_kafka_queue_new(state_->kafka.get()));
  rd_kafka_NewTopic_t* wanted = topic.get();
  rd_kafka_CreateTopics(state_->kafka.get(), &wanted, 1, nullptr, queue.get());
  const auto event = state_->answer(queue.get(), doing);
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      fail(code, doing);
    }
  }
  // Brokers learn of it one after the other.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  while (!describe(t.name)) {
    if (std::chrono::steady_clock::now() > deadline) fail(RD_KAFKA_RESP_ERR__TIMED_OUT, doing);
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace stegvis
