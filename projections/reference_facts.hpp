#pragma once
// What quality rules and worklists need of units, jobs and programmes: a journey for each reference
// subject, and what stands of them at a cut. Pure values.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/resolve.hpp"

namespace stegvis {

// Folded from every event that is not about a person; others are ignored. Twice is once.
struct reference_facts {
  std::map<std::string, journey, std::less<>> subjects{};
};
void apply(reference_facts&, const event&);

struct published_job {
  std::string subject{};
  position at{};
  day on{};
};

// Owns its texts.
struct reference_view {
  std::set<std::string, std::less<>> units{};
  std::map<std::string, day, std::less<>> subproject_starts{};  // earliest start
  std::set<std::string, std::less<>> esf_subprojects{};         // of programmes with money from ESF
  std::set<std::string, std::less<>> agreed_jobs{};             // with a social partner agreement
  std::vector<published_job> jobs_to_agree{};  // simple or complementary, by subject
};
reference_view reference_at(const reference_facts&, position at);

}  // namespace stegvis
