// Which definitions become kernels, and how.
#include <algorithm>
#include <map>

#include "events/catalogue.hpp"
#include "projections/columns/column_type.hpp"
#include "projections/evaluations/kernel.hpp"

namespace stegvis {
namespace {
constexpr std::size_t slots_max = 1 << 16;

// The field's index if all that is known of it stands in the dictionary; `absent`: the type has no
// such field.
struct dictionary_field {
  bool absent = false;
  std::size_t index = 0;
};
std::optional<dictionary_field> field_in(const type_description& type, std::string_view name) {
  const auto found = std::ranges::find(type.fields, name, &field::name);
  if (found == type.fields.end()) return dictionary_field{true, 0};
  const auto index = static_cast<std::size_t>(found - type.fields.begin());
  const bool by_row = column_type_of(type).roles[index] == field_role::key;
  if (found->cls != privacy::plain || by_row) return std::nullopt;
  return dictionary_field{false, index};
}

bool has_value(const column_content& c, const dictionary_field& f,
               const std::vector<std::string>& values) {
  // What was not given is false where a flag is asked for.
  const bool given = !f.absent && !c.values[f.index].empty();
  return std::ranges::find(values, given ? c.values[f.index] : "false") != values.end();
}

std::string_view job_value(const fact_content& c, std::string_view field) {
  if (field == "subsidised") return c.subsidised.value_or(false) ? "true" : "false";
  if (field == "reserved") return c.reserved.value_or(false) ? "true" : "false";
  if (field == "unit") return c.unit;
  return c.code == no_code ? "" : code_of(static_cast<placement_kind>(c.code));
}

bool is_supported(const dimension& d) {
  const auto known = {"half_year", "quarter",    "year", "month",
                      "unit",      "subproject", "kind", "entry"};
  return d.bands.empty() && std::ranges::find(known, d.name) != known.end();
}

class compiler {
 public:
  compiler(const scan_plan& plan, const column_set& set) : definition_(plan.definition), set_(set) {
    made_.plan = &plan;
  }

  std::optional<kernel> run() {
    if (!is_plain() || !add_entry() || !add_first_days() || !add_rules()) return std::nullopt;
    for (const breakdown& by : made_.plan->breakdowns)
      if (!add_breakdown(by)) return std::nullopt;
    return count_slots() ? std::optional(std::move(made_)) : std::nullopt;
  }

 private:
  bool is_plain() const {
    const auto& c = definition_.cohort;
    const bool late = c.from && c.prevalent == prevalent_rule::late_entry;
    const bool one_kind = c.subjects.find('/') + 1 == c.subjects.size();
    return !definition_.weight && !definition_.landmark && !late && one_kind &&
           c.pick != pick::any && (!c.origin || kernel_calendar::has(c.origin->count));
  }

  bool by_first_day() const {
    return definition_.statistic == statistic_kind::survival ||
           definition_.statistic == statistic_kind::competing ||
           definition_.statistic == statistic_kind::cohort_ages;
  }

  std::optional<kernel_events> events_of(std::string_view name,
                                         const std::vector<field_filter>& where) const {
    kernel_events e{find_type(name), {}};
    if (e.type == nullptr) return std::nullopt;
    std::vector<dictionary_field> fields;
    for (const auto& f : where) {
      const auto field = field_in(*e.type, f.field);
      if (!field) return std::nullopt;
      fields.push_back(*field);
    }
    if (where.empty()) return e;
    mark(e, [&](const column_content& c) {
      for (std::size_t i = 0; i < where.size(); ++i)
        if (!has_value(c, fields[i], where[i].values)) return false;
      return true;
    });
    return e;
  }

  template <class F>  // bool(const column_content&)
  void mark(kernel_events& e, F&& is_one) const {
    e.marked.resize(set_.dictionary.size());
    for (std::size_t i = 0; i < e.marked.size(); ++i) {
      const column_content& c = *set_.dictionary[i];
      e.marked[i] = c.type == e.type && is_one(c);
    }
  }

