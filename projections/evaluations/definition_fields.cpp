// What a definition may ask of events: types, fields and codes are the catalogue's.
#include <algorithm>

#include "events/catalogue.hpp"
#include "events/nearest.hpp"
#include "events/types.hpp"
#include "projections/evaluations/definition_reading.hpp"

namespace stegvis {
namespace {
// The schema of the value itself, without the sealed form beside it.
std::string schema_of(const field& f) {
  std::string schema;
  f.operations->schema(schema);
  constexpr std::string_view sealed = R"({"anyOf":[)";
  return schema.starts_with(sealed) ? schema.substr(sealed.size()) : schema;
}

bool has_one_value(const std::string& schema) {
  return !schema.starts_with(R"({"items":)") &&
         !schema.starts_with(R"({"additionalProperties":)");
}

// "unit" of a field that refers to units; empty: no reference.
std::string_view kind_referred(std::string_view schema) {
  constexpr std::string_view begin = R"({"pattern":"^)";
  if (!schema.starts_with(begin)) return {};
  schema.remove_prefix(begin.size());
  const auto slash = schema.find('/');
  const auto kind = schema.substr(0, slash);
  const bool name = std::ranges::all_of(kind, [](char c) { return c >= 'a' && c <= 'z'; });
  return slash != schema.npos && name ? kind : std::string_view();
}

bool in_access_log_only(const type_description& type) {
  constexpr std::uint16_t first_access = 250;
  return type.id >= first_access;
}
bool is_amendment(const type_description& type) {
  return type.name == "event_corrected" || type.name == "event_voided";
}

void refuse_value(const section& s, std::string_view key, const field& f, const toml_value& given,
                  std::vector<std::string>& values) {
  const std::string schema = schema_of(f);
  const auto wrong = [&](std::string_view expected) {
    s.reading().fail(given, s.path(key), "expected " + std::string(expected) + ", found " +
                                             std::string(given.word()));
  };
  if (schema == R"({"type":"boolean"})") {
    if (const auto flag = given.flag()) values.emplace_back(*flag ? "true" : "false");
    else wrong("true or false");
    return;
  }
  if (is_integer_field(f)) {
    if (const auto n = given.integer()) values.push_back(std::to_string(*n));
    else wrong("an integer");
    return;
  }
  const auto text = given.text();
  if (const auto n = given.integer(); n && is_number_field(f))
    return void(values.push_back(std::to_string(*n)));
  if (!text || text->empty()) return wrong("a text");
  const auto codes = codes_of_field(f);
  if (!codes.empty() && std::ranges::find(codes, *text) == codes.end()) {
    const std::vector<std::string_view> known(codes.begin(), codes.end());
    s.reading().fail(given, s.path(key), unknown_name("value", *text, known));
  }
  const auto kind = kind_referred(schema);
  if (!kind.empty() && (kind_of(*text) != kind || !valid_subject(*text)))
    s.reading().fail(given, s.path(key), "expected a subject, " + std::string(kind) + "/...");
  values.push_back(*text);
}

std::vector<toml_value> one_or_more(const section& s, std::string_view key) {
  const auto value = *s.table().at(key);
  if (!value.is_list()) return {value};
  auto items = value.items();
  if (items.empty()) s.fail(key, "an empty list");
  return items;
}

// Codes of `detail`, the kind of what runs; empty: any text, nothing: there is no detail.
std::optional<std::vector<std::string>> details_of(std::string_view kind) {
  if (kind == "job") return std::vector<std::string>{"simple_job", "complementary_post",
                                                     "employment"};
  if (kind == "work_training")
    return std::vector<std::string>{"practice", "work_training", "workplace_introduction"};
  if (kind == "activity")
    return std::vector<std::string>{"language_training", "civic_orientation",
                                    "vocational_course", "guidance", "other"};
  if (kind == "ladder_step" || kind == "job_track") return std::vector<std::string>{};
  return std::nullopt;
}
}  // namespace

bool has_field(const type_description& type, std::string_view name) {
  return std::ranges::find(type.fields, name, &field::name) != type.fields.end();
}
bool is_integer_field(const field& f) {
  return schema_of(f).find(R"("type":"integer"})") != std::string::npos && !is_number_field(f);
}
// A decimal, an integer or a text.
bool is_number_field(const field& f) { return schema_of(f).starts_with(R"({"oneOf":)"); }

