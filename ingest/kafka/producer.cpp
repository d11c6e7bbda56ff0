#include <algorithm>

#include "ingest/kafka/handles.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr auto init_wait = 30s, commit_wait = 60s, queue_wait = 60s;

int ms(std::chrono::milliseconds t) {
  return static_cast<int>(t.count());
}
}  // namespace

struct kafka_producer::state {
  last_error said;
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;  // of a record
  bool transactional = false;
  kafka_handle kafka;
  std::map<std::string, topic_handle, std::less<>> topics;  // die before the client

  static void delivered(rd_kafka_t*, const rd_kafka_message_t* m, void* self) {
    auto& s = *static_cast<state*>(self);
    if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) s.refused = m->err;
  }
  static void erred(rd_kafka_t*, int code, const char*, void* self) {
    static_cast<state*>(self)->said.note(static_cast<rd_kafka_resp_err_t>(code));
  }
  rd_kafka_topic_t* topic(const std::string& name) {
    auto& known = topics[name];
    if (!known) known.reset(rd_kafka_topic_new(kafka.get(), name.c_str(), nullptr));
    if (!known) fail(rd_kafka_last_error(), name);
    return known.get();
  }
  void check_refused() const {
    if (refused == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    // Behind a fatal error every record is purged; what it was says more.
    std::array<char, 256> why{};
    const auto fatal = rd_kafka_fatal_error(kafka.get(), why.data(), why.size());
    said.fail(fatal != RD_KAFKA_RESP_ERR_NO_ERROR ? fatal : refused, "a record was not taken");
  }
  void check(rd_kafka_error_t* raw, const std::string& doing) const {
    const error_handle error(raw);
    if (!error) return;
    check_refused();
    said.fail(rd_kafka_error_code(error.get()), doing);
  }
};

kafka_producer::kafka_producer(const kafka_settings& settings, const std::string& transactional_id)
    : state_(std::make_unique<state>()) {
  std::map<std::string, std::string> fixed{{"enable.idempotence", "true"}, {"acks", "all"}};
  if (!transactional_id.empty()) fixed["transactional.id"] = transactional_id;
  auto conf = configuration(settings,
                            {{"linger.ms", "5"},
                             {"compression.type", "lz4"},
                             {"transaction.timeout.ms", "60000"},
                             {"queue.buffering.max.messages", "100000"},
                             {"message.max.bytes", "1048576"}},
                            fixed);
  rd_kafka_conf_set_opaque(conf.get(), state_.get());
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &state::delivered);
  rd_kafka_conf_set_error_cb(conf.get(), &state::erred);
  state_->transactional = !transactional_id.empty();
  state_->kafka = connect(RD_KAFKA_PRODUCER, std::move(conf));
}

// Without the purge, destroying would wait for what can no longer be delivered.
kafka_producer::~kafka_producer() {
  if (!state_ || !state_->kafka) return;
  rd_kafka_purge(state_->kafka.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  state_->topics.clear();
}

void kafka_producer::init() {
  state_->check(rd_kafka_init_transactions(state_->kafka.get(), ms(init_wait)),
                "cannot begin as the ledger's relay");
}

void kafka_producer::begin() {
  state_->check(rd_kafka_begin_transaction(state_->kafka.get()), "cannot begin a transaction");
}

void kafka_producer::send(const topic_partition& to, const outgoing_record& record) {
  auto* topic = state_->topic(to.topic);
  const auto deadline = std::chrono::steady_clock::now() + queue_wait;
  for (;;) {
    headers_handle headers(rd_kafka_headers_new(record.headers.size()));
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                          value.data(), static_cast<ssize_t>(value.size()));
    }
    std::array<rd_kafka_vu_t, 6> v{};
    v[0].vtype = RD_KAFKA_VTYPE_RKT;
    v[0].u.rkt = topic;
    v[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    v[1].u.i32 = to.partition;
    v[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    v[2].u.i = RD_KAFKA_MSG_F_COPY;
    v[3].vtype = RD_KAFKA_VTYPE_HEADERS;
    v[3].u.headers = headers.get();
    v[4].vtype = RD_KAFKA_VTYPE_KEY;
    v[4].u.mem.ptr = record.key.empty() ? nullptr : const_cast<char*>(record.key.data());
    v[4].u.mem.size = record.key.size();
    v[5].vtype = RD_KAFKA_VTYPE_VALUE;
    v[5].u.mem.ptr = record.value ? const_cast<char*>(record.value->data()) : nullptr;
    v[5].u.mem.size = record.value ? record.value->size() : 0;
    const error_handle error(rd_kafka_produceva(state_->kafka.get(), v.data(), v.size()));
    if (!error) {
      (void)headers.release();  // librdkafka owns them from here on
      return;
    }
    const auto code = rd_kafka_error_code(error.get());
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || std::chrono::steady_clock::now() > deadline) {
      state_->check_refused();
      state_->said.fail(code, "cannot send to " + to.topic);
    }
    rd_kafka_poll(state_->kafka.get(), 50);
  }
}

void kafka_producer::flush(std::chrono::milliseconds at_most) {
  const auto code = rd_kafka_flush(state_->kafka.get(), ms(at_most));
  state_->check_refused();
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) state_->said.fail(code, "records wait");
}

void kafka_producer::commit() {
  state_->check(rd_kafka_commit_transaction(state_->kafka.get(), ms(commit_wait)),
                "cannot commit a transaction");
  state_->check_refused();
}

}  // namespace stegvis
