#include "api/main_work_facts.hpp"

#include <algorithm>
#include <set>

#include "api/evaluation_source.hpp"
#include "events/catalogue.hpp"
#include "projections/columns/journey_columns.hpp"

namespace stegvis {
namespace {
problem at_position(position at, const problem& why) {
  return {errc::event_lost, "position " + std::to_string(at.value) + " cannot be taken: " +
                                std::string(name_of(why.code)) + ": " + why.message};
}

std::vector<std::string> subjects_in(const column_set& set) {
  std::vector<std::string> subjects;
  for (const auto& chunk : set.chunks)
    for (const auto& j : chunk->journeys) subjects.push_back(j.subject);
  std::ranges::sort(subjects);
  return subjects;
}

// Also a report's sections, and what variants and comparisons look at.
bool needs_keys(const definition& d) {
  const auto of_variant = [&](const variant_definition& v) { return needs_keys(variant_of(d, v)); };
  return opens_seals(d) || std::ranges::any_of(d.sensitivity, of_variant) ||
         std::ranges::any_of(d.comparisons, of_variant) ||
         std::ranges::any_of(d.sections,
                             [](const section_reference& s) { return needs_keys(s.what.front()); });
}

problem no_keys(const definition& d) {
  return {errc::bad_key, "the definition " + d.name +
                             " reads what is sealed: give --keys FILE and --transfer-key FILE, as "
                             "`stegvis keys export` writes them"};
}
}  // namespace

result<std::unique_ptr<work_facts>> work_facts::read(const work_source& source,
                                                     const shared_question& asked,
                                                     const std::function<bool()>& still) {
  auto d = definition_of(asked);
  if (!d) return d.error();
  std::unique_ptr<work_facts> made(new work_facts(source, asked, std::move(*d)));
  if (source.keys.empty() && needs_keys(made->definition_)) return no_keys(made->definition_);
  auto lines = made->lines_of(
      {source.partitions.names.reference, 0}, {std::max(asked.cut, asked.reports_until)},
      [](std::string_view) { return true; }, still);
  if (!lines) return lines.error();
  auto set = made->columns_of(std::move(*lines));
  if (!set) return set.error();
  made->reference_ = std::move(*set);
  return made;
}

result<work_facts::journey_lines> work_facts::lines_of(
    const topic_partition& partition, position until,
    const std::function<bool(std::string_view)>& wanted, const std::function<bool()>& still) const {
  journey_lines lines;
  const auto read = read_partition(
      source_.kafka, {partition, asked_.ledger, until},
      [&](position at, std::string_view subject, std::string line) {
        if (wanted(subject)) lines[std::string(subject)].emplace_back(at, std::move(line));
      },
      still);
  if (!read) return read.error();
  return lines;
}

result<std::shared_ptr<const column_set>> work_facts::columns_of(journey_lines lines) {
  journey_columns made;
  surveys_.clear();
  while (!lines.empty()) {
    const auto one = lines.extract(lines.begin());
    std::vector<event> journey;
    for (const auto& [at, line] : one.mapped()) {
      auto d = parse_event(parser_, line, {.keep_recorded = true});
      if (!d) return at_position(at, d.error());
      if (!d->recorded || d->sequence != at || d->event.subject != one.key())
        return at_position(at, {errc::bad_record, "key, sequence and recordedtime do not fit"});
      d->event.recorded = *d->recorded;
      d->event.position = at;
      keep_answers(d->event);
      journey.push_back(std::move(d->event));
    }
    if (const auto added = made.add(std::move(journey)); !added) return added.error();
  }
  return made.finish({asked_.cut});
}

void work_facts::keep_answers(const event& e) {
  const auto* responded = e.data.get<survey_responded>();
  if (responded != nullptr && responded->answers)
    surveys_[e.position.value] = {e.subject, e.name(), responded->answers->bytes};
}

// Free text is opened for answers alone; names and contacts stay shut.
result<transferred_keys> work_facts::keys_for(const column_set& set) const {
  const auto subjects = subjects_in(set);
  std::set<std::string, std::less<>> answered;
  for (const auto& [at, survey] : surveys_) answered.insert(survey.subject);
  return transferred_keys::read(
      source_.keys, source_.transfer_key, [&](std::string_view subject, privacy cls) {
        if (cls == privacy::freetext) return answered.contains(subject);
        return (cls == privacy::background || cls == privacy::health) &&
               std::ranges::binary_search(subjects, subject, std::less<>{});
      });
}

result<evaluation_facts> work_facts::facts_over(std::shared_ptr<const column_set> set) {
  evaluation_facts facts;
  facts.reference = reference_;
  facts.ledger = asked_.ledger;
  facts.recorded_at = [this](position at) { return recorded_in(asked_, at); };
  facts.head_hash = [this](position at) -> result<std::string> {
    STEGVIS_ASSERT(at.value == asked_.cut);
    return asked_.head_hash;
  };
  facts.open = [this](std::string_view, const sealed_value&) {
    opened_ = true;
    return std::optional<std::string>{};
  };
  if (!source_.keys.empty()) {
    auto keys = keys_for(*set);
    if (!keys) return keys.error();
    const auto shared = std::make_shared<const transferred_keys>(std::move(*keys));
    facts.open = [shared](std::string_view subject,
                          const sealed_value& s) -> std::optional<std::string> {
      const auto key = shared->find(subject, s.cls);
      return key ? stegvis::open(*key, s.name, s.field_name, s.bytes) : std::nullopt;
    };
  }
  facts.answers = [this, open = facts.open](position at) {
    const auto found = surveys_.find(at.value);
    if (found == surveys_.end()) return answers_in("");
    const auto& [subject, name, bytes] = found->second;
    const sealed_value sealed{
        .cls = privacy::freetext, .name = name, .field_name = "answers", .bytes = bytes};
    return answers_in(open(subject, sealed).value_or(""));
  };
  facts.set = std::move(set);
  return facts;
}

result<std::optional<std::vector<counted_scan>>> work_facts::count(
    std::int32_t partition, const evaluation_question& q, const std::function<bool()>& still) {
  const topic_partition from{source_.partitions.names.events, partition};
  const auto passes = records_in(source_.kafka, from) / source_.records_max + 1;
  std::vector<counted_scan> sums;
  for (std::uint64_t pass = 0; pass < passes; ++pass) {
    const auto wanted = [&](std::string_view subject) {
      return std::hash<std::string_view>()(subject) % passes == pass;
    };
    auto lines = lines_of(from, {asked_.cut}, wanted, still);
    if (!lines) return lines.error();
    if (!still()) return std::nullopt;
    auto set = columns_of(std::move(*lines));
    if (!set) return set.error();
    const auto facts = facts_over(std::move(*set));
    if (!facts) return facts.error();
    const auto scans = count_scans(definition_, *facts, q, exclusions_of(asked_));
    if (!scans) return scans.error();
    if (opened_) return no_keys(definition_);
    sums.resize(scans->size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i].add((*scans)[i]);
  }
  if (!still()) return std::nullopt;
  return sums;
}

result<evaluation_result> work_facts::finish(const evaluation_question& q,
                                             const std::vector<counted_scan>& persons) {
  const auto facts = facts_over(reference_);
  if (!facts) return facts.error();
  auto r = evaluate_with(definition_, *facts, q, exclusions_of(asked_), persons);
  if (!r) return r.error();
  if (opened_) return no_keys(definition_);
  return r;
}

}  // namespace stegvis
