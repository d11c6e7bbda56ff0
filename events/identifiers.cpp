#include "events/identifiers.hpp"

#include "events/catalogue.hpp"
#include "events/json.hpp"

namespace stegvis {
namespace {

std::string clear_text(const secret_field& f) {
  json_parser parser;
  const auto text = f.clear ? parser.parse(f.bytes) : result<json_value>(problem{});
  return text && text->type() == json_type::text ? std::string(text->text()) : std::string();
}

template <class T>
std::optional<recorded_identifier> identifier_of(const T* data) {
  if (data == nullptr) return std::nullopt;
  recorded_identifier id{0, std::string(code_of(data->scheme)), data->issuer.value_or(""),
                         clear_text(data->identifier)};
  if (id.value.empty()) return std::nullopt;
  return id;
}

}  // namespace

std::optional<recorded_identifier> identifier_in(const event& e) {
  if (auto id = identifier_of(e.data.get<identifier_recorded>())) return id;
  return identifier_of(e.data.get<identifier_replaced>());
}

bool link_identifier(key_store& keys, const recorded_identifier& id, const std::string& subject) {
  const person_identifier number{id.scheme, id.issuer, id.value};
  const auto known = keys.find_person(number);
  if (!known || *known) return false;
  return keys.link_person(number, subject).has_value();
}

}  // namespace stegvis
