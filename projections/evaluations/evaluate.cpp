#include "projections/evaluations/evaluate.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <set>
#include <thread>

#include "events/sha256.hpp"
#include "projections/evaluations/disclosure.hpp"
#include "projections/evaluations/evaluate_parts.hpp"
#include "projections/evaluations/finish.hpp"
#include "projections/evaluations/kernel.hpp"
#include "projections/evaluations/level_joins.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis {
namespace {
bool sealed_dimension(const dimension& d) {
  static const std::set<std::string_view> sealed{
      "sex", "birth_year", "age", "country_of_birth", "education", "target_group", "attribute"};
  return sealed.contains(d.name);
}

bool sealed_condition(const condition& c) {
  if (c.kind == condition_kind::dimension) return sealed_dimension({c.name, c.scheme, {}, {}});
  if (const auto* type = c.kind == condition_kind::event ? find_type(c.name) : nullptr) {
    for (const auto& f : c.where) {
      const auto found = std::ranges::find(type->fields, f.field, &field::name);
      if (found != type->fields.end() && found->cls != privacy::plain) return true;
    }
  }
  return std::ranges::any_of(c.parts, sealed_condition);
}

// What the whole of a result is made with: one definition and what became of its sections.
class evaluation {
 public:
  // `others`: what was counted elsewhere, by scan; nullptr: the facts are all there is.
  evaluation(const evaluation_facts& facts, const evaluation_question& q, exclusions excluded,
             const std::vector<counted_scan>* others = nullptr)
      : facts_(facts), question_(q), excluded_(std::move(excluded)), others_(others) {}

  result<evaluation_result> run(const definition& d) {
    evaluation_result r;
    auto manifest = manifest_of(d, facts_, question_, excluded_);
    if (!manifest) return manifest.error();
    r.manifest = std::move(*manifest);
    std::vector<std::vector<result_section>> vintages;
    if (const auto made = make_sections(d, r, vintages); !made) return made.error();
    if (others_ != nullptr && question_.suppress && scans_ != others_->size()) return other_scans();
    if (question_.suppress) hide(r.sections, vintages);
    if (question_.stop.stop_requested()) return cancelled();
    if (d.statistic == statistic_kind::report)
      add_targets(facts_.references(), question_.cut, horizon_of(facts_, question_), r.sections);
    r.manifest.versions = versions_;
    count_units(r);
    std::string bytes;
    append_sections_json(r.sections, bytes);
    r.manifest.table_hash = hex(sha256(bytes));
    return r;
  }

  // The scans alone; nothing is finished.
  result<std::vector<counted_scan>> count(const definition& d) {
    std::vector<counted_scan> counted;
    counted_ = &counted;
    evaluation_result unused;
    std::vector<std::vector<result_section>> vintages;
    if (const auto made = make_sections(d, unused, vintages); !made) return made.error();
    if (question_.stop.stop_requested()) return cancelled();
    return counted;
  }

 private:
  // Journeys were left out, or counts not hidden.
  static problem cancelled() { return {errc::cancelled, "the evaluation was stopped"}; }
  static problem other_scans() {
    return {errc::bad_partial, "the counts are of other scans than the definition makes"};
  }

  // The sections, and those of the same definition at each report that was published before: the
  // oldest first, as its levels are those of all that follow.
  result<void> make_sections(const definition& d, evaluation_result& r,
                             std::vector<std::vector<result_section>>& vintages) {
    const auto published = published_before(d);
    r.manifest.reports_compared = static_cast<std::int64_t>(published.size());
    for (const auto& report : published) {
      evaluation_question then = question_;
      then.cut = report.cut;
      then.as_of = report.as_of;
      auto old = raw_sections(d, then);
      if (!old) return old.error();
      vintages.push_back(std::move(*old));
    }
    auto sections = raw_sections(d, question_);
    if (!sections) return sections.error();
    r.sections = std::move(*sections);
    return {};
  }

