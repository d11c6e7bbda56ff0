#include "ingest/mapping.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "events/description.hpp"
#include "events/nearest.hpp"
#include "events/toml_section.hpp"
#include "events/types.hpp"
#include "ingest/table.hpp"

namespace stegvis {
namespace {
using section = toml_section;

struct reading : toml_reading {
  std::vector<std::string> columns{};
  std::set<std::string, std::less<>> rule_names{};
  std::optional<int> two_digit_years{};
  bool decimal_comma = false;
  bool opening_balance = false;
  std::optional<time_rule> time{};

  reading() : toml_reading(errc::bad_mapping) {}
  std::string column(std::string name) {
    if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    return name;
  }
};
// All sections of a mapping share a `reading`.
reading& all(const section& s) { return static_cast<reading&>(s.reading()); }
std::string read_column(const section& s, std::string_view key) {
  return all(s).column(s.required_text(key));
}

constexpr auto formats = std::to_array<std::pair<std::string_view, date_format>>(
    {{"iso", date_format::iso}, {"date", date_format::date}, {"datetime", date_format::datetime},
     {"month", date_format::month}, {"year", date_format::year}, {"excel", date_format::excel},
     {"yymmdd", date_format::yymmdd}});
constexpr auto units = std::to_array<std::pair<std::string_view, duration_unit>>(
    {{"days", duration_unit::days}, {"weeks", duration_unit::weeks},
     {"months", duration_unit::months}, {"years", duration_unit::years}});
constexpr auto steps = std::to_array<std::pair<std::string_view, duration_unit>>(
    {{"day", duration_unit::days}, {"week", duration_unit::weeks},
     {"month", duration_unit::months}, {"year", duration_unit::years}});
constexpr auto conversions = std::to_array<std::pair<std::string_view, conversion>>(
    {{"text", conversion::text}, {"integer", conversion::integer},
     {"decimal", conversion::decimal}, {"boolean", conversion::boolean},
     {"date", conversion::date}});

date_rule read_date_rule(const section& s) {
  date_rule rule{s.choice("format", formats, date_format::iso), all(s).two_digit_years};
  if (rule.format == date_format::yymmdd && !rule.two_digit_years)
    s.fail("format", "two-digit years need the rule two_digit_years at the top of the mapping");
  return rule;
}

std::optional<constant> constant_of(const toml_value& node) {
  if (const auto text = node.text(); text && !text->empty()) return *text;
  if (const auto flag = node.flag()) return *flag;
  if (const auto n = node.integer()) return *n;
  return std::nullopt;
}

std::optional<constant> read_constant(const section& s, std::string_view key) {
  if (!s.has(key)) return std::nullopt;
  auto value = constant_of(*s.table().at(key));
  if (!value) s.fail_type(key, "a text that is not empty, an integer, or true or false");
  return value;
}

std::map<std::string, constant, std::less<>> read_values(const section& s, std::string_view key) {
  std::map<std::string, constant, std::less<>> values;
  const auto table = s.subsection(key);
  if (!table) return values;
  for (const std::string& from : table->table().keys())
    if (auto value = read_constant(*table, from)) values.emplace(from, std::move(*value));
  if (values.empty()) s.fail(key, "an empty map");
  return values;
}

// A date written as TOML date or as text.
std::optional<cell_time> read_date(const section& s, std::string_view key) {
  const auto value = s.table().at(key);
  if (!value) return std::nullopt;
  if (const auto date = value->date()) {
    cell_time t;
    t.date = make_day(date->year, date->month, date->dom);
    return t;
  }
  auto t = parse_cell_time(s.text(key), {});
  if (!t) s.fail(key, "expected a date such as 1993-07-01, 1993-07 or 1993");
  return t;
}

// "{column}" by turns with text; {{ and }} are braces.
std::optional<text_template> read_template(const section& s, std::string_view key) {
  if (!s.has(key)) return std::nullopt;
  const std::string text = s.required_text(key);
  text_template out;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) out.pieces.push_back({std::exchange(plain, {}), false});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      plain += text[++i];
    } else if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string::npos || end == i + 1) {
        s.fail(key, "a brace without a column: write {column}, or {{ for a brace");
        return out;
      }
      flush();
      out.pieces.push_back({all(s).column(text.substr(i + 1, end - i - 1)), true});
      i = end;
    } else if (c == '}') {
      s.fail(key, "a closing brace without an opening one: write }} for a brace");
      return out;
    } else {
      plain += c;
    }
  }
  flush();
  return out;
}

