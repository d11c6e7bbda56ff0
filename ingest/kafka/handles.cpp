#include "ingest/kafka/handles.hpp"

#include <algorithm>
#include <array>

namespace stegvis {
namespace {

bool is_one_of(rd_kafka_resp_err_t code, std::initializer_list<rd_kafka_resp_err_t> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

// Goes away only by somebody doing something. An unknown topic is none: brokers of a cluster learn
// of a new one after each other, and that it is missing is asked for by name.
bool is_refusal(rd_kafka_resp_err_t code) {
  return is_one_of(
      code,
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL, RD_KAFKA_RESP_ERR__INVALID_ARG,
       RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
       RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
       RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
       RD_KAFKA_RESP_ERR_INVALID_CONFIG, RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
       RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,
       RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE});
}

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) ==
      RD_KAFKA_CONF_OK)
    return;
  // librdkafka's own text would show the value, which may be a secret.
  throw kafka_error(kafka_failure::refused, "librdkafka takes no such property or value: " + name);
}
}  // namespace

kafka_failure failure_of(rd_kafka_resp_err_t code) {
  if (is_one_of(code, {RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
                       RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH}))
    return kafka_failure::fenced;
  return is_refusal(code) ? kafka_failure::refused : kafka_failure::retry;
}

void fail(rd_kafka_resp_err_t code, const std::string& doing) {
  throw kafka_error(failure_of(code),
                    doing + ": " + rd_kafka_err2name(code) + ": " + rd_kafka_err2str(code));
}

void last_error::note(rd_kafka_resp_err_t code) {
  const std::lock_guard lock(mutex_);
  if (!stegvis::is_refusal(code_)) code_ = code;
}

bool last_error::is_refusal() const {
  const std::lock_guard lock(mutex_);
  return stegvis::is_refusal(code_);
}

void last_error::fail(rd_kafka_resp_err_t code, const std::string& doing) const {
  const std::lock_guard lock(mutex_);
  const bool vague = is_one_of(code, {RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT,
                                      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN});
  stegvis::fail(vague && code_ != RD_KAFKA_RESP_ERR_NO_ERROR ? code_ : code, doing);
}

conf_handle configuration(const kafka_settings& settings,
                          const std::map<std::string, std::string>& ours,
                          const std::map<std::string, std::string>& fixed) {
  conf_handle conf(rd_kafka_conf_new());
  for (const auto& [name, value] : ours) set(conf.get(), name, value);
  for (const auto& [name, value] : settings.properties) set(conf.get(), name, value);
  for (const auto& [name, value] : fixed) set(conf.get(), name, value);
  set(conf.get(), "bootstrap.servers", settings.brokers);
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  return conf;
}

kafka_handle connect(rd_kafka_type_t type, conf_handle conf) {
  std::array<char, 512> why{};
  auto* made = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (made == nullptr) {
    throw kafka_error(kafka_failure::refused, std::string("librdkafka: ") + why.data());
  }
  (void)conf.release();  // librdkafka owns it from here on
  return kafka_handle(made);
}

}  // namespace stegvis
