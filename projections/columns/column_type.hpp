#pragma once
// What becomes of each field of an event type in the columns. Worked out once, from the type's
// description and from what content_of() makes of it, so that there is no second table to keep.
#include <cstdint>
#include <optional>
#include <vector>

#include "events/event_data.hpp"

namespace stegvis {

enum class field_role : std::uint8_t {
  value,      // a value of the dictionary
  key,        // the id that pairs: content_of's key, or the first id that it leaves alone
  enrolment,  // content_of's enrolment
  link,       // the match of a placement
  until,      // the day that content_of takes as `until`
  sealed,     // kept as ciphertext
  left_out    // sealed and never kept, or one more id
};

struct column_type {
  const type_description* type = nullptr;
  std::vector<field_role> roles{};      // by field
  std::vector<std::uint8_t> values{};   // fields of that role
  std::vector<std::uint8_t> secrets{};  // likewise; any of them has a class that is sealed
  std::optional<std::uint8_t> key{}, enrolment{}, link{}, until{};
  // Whether content_of has them; else the rules know nothing of them.
  bool key_is_read = false, enrolment_is_read = false;
};

// Thread safe; the answer lives as long as the process.
const column_type& column_type_of(const type_description&);

// The day in a field of that role; INT32_MIN if it is absent.
std::int32_t day_in(const column_type&, std::uint8_t field, const void* object);

}  // namespace stegvis