  // Sections are about cohorts of their own, so each is a system of its own.
  void hide(std::vector<result_section>& sections,
            const std::vector<std::vector<result_section>>& vintages) const {
    for (std::size_t i = 0; i < sections.size(); ++i) {
      std::vector<result_section> one{std::move(sections[i])};
      std::vector<std::vector<result_section>> before;
      for (const auto& vintage : vintages)
        if (i < vintage.size()) before.push_back({vintage[i]});
      suppress(one, before, question_.stop);
      if (one.empty()) return sections.clear();
      sections[i] = std::move(one.front());
    }
    hide_derived(sections);
  }

  struct publication {
    position cut;
    day as_of;
  };

  // Reports of this definition that were published up to P, oldest first, of cuts before ours.
  std::vector<publication> published_before(const definition& d) const {
    std::vector<publication> found;
    if (!question_.suppress) return found;
    for (const auto& p : publications_of(facts_.references(), question_.reports_until, d.name))
      if (p.cut <= question_.cut) found.push_back({p.cut, p.as_of});
    return found;
  }

  result<std::vector<result_section>> raw_sections(const definition& d,
                                                   const evaluation_question& q) {
    if (d.statistic == statistic_kind::report) return report_sections(d, q);
    auto section = raw_section(d, q, joins_[0]);
    if (!section) return section.error();
    return std::vector<result_section>{std::move(*section)};
  }

  result<std::vector<result_section>> report_sections(const definition& d,
                                                      const evaluation_question& q) {
    std::vector<result_section> sections;
    for (std::size_t i = 0; i < d.sections.size(); ++i) {
      const auto& reference = d.sections[i];
      auto section = raw_section(reference.what.front(), q, joins_[i]);
      if (!section) return section.error();
      if (!reference.title.sv.empty()) section->title = reference.title;
      sections.push_back(std::move(*section));
    }
    return sections;
  }

  result<result_section> raw_section(const definition& given, const evaluation_question& q,
                                     std::optional<level_joins>& joins) {
    definition d = given;
    if (d.standardise && std::ranges::find(d.breakdowns, d.standardise->by) == d.breakdowns.end())
      d.breakdowns.push_back(d.standardise->by);
    if (opens_seals(d) && !facts_.open)
      return problem{errc::bad_key, "the definition " + d.name + " opens sealed values"};
    for (const auto& [name, version] : versions_of(d)) versions_[name] = version;
    if (d.statistic == statistic_kind::gap)
      return gap_section(d, facts_.references(), q.cut, horizon_of(facts_, q));
    result_section section = counted_section(d, q, joins);
    add_variants(d, q, section);
    add_comparisons(d, q, joins, section);
    if (others_ != nullptr && scans_ > others_->size()) return other_scans();
    return section;
  }

  // `joins` that are there already hold here too.
  result_section counted_section(const definition& d, const evaluation_question& q,
                                 std::optional<level_joins>& joins) {
    const scan_plan plan = plan_of(d);
    const day horizon = horizon_of(facts_, q);
    counted_scan scan{scan_all(plan, facts_, q, excluded_), delays_of(*facts_.set, q.cut, horizon)};
    const std::size_t number = scans_++;
    if (counted_ != nullptr) {
      counted_->push_back(std::move(scan));
      return {};
    }
    if (others_ != nullptr && number < others_->size()) scan.add((*others_)[number]);
    if (q.suppress && !joins) joins = joins_of(plan, scan.counts);
    auto section = q.suppress ? finish_joined(plan, scan.counts, *joins)
                              : finish(plan, scan.counts, {.coarse = false});
    mark_preliminary(section, usual_delay(scan.delays), horizon);
    return section;
  }

  // The headline of each variant beside that of the definition itself.
  void add_variants(const definition& d, const evaluation_question& q, result_section& section) {
    if (d.sensitivity.empty()) return;
    std::vector<std::pair<std::string, result_section>> variants{{"main", section}};
    for (const auto& v : d.sensitivity) {
      definition changed = variant_of(d, v);
      changed.breakdowns.clear();
      std::optional<level_joins> none;
      variants.emplace_back(v.name, counted_section(changed, q, none));
      section.labels[v.name] = v.title;
    }
    add_sensitivity(variants, section);
  }

