#pragma once
// A step: what the columns keep of some events of the log, before they are sorted out by subject.
// Plain memory, so that reading costs little more than the scan. Nothing here knows of chunks.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projections/columns/dictionary.hpp"
#include "projections/columns/sealed_list.hpp"
#include "projections/columns/subjects.hpp"

namespace stegvis {

enum class step_kind : std::uint8_t { original, correction, retraction };

// An event. Its texts stand one after the other from `text` on: its id and, as JSON, the ids of its
// data (of a correction: of the data it brings), each empty if there is none. Then, of an
// amendment, the target's source (empty: its own) and id.
struct step_event {
  std::uint32_t subject = 0;
  std::int32_t valid = 0;  // of a correction: the day that it moves to
  std::int32_t recorded_day = 0;
  std::uint32_t content = 0;
  std::int32_t until = column_chunk::no_until;
  std::uint32_t first_sealed = 0;  // in the step's `sealed`
  std::uint32_t text = 0;
  std::uint16_t source = 0;  // in the step's `sources`
  std::uint16_t key_bytes = 0, enrolment_bytes = 0, link_bytes = 0;
  std::uint16_t target_source_bytes = 0, target_bytes = 0;
  std::uint8_t id_bytes = 0;
  std::uint8_t sealed_count = 0;
  std::uint8_t flags = 0;  // copied_flag, opening_flag
  step_kind kind = step_kind::original;
  bool has_part = true;   // false: a void, or a correction without data
  bool has_valid = true;  // false: a void, or a correction without time
};

struct column_step {
  position first{};                  // of event number 0
  std::vector<step_event> events{};  // by position, without gaps
  std::string texts{};
  std::vector<std::string> sources{};
  sealed_list sealed{};  // `row` is not set

  position at(std::uint32_t number) const { return {first.value + number}; }
  void clear();
};

struct step_texts {
  std::string_view id, key, enrolment, link, target_source, target;
};
step_texts texts_of(const column_step&, const step_event&);

// Adds events to a step, in order.
class step_reader {
 public:
  step_reader(column_step& into, column_dictionary&, subject_table&);
  void reserve(std::size_t events);
  void add(const event&);
  void finish();  // after the last

 private:
  void add_part(const event_data&, const event&, std::string_view path, step_event&);
  void add_sealed(const column_type&, const void* object, const event&, std::string_view path,
                  step_event&);
  std::uint16_t add_id(const column_type&, std::optional<std::uint8_t> field, const void* object);
  void add_amendment(const event&, step_event&);
  std::uint16_t source_of(const std::string&);
  std::int32_t recorded_day(recorded_time);
  void find_subjects();

  column_step& step_;
  column_dictionary& dictionary_;
  subject_table& subjects_;
  std::uint16_t last_source_ = 0;
  recorded_time day_begins_{}, day_ends_{};  // first and last instant of `day_`
  day day_{};
  std::vector<std::string> waiting_;  // subjects of the last events, not looked up yet
  std::size_t waiting_count_ = 0;
  std::string sealed_name_, sealed_field_;
};

}  // namespace stegvis