std::vector<std::string> codes_of_field(const field& f) {
  const std::string schema = schema_of(f);
  constexpr std::string_view begin = R"({"enum":[)";
  std::vector<std::string> codes;
  if (!schema.starts_with(begin)) return codes;
  std::size_t at = begin.size();
  while (schema[at] == '"') {
    const auto end = schema.find('"', at + 1);
    codes.push_back(schema.substr(at + 1, end - at - 1));
    at = end + 1;
    if (schema[at] == ',') ++at;
  }
  return codes;
}

const type_description* find_readable_type(const section& s, std::string_view key,
                                           std::string_view name) {
  const type_description* type = find_type(name);
  if (type == nullptr) {
    std::vector<std::string_view> names;
    for (const type_description* t : all_types())
      if (!is_amendment(*t) && !in_access_log_only(*t)) names.push_back(t->name);
    s.fail_unknown(key, "event type", name, names);
    return nullptr;
  }
  if (is_amendment(*type))
    s.fail(key, "corrections and voids are applied before anything is counted");
  if (in_access_log_only(*type)) s.fail(key, "only in the access log, which no evaluation reads");
  return type;
}

const type_description* read_type(const section& s, std::string_view key) {
  return find_readable_type(s, key, s.required_text(key));
}

void refuse_sealed_health(const section& s, std::string_view key, std::string_view what) {
  if (!shared(s).needs_keys)
    s.fail(key, std::string(what) + " tells of health and is sealed: say needs_keys = true");
}

const field* read_field(const section& s, std::string_view key, const type_description& type,
                        std::string_view name) {
  const auto found = std::ranges::find(type.fields, name, &field::name);
  if (found == type.fields.end()) {
    std::vector<std::string_view> names;
    for (const field& f : type.fields) names.push_back(f.name);
    s.fail_unknown(key, "field of " + std::string(type.name), name, names);
    return nullptr;
  }
  const field& f = *found;
  const std::string called = std::string(type.name) + "." + std::string(f.name);
  if (f.cls == privacy::identity || f.cls == privacy::contact || f.cls == privacy::freetext)
    s.fail(key, called + " is of the class " + std::string(name_of(f.cls)) +
                    ", which no evaluation reads");
  else if (f.cls == privacy::health) refuse_sealed_health(s, key, called);
  if (!has_one_value(schema_of(f))) s.fail(key, called + " is a list or a table, not one value");
  return &f;
}

std::vector<field_filter> read_where(const section& s, const type_description& type) {
  std::vector<field_filter> out;
  const auto where = s.subsection("where");
  if (!where) return out;
  if (where->table().keys().empty()) s.fail("where", "an empty table");
  for (const std::string& key : where->table().keys()) {
    const field* f = read_field(*where, key, type, key);
    if (f == nullptr) continue;
    field_filter filter{key, {}};
    for (const toml_value& value : one_or_more(*where, key))
      refuse_value(*where, key, *f, value, filter.values);
    refuse_twice(*where, key, filter.values);
    out.push_back(std::move(filter));
  }
  return out;
}

std::vector<field_filter> read_episode_where(const section& s, const std::string& kind) {
  std::vector<field_filter> out;
  const auto where = s.subsection("where");
  if (!where) return out;
  if (where->table().keys().empty()) s.fail("where", "an empty table");
  where->allow({"subsidised", "reserved", "detail", "unit", "ended_by"});
  const bool placement = kind == "job" || kind == "work_training";
  for (const std::string_view key : {"subsidised", "reserved"}) {
    if (!where->has(key)) continue;
    if (!placement) where->fail(key, "only of jobs and work training");
    out.push_back({std::string(key), {where->flag(key) ? "true" : "false"}});
  }
  if (where->has("detail")) {
    const auto details = details_of(kind);
    if (!details) where->fail("detail", "an episode of this kind has no detail");
    const std::vector<std::string> known = details.value_or(std::vector<std::string>{});
    const std::vector<std::string_view> names(known.begin(), known.end());
    out.push_back({"detail", read_codes(*where, "detail", "detail", names)});
  }
  if (where->has("unit")) {
    out.push_back({"unit", where->texts("unit")});
    for (const std::string& unit : out.back().values)
      if (!valid_subject(unit) || kind_of(unit) != "unit")
        where->fail("unit", "expected a subject, unit/...");
    refuse_twice(*where, "unit", out.back().values);
  }
  if (where->has("ended_by")) {
    std::vector<std::string_view> names;
    for (int e = static_cast<int>(ending::ended); e <= static_cast<int>(ending::death); ++e)
      names.push_back(name_of(static_cast<ending>(e)));
    out.push_back({"ended_by", read_codes(*where, "ended_by", "ending", names)});
  }
  return out;
}

}  // namespace stegvis
