#pragma once
// Private to ingest/kafka/{producer,consumer,admin}.cpp: librdkafka's handles and errors as ours.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <mutex>

#include "ingest/kafka/client.hpp"

namespace stegvis {

template <auto Destroy>
struct destroyed_by {
  template <class T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};
template <class T, auto Destroy>
using handle = std::unique_ptr<T, destroyed_by<Destroy>>;

using kafka_handle = handle<rd_kafka_t, rd_kafka_destroy>;
using conf_handle = handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using error_handle = handle<rd_kafka_error_t, rd_kafka_error_destroy>;
using headers_handle = handle<rd_kafka_headers_t, rd_kafka_headers_destroy>;
using topic_handle = handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using message_handle = handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using list_handle = handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;

kafka_failure failure_of(rd_kafka_resp_err_t code);
[[noreturn]] void fail(rd_kafka_resp_err_t code, const std::string& doing);

// What librdkafka's threads last said was wrong: it retries on its own, so a call that times out
// does not know why.
class last_error {
 public:
  void note(rd_kafka_resp_err_t code);
  bool is_refusal() const;  // it does not pass by itself
  // Throws for what was noted if that explains it better than `code` does.
  [[noreturn]] void fail(rd_kafka_resp_err_t code, const std::string& doing) const;

 private:
  mutable std::mutex mutex_;
  rd_kafka_resp_err_t code_ = RD_KAFKA_RESP_ERR_NO_ERROR;
};

// A configuration with the settings, and with `ours` where they say nothing. The opaque pointer
// given to rd_kafka_new's callbacks is the caller's to set.
conf_handle configuration(const kafka_settings& settings,
                          const std::map<std::string, std::string>& ours,
                          const std::map<std::string, std::string>& fixed);
kafka_handle connect(rd_kafka_type_t type, conf_handle conf);

}  // namespace stegvis