time_rule read_time(const section& s) {
  s.allow({"column", "last_day", "date", "format", "plus", "plus_column", "unit"});
  time_rule rule;
  const auto given = s.only_one({"column", "last_day", "date"});
  rule.last_day = given == "last_day";
  rule.constant = read_date(s, "date");
  if (rule.constant && s.has("format")) s.fail("format", "a constant date needs no format");
  if (given == "column" || given == "last_day") {
    rule.column = read_column(s, given);
    rule.date = read_date_rule(s);
  }
  if (s.has("plus") && s.has("plus_column")) s.fail("plus", "either plus or plus_column");
  rule.plus = s.integer("plus", -100'000, 100'000).value_or(0);
  if (s.has("plus_column")) rule.plus_column = read_column(s, "plus_column");
  const bool moves = s.has("plus") || s.has("plus_column");
  if (moves != s.has("unit"))
    s.fail("unit", moves ? "plus needs a unit: days, weeks, months or years"
                         : "a unit without plus or plus_column");
  rule.unit = s.choice("unit", units, duration_unit::days);
  if (rule.constant && rule.plus != 0 && !plus(*rule.constant, rule.plus, rule.unit))
    s.fail("plus", "the date is not known to that unit");
  return rule;
}

std::optional<time_rule> read_time_or_default(const section& s) {
  if (const auto time = s.subsection("time")) return read_time(*time);
  if (s.has("time")) return time_rule{};  // noted as a wrong type
  return all(s).time;
}

std::vector<row_condition> read_conditions(const section& s) {
  std::vector<row_condition> out;
  for (const section& c : s.sections("when")) {
    c.allow({"column", "equals", "not", "in", "not_in", "empty"});
    row_condition one;
    one.column = read_column(c, "column");
    const auto test = c.only_one({"equals", "not", "in", "not_in", "empty"});
    one.negated = test == "not" || test == "not_in" || (test == "empty" && !c.flag(test, true));
    if (test == "empty") one.values = {""};
    else if (!test.empty()) one.values = c.texts(test, true);
    out.push_back(std::move(one));
  }
  return out;
}

value_rule read_value(const section& owner, std::string_view key, const toml_value& node);

column_value read_column_value(const section& s) {
  s.allow({"column", "as", "format", "map", "default", "if_empty", "split"});
  column_value v;
  v.column = read_column(s, "column");
  v.as = s.choice("as", conversions, conversion::text);
  v.decimal_comma = all(s).decimal_comma;
  if (s.has("format") && v.as != conversion::date) s.fail("format", "only with as = \"date\"");
  v.date = read_date_rule(s);
  v.values = read_values(s, "map");
  if (s.has("map") && s.has("as")) s.fail("as", "a map says the values already");
  v.otherwise = read_constant(s, "default");
  if (v.otherwise && v.values.empty())
    s.fail("default", "only with a map; for empty cells there is if_empty");
  v.if_empty = read_constant(s, "if_empty");
  v.split = s.text("split");
  return v;
}

std::vector<field_rule> read_fields_of(const section& s) {
  std::vector<field_rule> fields;
  for (const std::string& key : s.table().keys())
    fields.push_back({key, read_value(s, key, *s.table().at(key))});
  return fields;
}

value_rule read_list(const section& s) {
  value_rule::list items;
  const auto list = s.table().at("list");
  if (!list->is_list()) s.fail_type("list", "a list");
  for (const toml_value& item : list->items()) items.push_back(read_value(s, "list", item));
  return {std::move(items)};
}

value_rule read_value(const section& owner, std::string_view key, const toml_value& node) {
  if (!node.is_table()) {
    if (auto value = constant_of(node)) return {std::move(*value)};
    owner.fail(key, "expected a constant, or a table with column, template, object or list");
    return {};
  }
  const section s(owner.reading(), node, owner.path(key));
  const auto form = s.only_one({"column", "template", "object", "list"});
  if (form == "column") return {read_column_value(s)};
  if (!form.empty()) s.allow({form});
  if (form == "template") return {read_template(s, "template").value_or(text_template{})};
  if (form == "list") return read_list(s);
  if (const auto object = s.subsection("object")) return {read_fields_of(*object)};
  return {};
}

// Fields of a type: each exists, and none that is required is missing.
void check_fields(const section& s, const std::vector<field_rule>& data,
                  const type_description& type) {
  std::vector<std::string_view> names;
  for (const field& f : type.fields) names.push_back(f.name);
  const auto inner = s.subsection("data");
  for (const field_rule& f : data)
    if (std::ranges::find(names, f.name) == names.end())
      inner->fail(f.name, unknown_name("field of " + std::string(type.name), f.name, names));
  for (const field& f : type.fields)
    if (f.required && std::ranges::find(data, f.name, &field_rule::name) == data.end())
      s.fail("data", std::string(type.name) + " needs the field " + std::string(f.name));
}

