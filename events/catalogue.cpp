#include "events/catalogue.hpp"

#include <unordered_map>

#include "events/json.hpp"

namespace stegvis {
namespace {
struct family {
  std::string_view title;
  std::vector<const type_description*> types;
};

template <class Types>
family family_of(std::string_view title) {
  family f{title, {}};
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Types>>(
      [&](auto t) { f.types.push_back(&description_of<typename decltype(t)::type>()); });
  return f;
}

struct catalogue {
  std::vector<family> families{family_of<correction_types>("Corrections"),
                               family_of<person_types>("Persons"),
                               family_of<enrolment_types>("Enrolments"),
                               family_of<assessment_types>("Assessments"),
                               family_of<activity_types>("Activities"),
                               family_of<placement_types>("Placements"),
                               family_of<situation_types>("Situations"),
                               family_of<survey_types>("Staff and surveys"),
                               family_of<programme_types>("Programmes"),
                               family_of<cooperation_types>("Cooperation"),
                               family_of<unit_types>("Units"),
                               family_of<employer_types>("Employers"),
                               family_of<access_types>("Access log")};
  std::vector<const type_description*> in_order;
  std::vector<const type_description*> by_id;  // index = id; nullptr where there is none
  std::unordered_map<std::string_view, const type_description*> by_name;

  catalogue() {
    for (const family& f : families)
      for (const type_description* t : f.types) add(*t);
    std::ranges::sort(in_order, {}, [](const auto* t) { return t->id; });
  }

 private:
  void add(const type_description& t) {
    if (by_id.size() <= t.id) by_id.resize(t.id + std::size_t{1});
    STEGVIS_ASSERT(t.id > 0 && by_id[t.id] == nullptr);
    by_id[t.id] = &t;
    const bool new_name = by_name.emplace(t.name, &t).second;
    STEGVIS_ASSERT(new_name);
    in_order.push_back(&t);
  }
};

const catalogue& the_catalogue() {
  static const catalogue all;
  return all;
}

// The member of a schema object, if it has one.
std::optional<json_value> member(const json_value& object, std::string_view key) {
  std::optional<json_value> found;
  object.each_member([&](std::string_view k, json_value v) {
    if (k == key) found = v;
    return !found;
  });
  return found;
}

std::optional<std::string_view> text_member(const json_value& object, std::string_view key) {
  const auto value = member(object, key);
  if (!value || value->type() != json_type::text) return std::nullopt;
  return value->text();
}

// A pattern tells references ("^unit/...") from ids.
std::string text_form(const json_value& schema) {
  const auto format = text_member(schema, "format");
  if (format) return *format == "date" ? "date" : "time";
  const auto pattern = text_member(schema, "pattern").value_or("");
  if (pattern.empty()) return "text";
  const auto slash = pattern.find('/');
  if (slash == pattern.npos) return "id";
  return std::string(pattern.substr(1, slash - 1)) + "/…";
}

std::string joined(const json_value& codes) {
  std::string out;
  codes.each_element([&](json_value code) {
    if (!out.empty()) out += ", ";
    out += code.text();
    return true;
  });
  return out;
}

std::string form_of(const json_value& schema);

std::string object_form(const json_value& schema) {
  const auto properties = member(schema, "properties");
  if (!properties) return "the target's data";
  std::string out;
  properties->each_member([&](std::string_view name, json_value value) {
    out += out.empty() ? "{" : ", ";
    out += std::string(name) + ": " + form_of(value);
    return true;
  });
  return out + "}";
}

// What a field takes, in words, from its JSON Schema.
std::string form_of(const json_value& schema) {
  if (const auto sealed_or = member(schema, "anyOf")) {
    std::optional<json_value> clear;
    sealed_or->each_element([&](json_value form) {
      clear = form;
      return false;
    });
    return form_of(*clear);
  }
  if (member(schema, "oneOf")) return "decimal";
  if (const auto codes = member(schema, "enum")) return joined(*codes);
  const auto type = text_member(schema, "type").value_or("");
  if (type == "array") return "list of " + form_of(*member(schema, "items"));
  if (type == "object") return object_form(schema);
  if (type == "string") return text_form(schema);
  return type == "boolean" ? "true or false" : std::string(type);
}

std::string field_line(const field& f, json_parser& parser) {
  std::string schema;
  f.operations->schema(schema);
  std::string out = f.required ? "**" : "";
  out += f.name;
  out += f.required ? "**: " : ": ";
  out += form_of(parser.parse(schema).value());
  if (f.cls != privacy::plain) out += " (" + std::string(name_of(f.cls)) + ")";
  return out;
}

std::string_view about(subject_group group) {
  switch (group) {
    case subject_group::person:
      return "person";
    case subject_group::reference:
      return "reference";
    case subject_group::any:
      return "any";
  }
  STEGVIS_ASSERT(false);
}

void append_row(const type_description& t, json_parser& parser, std::string& page) {
  page += "| " + std::to_string(t.id) + " | `" + std::string(t.name) + "` | ";
  page += std::to_string(t.version) + " | " + std::string(t.label_sv) + " | ";
  page += std::string(t.label_en) + " | " + std::string(about(t.group)) + " | ";
  for (const field& f : t.fields) {
    if (&f != t.fields.data()) page += "<br>";
    page += field_line(f, parser);
  }
  page += " | " + std::string(t.use) + " |\n";
}
}  // namespace

std::span<const type_description* const> all_types() {
  return the_catalogue().in_order;
}

const type_description* find_type(std::string_view name) {
  const auto& types = the_catalogue().by_name;
  const auto it = types.find(name);
  return it == types.end() ? nullptr : it->second;
}

const type_description* find_type(std::uint16_t id) {
  const auto& types = the_catalogue().by_id;
  return id < types.size() ? types[id] : nullptr;
}

std::string catalogue_page() {
  json_parser parser;
  std::string page =
      "# Event catalogue\n\n"
      "Generated: `stegvis schema --page > events/CATALOGUE.md`. On the wire a type's name is\n"
      "`stegvis.` and the name below; `stegvis schema TYPE` prints its JSON Schema.\n\n"
      "Fields in bold are required. In brackets stands the privacy class of a field that is "
      "sealed\n"
      "before it is stored; without brackets it is plain. Days called until, planned_end or\n"
      "review_at are last days. The last column says what the type feeds; Q01 to Q21 are the\n"
      "numbered rules of data quality, I01 to I28 the indicators, R1 to R80 the requirements. Q14\n"
      "(recorded late), Q15 (after a merge) and Q20 (after the death) look at every type.\n";
  for (const family& f : the_catalogue().families) {
    page += "\n## " + std::string(f.title) + "\n\n";
    page += "| No. | Type | Version | Svenska | English | About | Fields | Feeds |\n";
    page += "|---|---|---|---|---|---|---|---|\n";
    for (const type_description* t : f.types) append_row(*t, parser, page);
  }
  return page;
}

}  // namespace stegvis
