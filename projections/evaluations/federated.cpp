#include "projections/evaluations/federated.hpp"

#include <algorithm>
#include <charconv>

#include "events/sha256.hpp"
#include "events/time.hpp"
#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/evaluate_parts.hpp"
#include "projections/evaluations/finish.hpp"
#include "projections/evaluations/level_joins.hpp"
#include "projections/evaluations/result_json.hpp"
#include "projections/evaluations/shape.hpp"

namespace stegvis {
namespace {
// Behind the shape's counts stand persons left out and persons erased.
constexpr std::size_t words_behind = 2;

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(',');
    parts.emplace_back(text.substr(0, end));
    if (end == text.npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// How a source stands in cut_recorded.
std::string source_text(const merged_partials::source& s) {
  return s.name + " " + std::to_string(s.cut) + " " + s.cut_recorded;
}
std::optional<std::uint64_t> cut_in(std::string_view source) {
  const auto time = source.rfind(' ');
  if (time == source.npos) return std::nullopt;
  const auto recorded = source.substr(time + 1);
  if (!recorded.empty() && !parse_recorded_time(recorded)) return std::nullopt;
  source = source.substr(0, time);
  source.remove_prefix(std::min(source.rfind(' ') + 1, source.size()));
  std::uint64_t cut = 0;
  const auto read = std::from_chars(source.data(), source.data() + source.size(), cut);
  if (read.ec != std::errc{} || read.ptr != source.data() + source.size()) return std::nullopt;
  return cut;
}
// A name may hold commas: a source ends where its cut does.
std::vector<std::uint64_t> cuts_in(std::string_view cut_recorded) {
  std::vector<std::uint64_t> cuts;
  std::string source;
  for (const auto& part : parts_of(cut_recorded)) {
    source += (source.empty() ? "" : ",") + part;
    const auto cut = cut_in(source);
    if (!cut) continue;
    cuts.push_back(*cut);
    source.clear();
  }
  return cuts;
}

std::string shape_text(const partial_shape& shape) {
  return R"({"behind":["restricted","erased"],"blocks":)" + canonical_json(shape) + "}";
}
}  // namespace

result<partial_file> exact_partial(const definition& d, const evaluation_facts& facts,
                                   const evaluation_question& q, const participant_list& with) {
  const scan_plan plan = plan_of(d);
  const auto shape = shape_of(plan);
  if (!shape) return shape.error();
  if (opens_seals(d) && !facts.open)
    return problem{errc::bad_key, "the definition " + d.name + " opens sealed values"};
  if (horizon_of(facts, q) < q.as_of)
    return problem{errc::bad_cut, "the cut lies before the as-of day " + to_string(q.as_of)};
  auto head_hash = facts.head_hash(q.cut);
  if (!head_hash) return head_hash.error();
  const exclusions excluded = exclusions_of(*facts.set, facts.open);
  partial_file file;
  file.head_hash = std::move(*head_hash);
  file.ledger_id = facts.ledger;
  file.run = with.run;
  file.definition_hash = definition_hash(d);
  file.definition_text = d.text;
  file.as_of = to_string(q.as_of);
  file.cut = q.cut.value;
  file.cut_recorded = to_string(facts.recorded_at(q.cut));
  file.shape = shape_text(*shape);
  file.participants = with.ledgers;
  file.counts = flatten(scan_all(plan, facts, q, excluded), plan, *shape);
  if (q.stop.stop_requested()) return problem{errc::cancelled, "the evaluation was stopped"};
  file.counts.push_back(excluded.restricted.size());
  file.counts.push_back(excluded.erased.size());
  return file;
}

result<evaluation_result> finish_merged(const merged_partials& merged, bool suppressed) {
  const auto d = parse_definition(merged.definition_text, "definition");
  if (!d) return d.error();
  const scan_plan plan = plan_of(*d);
  const auto shape = shape_of(plan);
  if (!shape) return shape.error();
  if (definition_hash(*d) != merged.definition_hash || shape_text(*shape) != merged.shape ||
      merged.counts.size() != shape->cells() + words_behind)
    return problem{errc::bad_partial, "definition, hash and shape do not belong together"};
  evaluation_result r;
  result_manifest& m = r.manifest;
  m.head_hash.emplace();
  for (const auto& source : merged.ledgers) {
    *m.head_hash += (m.head_hash->empty() ? "" : ",") + source.head_hash;
    m.ledger += (m.ledger.empty() ? "" : ",") + source.ledger_id;
    m.cut_recorded += (m.cut_recorded.empty() ? "" : ",") + source_text(source);
  }
  m.as_of = m.censored_at = merged.as_of;
  m.definition = d->name;
  m.version = d->version;
  m.definition_hash = merged.definition_hash;
  m.definition_text = merged.definition_text;
  m.versions = versions_of(*d);
  m.restricted = static_cast<std::int64_t>(merged.counts[shape->cells()]);
  m.erased = static_cast<std::int64_t>(merged.counts[shape->cells() + 1]);
  m.suppressed = suppressed;
  m.needs_keys = d->needs_keys;
  const std::vector<std::uint64_t> counts(merged.counts.begin(),
                                          merged.counts.end() - words_behind);
  const auto sums = unflatten(counts, *shape);
  r.sections.push_back(suppressed ? finish_joined(plan, sums, joins_of(plan, sums))
                                  : finish(plan, sums, {.coarse = false}));
  if (suppressed) {
    suppress(r.sections, {});
    hide_derived(r.sections);
  }
  count_units(r);
  std::string bytes;
  append_sections_json(r.sections, bytes);
  m.table_hash = hex(sha256(bytes));
  return r;
}

std::optional<result_place> place_in(const result_manifest& m, std::string_view ledger) {
  const auto ledgers = parts_of(m.ledger), hashes = parts_of(m.head_hash.value_or(""));
  const auto cuts = ledgers.size() == 1 ? std::vector{m.cut} : cuts_in(m.cut_recorded);
  const auto found = static_cast<std::size_t>(std::ranges::find(ledgers, ledger) - ledgers.begin());
  if (!m.head_hash || found == ledgers.size() || hashes.size() != ledgers.size() ||
      cuts.size() != ledgers.size())
    return std::nullopt;
  return result_place{cuts[found], hashes[found]};
}

std::vector<std::string> subjects_counted(const definition& d, const evaluation_facts& facts,
                                          const evaluation_question& q) {
  const scan_plan plan = plan_of(d);
  const auto excluded = exclusions_of(*facts.set, facts.open);
  const day horizon = horizon_of(facts, q);
  const cut at{q.cut, stockholm_day(facts.recorded_at(q.cut))};
  const reference_lists lists = lists_of(*facts.set, q.cut, horizon);
  const seal_opener open = [&](std::string_view subject, const sealed_value& s) {
    return facts.open ? facts.open(subject, s) : std::nullopt;
  };
  std::vector<std::string> subjects;
  known_journey known;
  for (const auto& chunk : facts.set->chunks) {
    for (const auto& rows : chunk->journeys) {
      if (!rows.subject.starts_with(d.cohort.subjects) ||
          std::ranges::binary_search(excluded.restricted, rows.subject))
        continue;
      read_journey(*facts.set, *chunk, rows, q.cut, horizon, known);
      if (!known.known) continue;
      const person p(*facts.set, *chunk, rows, known, at, horizon, open, lists);
      partial unused;
      if (!cohort_of(p, plan, unused).empty()) subjects.push_back(rows.subject);
    }
  }
  std::ranges::sort(subjects);
  return subjects;
}

}  // namespace stegvis
