#include "events/toml_section.hpp"

#include <sstream>

// toml++ 3.3 asserts on some malformed input ("[ . ]"), and with NDEBUG takes what it asserted for
// granted. Compiled in here, its failed assertions are refusals like any other.
namespace {
struct failed_toml_assertion {};
[[noreturn]] void fail_toml_assertion() {
  throw failed_toml_assertion{};
}
}  // namespace
#pragma push_macro("NDEBUG")
#undef NDEBUG
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(expr) ((expr) ? void() : fail_toml_assertion())
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include "events/nearest.hpp"
#include "events/utf8.hpp"

namespace stegvis {
namespace {
const toml::node& node_of(const void* node) {
  return *static_cast<const toml::node*>(node);
}

// toml++ 3.3 has undefined behaviour for some letters beyond ASCII that it meets outside a text or
// comment. Finds the first line with such a letter, with a quote that begins in the middle of a
// word, or with a multi-line text, which our files do without.
std::optional<std::uint64_t> find_unquoted(std::string_view text) {
  constexpr std::string_view before_word = " \t\r\n=[{,";
  std::uint64_t line = 1;
  char quote = '\0';
  bool comment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line;
      comment = false;
      quote = '\0';
    } else if (comment) {
      continue;
    } else if (quote != '\0') {
      if (c == '\\' && quote == '"' && i + 1 < text.size() && text[i + 1] != '\n')
        ++i;
      else if (c == quote)
        quote = '\0';
    } else if (c == '"' || c == '\'') {
      const bool inside_word = i > 0 && before_word.find(text[i - 1]) == text.npos;
      if (inside_word || text.substr(i, 3) == (c == '"' ? "\"\"\"" : "'''")) return line;
      quote = c;
    } else if (c == '#') {
      comment = true;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return line;
    }
  }
  return std::nullopt;
}

void merge_tables(toml::table& into, toml::table& over, std::span<const std::string_view> whole) {
  for (auto&& entry : over) {
    const toml::key& key = entry.first;
    toml::table* mine = into[key].as_table();
    toml::table* theirs = entry.second.as_table();
    const bool replaced = std::ranges::find(whole, key.str()) != whole.end();
    if (mine != nullptr && theirs != nullptr && !replaced)
      merge_tables(*mine, *theirs, whole);
    else
      entry.second.visit([&](auto& value) { into.insert_or_assign(key, std::move(value)); });
  }
}
}  // namespace

std::string_view toml_value::word() const {
  switch (node_of(node_).type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a text";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
      break;
  }
  return "nothing";
}

std::uint64_t toml_value::line() const {
  return node_of(node_).source().begin.line;
}
std::optional<std::string> toml_value::text() const {
  return node_of(node_).value_exact<std::string>();
}
std::optional<std::int64_t> toml_value::integer() const {
  return node_of(node_).value_exact<std::int64_t>();
}
std::optional<bool> toml_value::flag() const {
  return node_of(node_).value_exact<bool>();
}
std::optional<double> toml_value::number() const {
  return node_of(node_).value_exact<double>();
}
std::optional<civil> toml_value::date() const {
  const auto date = node_of(node_).value_exact<toml::date>();
  if (!date) return std::nullopt;
  return civil{date->year, date->month, date->day};
}
bool toml_value::is_table() const {
  return node_of(node_).is_table();
}
bool toml_value::is_list() const {
  return node_of(node_).is_array();
}

std::vector<toml_value> toml_value::items() const {
  std::vector<toml_value> out;
  if (const toml::array* list = node_of(node_).as_array())
    for (const toml::node& item : *list) out.emplace_back(&item);
  return out;
}

std::vector<std::string> toml_value::keys() const {
  std::vector<std::string> out;
  if (const toml::table* table = node_of(node_).as_table())
    for (const auto& [key, node] : *table) out.emplace_back(key.str());
  return out;
}

std::optional<toml_value> toml_value::at(std::string_view key) const {
  const toml::table* table = node_of(node_).as_table();
  const toml::node* found = table == nullptr ? nullptr : table->get(key);
  if (found == nullptr) return std::nullopt;
  return toml_value(found);
}

std::string toml_value::document() const {
  const toml::table* table = node_of(node_).as_table();
  STEGVIS_ASSERT(table != nullptr);
  toml::table copy = *table;
  copy.is_inline(false);
  std::ostringstream out;
  out.imbue(std::locale::classic());
  // Literal texts would hold line breaks as they are, which is no TOML.
  out << toml::toml_formatter(copy, toml::toml_formatter::default_flags &
                                        ~toml::format_flags::allow_multi_line_strings &
                                        ~toml::format_flags::allow_literal_strings);
  return std::move(out).str() + '\n';
}

struct toml_document::tree {
  toml::table table;
};
void toml_document::release::operator()(tree* t) const {
  delete t;
}
toml_document::toml_document(std::unique_ptr<tree, release> t) : tree_(std::move(t)) {}

