#pragma once
// One person as an evaluation sees them: what is known at the cut and as of the day, and what
// conditions and dimensions read from it. Folds are made when first asked for.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projections/columns/columns.hpp"
#include "projections/episodes.hpp"
#include "projections/evaluations/definition.hpp"
#include "projections/situation.hpp"
#include "projections/status.hpp"

namespace stegvis {

// Opens a value under seal: its JSON, or nothing where the key is gone.
using seal_opener =
    std::function<std::optional<std::string>(std::string_view subject, const sealed_value&)>;

// What evaluations need of reference subjects, at the cut and the as-of day.
struct reference_lists {
  struct listing {
    day from{}, to{};  // half-open
  };
  // Occupations (SSYK) listed as shortage.
  std::unordered_map<std::string, std::vector<listing>> shortage;
  // The subprojects that are ESF's need no list here: definitions name subprojects.
};

// The days [from, to) in which something held. An open one ends with `open_end`.
struct span {
  day from{};
  day to = open_end;
  day confirmed{};         // last day on which an open one is known to run
  bool undecided = false;  // too young to tell whether it reaches its minimal duration
  std::string_view id{}, enrolment{};
  bool open() const { return to == open_end; }
};

enum class answer : std::uint8_t { no, yes, unknown, immature };

// A unit's place in its person: where its clock starts, and what is its own.
struct unit_place {
  day origin{};
  std::string_view enrolment{}, placement{}, link{};
  std::optional<std::size_t> entry_row{};  // into the standing facts; none: an episode's edge
  // Where dimensions are valued, if not at the origin and in the own enrolment.
  std::optional<day> valued{};
  std::string_view valued_enrolment{};
};

class person {
 public:
  // `horizon`: the last day that is looked at. All references outlive the person.
  person(const column_set& set, const column_chunk& chunk, const column_chunk::journey_rows& rows,
         const known_journey& known, const cut& at, day horizon, const seal_opener& open,
         const reference_lists& lists);

  std::string_view subject() const { return rows_->subject; }
  day horizon() const { return horizon_; }
  const std::vector<standing_fact>& facts() const { return history_.facts; }
  const column_content& content(std::size_t fact) const;
  day recorded_day(std::size_t fact) const;
  bool opening(std::size_t fact) const;      // an opening balance
  std::string link(std::size_t fact) const;  // id of the match it came from; empty: none
  const stegvis::history& history() const { return history_; }
  const std::vector<piece>& timeline() const;
  const std::vector<claim>& claims() const;
  const std::vector<situation_episode>& situations() const;
  const reference_lists& lists() const { return *lists_; }
  // Indices of standing facts of a type.
  template <class F>  // void(std::size_t fact)
  void each_of(const type_description* type, F&& visit) const {
    for (std::size_t i = 0; i < known_->rows.size(); ++i)
      if (content(i).type == type) visit(i);
  }
  // A field of a fact as text: plain, or opened. Nothing if absent; `erased` if it cannot be
  // opened.
  std::optional<std::string> value(std::size_t fact, std::string_view field) const;

 private:
  const column_set* set_;
  const column_chunk* chunk_;
  const column_chunk::journey_rows* rows_;
  const known_journey* known_;
  day horizon_;
  const seal_opener* open_;
  const reference_lists* lists_;
  stegvis::history history_;
  mutable std::optional<std::vector<piece>> timeline_;
  mutable std::optional<std::vector<claim>> claims_;
  mutable std::optional<std::vector<situation_episode>> situations_;
};

constexpr std::string_view erased_value = "erased";
constexpr std::string_view unknown_value = "unknown";

// Whether the fields of the fact have the values asked for.
bool matches(const person&, std::size_t fact, const std::vector<field_filter>& where);

// When a condition of kind event, episode, state, situation or any held, by first day. Jobs are
// joined over breaks of at most `gap_days`.
struct span_rules {
  int gap_days = 0;
  open_rule open = open_rule::carry;
};
std::vector<span> spans_of(const person&, const condition&, const unit_place&, const span_rules&);

// Whether it holds within its window (or the default one) about the unit's origin.
answer holds(const person&, const condition&, const unit_place&, const span_rules&,
             const window& default_window);
answer all_hold(const person&, const std::vector<condition>&, const unit_place&, const span_rules&,
                const window& default_window);

// The first day from the origin on at which it holds, at most the horizon. `undecided`: from that
// day on it is open whether it does.
struct first_day {
  std::optional<day> on{};
  std::optional<day> undecided{};
};
first_day first_day_of(const person&, const condition&, const unit_place&, const span_rules&);

// Levels of a dimension for the unit, mostly one; never empty (unknown, erased).
std::vector<std::string> levels_of(const person&, const dimension&, const unit_place&, day valued);
// A number behind a dimension (age, unemployed_months, birth_year, a recorded attribute).
std::optional<std::int64_t> number_of(const person&, const dimension&, const unit_place&,
                                      day valued);
// Sorts levels as the definition orders them, then as people expect, then by text.
bool level_before(const dimension&, std::string_view a, std::string_view b);

// "2017H1", "2017Q3", "2017", "2017-04"
std::string period_of(day d, std::string_view period);
// First day of the period behind.
day period_after(day d, std::string_view period);

constexpr window up_to_origin{std::nullopt, duration{}};
constexpr window from_origin{duration{}, std::nullopt};

}  // namespace stegvis
