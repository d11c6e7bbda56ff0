// Canonical JSON of a definition: what its hash is over. Keys sorted, defaults written out, titles
// and descriptions left out.
#include <charconv>

#include "events/json.hpp"
#include "projections/evaluations/definition.hpp"

namespace stegvis {
namespace {
void append(std::string& out, bool v) { out += v ? "true" : "false"; }
void append(std::string& out, std::int64_t v) { append_integer(out, v); }
void append(std::string& out, int v) { append_integer(out, v); }
void append(std::string& out, const std::string& v) { append_json_text(out, v); }
void append(std::string& out, std::string_view v) { append_json_text(out, v); }
void append(std::string& out, day v) { append_json_text(out, to_string(v)); }
// The shortest text that reads back the same.
void append(std::string& out, double v) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, v).ptr;
  append_json_text(out, std::string_view(digits, static_cast<std::size_t>(end - digits)));
}
void append(std::string& out, duration v) {
  append_json_text(out, std::to_string(v.amount) + "dwm"[static_cast<int>(v.unit)]);
}

template <class E, std::size_t N>
std::string_view word(const std::string_view (&names)[N], E value) {
  return names[static_cast<std::size_t>(value)];
}
void append(std::string& out, pick v) {
  constexpr std::string_view names[] = {"first", "last", "any"};
  append(out, word(names, v));
}
void append(std::string& out, edge v) {
  constexpr std::string_view names[] = {"running", "start", "end"};
  append(out, word(names, v));
}
void append(std::string& out, condition_kind v) {
  constexpr std::string_view names[] = {"any",   "all",       "none",      "event",    "episode",
                                        "state", "situation", "dimension", "improved", "listed"};
  append(out, word(names, v));
}
void append(std::string& out, unit_of_analysis v) {
  constexpr std::string_view names[] = {"person", "enrolment", "placement", "occurrence"};
  append(out, word(names, v));
}
void append(std::string& out, open_rule v) {
  constexpr std::string_view names[] = {"carry", "censor_at_confirmed"};
  append(out, word(names, v));
}
void append(std::string& out, valued_rule v) {
  constexpr std::string_view names[] = {"origin", "first_enrolment"};
  append(out, word(names, v));
}
void append(std::string& out, prevalent_rule v) {
  constexpr std::string_view names[] = {"leave_out", "late_entry"};
  append(out, word(names, v));
}
void append(std::string& out, interval_kind v) {
  constexpr std::string_view names[] = {"log", "log_log", "plain"};
  append(out, word(names, v));
}
void append(std::string& out, test_kind v) {
  constexpr std::string_view names[] = {"log_rank", "peto_peto", "gray"};
  append(out, word(names, v));
}
void append(std::string& out, time_unit v) { append(out, name_of(v)); }
void append(std::string& out, statistic_kind v) { append(out, name_of(v)); }

// Declared before the templates that call them.
void append(std::string& out, const window&);
void append(std::string& out, const field_filter&);
void append(std::string& out, const condition&);
void append(std::string& out, const dimension&);
void append(std::string& out, const cohort_definition&);
void append(std::string& out, const outcome_definition&);
void append(std::string& out, const axis_definition&);
void append(std::string& out, const statistic_parameters::state_group&);
void append(std::string& out, const statistic_parameters&);
void append(std::string& out, const measure_definition&);
void append(std::string& out, const standardisation&);
void append(std::string& out, const section_reference&);
struct named_variant {
  std::string name, hash;  // a variant counts by what it makes of the definition
};
void append(std::string& out, const named_variant&);
template <class T>
void append(std::string& out, const std::optional<T>& v);
template <class T>
void append(std::string& out, const std::vector<T>& v);

// Members in the order of their names, which the callers keep.
class members {
 public:
  explicit members(std::string& out) : out_(&out) { out += '{'; }
  ~members() { *out_ += '}'; }
  members(const members&) = delete;
  members& operator=(const members&) = delete;
  template <class T>
  members& add(std::string_view key, const T& value) {
    STEGVIS_ASSERT(before_ < key);
    if (!before_.empty()) *out_ += ',';
    before_ = key;
    append_json_text(*out_, key);
    *out_ += ':';
    append(*out_, value);
    return *this;
  }

 private:
  std::string* out_;
  std::string_view before_;
};

