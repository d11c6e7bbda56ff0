#include "projections/evaluations/definition.hpp"

#include <algorithm>

#include "events/nearest.hpp"
#include "events/sha256.hpp"
#include "projections/evaluations/definition_reading.hpp"

namespace stegvis {
namespace {
// Keys whose tables are replaced whole: one condition or dimension never mixes with another.
constexpr std::array<std::string_view, 6> whole_keys{"entry", "when",   "spell",
                                                     "units", "weight", "persons"};
// What makes the definition another one.
constexpr std::array<std::string_view, 5> fixed_keys{"name", "version", "statistic", "measure",
                                                     "section"};

standardisation read_standardisation(const section& s) {
  s.allow({"by", "weights"});
  standardisation out;
  if (!s.has("by")) s.fail("by", "this key is required: a list of dimensions");
  out.by = read_dimensions(s, "by");
  const auto weights = s.table().at("weights");
  if (!weights || s.reading().error) return out;
  if (!weights->is_list()) s.fail_type("weights", "a list of numbers");
  std::size_t cells = 1;
  for (const dimension& d : out.by) {
    const std::size_t levels = d.bands.empty() ? d.levels.size() : d.bands.size() + 1;
    if (levels == 0) s.fail("weights", "weights need to know the levels: give levels or bands");
    cells *= std::max<std::size_t>(levels, 1);
  }
  double sum = 0;
  for (const toml_value& item : weights->items()) {
    const auto whole = item.integer();
    const double weight = whole ? static_cast<double>(*whole) : item.number().value_or(-1);
    if (!(weight >= 0 && weight <= 1e9)) s.fail("weights", "expected numbers from 0");
    out.weights.push_back(weight);
    sum += weight;
  }
  if (out.weights.size() != cells)
    s.fail("weights", "expected " + std::to_string(cells) + ", one for each combination of levels");
  if (!(sum > 0)) s.fail("weights", "all are 0");
  return out;
}

// Codes of one result share their words: an outcome must not be called as a level beside it is.
void refuse_shared_names(const section& root, const definition& d) {
  const auto check = [&](std::string_view list, const std::string& name) {
    for (const breakdown& by : d.breakdowns)
      for (const dimension& one : by) {
        const auto levels = levels_known(shared(root), one.name);
        if (std::ranges::find(levels, name) != levels.end())
          root.fail(list, name + " is a level of " + one.name + ", too: choose another name");
      }
  };
  for (const outcome_definition& o : d.outcomes) check("outcome", o.name);
  for (const auto& group : d.parameters.states) check("parameters", group.name);
}

// Everything but variants and sections, whose reading needs the whole.
definition read_definition(const section& root) {
  definition_reading& r = shared(root);
  definition d;
  d.name = read_name(root, "name");
  if (!root.has("version")) root.fail("version", "this key is required: 1, 2, 3 ...");
  d.version = root.integer("version", 1, 1'000'000).value_or(1);
  d.statistic = r.statistic = read_statistic(root);
  d.needs_keys = r.needs_keys = root.flag("needs_keys");
  d.indicator = root.text("indicator");
  d.title = read_title(root, "title", true);
  d.description = read_title(root, "description", false);
  if (r.error) return d;
  check_keys_used(root, d.statistic);
  if (r.error) return d;
  d.landmark = r.landmark = read_duration(root, "landmark");
  if (d.landmark && ends_by(*d.landmark, duration{}))
    root.fail("landmark", "a landmark lies after the origin, such as 6m");
  read_axis(root, d);
  read_states(root, d);
  read_cohort(root, d);
  read_parameters(root, d);
  read_outcomes(root, d);
  read_measures(root, d);
  d.breakdowns = read_breakdowns(root, "by");
  refuse_shared_names(root, d);
  d.weight = read_dimension(root, "weight");
  if (d.weight && d.weight->name != "attribute")
    root.fail("weight", "expected { attribute = \"NAME\" }");
  if (const auto s = root.subsection("standardise")) d.standardise = read_standardisation(*s);
  return d;
}

toml_document merged(std::string_view text, std::string_view overrides) {
  auto document = toml_document::parse(text, errc::bad_definition);
  auto over = toml_document::parse(overrides, errc::bad_definition);
  STEGVIS_ASSERT(document && over);
  document->merge(std::move(*over), whole_keys);
  return std::move(*document);
}

void refuse_fixed(const section& set) {
  for (const std::string_view key : fixed_keys)
    if (set.has(key)) set.fail(key, "this key makes another definition of it");
}

// The definition as the variant's keys make it, read for its problems.
void check_variant(const section& s, const definition& d, const std::string& list, std::size_t n) {
  auto document = toml_document::parse(d.text, errc::bad_definition);
  auto over = toml_document::parse(d.text, errc::bad_definition);
  STEGVIS_ASSERT(document && over);
  over->keep_only(list, n, "set");
  document->merge(std::move(*over), whole_keys);
  definition_reading r;
  read_definition(section(r, document->root(), ""));
  if (!r.error || s.reading().error) return;
  s.fail("set", r.error->field + ": " + r.error->message);
  s.reading().error->line = r.error->line;
}

std::vector<variant_definition> read_variants(const section& root, const definition& d,
                                              const std::string& list) {
  std::vector<variant_definition> out;
  std::vector<std::string> names;
  for (const section& s : root.sections(list)) {
    s.allow({"name", "title", "set"});
    variant_definition v;
    v.name = read_unique_name(s, names);
    v.title = read_title(s, "title", true);
    const auto set = s.subsection("set");
    if (!s.has("set")) s.fail("set", "this key is required: the keys it sets");
    if (set) refuse_fixed(*set);
    for (const std::string_view key : {"title", "description", "sensitivity", "comparison"})
      if (set && set->has(key)) set->fail(key, "a variant does not set this key");
    if (set && set->table().keys().empty()) s.fail("set", "an empty table");
    if (s.reading().error) return out;
    v.overrides_toml = set->table().document();
    check_variant(s, d, list, out.size());
    out.push_back(std::move(v));
  }
  return out;
}

std::optional<std::string> find_definition(std::string_view name, const definition_finder& beside) {
  if (const auto shipped = shipped_definition(name)) return std::string(*shipped);
  return beside ? beside(name) : std::nullopt;
}

void read_used(const section& s, section_reference& ref, const definition_finder& beside) {
  const auto text = find_definition(ref.use, beside);
  if (!text) return s.fail_unknown("use", "definition", ref.use, shipped_definitions());
  auto used = parse_definition(*text, ref.use);
  if (used && used->statistic == statistic_kind::report)
    return s.fail("use", "a report holds no reports");
  if (!used) return s.fail("use", to_string(used.error()));
  if (!ref.overrides_toml.empty()) used = with_overrides(*used, ref.overrides_toml);
  if (!used) {
    s.fail("set", used.error().field + ": " + used.error().message);
    return;
  }
  if (used->needs_keys && !shared(s).needs_keys)
    s.fail("use", ref.use + " opens sealed health codes: say needs_keys = true");
  ref.what.push_back(std::move(*used));
}

void read_sections(const section& root, definition& d, const definition_finder& beside) {
  for (const section& s : root.sections("section")) {
    s.allow({"use", "title", "set"});
    section_reference ref;
    ref.use = s.required_text("use");
    ref.title = read_title(s, "title", false);
    if (const auto set = s.subsection("set")) {
      refuse_fixed(*set);
      ref.overrides_toml = set->table().document();
    }
    if (s.reading().error) return;
    read_used(s, ref, beside);
    d.sections.push_back(std::move(ref));
  }
}

result<definition> read_document(const toml_document& document, std::string text,
                                 const definition_finder& beside) {
  definition_reading r;
  const section root(r, document.root(), "");
  definition d = read_definition(root);
  d.text = std::move(text);
  if (!r.error) d.sensitivity = read_variants(root, d, "sensitivity");
  if (!r.error) d.comparisons = read_variants(root, d, "comparison");
  if (!r.error) read_sections(root, d, beside);
  if (r.error) return *r.error;
  return d;
}
}  // namespace

std::string_view name_of(time_unit u) {
  constexpr std::string_view names[] = {"day", "week", "month"};
  return names[static_cast<std::size_t>(u)];
}

bool overlaps(const dimension& d) { return d.name == "target_group"; }
std::string label_of(const dimension& d) { return d.field.empty() ? d.name : d.field; }

result<definition> parse_definition(std::string_view toml, std::string_view file,
                                    const definition_finder& beside) {
  const auto read = [&]() -> result<definition> {
    const auto document = toml_document::parse(toml, errc::bad_definition);
    if (!document) return document.error();
    return read_document(*document, std::string(toml), beside);
  };
  auto d = read();
  if (d) return d;
  problem p = d.error();
  p.file = file;
  return p;
}

result<definition> with_overrides(const definition& d, std::string_view overrides_toml) {
  const auto over = toml_document::parse(overrides_toml, errc::bad_definition);
  if (!over) return over.error();
  definition_reading r;
  refuse_fixed(section(r, over->root(), ""));
  if (r.error) return *r.error;
  const toml_document document = merged(d.text, overrides_toml);
  return read_document(document, document.root().document(), {});
}

definition variant_of(const definition& d, const variant_definition& v) {
  toml_document document = merged(d.text, v.overrides_toml);
  document.erase("sensitivity");
  document.erase("comparison");
  auto made = read_document(document, document.root().document(), {});
  STEGVIS_ASSERT(made);
  return std::move(*made);
}

std::string definition_hash(const definition& d) { return hex(sha256(canonical_json(d))); }

}  // namespace stegvis