  void add_comparisons(const definition& d, const evaluation_question& q,
                       std::optional<level_joins>& joins, result_section& section) {
    for (const auto& c : d.comparisons) {
      definition changed = variant_of(d, c);
      changed.breakdowns = d.breakdowns;
      section.labels[c.name] = c.title;
      add_comparison(d, c.name, counted_section(changed, q, joins), section);
    }
  }

  const evaluation_facts& facts_;
  const evaluation_question& question_;
  exclusions excluded_;
  const std::vector<counted_scan>* others_;
  std::vector<counted_scan>* counted_ = nullptr;  // set: scans go here, and are not finished
  std::size_t scans_ = 0;
  std::map<std::size_t, std::optional<level_joins>> joins_;  // by section
  std::map<std::string, std::int64_t> versions_;
};

// Scans chunks until none is left.
class scanner {
 public:
  scanner(const scan_plan& plan, const evaluation_facts& facts, const evaluation_question& q,
          const exclusions& excluded, const row_rule& stands)
      : plan_(plan),
        facts_(facts),
        question_(q),
        excluded_(excluded),
        stands_(stands),
        horizon_(horizon_of(facts, q)),
        at_{q.cut, stockholm_day(facts.recorded_at(q.cut))},
        lists_(lists_of(facts.references(), q.cut, horizon_)) {
    if (!stands && q.compiled) kernel_ = compile(plan, *facts.set);
  }

  void work(std::atomic<std::size_t>& next, partial& into) const {
    known_journey known;
    std::optional<kernel_scan> compiled;
    std::vector<std::uint32_t> left;
    if (kernel_) compiled.emplace(*kernel_, *facts_.set, kernel_question());
    for (std::size_t i = next++; i < facts_.set->chunks.size(); i = next++) {
      if (question_.stop.stop_requested()) return;
      const column_chunk& chunk = *facts_.set->chunks[i];
      left.clear();
      if (!compiled || !compiled->scan(chunk, left)) {
        for (const auto& rows : chunk.journeys) scan_journey(chunk, rows, known, into);
      }
      for (const std::uint32_t journey : left)
        scan_journey(chunk, chunk.journeys[journey], known, into);
    }
    if (compiled) compiled->add_to(into);
  }

 private:
  kernel_scan::question kernel_question() const { return {question_.cut, horizon_, &excluded_}; }

  bool looked_at(const std::string& subject) const {
    const bool tally = plan_.definition.statistic == statistic_kind::tally;
    if (!tally && !subject.starts_with(plan_.definition.cohort.subjects)) return false;
    return !std::ranges::binary_search(excluded_.restricted, subject);
  }

  void scan_journey(const column_chunk& chunk, const column_chunk::journey_rows& rows,
                    known_journey& known, partial& into) const {
    if (!looked_at(rows.subject)) return;
    if (stands_) {
      read_journey(
          *facts_.set, chunk, rows, horizon_,
          [&](std::uint32_t row) { return stands_(chunk, rows, row); }, known);
    } else {
      read_journey(*facts_.set, chunk, rows, question_.cut, horizon_, known);
    }
    if (!known.known) return;
    const person p(*facts_.set, chunk, rows, known, at_, horizon_, open_, lists_);
    if (!p.history().merged_into.empty()) return;  // the survivor has the history
    scan(p, plan_, facts_.answers, into);
  }

  const scan_plan& plan_;
  const evaluation_facts& facts_;
  const evaluation_question& question_;
  const exclusions& excluded_;
  const row_rule& stands_;
  day horizon_;
  cut at_;
  reference_lists lists_;
  std::optional<kernel> kernel_;  // none: every journey is folded
  seal_opener open_ = [this](std::string_view subject, const sealed_value& s) {
    return facts_.open ? facts_.open(subject, s) : std::nullopt;
  };
};
}  // namespace

