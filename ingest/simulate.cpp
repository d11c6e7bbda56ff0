#include "ingest/simulate.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <tuple>
#include <vector>

#include "events/error.hpp"
#include "ingest/simulate_lines.hpp"

namespace stegvis {
namespace {
constexpr std::string_view person_source = "/landskrona/ame";
constexpr std::string_view reference_source = "/landskrona/satsningen";
constexpr std::uint32_t minute = 60, hour = 3600;

day entry_of(std::uint64_t seed, std::uint32_t participant) {
  const auto span = static_cast<std::uint32_t>(entries_last - entries_first + 1);
  return entries_first + static_cast<int>(draws(mix(mix(seed) + participant) ^ 4).below(span));
}

// Participants grouped by the day on which they enter.
class entrants {
 public:
  explicit entrants(const simulation_options& options)
      : begins_(static_cast<std::size_t>(entries_last - entries_first + 2)),
        participants_(options.participants) {
    const auto count = static_cast<std::uint32_t>(options.participants);
    for (std::uint32_t i = 1; i <= count; ++i) ++begins_[slot(entry_of(options.seed, i)) + 1];
    for (std::size_t s = 1; s < begins_.size(); ++s) begins_[s] += begins_[s - 1];
    auto next = begins_;
    for (std::uint32_t i = 1; i <= count; ++i)
      participants_[next[slot(entry_of(options.seed, i))]++] = i;
  }
  std::span<const std::uint32_t> on(day d) const {
    if (d < entries_first || d > entries_last) return {};
    const std::size_t s = slot(d);
    return std::span(participants_).subspan(begins_[s], begins_[s + 1] - begins_[s]);
  }

 private:
  static std::size_t slot(day d) { return static_cast<std::size_t>(d - entries_first); }
  std::vector<std::uint32_t> begins_, participants_;
};

// A journey is drawn whole on the day its person enters; its facts wait in the calendar for the
// days on which they are recorded.
class calendar {
 public:
  calendar(const simulation_options& options, const std::function<void(std::string_view)>& emit)
      : seed_(options.seed),
        emit_(emit),
        entrants_(options),
        days_(static_cast<std::size_t>(simulation_last - simulation_first + 1)),
        reference_(draw_reference(options.seed)) {}

  void run() {
    for (day d = simulation_first; d <= simulation_last; d = d + 1) {
      for (const std::uint32_t participant : entrants_.on(d)) enter(participant, d);
      write_reference(d);
      write_persons(d);
    }
  }

 private:
  void enter(std::uint32_t participant, day d) {
    draw_journey(person_of(seed_, participant), participant, d, journey_);
    for (const auto& f : journey_) day_of_calendar(f.recorded).push_back(f.fact);
  }

  std::deque<fact>& day_of_calendar(day d) {
    return days_[static_cast<std::size_t>(d - simulation_first)];
  }

  // Second of the day: the same hour for all that is recorded about a person on one day, one after
  // the other.
  std::uint32_t second_of(const fact& f, day d) const {
    draws at(mix(seed_ + f.participant) + static_cast<std::uint64_t>(d.count));
    return 11 * hour + at.below(6 * hour) + f.number % 30 * minute / 2;
  }

  void write_reference(day d) {
    for (std::uint32_t second = 8 * hour;
         reference_next_ < reference_.size() && reference_[reference_next_].recorded == d;
         second += 4, ++reference_next_) {
      const auto& f = reference_[reference_next_];
      const std::string id = "r-" + std::to_string(reference_next_ + 1);
      emit_(lines_.write(d, second,
                         {.id = id,
                          .source = reference_source,
                          .subject = f.subject,
                          .type = f.type,
                          .data = f.data,
                          .time = stockholm_time(f.valid, 0, precision::day)}));
    }
  }

  void write_persons(day d) {
    auto& waiting = day_of_calendar(d);
    order_.clear();
    for (const fact& f : waiting) order_.emplace_back(second_of(f, d), f);
    std::deque<fact>().swap(waiting);
    std::ranges::sort(order_, [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second.participant, a.second.number) <
             std::tie(b.first, b.second.participant, b.second.number);
    });
    for (const auto& [second, f] : order_) write_person(f, d, second);
  }

  void write_person(const fact& f, day d, std::uint32_t second) {
    subject_.clear();
    append_subject(seed_, f.participant, subject_);
    set_id(f.participant, f.number, id_);
    data_.clear();
    line_facts facts{.id = id_,
                     .source = person_source,
                     .subject = subject_,
                     .type = name_of(f.type),
                     .data = {},
                     .time = valid_time_of(f)};
    if (f.target == 0) {
      append_data(f, seed_, 0, data_);
    } else {
      facts.type = write_correction(f);
      facts.time = stockholm_time(d, 0, precision::day);
    }
    facts.data = data_;
    emit_(lines_.write(d, second, facts));
  }

  // Returns the type.
  std::string_view write_correction(const fact& f) {
    set_id(f.participant, f.target, target_);
    object_writer o(data_);
    if ((f.flags & void_flag) != 0) {
      o.text("reason", "Dubbelt införd");
      o.text("target", target_);
      return "event_voided";
    }
    append_data(f, seed_, 1, o.value_of("data"));
    o.text("reason", "Rättad efter kontroll");
    o.text("target", target_);
    if ((f.flags & moved_flag) != 0) o.text("time", to_string(valid_time_of(f)));
    return "event_corrected";
  }

  // Meetings and notes have a time of day, before anything is recorded.
  valid_time valid_time_of(const fact& f) const {
    const bool timed = f.type == simulated::contact_made || f.type == simulated::note_recorded ||
                       f.type == simulated::activity_attended ||
                       f.type == simulated::workplace_support_provided;
    if (!timed) return stockholm_time(unpacked(f.valid), 0, precision::day);
    draws at(mix(seed_ + f.participant) + (std::uint64_t{1} << 40) + f.valid);
    return stockholm_time(unpacked(f.valid), 8 * hour + at.below(32) * 5 * minute,
                          precision::exact);
  }

  static void set_id(std::uint32_t participant, std::uint16_t number, std::string& id) {
    id = "a-";
    append_padded(id, participant, 1);
    id += '.';
    append_padded(id, number, 1);
  }

  const std::uint64_t seed_;
  const std::function<void(std::string_view)>& emit_;
  entrants entrants_;
  std::vector<std::deque<fact>> days_;
  std::vector<reference_fact> reference_;
  std::size_t reference_next_ = 0;
  std::vector<planned_fact> journey_;
  std::vector<std::pair<std::uint32_t, fact>> order_;
  line_writer lines_;
  std::string subject_, id_, target_, data_;
};
}  // namespace

void simulate(const simulation_options& options,
              const std::function<void(std::string_view)>& emit) {
  STEGVIS_ASSERT(options.participants <= 4'000'000'000);
  calendar(options, emit).run();
}

}  // namespace stegvis
