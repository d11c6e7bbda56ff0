#include "projections/evaluations/shared_question.hpp"

#include <algorithm>

#include "events/catalogue.hpp"
#include "events/sha256.hpp"
#include "projections/evaluations/evaluate_parts.hpp"

namespace stegvis {
namespace {
std::string partition_text(std::uint64_t partition) {
  return "partition " + std::to_string(partition);
}

// The counts' files by partition.
result<std::vector<std::size_t>> one_each(const std::vector<partition_counts>& counts,
                                          const std::vector<std::string>& files,
                                          std::uint64_t partitions) {
  std::vector<std::size_t> found(partitions, counts.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    auto& place = found[counts[i].partition];
    if (place != counts.size())
      return problem{errc::bad_partial, partition_text(counts[i].partition) + " is there twice: " +
                                            files[place] + " and " + files[i]};
    place = i;
  }
  std::string missing;
  for (std::uint64_t p = 0; p < partitions; ++p)
    if (found[p] == counts.size()) missing += (missing.empty() ? "" : ", ") + std::to_string(p);
  if (!missing.empty())
    return problem{errc::bad_partial, "there are no counts of partition " + missing + " of " +
                                          std::to_string(partitions)};
  return found;
}
}  // namespace

std::string hash_of(const shared_question& q) {
  return hex(sha256(to_json(q)));
}

std::vector<const type_description*> exclusion_types() {
  return {find_type("handling_changed"), find_type("person_forgotten"),
          find_type("report_published")};
}

result<shared_question> share_question(const definition& d, const evaluation_facts& facts,
                                       const evaluation_question& q) {
  auto head_hash = facts.head_hash(q.cut);
  if (!head_hash) return head_hash.error();
  shared_question s;
  s.head_hash = std::move(*head_hash);
  s.ledger = facts.ledger;
  s.definition_text = d.text;
  for (const auto& section : d.sections)
    if (!shipped_definition(section.use)) s.used[section.use] = section.what.front().text;
  s.cut = q.cut.value;
  s.reports_until = q.reports_until.value;
  s.as_of = to_string(q.as_of);
  s.recorded[s.cut] = to_string(facts.recorded_at(q.cut));
  for (const auto& report : publications_of(*facts.set, q.reports_until, d.name))
    if (report.cut <= q.cut)
      s.recorded[report.cut.value] = to_string(facts.recorded_at(report.cut));
  const auto excluded = exclusions_of(*facts.set, facts.open);
  s.restricted = excluded.restricted;
  s.erased = excluded.erased.size();
  s.erased_until = excluded.erased_until;
  return s;
}

result<definition> definition_of(const shared_question& s) {
  return parse_definition(s.definition_text, "the question's definition",
                          [&](std::string_view name) -> std::optional<std::string> {
                            const auto found = s.used.find(std::string(name));
                            if (found == s.used.end()) return std::nullopt;
                            return found->second;
                          });
}

result<evaluation_question> asked_by(const shared_question& s) {
  const auto as_of = parse_day(s.as_of);
  if (!as_of) return problem{errc::bad_file, "not a date", "/as_of"};
  if (!s.recorded.contains(s.cut))
    return problem{errc::bad_file, "does not tell when the cut was recorded", "/recorded"};
  evaluation_question q;
  q.cut = {s.cut};
  q.as_of = *as_of;
  q.reports_until = {s.reports_until};
  return q;
}

exclusions exclusions_of(const shared_question& s) {
  exclusions e;
  e.restricted = s.restricted;
  e.erased.resize(s.erased);  // only how many they are is asked for
  e.erased_until = s.erased_until;
  return e;
}

recorded_time recorded_in(const shared_question& s, position at) {
  const auto found = s.recorded.find(at.value);
  const auto time = found == s.recorded.end() ? std::nullopt : parse_recorded_time(found->second);
  if (!time)
    throw world_error("the question does not tell when position " + std::to_string(at.value) +
                      " was recorded");
  return *time;
}

result<std::vector<counted_scan>> add_partitions(std::vector<partition_counts> counts,
                                                 const std::vector<std::string>& files,
                                                 const shared_question& s,
                                                 std::uint64_t partitions) {
  const std::string question = hash_of(s);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].question != question)
      return problem{errc::bad_partial, files[i] + " is of another question"};
    if (counts[i].partitions != partitions)
      return problem{errc::bad_partial,
                     files[i] + " is of " + std::to_string(counts[i].partitions) +
                         " partitions; the topic has " + std::to_string(partitions)};
  }
  const auto found = one_each(counts, files, partitions);
  if (!found) return found.error();
  std::vector<counted_scan> sums(counts.front().scans.size());
  for (const auto at : *found) {
    auto scans = std::move(counts[at].scans);
    if (scans.size() != sums.size())
      return problem{errc::bad_partial, files[at] + " has another number of scans"};
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add(scans[i]);
  }
  return sums;
}

}  // namespace stegvis