const type_description* read_type(const section& s) {
  const std::string name = s.required_text("type");
  if (const type_description* type = find_type(name)) return type;
  std::vector<std::string_view> names;
  for (const type_description* type : all_types()) names.push_back(type->name);
  s.fail("type", unknown_name("type", name, names));
  return nullptr;
}

std::string unique_name(const section& s, std::string name) {
  if (!all(s).rule_names.insert(name).second)
    s.fail("name", "two rules have this name; ids are made of it, so give each its own");
  return name;
}

event_rule read_event(const section& s) {
  s.allow({"name", "type", "subject", "when", "time", "data", "opening_balance"});
  event_rule rule;
  const type_description* type = read_type(s);
  if (type != nullptr) rule.type = type->name;
  rule.name = unique_name(s, s.has("name") ? s.text("name") : rule.type);
  rule.subject = read_template(s, "subject");
  rule.when = read_conditions(s);
  const auto time = read_time_or_default(s);
  if (!time) s.fail("time", "a time is needed, here or at the top of the mapping");
  else rule.time = *time;
  if (const auto data = s.subsection("data")) rule.data = read_fields_of(*data);
  if (type != nullptr && !all(s).error) check_fields(s, rule.data, *type);
  rule.opening_balance = s.flag("opening_balance", all(s).opening_balance);
  return rule;
}

void check_texts(const section& s, const std::map<std::string, constant, std::less<>>& values) {
  for (const auto& [cell, value] : values)
    if (!std::holds_alternative<std::string>(value)) s.fail("map", "expected texts as values");
}

// An attribute is an event of its own for each column whose cell is not empty.
void read_attribute(const section& s, std::vector<event_rule>& into) {
  s.allow({"column", "columns", "name", "class", "map", "default", "when", "time",
           "opening_balance"});
  constexpr auto classes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"value", "value"}, {"background", "background"}, {"health", "health"}});
  const auto given = s.only_one({"column", "columns"});
  if (given.empty()) return;
  const std::string cls(s.choice<std::string_view>("class", classes, "value"));
  const auto time = read_time_or_default(s);
  if (!time) s.fail("time", "a time is needed, here or at the top of the mapping");
  if (s.has("name") && given == "columns") s.fail("name", "only with one column");
  column_value cell;
  cell.values = read_values(s, "map");
  cell.otherwise = read_constant(s, "default");
  if (cell.otherwise && cell.values.empty()) s.fail("default", "only with a map");
  if (cell.otherwise && !std::holds_alternative<std::string>(*cell.otherwise))
    s.fail("default", "expected a text");
  check_texts(s, cell.values);
  for (const std::string& column : s.texts(given)) {
    event_rule rule;
    const std::string name = s.has("name") ? s.text("name") : column;
    rule.name = unique_name(s, "attribute:" + name);
    rule.type = "attribute_recorded";
    rule.when = read_conditions(s);
    rule.when.push_back({all(s).column(column), {""}, true});
    rule.time = time.value_or(time_rule{});
    cell.column = column;
    rule.data = {{"attribute", {constant(name)}}, {cls, {cell}}};
    rule.opening_balance = s.flag("opening_balance", all(s).opening_balance);
    into.push_back(std::move(rule));
  }
}

sequence_rule read_sequence(const section& s) {
  s.allow({"from", "to", "start", "step", "scheme", "source", "map", "if_empty", "carry_empty",
           "opening_balance"});
  sequence_rule rule;
  rule.from = read_column(s, "from");
  rule.to = read_column(s, "to");
  const auto start = read_date(s, "start");
  if (!start) s.fail("start", "this key is required");
  else rule.start = *start;
  if (!s.has("step")) s.fail("step", "this key is required");
  rule.step = s.choice("step", steps, duration_unit::months);
  if (start && !plus(*start, 1, rule.step)) s.fail("step", "the start is not known to that unit");
  rule.scheme = s.text("scheme");
  constexpr auto sources = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"register", "register"}, {"programme", "programme"}, {"contact", "contact"},
       {"survey", "survey"}});
  if (!s.has("source")) s.fail("source", "this key is required");
  rule.source = s.choice<std::string_view>("source", sources, "");
  rule.values = read_values(s, "map");
  check_texts(s, rule.values);
  rule.if_empty = s.text("if_empty");
  rule.carry_empty = s.flag("carry_empty");
  if (rule.carry_empty && !rule.if_empty.empty())
    s.fail("carry_empty", "either if_empty or carry_empty");
  rule.opening_balance = s.flag("opening_balance", all(s).opening_balance);
  return rule;
}

