#pragma once
// JSON objects of what a journey answers, the same for the command line and over HTTP.
#include <string>

#include "api/asked_view.hpp"
#include "projections/episodes.hpp"
#include "projections/quality.hpp"
#include "projections/situation.hpp"
#include "projections/timeline.hpp"

namespace stegvis {

std::string data_json(const event_data&);
std::string entry_json(const timeline_entry&);
std::string episode_json(const std::string& subject, const asked_view&, const episode&);
std::string situation_json(const std::string& subject, const asked_view&, const situation_episode&);
std::string finding_json(const finding&);

}  // namespace stegvis
