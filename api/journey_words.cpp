#include "api/journey_words.hpp"

#include "api/journey_json.hpp"

namespace stegvis {
namespace {

void append_details(const json_value& value, std::string_view name, language l, std::string& out) {
  if (value.type() == json_type::object) {
    value.each_member([&](std::string_view key, const json_value& v) {
      append_details(v, key, l, out);
      return true;
    });
    return;
  }
  if (value.type() == json_type::array) {
    value.each_element([&](const json_value& v) {
      append_details(v, name, l, out);
      return true;
    });
    return;
  }
  if (!out.empty()) out += ", ";
  out += std::string(name) + ' ';
  const auto* family = family_of_field(name);
  if (value.type() != json_type::text)
    out += value.minified();
  else if (family != nullptr)
    out += word_of(*family, value.text(), l);
  else
    out += value.text();
}

}  // namespace

std::string details_of(json_parser& parser, const event_data& data, language l) {
  const auto json = data_json(data);
  std::string details;
  const auto document = parser.parse(json);
  if (document) append_details(*document, "", l, details);
  // What is one line in the table stays one line.
  for (char& ch : details) {
    if (static_cast<unsigned char>(ch) < 0x20) ch = ' ';
  }
  return details;
}

std::string standing_words(const timeline_entry& e, language l) {
  const auto by = std::to_string(e.changed_by.value);
  const bool sv = l == language::swedish;
  switch (e.standing) {
    case entry_standing::original:
      return "";
    case entry_standing::corrected:
      return (sv ? "rättad av " : "corrected by ") + by;
    case entry_standing::voided:
      return (sv ? "makulerad av " : "voided by ") + by;
    case entry_standing::correction:
      return sv ? "rättelse" : "correction";
    case entry_standing::voiding:
      return sv ? "makulering" : "void";
  }
  return "";
}

}  // namespace stegvis