person_rule read_person(const section& s) {
  s.allow({"column", "scheme", "issuer", "time", "data"});
  constexpr auto schemes = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"personnummer", "personnummer"}, {"samordningsnummer", "samordningsnummer"},
       {"interim", "interim"}, {"local", "local"}});
  person_rule rule;
  rule.column = read_column(s, "column");
  if (!s.has("scheme")) s.fail("scheme", "this key is required");
  rule.scheme = s.choice<std::string_view>("scheme", schemes, "");
  rule.issuer = s.text("issuer");
  if (rule.scheme == "local" && rule.issuer.empty())
    s.fail("issuer", "a local number means nothing without its issuer");
  rule.time = read_time_or_default(s);
  rule.opening_balance = all(s).opening_balance;
  const type_description* type = find_type("person_registered");
  if (const auto data = s.subsection("data")) rule.data = read_fields_of(*data);
  if (type != nullptr && !all(s).error) check_fields(s, rule.data, *type);
  return rule;
}

// How the file is written, and what holds for all rules.
void read_file_part(const section& s, mapping& m) {
  constexpr auto encodings = std::to_array<std::pair<std::string_view, text_encoding>>(
      {{"utf-8", text_encoding::utf8}, {"windows-1252", text_encoding::windows_1252}});
  constexpr auto separators = std::to_array<std::pair<std::string_view, char>>(
      {{";", ';'}, {",", ','}, {"\t", '\t'}, {"tab", '\t'}});
  m.source = s.required_text("source");
  if (!m.source.empty() && (!valid_id(m.source) || !valid_id(opening_source(m.source))))
    s.fail("source", "at most 120 bytes without spaces");
  if (s.has("encoding")) m.encoding = s.choice("encoding", encodings, text_encoding::utf8);
  m.separator = s.choice("separator", separators, '\0');
  m.sheet = s.text("sheet");
  m.header_row = static_cast<std::uint64_t>(s.integer("header_row", 1, 1'000'000).value_or(1));
  if (const auto pivot = s.integer("two_digit_years", 0, 99))
    all(s).two_digit_years = static_cast<int>(*pivot);
  all(s).decimal_comma = s.flag("decimal_comma");
  all(s).opening_balance = s.flag("opening_balance");
  if (const auto time = s.subsection("time")) all(s).time = read_time(*time);
}

void check_subjects(const section& s, const mapping& m) {
  if (m.person && m.subject) s.fail("subject", "either [person] or subject");
  if (m.person || m.subject) return;
  if (m.sequence) s.fail("sequence", "a sequence needs [person] or subject");
  for (const event_rule& rule : m.events)
    if (!rule.subject)
      s.fail("person", "[person] or subject is needed: rule " + rule.name + " has no subject");
}

mapping read_mapping(const section& s) {
  s.allow({"source", "encoding", "separator", "sheet", "header_row", "two_digit_years",
           "decimal_comma", "opening_balance", "time", "person", "subject", "row_key", "event",
           "attribute", "sequence"});
  mapping m;
  read_file_part(s, m);
  if (const auto person = s.subsection("person")) m.person = read_person(*person);
  m.subject = read_template(s, "subject");
  if (!s.has("row_key")) s.fail("row_key", "this key is required: the columns that name a row");
  m.row_key = s.texts("row_key");
  for (const std::string& column : m.row_key) all(s).column(column);
  for (const section& e : s.sections("event")) m.events.push_back(read_event(e));
  for (const section& a : s.sections("attribute")) read_attribute(a, m.events);
  if (const auto sequence = s.subsection("sequence")) m.sequence = read_sequence(*sequence);
  if (m.events.empty() && !m.sequence)
    s.fail("event", "no rules: give [[event]], [[attribute]] or [sequence]");
  check_subjects(s, m);
  m.columns = all(s).columns;
  return m;
}
}  // namespace

result<mapping> parse_mapping(std::string_view text) {
  const auto document = toml_document::parse(text, errc::bad_mapping);
  if (!document) return document.error();
  reading r;
  mapping m = read_mapping(section(r, document->root(), ""));
  if (r.error) return *r.error;
  return m;
}

}  // namespace stegvis
