// Jobs of a journey from its rows, where those tell: see episodes.cpp for the rules.
#include <algorithm>

#include "projections/evaluations/kernel.hpp"

namespace stegvis {

void kernel_scan::find_jobs(const kernel_atom& atom, std::vector<std::int32_t>& first) {
  static const type_description* const ended = find_type("placement_ended");
  static const type_description* const changed = find_type("placement_changed");
  static const type_description* const died = find_type("death_recorded");
  ends_ = rows_->of(ended);
  changes_ = rows_->of(changed);
  deaths_ = rows_->of(died);
  const auto run = rows_->of(atom.events.type);
  for (std::uint32_t i = run.first; i < run.end;) i = add_jobs(atom, i, run.end, first);
}

// Skips what belongs to earlier journeys.
static void go_on(const rows_by_type& rows, rows_by_type::run& run, std::uint32_t journey) {
  while (run.first < run.end && rows.journey[run.first] < journey) ++run.first;
}

// The first end recorded for the placement that does not lie before its start.
std::int32_t kernel_scan::end_of_job(std::uint32_t start, std::uint32_t key) {
  const std::uint32_t journey = rows_->journey[start];
  for (std::uint32_t i = ends_.first; i < ends_.end && rows_->journey[i] == journey; ++i)
    if (stands(i) && rows_->valid[i] >= rows_->valid[start] && rows_->key[i] == key)
      return rows_->valid[i];
  return open_end.count;
}

// Whether it does not stay what it was at its start, as far as the atom asks.
bool kernel_scan::changed_kind(const kernel_atom& atom, std::uint32_t start, std::uint32_t key) {
  const std::uint32_t journey = rows_->journey[start];
  const bool job = is_job(set_.dictionary[rows_->content[start]]->base.code);
  for (std::uint32_t i = changes_.first; i < changes_.end && rows_->journey[i] == journey; ++i) {
    if (!stands(i) || rows_->key[i] != key) continue;
    const auto code = set_.dictionary[rows_->content[i]]->base.code;
    if (atom.filtered || (code != no_code && is_job(code) != job)) return true;
  }
  return false;
}

// Jobs of the journey that begins at `begin`, joined over short breaks; answers where the next
// journey begins.
std::uint32_t kernel_scan::add_jobs(const kernel_atom& atom, std::uint32_t begin, std::uint32_t end,
                                    std::vector<std::int32_t>& first) {
  const std::uint32_t journey = rows_->journey[begin];
  std::uint32_t next = begin;
  while (next < end && rows_->journey[next] == journey) ++next;
  if (low_[journey] == never) return next;
  go_on(*rows_, ends_, journey);
  go_on(*rows_, changes_, journey);
  go_on(*rows_, deaths_, journey);
  std::int32_t death = open_end.count;
  for (std::uint32_t i = deaths_.first; i < deaths_.end && rows_->journey[i] == journey; ++i)
    if (stands(i)) death = std::min(death, rows_->valid[i]);
  jobs_.clear();
  keys_.clear();
  for (std::uint32_t i = begin; i < next; ++i) {
    const std::uint32_t key = rows_->key[i];
    if (!stands(i) || std::ranges::find(keys_, key) != keys_.end()) continue;
    keys_.push_back(key);
    if (changed_kind(atom, i, key)) {
      leave(journey);
      return next;
    }
    const std::int32_t from = rows_->valid[i], to = std::min(death, end_of_job(i, key));
    if (!atom.events.has(rows_->content[i]) || from >= to) continue;
    const std::int32_t gap = program_.plan->rules.gap_days;
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
