#pragma once
// What is known about a person's work, apart from what the programme does: claims with a day and a
// source, of which one wins each day.
#include <string_view>
#include <vector>

#include "projections/episodes.hpp"

namespace stegvis {

struct claim {
  day on{};
  std::string_view value = "unknown";  // employed, education, unemployed, inactive, unknown
  std::string_view scheme{};           // of an imported study, whose values are free; else empty
  claim_source source = claim_source::none;
  position order{};
};
std::string_view name_of(
    claim_source);  // "register", "programme", "contact", "survey"; empty: none

// The winning claim of each day that has one, by ascending day: a known value beats `unknown`, then
// the higher rank wins, then the later position. Texts are borrowed from the journey.
std::vector<claim> claims_of(const history&);
// The last one on or before D; a default claim (unknown, no source) if there is none.
claim claim_on(const std::vector<claim>&, day d);

// Equal neighbouring claims are one episode.
struct situation_episode {
  day from{};
  day to = open_end;
  std::string_view value{}, scheme{};
  claim_source source = claim_source::none;  // of its last claim
  day confirmed{};                           // day of its last claim
};
std::vector<situation_episode> situation_episodes(const std::vector<claim>&);

}  // namespace stegvis