  bool add_entry() {
    const condition& c = definition_.cohort.entry;
    if (c.kind != condition_kind::event) return false;
    auto events = events_of(c.name, c.where);
    if (!events) return false;
    made_.entry = std::move(*events);
    return true;
  }

  // Nothing for what takes more than rows of one type, or of placements.
  std::optional<std::size_t> add_atom(const condition& c, const window& w) {
    if (c.own || c.min_duration) return std::nullopt;
    kernel_atom atom{.at = c.at, .from = w.from, .until = w.until};
    if (c.kind == condition_kind::episode && c.name == "job") {
      if (!add_jobs(c, atom)) return std::nullopt;
    } else if (c.kind == condition_kind::event) {
      auto events = events_of(c.name, c.where);
      if (!events) return std::nullopt;
      atom.events = std::move(*events);
    } else {
      return std::nullopt;
    }
    made_.atoms.push_back(std::move(atom));
    return made_.atoms.size() - 1;
  }

  bool add_jobs(const condition& c, kernel_atom& atom) const {
    for (const auto& f : c.where)
      if (f.field == "ended_by") return false;  // known only when it has ended
    atom.job = true;
    atom.filtered = !c.where.empty();
    atom.events.type = find_type("placement_started");
    mark(atom.events, [&](const column_content& said) {
      return is_job(said.base.code) && std::ranges::all_of(c.where, [&](const field_filter& f) {
               return std::ranges::find(f.values, job_value(said.base, f.field)) != f.values.end();
             });
    });
    return true;
  }

  // first_day_of(): `any` splits into its parts, each with a window of its own.
  bool add_first_day(const condition& c, std::vector<std::size_t>& into) {
    if (c.kind == condition_kind::any)
      return std::ranges::all_of(c.parts,
                                 [&](const condition& part) { return add_first_day(part, into); });
    const window w{c.within.from.value_or(duration{}), c.within.until};
    if (w.from->amount < 0) return false;
    const auto atom = add_atom(c, w);
    if (atom) into.push_back(*atom);
    return atom.has_value();
  }

  bool add_first_days() {
    for (const condition& c : definition_.censoring)
      if (!add_first_day(c, made_.censoring)) return false;
    if (!by_first_day()) return true;
    for (const auto& outcome : definition_.outcomes)
      if (!add_first_day(outcome.when, made_.first_days.emplace_back())) return false;
    return true;
  }

  // holds(): the window goes down to parts that have none.
  std::optional<kernel_rule> rule_of(const condition& c, const window& fallback) {
    const window& w = c.within.from || c.within.until ? c.within : fallback;
    kernel_rule rule{.kind = c.kind};
    if (c.kind == condition_kind::any || c.kind == condition_kind::all ||
        c.kind == condition_kind::none) {
      for (const condition& part : c.parts) {
        auto made = rule_of(part, w);
        if (!made) return std::nullopt;
        rule.parts.push_back(std::move(*made));
      }
      return rule;
    }
    if (c.kind != condition_kind::event || c.pick != pick::any) return std::nullopt;
    const auto atom = add_atom(c, w);
    if (!atom) return std::nullopt;
    rule.atom = *atom;
    return rule;
  }

  bool add_rules(const std::vector<condition>& all, std::vector<kernel_rule>& into) {
    return std::ranges::all_of(all, [&](const condition& c) {
      auto rule = rule_of(c, up_to_origin);
      if (rule) into.push_back(std::move(*rule));
      return rule.has_value();
    });
  }

  bool add_rules() {
    if (!add_rules(definition_.cohort.conditions, made_.conditions)) return false;
    if (definition_.statistic != statistic_kind::proportion) return true;
    for (const auto& outcome : definition_.outcomes) {
      if (!outcome.known_by_default && outcome.when.within.until) return false;
      auto rule = rule_of(outcome.when, from_origin);
      if (!rule || !add_rules(outcome.base, made_.bases.emplace_back())) return false;
      made_.held.push_back(std::move(*rule));
    }
    return true;
  }

  bool add_breakdown(const breakdown& by) {
    auto& dimensions = made_.breakdowns.emplace_back();
    return std::ranges::all_of(by, [&](const dimension& d) {
      return is_supported(d) && add_dimension(d, dimensions.emplace_back());
    });
  }

