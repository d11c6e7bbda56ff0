#pragma once
// What a worker evaluates with: columns of journeys read from Kafka, and keys out of a file.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/json.hpp"
#include "events/transferred_keys.hpp"
#include "ingest/kafka/work.hpp"
#include "projections/evaluations/shared_question.hpp"

namespace stegvis {

// Journeys of about so many records are in memory at a time; a partition with more is read again
// for the rest. Measured: 0.25 GB, and 0.8 kB a record.
constexpr std::uint64_t work_records_max = 500'000;

struct work_source {
  kafka_settings kafka{};
  event_partitions partitions{};
  std::filesystem::path keys{}, transfer_key{};  // empty: none
  std::uint64_t records_max = work_records_max;
};

class work_facts {
 public:
  // Reads `.reference` whole, up to where the question looks.
  [[nodiscard]] static result<std::unique_ptr<work_facts>> read(const work_source& source,
                                                                const shared_question& asked,
                                                                const std::function<bool()>& still);

  // The scans over the persons of a partition; nothing if `still` said no.
  [[nodiscard]] result<std::optional<std::vector<counted_scan>>> count(
      std::int32_t partition, const evaluation_question& q, const std::function<bool()>& still);
  // The result over all of them.
  [[nodiscard]] result<evaluation_result> finish(const evaluation_question& q,
                                                 const std::vector<counted_scan>& persons);

 private:
  using journey_lines =
      std::unordered_map<std::string, std::vector<std::pair<position, std::string>>>;

  work_facts(const work_source& source, const shared_question& asked, definition d)
      : source_(source), asked_(asked), definition_(std::move(d)) {}
  result<journey_lines> lines_of(const topic_partition& partition, position until,
                                 const std::function<bool(std::string_view)>& wanted,
                                 const std::function<bool()>& still) const;
  result<std::shared_ptr<const column_set>> columns_of(journey_lines lines);
  void keep_answers(const event& e);
  result<transferred_keys> keys_for(const column_set& set) const;
  result<evaluation_facts> facts_over(std::shared_ptr<const column_set> set);

  const work_source& source_;
  const shared_question& asked_;
  definition definition_;
  json_parser parser_;
  std::shared_ptr<const column_set> reference_;
  // Answers under seal of the surveys among what was read last, by position.
  struct sealed_answers {
    std::string subject, name, bytes;
  };
  std::map<std::uint64_t, sealed_answers> surveys_;
  std::atomic<bool> opened_{false};  // something sealed was asked for, and there are no keys
};

}  // namespace stegvis
