#pragma once
// A made-up programme of four years, modelled on the source documents (R1-R80): every person, name,
// number and figure is invented, and nothing in it says anything about anybody.
//
// What an evaluation should find again; the tables stand in simulate_journey.cpp and
// simulate_jobs.cpp:
// - chance of a job when training is over, per mille: 240, +110 for each completed step, +90 for a
//   completed job track, +60 for guaranteed competence; -90 long-term sick, -80 cognitive,
//   -60 Swedish below B1, -30 women; within 60 to 900;
// - a job's chance to end each month, per mille: 28, +22 subsidised, +12 reserved for a group; a
//   third less with support at the workplace; when a subsidy ends after twelve months, 40 % of the
//   jobs end with it and the rest go on without;
// - passing steps 1 to 4, per mille: 870, 800, 730, 660; -90 with Swedish below B1, of which
//   language support takes back 60; a job track, 780, or 680 with Swedish below B1;
// - the assessed distance to the labour market shrinks by a level for every second step.
// Subprojects train differently. Nothing else tells groups apart: other differences are chance.
//
// Also in it: about 2 % protected persons (from registration on), one pause in six journeys,
// re-enrolments, two enrolments at once, 1 % deaths, 5 % recorded over 30 days late, 1 % corrected,
// 0.1 % voided, starts recorded ahead. Nobody is restricted, merged or forgotten; no report is
// published.
#include <cstdint>
#include <functional>
#include <string_view>

namespace stegvis {

struct simulation_options {
  std::uint64_t participants = 1000;  // at most 4,000,000,000
  std::uint64_t seed = 1;
};

// Calls `emit` once for each event, in recorded order: one canonical JSON object (RFC 8785, fields
// in clear) without newline, valid until `emit` returns. Recorded times rise strictly from
// 2017-01-02 to 2020-12-31; sequences count from 1. The same options give the same bytes on any
// machine. Memory grows with the journeys under way (about 300 bytes each), not with what was
// emitted. Throws what `emit` throws; no input or output of its own.
void simulate(const simulation_options&, const std::function<void(std::string_view)>& emit);

}  // namespace stegvis