bool opens_seals(const definition& d) {
  const auto any = [](const std::vector<condition>& all) {
    return std::ranges::any_of(all, sealed_condition);
  };
  const auto of_breakdown = [](const breakdown& by) {
    return std::ranges::any_of(by, sealed_dimension);
  };
  const auto& p = d.parameters;
  return any(d.cohort.conditions) || sealed_condition(d.cohort.entry) || any(d.censoring) ||
         std::ranges::any_of(d.breakdowns, of_breakdown) || of_breakdown(p.test_strata) ||
         (p.units && sealed_dimension(*p.units)) ||
         std::ranges::any_of(d.measures,
                             [](const measure_definition& m) {
                               return m.persons && sealed_condition(*m.persons);
                             }) ||
         std::ranges::any_of(d.outcomes, [&](const outcome_definition& o) {
           return sealed_condition(o.when) || any(o.base);
         });
}

day horizon_of(const evaluation_facts& facts, const evaluation_question& q) {
  return std::min(q.as_of, stockholm_day(facts.recorded_at(q.cut)));
}

partial scan_all(const scan_plan& plan, const evaluation_facts& facts, const evaluation_question& q,
                 const exclusions& excluded, const row_rule& stands) {
  const scanner s(plan, facts, q, excluded, stands);
  const std::size_t chunks = std::max<std::size_t>(1, facts.set->chunks.size());
  const std::size_t wanted = q.threads != 0 ? q.threads : std::thread::hardware_concurrency();
  std::vector<partial> parts(std::clamp<std::size_t>(wanted, 1, chunks));
  std::atomic<std::size_t> next{0};
  std::vector<std::exception_ptr> failures(parts.size());
  const auto work = [&](std::size_t i) {
    try {
      s.work(next, parts[i]);
    } catch (...) {
      failures[i] = std::current_exception();
      next = chunks;  // the others need not go on
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < parts.size(); ++i) threads.emplace_back(work, i);
    work(0);
  }
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  for (std::size_t i = 1; i < parts.size(); ++i) parts[0].add(parts[i]);
  return std::move(parts[0]);
}

result<result_manifest> manifest_of(const definition& d, const evaluation_facts& facts,
                                    const evaluation_question& q, const exclusions& excluded) {
  auto head_hash = facts.head_hash(q.cut);
  if (!head_hash) return head_hash.error();
  result_manifest m;
  m.head_hash = std::move(*head_hash);
  m.ledger = facts.ledger;
  m.cut = q.cut.value;
  m.cut_recorded = to_string(facts.recorded_at(q.cut));
  m.as_of = to_string(q.as_of);
  m.censored_at = to_string(horizon_of(facts, q));
  m.definition = d.name;
  m.version = d.version;
  m.definition_hash = definition_hash(d);
  m.definition_text = d.text;
  m.restricted = static_cast<std::int64_t>(excluded.restricted.size());
  std::string subjects;
  for (const auto& s : excluded.restricted) subjects += s + '\n';
  m.exclusions_hash = hex(sha256(subjects));
  m.erased = static_cast<std::int64_t>(excluded.erased.size());
  m.erased_until = excluded.erased_until;
  m.reports_until = q.reports_until.value;
  m.suppressed = q.suppress;
  m.needs_keys = d.needs_keys;
  return m;
}

result<evaluation_result> evaluate(const definition& d, const evaluation_facts& facts,
                                   const evaluation_question& q) {
  return evaluation(facts, q, exclusions_of(*facts.set, facts.open)).run(d);
}

void counted_scan::add(const counted_scan& other) {
  counts.add(other.counts);
  if (delays.size() < other.delays.size()) delays.resize(other.delays.size());
  for (std::size_t days = 0; days < other.delays.size(); ++days) delays[days] += other.delays[days];
}

result<std::vector<counted_scan>> count_scans(const definition& d, const evaluation_facts& facts,
                                              const evaluation_question& q,
                                              const exclusions& excluded) {
  return evaluation(facts, q, excluded).count(d);
}

result<evaluation_result> evaluate_with(const definition& d, const evaluation_facts& facts,
                                        const evaluation_question& q, const exclusions& excluded,
                                        const std::vector<counted_scan>& others) {
  return evaluation(facts, q, excluded, &others).run(d);
}

}  // namespace stegvis