result<toml_document> toml_document::parse(std::string_view text, errc code) {
  const auto not_toml = [&](std::string_view why, std::uint64_t line) {
    problem p(code, "not TOML: " + std::string(why));
    p.line = line;
    return p;
  };
  if (text.size() > toml_bytes_max) return problem{code, "more than 1 MiB"};
  if (const std::size_t bad = find_bad_utf8(text); bad != text.npos)
    return not_toml("bytes that are not UTF-8",
                    1 + static_cast<std::uint64_t>(std::ranges::count(text.substr(0, bad), '\n')));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const auto line = find_unquoted(text))
    return not_toml("names with letters beyond a-z stand in quotes, all on one line", *line);
  try {
    return toml_document({new tree{toml::parse(text)}, release{}});
  } catch (const toml::parse_error& e) {
    return not_toml(e.description(), e.source().begin.line);
  } catch (const failed_toml_assertion&) {
    return not_toml("a bracket or comma where a key or value is needed", 0);
  }
}

toml_value toml_document::root() const {
  return toml_value(static_cast<toml::node*>(&tree_->table));
}
void toml_document::merge(toml_document over, std::span<const std::string_view> whole) {
  merge_tables(tree_->table, over.tree_->table, whole);
}
void toml_document::erase(std::string_view key) {
  tree_->table.erase(key);
}
void toml_document::keep_only(std::string_view list, std::size_t n, std::string_view key) {
  toml::table* kept = tree_->table[list][n][key].as_table();
  toml::table out;
  if (kept != nullptr) out = std::move(*kept);
  tree_->table = std::move(out);
}

void toml_reading::fail(const toml_value& at, std::string key, std::string what) {
  if (error) return;
  error = problem{code, std::move(what), std::move(key)};
  error->line = at.line();
}

std::string toml_section::path(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void toml_section::fail(std::string_view key, std::string what) const {
  reading_->fail(table_.at(key).value_or(table_), path(key), std::move(what));
}

void toml_section::fail_whole(std::string what) const {
  reading_->fail(table_, path_, std::move(what));
}

void toml_section::fail_type(std::string_view key, std::string_view expected) const {
  fail(key, "expected " + std::string(expected) + ", found " + std::string(table_.at(key)->word()));
}

void toml_section::fail_unknown(std::string_view key, std::string_view what, std::string_view given,
                                std::span<const std::string_view> known) const {
  fail(key, unknown_name(what, given, known));
}

void toml_section::allow(names keys) const {
  for (const std::string& key : table_.keys())
    if (std::ranges::find(keys, key) == keys.end())
      fail_unknown(key, "key", key, {keys.begin(), keys.size()});
}

std::string_view toml_section::only_one(names keys) const {
  std::string_view found;
  std::string listed;
  std::size_t n = 0;
  for (const auto key : keys) {
    listed += (listed.empty() ? "" : ", ") + std::string(key);
    if (!has(key)) continue;
    found = key;
    ++n;
  }
  if (n == 1) return found;
  fail_whole("exactly one of these keys is needed: " + listed);
  return {};
}

std::string toml_section::text(std::string_view key) const {
  const auto value = table_.at(key);
  if (!value) return {};
  auto text = value->text();
  if (!text)
    fail_type(key, "a text");
  else if (text->empty())
    fail(key, "an empty text");
  return std::move(text).value_or("");
}

std::string toml_section::required_text(std::string_view key) const {
  if (!has(key)) fail(key, "this key is required");
  return text(key);
}

bool toml_section::flag(std::string_view key, bool fallback) const {
  const auto value = table_.at(key);
  if (!value) return fallback;
  const auto flag = value->flag();
  if (!flag) fail_type(key, "true or false");
  return flag.value_or(fallback);
}

std::optional<std::int64_t> toml_section::integer(std::string_view key, std::int64_t min,
                                                  std::int64_t max) const {
  const auto value = table_.at(key);
  if (!value) return std::nullopt;
  const auto number = value->integer();
  if (!number)
    fail_type(key, "an integer");
  else if (*number < min || *number > max)
    fail(key, "expected " + std::to_string(min) + " to " + std::to_string(max));
  else
    return number;
  return std::nullopt;
}

std::vector<std::string> toml_section::texts(std::string_view key, bool empty_taken) const {
  const auto value = table_.at(key);
  if (!value) return {};
  std::vector<std::string> out;
  const auto take = [&](const toml_value& item) {
    const auto text = item.text();
    if (!text || (text->empty() && !empty_taken)) fail(key, "expected a text or a list of texts");
    out.push_back(text.value_or(""));
  };
  if (!value->is_list()) {
    take(*value);
    return out;
  }
  const auto items = value->items();
  if (items.empty()) fail(key, "an empty list");
  for (const toml_value& item : items) take(item);
  return out;
}

std::optional<toml_section> toml_section::subsection(std::string_view key) const {
  const auto value = table_.at(key);
  if (!value) return std::nullopt;
  if (value->is_table()) return toml_section(*reading_, *value, path(key));
  fail_type(key, "a table");
  return std::nullopt;
}

std::vector<toml_section> toml_section::sections(std::string_view key) const {
  const auto value = table_.at(key);
  if (!value) return {};
  std::vector<toml_section> out;
  if (!value->is_list()) fail_type(key, "a list of tables");
  for (const toml_value& item : value->items()) {
    const std::string where = path(key) + "[" + std::to_string(out.size() + 1) + "]";
    if (!item.is_table()) {
      reading_->fail(item, where, "expected a table");
      return out;
    }
    out.emplace_back(*reading_, item, where);
  }
  return out;
}

}  // namespace stegvis
