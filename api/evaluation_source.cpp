#include "api/evaluation_source.hpp"

#include <fstream>
#include <iterator>

#include "events/catalogue.hpp"
#include "events/nearest.hpp"

namespace stegvis {
namespace {
constexpr std::uintmax_t definition_bytes_max = 1 << 20;

result<std::string> read_definition_file(const std::filesystem::path& file) {
  std::error_code none;
  if (std::filesystem::file_size(file, none) > definition_bytes_max || none)
    return problem{errc::bad_file, "cannot read the definition " + file.string()};
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return problem{errc::bad_file, "cannot read the definition " + file.string()};
  return text;
}

bool is_file_name(const std::string& text) {
  return text.find('/') != text.npos || text.find('.') != text.npos;
}

std::vector<std::pair<std::string, std::int64_t>> answers_of(const ledger& book, position at) {
  std::vector<std::pair<std::string, std::int64_t>> answers;
  auto e = book.read(at);
  if (!e) return answers;
  book.unseal(*e);
  const auto* responded = e->data.get<survey_responded>();
  if (responded == nullptr || !responded->answers || !responded->answers->clear) return answers;
  json_parser parser;
  const auto parsed = parser.parse(responded->answers->bytes);
  if (!parsed || parsed->type() != json_type::array) return answers;
  parsed->each_element([&](json_value answer) {
    std::string item;
    std::optional<std::int64_t> value;
    answer.each_member([&](std::string_view key, json_value v) {
      if (key == "item" && v.type() == json_type::text) item = v.text();
      if (key == "value" && v.type() == json_type::integer) value = v.integer();
      return true;
    });
    if (!item.empty() && value) answers.emplace_back(item, *value);
    return true;
  });
  return answers;
}
}  // namespace

result<evaluation_facts> facts_of(owned_ledger& owned,
                                  const std::function<void(position)>& progress) {
  ledger* const book = &owned.book();
  auto set = owned.columns_at(book->head(), progress);
  if (!set) return set.error();
  evaluation_facts facts;
  facts.set = std::move(*set);
  facts.ledger = book->id();
  facts.recorded_at = [book](position at) { return book->recorded_at(at); };
  if (const auto keys = book->keys()) {
    key_store* const store = *keys;
    facts.open = [store](std::string_view subject,
                         const sealed_value& s) -> std::optional<std::string> {
      const auto key = store->find(subject, s.cls);
      return key ? stegvis::open(*key, s.name, s.field_name, s.bytes) : std::nullopt;
    };
    facts.answers = [book](position at) { return answers_of(*book, at); };
  }
  return facts;
}

result<evaluation_facts> facts_of(context& c) {
  progress_line shown(c.io, "events", c.options.quiet);
  const position head = c.book().head();
  return facts_of(*c.owned, [&](position at) {
    shown.show(at.value, {at.value, head.value});
  });
}

result<definition> find_shipped(const std::string& name) {
  if (const auto text = shipped_definition(name)) return parse_definition(*text, name + ".toml");
  const auto names = shipped_definitions();
  return problem{errc::bad_definition, unknown_name("definition", name, names)};
}

result<definition> find_definition(context& c, const std::string& name_or_file) {
  if (!is_file_name(name_or_file)) return find_shipped(name_or_file);
  const auto text = read_definition_file(c.path(name_or_file));
  if (!text) return text.error();
  const auto folder = c.path(name_or_file).parent_path();
  const definition_finder beside = [folder](std::string_view name) -> std::optional<std::string> {
    auto other = read_definition_file(folder / (std::string(name) + ".toml"));
    if (!other) return std::nullopt;
    return std::move(*other);
  };
  return parse_definition(*text, name_or_file, beside);
}

}  // namespace stegvis