  bool add_dimension(const dimension& d, kernel_dimension& into) {
    const auto months = std::map<std::string_view, std::int32_t>{
        {"year", 12}, {"half_year", 6}, {"quarter", 3}, {"month", 1}};
    if (const auto found = months.find(d.name); found != months.end()) {
      add_periods(d.name, found->second, into);
      return true;
    }
    into.texts = {std::string(unknown_value)};
    std::map<std::string, std::uint32_t> numbers{{into.texts[0], 0}};
    const auto number = [&](const std::string& text) -> std::uint32_t {
      if (text.empty()) return 0;
      const auto [at, fresh] =
          numbers.try_emplace(text, static_cast<std::uint32_t>(into.texts.size()));
      if (fresh) into.texts.push_back(text);
      return at->second;
    };
    const bool of_enrolment = d.name == "subproject" || d.name == "unit";
    if (of_enrolment) add_enrolment_levels(d.name == "subproject", number, into);
    return d.name == "subproject" || add_entry_levels(d, number, into);
  }

  static void add_periods(const std::string& name, std::int32_t months, kernel_dimension& into) {
    into.period = name;
    for (std::int32_t month = 0; month < 12 * kernel_calendar::years; ++month) {
      into.of_month.push_back(static_cast<std::uint32_t>(month / months));
      const int year = kernel_calendar::first_year + month / 12;
      if (month % months == 0)
        into.texts.push_back(
            period_of(make_day(year, static_cast<unsigned>(month % 12 + 1), 1), name));
    }
  }

  template <class F>  // std::uint32_t(const std::string&)
  void add_enrolment_levels(bool subproject, F&& number, kernel_dimension& into) {
    made_.reads_enrolments = true;
    const auto* enrolled = find_type("participant_enrolled");
    into.of_enrolment.resize(set_.dictionary.size());
    for (std::size_t i = 0; i < set_.dictionary.size(); ++i) {
      const column_content& c = *set_.dictionary[i];
      if (c.type == enrolled) into.of_enrolment[i] = number(subproject ? c.base.text : c.base.unit);
    }
  }

  template <class F>  // std::uint32_t(const std::string&)
  bool add_entry_levels(const dimension& d, F&& number, kernel_dimension& into) const {
    const auto field = field_in(*made_.entry.type, d.name == "entry" ? d.field : d.name);
    if (!field) return false;
    if (field->absent) return true;
    into.of_entry.resize(set_.dictionary.size());
    for (std::size_t i = 0; i < set_.dictionary.size(); ++i) {
      const column_content& c = *set_.dictionary[i];
      if (c.type == made_.entry.type) into.of_entry[i] = number(c.values[field->index]);
    }
    return true;
  }

  bool count_slots() {
    const auto& d = definition_;
    std::size_t more = 0;
    switch (d.statistic) {
      case statistic_kind::survival:
      case statistic_kind::competing:
        if (d.axis.until < d.axis.first) return false;
        more = static_cast<std::size_t>(d.axis.until - d.axis.first + 1) * (d.outcomes.size() + 1);
        break;
      case statistic_kind::proportion:
        more = d.outcomes.size() * 5;
        break;
      case statistic_kind::cohort_ages:
        more = std::size_t{2} * kernel_calendar::years * d.parameters.times.size() * 3;
        break;
      case statistic_kind::count:
        more = std::size_t{12} * kernel_calendar::years;
        break;
      case statistic_kind::sequence:
        if (!d.parameters.from_status) return false;
        made_.state_facts = state_facts_of(set_);
        break;
      default:
        return false;
    }
    made_.slots = 1 + more;
    made_.one_slot_each = d.statistic != statistic_kind::proportion &&
                          d.statistic != statistic_kind::cohort_ages &&
                          d.statistic != statistic_kind::sequence;
    return more <= slots_max;
  }

  const definition& definition_;
  const column_set& set_;
  kernel made_;
};
}  // namespace

std::optional<kernel> compile(const scan_plan& plan, const column_set& set) {
  return compiler(plan, set).run();
}

}  // namespace stegvis
