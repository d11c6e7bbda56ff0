#include "api/evaluation_source.hpp"

#include <algorithm>
#include <future>
#include <set>

#include "events/catalogue.hpp"
#include "events/nearest.hpp"
#include "projections/columns/journey_columns.hpp"

namespace stegvis {
namespace {
std::vector<std::pair<std::string, std::int64_t>> answers_of(const ledger& book, position at) {
  auto e = book.read(at);
  if (!e) return {};
  book.unseal(*e);
  const auto* responded = e->data.get<survey_responded>();
  if (responded == nullptr || !responded->answers || !responded->answers->clear) return {};
  return answers_in(responded->answers->bytes);
}

// What the log has grown by is hashed on a thread of its own: of a fresh ledger that takes longer
// than folding it.
template <class Fold>
auto fold_and_hash(owned_ledger& owned, Fold&& fold) -> decltype(fold()) {
  auto hashed =
      std::async(std::launch::async, [&] { return owned.hashes().catch_up(owned.book().head()); });
  auto folded = fold();
  if (const auto r = hashed.get(); !r) return r.error();
  return folded;
}

evaluation_facts facts_in(owned_ledger& owned, std::shared_ptr<const column_set> set) {
  ledger* const book = &owned.book();
  head_hashes* const hashes = &owned.hashes();
  evaluation_facts facts;
  facts.set = std::move(set);
  facts.ledger = book->id();
  facts.recorded_at = [book](position at) { return book->recorded_at(at); };
  facts.head_hash = [hashes](position at) -> result<std::string> {
    const auto hash = hashes->at(at);
    if (!hash) return hash.error();
    return hex(*hash);
  };
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

// Subjects that have an event of one of the types, up to the position.
result<std::set<std::string>> subjects_with(const ledger& book,
                                            const std::vector<const type_description*>& types,
                                            position to,
                                            const std::function<void(position)>& progress) {
  std::set<std::string> subjects;
  const auto read = book.scan({1}, to, [&](const event& e) {
    if (std::ranges::find(types, &e.type()) != types.end()) subjects.insert(e.subject);
    progress(e.position);
    return true;
  });
  if (!read) return read.error();
  return subjects;
}
}  // namespace

std::vector<std::pair<std::string, std::int64_t>> answers_in(std::string_view json) {
  std::vector<std::pair<std::string, std::int64_t>> answers;
  json_parser parser;
  const auto parsed = parser.parse(json);
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

result<evaluation_facts> facts_of(owned_ledger& owned,
                                  const std::function<void(position)>& progress) {
  auto set = fold_and_hash(owned, [&] { return owned.columns_at(owned.book().head(), progress); });
  if (!set) return set.error();
  return facts_in(owned, std::move(*set));
}

result<evaluation_facts> facts_about(owned_ledger& owned,
                                     const std::vector<const type_description*>& types,
                                     const std::function<void(position)>& progress) {
  const ledger& book = owned.book();
  const position head = book.head();
  const auto subjects =
      fold_and_hash(owned, [&] { return subjects_with(book, types, head, progress); });
  if (!subjects) return subjects.error();
  journey_columns made;
  for (const auto& subject : *subjects) {
    auto journey = book.journey(subject, {1}, head);
    if (!journey) return journey.error();
    if (const auto added = made.add(std::move(*journey)); !added) return added.error();
  }
  return facts_in(owned, made.finish(head));
}

result<definition> find_shipped(const std::string& name) {
  if (const auto text = shipped_definition(name)) return parse_definition(*text, name + ".toml");
  const auto names = shipped_definitions();
  return problem{errc::bad_definition, unknown_name("definition", name, names)};
}

}  // namespace stegvis
