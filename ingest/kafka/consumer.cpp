#include <algorithm>

#include "ingest/kafka/handles.hpp"

namespace stegvis {
namespace {

topic_partition place_of(const rd_kafka_topic_partition_t& p) {
  return {p.topic, p.partition};
}

list_handle list_of(const topic_partition& one, std::int64_t offset = RD_KAFKA_OFFSET_INVALID) {
  list_handle list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), one.topic.c_str(), one.partition)->offset = offset;
  return list;
}

list_handle list_of(const std::map<topic_partition, std::int64_t>& offsets) {
  list_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [p, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition)->offset = offset;
  }
  return list;
}

kafka_headers headers_of(const rd_kafka_message_t& m) {
  kafka_headers headers;
  rd_kafka_headers_t* raw = nullptr;
  if (rd_kafka_message_headers(&m, &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) return headers;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(raw, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return headers;
}

incoming_record record_of(const rd_kafka_message_t& m) {
  incoming_record r;
  r.from = {rd_kafka_topic_name(m.rkt), m.partition};
  r.offset = m.offset;
  if (m.key != nullptr) r.key.assign(static_cast<const char*>(m.key), m.key_len);
  if (m.payload != nullptr) r.value.emplace(static_cast<const char*>(m.payload), m.len);
  r.headers = headers_of(m);
  return r;
}

static_assert(kafka_consumer::at_end == RD_KAFKA_OFFSET_END);

// librdkafka goes on by itself after these.
bool passes_by_itself(rd_kafka_resp_err_t code) {
  return failure_of(code) == kafka_failure::retry;
}
}  // namespace

std::string_view incoming_record::header(std::string_view name) const {
  const auto found = std::find_if(headers.rbegin(), headers.rend(),
                                  [&](const auto& h) { return h.first == name; });
  return found == headers.rend() ? std::string_view() : std::string_view(found->second);
}

struct kafka_consumer::state {
  last_error said;
  std::function<std::int64_t(const topic_partition&)> start_at;
  std::function<void(const std::vector<topic_partition>&)> left;
  kafka_handle kafka;

  static void erred(rd_kafka_t*, int code, const char*, void* self) {
    static_cast<state*>(self)->said.note(static_cast<rd_kafka_resp_err_t>(code));
  }
  static void rebalanced(rd_kafka_t* kafka, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t* list, void* self) {
    auto& s = *static_cast<state*>(self);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      for (int i = 0; i < list->cnt; ++i) {
        list->elems[i].offset = s.start_at(place_of(list->elems[i]));
      }
      rd_kafka_assign(kafka, list);
      return;
    }
    std::vector<topic_partition> gone;
    for (int i = 0; i < list->cnt; ++i) gone.push_back(place_of(list->elems[i]));
    if (s.left) s.left(gone);
    rd_kafka_assign(kafka, nullptr);
  }
  void check(rd_kafka_resp_err_t code, const std::string& doing) const {
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) said.fail(code, doing);
  }
};

kafka_consumer::kafka_consumer(const kafka_settings& settings, const std::string& group)
    : state_(std::make_unique<state>()) {
  auto conf = configuration(settings,
                            {{"auto.offset.reset", "error"},
                             {"queued.max.messages.kbytes", "16384"},
                             {"fetch.wait.max.ms", "100"}},
                            {{"group.id", group},
                             {"enable.auto.commit", "false"},
                             {"enable.auto.offset.store", "false"},
                             {"isolation.level", "read_committed"},
                             {"enable.partition.eof", "true"},
                             {"check.crcs", "true"}});
  rd_kafka_conf_set_opaque(conf.get(), state_.get());
  rd_kafka_conf_set_error_cb(conf.get(), &state::erred);
  rd_kafka_conf_set_rebalance_cb(conf.get(), &state::rebalanced);
  state_->kafka = connect(RD_KAFKA_CONSUMER, std::move(conf));
  rd_kafka_poll_set_consumer(state_->kafka.get());
}

kafka_consumer::~kafka_consumer() {
  if (state_ && state_->kafka) rd_kafka_consumer_close(state_->kafka.get());
}

void kafka_consumer::assign(const std::map<topic_partition, std::int64_t>& offsets) {
  state_->check(rd_kafka_assign(state_->kafka.get(), list_of(offsets).get()), "cannot assign");
}

void kafka_consumer::subscribe(const std::string& topic,
                               std::function<std::int64_t(const topic_partition&)> start_at,
                               std::function<void(const std::vector<topic_partition>&)> left) {
  state_->start_at = std::move(start_at);
  state_->left = std::move(left);
  const auto list = list_of({topic, RD_KAFKA_PARTITION_UA});
  state_->check(rd_kafka_subscribe(state_->kafka.get(), list.get()), "cannot subscribe");
}

polled kafka_consumer::poll(std::chrono::milliseconds at_most) {
  const message_handle m(
      rd_kafka_consumer_poll(state_->kafka.get(), static_cast<int>(at_most.count())));
  if (!m) return {};
  polled p;
  if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    p.what = polled::kind::end;
    p.partition = {rd_kafka_topic_name(m->rkt), m->partition};
    return p;
  }
  if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (passes_by_itself(m->err)) return {};
    state_->said.fail(
        m->err,
        "cannot read" +
            (m->rkt == nullptr ? std::string() : " " + std::string(rd_kafka_topic_name(m->rkt))));
  }
  p.what = polled::kind::record;
  p.record = record_of(*m);
  return p;
}

void kafka_consumer::pause(const topic_partition& p) {
  state_->check(rd_kafka_pause_partitions(state_->kafka.get(), list_of(p).get()), "cannot pause");
}
void kafka_consumer::resume(const topic_partition& p) {
  state_->check(rd_kafka_resume_partitions(state_->kafka.get(), list_of(p).get()), "cannot resume");
}

void kafka_consumer::commit(const std::map<topic_partition, std::int64_t>& next_offsets) {
  if (next_offsets.empty()) return;
  state_->check(rd_kafka_commit(state_->kafka.get(), list_of(next_offsets).get(), 0),
                "cannot commit offsets");
}

std::vector<topic_partition> kafka_consumer::committed(const std::vector<topic_partition>& of,
                                                       std::chrono::milliseconds at_most) const {
  list_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(of.size())));
  for (const auto& p : of)
    rd_kafka_topic_partition_list_add(list.get(), p.topic.c_str(), p.partition);
  state_->check(
      rd_kafka_committed(state_->kafka.get(), list.get(), static_cast<int>(at_most.count())),
      "cannot ask for the group's offsets");
  std::vector<topic_partition> found;
  for (int i = 0; i < list->cnt; ++i)
    if (list->elems[i].offset >= 0) found.push_back(place_of(list->elems[i]));
  return found;
}

kafka_consumer::bounds kafka_consumer::bounds_of(const topic_partition& p,
                                                 std::chrono::milliseconds at_most) {
  bounds b;
  state_->check(
      rd_kafka_query_watermark_offsets(state_->kafka.get(), p.topic.c_str(), p.partition, &b.first,
                                       &b.end, static_cast<int>(at_most.count())),
      "cannot ask for the offsets of " + p.topic);
  return b;
}

std::int64_t kafka_consumer::known_end(const topic_partition& p) const {
  std::int64_t first = 0, end = 0;
  rd_kafka_get_watermark_offsets(state_->kafka.get(), p.topic.c_str(), p.partition, &first, &end);
  return end;
}

}  // namespace stegvis
