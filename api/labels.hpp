#pragma once
// Words for people in place of codes. JSON keeps the codes.
#include <span>
#include <string_view>

#include "projections/episodes.hpp"

namespace stegvis {

enum class language : bool { english, swedish };

// Codes of one meaning; the same code may mean another thing in another family.
enum class code_family : std::uint8_t {
  kind,  // of placements, activities, assessments, contacts, job specifications
  destination,
  situation,  // plain values; a study's own are free
  source      // of claims about the situation
};

// The code itself where it is free.
std::string_view word_of(code_family, std::string_view code, language);
std::string_view word_of(episode_kind, language);
std::string_view word_of(ending, language);  // empty: open

// The family of an event's field; nullptr if what it holds is no such code.
const code_family* family_of_field(std::string_view field);

}  // namespace stegvis
