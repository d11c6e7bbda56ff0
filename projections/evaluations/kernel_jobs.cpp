// Jobs of a journey from its rows, where those tell: see episodes.cpp for the rules.
#include <algorithm>

#include "projections/evaluations/kernel_days.hpp"

namespace stegvis {

void kernel_days::find_jobs(const kernel_atom& atom, std::vector<std::int32_t>& first) {
  static const type_description* const ended = find_type("placement_ended");
  static const type_description* const changed = find_type("placement_changed");
  static const type_description* const died = find_type("death_recorded");
  ends_ = c_->rows->of(ended);
  changes_ = c_->rows->of(changed);
  deaths_ = c_->rows->of(died);
  const auto run = c_->rows->of(atom.events.type);
  for (std::uint32_t i = run.first; i < run.end;) i = add_jobs(atom, i, run.end, first);
}

// Skips what belongs to earlier journeys.
static void go_on(const rows_by_type& rows, rows_by_type::run& run, std::uint32_t journey) {
  while (run.first < run.end && rows.journey[run.first] < journey) ++run.first;
}

// The first end recorded for the placement that does not lie before its start.
std::int32_t kernel_days::end_of_job(std::uint32_t start, std::uint32_t key) {
  const std::uint32_t journey = c_->rows->journey[start];
  for (std::uint32_t i = ends_.first; i < ends_.end && c_->rows->journey[i] == journey; ++i)
    if (c_->stands(i) && c_->rows->valid[i] >= c_->rows->valid[start] && c_->rows->key[i] == key)
      return c_->rows->valid[i];
  return open_end.count;
}

// Whether it does not stay what it was at its start, as far as the atom asks.
bool kernel_days::changed_kind(const kernel_atom& atom, std::uint32_t start, std::uint32_t key) {
  const std::uint32_t journey = c_->rows->journey[start];
  const bool job = is_job(set_.dictionary[c_->rows->content[start]]->base.code);
  for (std::uint32_t i = changes_.first; i < changes_.end && c_->rows->journey[i] == journey; ++i) {
    if (!c_->stands(i) || c_->rows->key[i] != key) continue;
    const auto code = set_.dictionary[c_->rows->content[i]]->base.code;
    if (atom.filtered || (code != no_code && is_job(code) != job)) return true;
  }
  return false;
}

// Jobs of the journey that begins at `begin`, joined over short breaks; answers where the next
// journey begins.
std::uint32_t kernel_days::add_jobs(const kernel_atom& atom, std::uint32_t begin, std::uint32_t end,
                                    std::vector<std::int32_t>& first) {
  const std::uint32_t journey = c_->rows->journey[begin];
  std::uint32_t next = begin;
  while (next < end && c_->rows->journey[next] == journey) ++next;
  if (low_[journey] == never_in_window) return next;
  go_on(*c_->rows, ends_, journey);
  go_on(*c_->rows, changes_, journey);
  go_on(*c_->rows, deaths_, journey);
  std::int32_t death = open_end.count;
  for (std::uint32_t i = deaths_.first; i < deaths_.end && c_->rows->journey[i] == journey; ++i)
    if (c_->stands(i)) death = std::min(death, c_->rows->valid[i]);
  jobs_.clear();
  keys_.clear();
  for (std::uint32_t i = begin; i < next; ++i) {
    const std::uint32_t key = c_->rows->key[i];
    if (!c_->stands(i) || std::ranges::find(keys_, key) != keys_.end()) continue;
    keys_.push_back(key);
    if (changed_kind(atom, i, key)) {
      c_->leave(journey);
      return next;
    }
    const std::int32_t from = c_->rows->valid[i], to = std::min(death, end_of_job(i, key));
    if (!atom.events.has(c_->rows->content[i]) || from >= to) continue;
    const std::int32_t gap = gap_days_;
    if (!jobs_.empty() &&
        (jobs_.back().second == open_end.count || from - jobs_.back().second <= gap))
      jobs_.back().second = std::max(jobs_.back().second, to);
    else
      jobs_.emplace_back(from, to);
  }
  const std::int32_t low = low_[journey], high = high_[journey];
  for (const auto& [from, to] : jobs_) {
    const std::int32_t on = atom.at == edge::end     ? to
                            : atom.at == edge::start ? from
                                                     : std::max(from, low);
    const bool open_at_end = atom.at == edge::end && to == open_end.count;
    if (on < low || on > high || open_at_end || (atom.at != edge::end && on >= to)) continue;
    first[journey] = std::min(first[journey], on);
  }
  return next;
}

}  // namespace stegvis
