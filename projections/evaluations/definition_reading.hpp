#pragma once
// How a definition is read: what the files definition*.cpp share and nobody else needs.
#include <span>

#include "events/description.hpp"
#include "events/toml_section.hpp"
#include "projections/episodes.hpp"
#include "projections/evaluations/definition.hpp"

namespace stegvis {

using section = toml_section;

// What all sections of one definition share; known before its conditions are read.
struct definition_reading : toml_reading {
  statistic_kind statistic = statistic_kind::survival;
  bool needs_keys = false;
  std::optional<duration> landmark{};
  std::string subjects = "participant/";
  unit_of_analysis unit = unit_of_analysis::person;
  const type_description* entry_type = nullptr;  // of the entry, if it is an event
  std::string entry_episode{};                   // kind, if it is an episode
  std::vector<std::string> state_groups{};       // names in parameters.states
  int depth = 0;  // of conditions within each other

  definition_reading() : toml_reading(errc::bad_definition) {}
};
inline definition_reading& shared(const section& s) {
  return static_cast<definition_reading&>(s.reading());
}

// Values that many keys have.
std::optional<duration> read_duration(const section&, std::string_view key);
std::optional<day> read_date(const section&, std::string_view key);
bilingual read_title(const section&, std::string_view key, bool required);
// A name of the definition's own: a-z, 0-9 and underscores.
std::string read_name(const section&, std::string_view key);
// The key `name`, which must differ from those before.
std::string read_unique_name(const section&, std::vector<std::string>& before);
std::string read_decimal_text(const section&, std::string_view key);
// Texts of which each is one of `known`, none twice.
std::vector<std::string> read_codes(const section&, std::string_view key, std::string_view what,
                                    std::span<const std::string_view> known);
void refuse_twice(const section&, std::string_view key, const std::vector<std::string>&);
// Ascending integers from `min` to `max`.
std::vector<std::int64_t> read_ascending(const section&, std::string_view key, std::int64_t min,
                                         std::int64_t max);
// Whether a lies on or before b whatever the origin.
bool ends_by(const duration& a, const duration& b);

// Event types and their fields.
const type_description* find_readable_type(const section&, std::string_view key,
                                           std::string_view name);
const type_description* read_type(const section&, std::string_view key);
// `name` as what `key` says: a field with one value that evaluations may read. Opening a health
// field without needs_keys fails.
const field* read_field(const section&, std::string_view key, const type_description&,
                        std::string_view name);
std::vector<std::string> codes_of_field(const field&);
bool is_number_field(const field&);
bool is_integer_field(const field&);
bool has_field(const type_description&, std::string_view name);
std::vector<field_filter> read_where(const section&, const type_description&);
std::vector<field_filter> read_episode_where(const section&, const std::string& kind);
void refuse_sealed_health(const section&, std::string_view key, std::string_view what);

// Where a condition stands: which windows it may have, and which are its defaults.
enum class condition_place : std::uint8_t {
  entry,   // gives a day; no window
  before,  // cohort and base: valued at the origin
  after,   // outcome and censoring
  days,    // valued on each calendar day; no window
  ever     // whatever is known; no window
};
condition read_condition(const section&, condition_place);
std::vector<condition> read_conditions(const section&, std::string_view key, condition_place);
// Refuses what has no first day: dimensions, none, all ...
void refuse_without_day(const section&, const condition&);
// Lets `within`, or else the place's default, hold for the condition and its parts that have none.
void fill_windows(condition&, const window& within, condition_place);
std::optional<window> read_window(const section&, std::string_view key);

dimension read_dimension(const section& owner, std::string_view key, const toml_value&);
std::optional<dimension> read_dimension(const section&, std::string_view key);
std::vector<dimension> read_dimensions(const section&, std::string_view key);
std::vector<breakdown> read_breakdowns(const section&, std::string_view key);
// Codes that the dimension can have; empty: any text.
std::vector<std::string> levels_known(const definition_reading&, std::string_view dimension_name);

// The parts of a definition.
void read_cohort(const section& root, definition&);
void read_outcomes(const section& root, definition&);
void read_states(const section& root, definition&);  // of a sequence; before its conditions
void read_parameters(const section& root, definition&);
void read_measures(const section& root, definition&);
void read_axis(const section& root, definition&);

// What each statistic uses: refuses keys that it does not, and misses parts that it needs.
statistic_kind read_statistic(const section& root);
void check_keys_used(const section& root, statistic_kind);

}  // namespace stegvis
