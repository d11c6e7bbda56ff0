#pragma once
// What a journey's events say, for people: on the command line and in the extract.
#include <string>

#include "api/labels.hpp"
#include "events/json.hpp"
#include "projections/timeline.hpp"

namespace stegvis {

// "kind simple job, unit unit/a", on one line.
std::string details_of(json_parser& parser, const event_data& data, language l);
// "corrected by 812"; empty for what stands as it came.
std::string standing_words(const timeline_entry& e, language l);

}  // namespace stegvis
