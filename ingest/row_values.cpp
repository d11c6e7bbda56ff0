#include "ingest/row_values.hpp"

#include <algorithm>

#include "events/json.hpp"

namespace stegvis {

column_index::column_index(const std::vector<std::string>& header) {
  names_.reserve(header.size());
  for (const std::string& name : header) names_.emplace_back(trimmed(name));
  for (std::size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
}

std::optional<std::size_t> column_index::find(std::string_view name) const {
  const auto at = places_.find(name);
  if (at == places_.end()) return std::nullopt;
  return at->second;
}

std::string_view row_values::cell(std::string_view column) const {
  const auto at = columns_->find(column);
  STEGVIS_ASSERT(at.has_value());
  return cell(*at);
}

std::string_view row_values::cell(std::size_t column) const {
  return trimmed(row_->cells[column]);
}

problem row_values::bad_cell(std::string_view column, std::string what) const {
  problem p(errc::bad_cell, std::move(what), std::string(column));
  p.line = row_->line;
  return p;
}

bool row_values::holds(const std::vector<row_condition>& when) const {
  return std::ranges::all_of(when, [&](const row_condition& c) {
    const bool found = std::ranges::find(c.values, cell(c.column)) != c.values.end();
    return found != c.negated;
  });
}

result<cell_time> row_values::unmoved(const time_rule& rule) const {
  if (rule.constant) return *rule.constant;
  const std::string_view text = cell(rule.column);
  if (text.empty()) return bad_cell(rule.column, "empty, a date is needed");
  const auto parsed = parse_cell_time(text, rule.date);
  if (!parsed) return bad_cell(rule.column, "not a date of the declared format");
  return *parsed;
}

result<valid_time> row_values::time(const time_rule& rule) const {
  auto t = unmoved(rule);
  if (!t) return t.error();
  std::string_view cause = rule.column;
  std::optional<std::int64_t> n = rule.plus;
  if (!rule.plus_column.empty()) {
    cause = rule.plus_column;
    n = parse_cell_integer(cell(cause));
    if (!n) return bad_cell(cause, "expected a whole number of days, weeks, months or years");
  }
  if (*n != 0) {
    const auto moved = plus(*t, *n, rule.unit);
    if (!moved) return bad_cell(cause, "the date cannot be moved by so much, or not by this unit");
    t = *moved;
  }
  if (!rule.last_day) return valid_time_of(*t);
  const auto behind = after_last(*t);
  if (!behind) return bad_cell(cause, "a date beyond the year 2199");
  return valid_time_of(*behind);
}

std::optional<std::string> row_values::text(const text_template& pattern) const {
  std::string out;
  for (const auto& piece : pattern.pieces) {
    const std::string_view text = piece.is_column ? cell(piece.text) : piece.text;
    if (text.empty()) return std::nullopt;
    out += text;
  }
  return out;
}

void append_constant(const constant& value, std::string& out) {
  if (const auto* text = std::get_if<std::string>(&value)) append_json_text(out, *text);
  else if (const auto* n = std::get_if<std::int64_t>(&value)) append_integer(out, *n);
  else out += std::get<bool>(value) ? "true" : "false";
}

result<void> row_values::append_object(const std::vector<field_rule>& fields,
                                       std::string& out) const {
  out += '{';
  bool first = true;
  for (const field_rule& f : fields) {
    const std::size_t before = out.size();
    if (!first) out += ',';
    append_json_text(out, f.name);
    out += ':';
    const auto there = append_value(f.value, out);
    if (!there) return there.error();
    if (*there) first = false;
    else out.resize(before);
  }
  out += '}';
  return {};
}

result<bool> row_values::append_value(const value_rule& rule, std::string& out) const {
  if (const auto* value = std::get_if<constant>(&rule.form)) {
    append_constant(*value, out);
    return true;
  }
  if (const auto* value = std::get_if<column_value>(&rule.form)) return append_cell(*value, out);
  if (const auto* pattern = std::get_if<text_template>(&rule.form)) {
    const auto filled = text(*pattern);
    if (filled) append_json_text(out, *filled);
    return filled.has_value();
  }
  if (const auto* fields = std::get_if<value_rule::object>(&rule.form)) {
    const std::size_t before = out.size();
    const auto done = append_object(*fields, out);
    if (!done) return done.error();
    if (out.size() - before > 2) return true;
    out.resize(before);  // no field had a value
    return false;
  }
  const std::size_t before = out.size();
  out += '[';
  bool any = false;
  for (const value_rule& item : std::get<value_rule::list>(rule.form)) {
    const std::size_t end = out.size();
    if (any) out += ',';
    const auto there = append_value(item, out);
    if (!there) return there.error();
    if (*there) any = true;
    else out.resize(end);
  }
  out += ']';
  if (!any) out.resize(before);
  return any;
}

result<bool> row_values::append_cell(const column_value& rule, std::string& out) const {
  const std::string_view text = cell(rule.column);
  if (text.empty()) {
    if (rule.if_empty) append_constant(*rule.if_empty, out);
    return rule.if_empty.has_value();
  }
  if (!rule.split.empty()) return append_split(rule, out);
  const auto done = append_part(rule, text, out);
  if (!done) return done.error();
  return true;
}

result<bool> row_values::append_split(const column_value& rule, std::string& out) const {
  const std::string_view text = cell(rule.column);
  const std::size_t before = out.size();
  out += '[';
  bool any = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(rule.split, at), text.size());
    const std::string_view part = trimmed(text.substr(at, end - at));
    at = end + rule.split.size();
    if (part.empty()) continue;
    if (any) out += ',';
    any = true;
    const auto done = append_part(rule, part, out);
    if (!done) return done.error();
  }
  out += ']';
  if (!any) out.resize(before);
  return any;
}

result<void> row_values::append_part(const column_value& rule, std::string_view part,
                                     std::string& out) const {
  if (!rule.values.empty()) {
    const auto found = rule.values.find(part);
    if (found == rule.values.end() && !rule.otherwise)
      return bad_cell(rule.column, "a value that the map does not list");
    append_constant(found == rule.values.end() ? *rule.otherwise : found->second, out);
    return {};
  }
  switch (rule.as) {
    case conversion::text:
      append_json_text(out, part);
      return {};
    case conversion::integer: {
      const auto n = parse_cell_integer(part);
      if (!n) return bad_cell(rule.column, "not a whole number within 2^53");
      append_integer(out, *n);
      return {};
    }
    case conversion::decimal: {
      const auto text = parse_cell_decimal(part, rule.decimal_comma);
      if (!text) return bad_cell(rule.column, "not a decimal number of at most 9 decimals");
      append_json_text(out, *text);
      return {};
    }
    case conversion::boolean: {
      const auto flag = parse_cell_boolean(part);
      if (!flag) return bad_cell(rule.column, "neither yes nor no");
      out += *flag ? "true" : "false";
      return {};
    }
    case conversion::date: break;
  }
  const auto t = parse_cell_time(part, rule.date);
  if (!t || t->precision == precision::month || t->precision == precision::year)
    return bad_cell(rule.column, "not a whole date of the declared format");
  append_json_text(out, to_string(t->date));
  return {};
}

}  // namespace stegvis
