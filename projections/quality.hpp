#pragma once
// Data quality: what is odd in a journey. Odd is recorded and reported, never refused. The numbers
// are stable: a rule that goes leaves its number unused.
#include <string>
#include <string_view>
#include <vector>

#include "projections/reference_facts.hpp"
#include "projections/status.hpp"

namespace stegvis {

#define STEGVIS_QUALITY_RULES(X)                                                                  \
  X(1, overlap, "Anställningar eller praktik överlappar", "Jobs or work placements overlap")      \
  X(2, after_exit, "Händelse efter avslut", "Event after the exit")                               \
  X(3, before_enrolment, "Händelse före inskrivning", "Event before the enrolment")               \
  X(4, before_subproject, "Inskriven före delprojektets start",                                   \
    "Enrolled before the subproject's start")                                                     \
  X(5, cannot_be_planned, "Daterad framåt fast den inte kan planeras",                            \
    "Dated ahead although it cannot be planned")                                                  \
  X(6, unknown_unit, "Okänd enhet", "Unknown unit")                                               \
  X(7, no_destination, "Avslut utan destination", "Exit without destination")                     \
  X(8, end_before_start, "Slut före start", "End before start")                                   \
  X(9, second_end, "Andra slut", "Second end")                                                    \
  X(10, second_start, "Andra start", "Second start")                                              \
  X(11, end_without_start, "Slut utan start", "End without start")                                \
  X(12, resume_after_exit, "Återupptagen efter avslut", "Resumed after the exit")                 \
  X(13, disagreement, "Situation och status är oense över 31 dagar",                              \
    "Situation and state disagree for over 31 days")                                              \
  X(14, recorded_late, "Registrerad över 30 dagar efteråt", "Recorded over 30 days late")         \
  X(15, after_merge, "Händelse på sammanförd post", "Event on a merged subject")                  \
  X(16, follow_up_of_ended, "Uppföljning av avslutad anställning", "Follow-up of an ended job")   \
  X(17, no_agreement, "Jobb utan partsöverenskommelse", "Job without social partner agreement")   \
  X(18, change_outside, "Ändring av placering som inte pågår",                                    \
    "Change of a placement that does not run")                                                    \
  X(19, no_enrolment, "Okänd inskrivning", "Unknown enrolment")                                   \
  X(20, after_death, "Händelse efter dödsfall", "Event after the death")                          \
  X(21, unknown_situation, "Okänd situationskod", "Unknown situation code")

enum class quality_rule : std::uint8_t {
#define X(number, name, sv, en) name = number,
  STEGVIS_QUALITY_RULES(X)
#undef X
};
std::string_view code_of(quality_rule);   // "Q01"
std::string_view name_of(quality_rule);   // "overlap"
std::string_view title_sv(quality_rule);
std::string_view title_en(quality_rule);
// Whether lists give only the number of findings.
constexpr bool is_count_only(quality_rule r) { return r == quality_rule::recorded_late; }

struct finding {
  quality_rule rule{};
  std::string subject{};
  position at{};      // of the event concerned
  position other{};   // of a second one, for overlaps; 0: none
  day on{};           // when it holds, or begins to
  std::string detail{};  // an id or a plain code, never personal data
};

// What is odd about a person on D, as known at the cut; by rule, then position.
std::vector<finding> quality_of(const history&, std::string_view subject, const reference_view&,
                                day d);
std::vector<finding> quality_of(const journey&, std::string_view subject, const reference_view&,
                                const cut&, day d);
// What is odd about jobs published by D.
std::vector<finding> quality_of(const reference_view&, day d);

}  // namespace stegvis