void append(std::string& out, const window& v) {
  members(out).add("from", v.from).add("until", v.until);
}
void append(std::string& out, const field_filter& v) {
  members(out).add("field", v.field).add("values", v.values);
}
void append(std::string& out, const condition& v) {
  members(out)
      .add("at", v.at)
      .add("high", v.high)
      .add("kind", v.kind)
      .add("low", v.low)
      .add("lower_is_better", v.lower_is_better)
      .add("min_duration", v.min_duration)
      .add("name", v.name)
      .add("own", v.own)
      .add("parts", v.parts)
      .add("pick", v.pick)
      .add("scheme", v.scheme)
      .add("values", v.values)
      .add("where", v.where)
      .add("within", v.within);
}
void append(std::string& out, const dimension& v) {
  members(out)
      .add("bands", v.bands)
      .add("field", v.field)
      .add("health", v.health)
      .add("levels", v.levels)
      .add("name", v.name);
}
void append(std::string& out, const cohort_definition& v) {
  members(out)
      .add("conditions", v.conditions)
      .add("entry", v.entry)
      .add("from", v.from)
      .add("origin", v.origin)
      .add("pick", v.pick)
      .add("prevalent", v.prevalent)
      .add("shift", v.shift)
      .add("subjects", v.subjects)
      .add("unit", v.unit)
      .add("until", v.until)
      .add("valued_at", v.valued_at);
}
void append(std::string& out, const outcome_definition& v) {
  members(out)
      .add("base", v.base)
      .add("known_by_default", v.known_by_default)
      .add("name", v.name)
      .add("when", v.when);
}
void append(std::string& out, const axis_definition& v) {
  members(out).add("first", v.first).add("unit", v.unit).add("until", v.until);
}
void append(std::string& out, const statistic_parameters::state_group& v) {
  members(out).add("name", v.name).add("of", v.of);
}
void append(std::string& out, const statistic_parameters& v) {
  members(out)
      .add("area", v.area)
      .add("calendar", v.calendar)
      .add("from_status", v.from_status)
      .add("gap_days", v.gap_days)
      .add("interval", v.interval)
      .add("items", v.items)
      .add("ladder", v.ladder)
      .add("late_days", v.late_days)
      .add("open", v.open)
      .add("p_values", v.p_values)
      .add("period", v.period)
      .add("reference_area", v.reference_area)
      .add("scheme", v.scheme)
      .add("sequences_shown", v.sequences_shown)
      .add("series", v.series)
      .add("spell", v.spell)
      .add("states", v.states)
      .add("steps", v.steps)
      .add("stock_from", v.stock_from)
      .add("target", v.target)
      .add("test_strata", v.test_strata)
      .add("tests", v.tests)
      .add("times", v.times)
      .add("units", v.units)
      .add("variance_aalen", v.variance_aalen);
}
void append(std::string& out, const measure_definition& v) {
  members(out)
      .add("after", v.after)
      .add("also", v.also)
      .add("distinct", v.distinct)
      .add("event", v.event)
      .add("group", v.group)
      .add("indicator", v.indicator)
      .add("latest", v.latest)
      .add("name", v.name)
      .add("per", v.per)
      .add("persons", v.persons)
      .add("sum", v.sum)
      .add("where", v.where)
      .add("without", v.without);
}
void append(std::string& out, const standardisation& v) {
  members(out).add("by", v.by).add("weights", v.weights);
}
void append(std::string& out, const section_reference& v) {
  members m(out);
  if (v.what.size() == 1) m.add("definition", definition_hash(v.what.front()));
  m.add("use", v.use);
}

template <class T>
void append(std::string& out, const std::optional<T>& v) {
  if (v) append(out, *v);
  else out += "null";
}
template <class T>
void append(std::string& out, const std::vector<T>& v) {
  out += '[';
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (i != 0) out += ',';
    append(out, v[i]);
  }
  out += ']';
}

void append(std::string& out, const named_variant& v) {
  members(out).add("definition", v.hash).add("name", v.name);
}
std::vector<named_variant> hashed(const definition& d,
                                  const std::vector<variant_definition>& variants) {
  std::vector<named_variant> out;
  for (const variant_definition& v : variants)
    out.push_back({v.name, definition_hash(variant_of(d, v))});
  return out;
}
}  // namespace

std::string canonical_json(const definition& d) {
  std::string out;
  members(out)
      .add("axis", d.axis)
      .add("by", d.breakdowns)
      .add("censoring", d.censoring)
      .add("cohort", d.cohort)
      .add("comparison", hashed(d, d.comparisons))
      .add("indicator", d.indicator)
      .add("landmark", d.landmark)
      .add("measure", d.measures)
      .add("name", d.name)
      .add("needs_keys", d.needs_keys)
      .add("outcome", d.outcomes)
      .add("parameters", d.parameters)
      .add("section", d.sections)
      .add("sensitivity", hashed(d, d.sensitivity))
      .add("standardise", d.standardise)
      .add("statistic", d.statistic)
      .add("version", d.version)
      .add("weight", d.weight);
  return out;
}

}  // namespace stegvis
