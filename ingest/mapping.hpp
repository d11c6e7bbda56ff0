#pragma once
// A mapping says how the rows of a table become events. It is a TOML file, described with examples
// in ingest/mappings/README.md. These structs are what such a file says, checked.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/error.hpp"
#include "ingest/cell.hpp"
#include "ingest/encoding.hpp"

namespace stegvis {

// "unit/{Enhet}": plain text and columns by turns.
struct text_template {
  struct piece {
    std::string text;
    bool is_column = false;
  };
  std::vector<piece> pieces;
};

using constant = std::variant<std::string, std::int64_t, bool>;
enum class conversion : std::uint8_t { text, integer, decimal, boolean, date };

// A cell, converted. An empty cell gives `if_empty`, or else no field at all.
struct column_value {
  std::string column;
  conversion as = conversion::text;
  date_rule date{};
  bool decimal_comma = false;
  std::map<std::string, constant, std::less<>> values{};  // empty = the cell itself
  std::optional<constant> otherwise{};  // for values not listed; absent = they are refused
  std::optional<constant> if_empty{};
  std::string split{};  // separator of a list; empty = one value
};

struct field_rule;
struct value_rule {
  using object = std::vector<field_rule>;
  using list = std::vector<value_rule>;
  std::variant<constant, column_value, text_template, object, list> form;
};
struct field_rule {
  std::string name;
  value_rule value;
};

// A column or a constant date, moved by `plus` units, and behind its last day if that is asked.
struct time_rule {
  std::string column{};
  std::optional<cell_time> constant{};
  date_rule date{};
  std::int64_t plus = 0;
  std::string plus_column{};  // added instead of `plus`
  duration_unit unit = duration_unit::days;
  bool last_day = false;
};

// Holds if the cell is (or with `negated` is not) one of `values`; "" is an empty cell.
struct row_condition {
  std::string column;
  std::vector<std::string> values;
  bool negated = false;
};

// One event of each row that meets all conditions.
struct event_rule {
  std::string name;  // part of the events' ids: renaming it makes new events
  std::string type;  // without "stegvis."
  std::optional<text_template> subject{};  // instead of the mapping's
  std::vector<row_condition> when{};
  time_rule time{};
  std::vector<field_rule> data{};
  bool opening_balance = false;
};

// Whom the rows are about, found by an identifier. Registered at first sight.
struct person_rule {
  std::string column{}, scheme{}, issuer{};
  std::optional<time_rule> time{};  // of the registration; absent = the row's earliest event
  std::vector<field_rule> data{};   // of person_registered
  bool opening_balance = false;
};

// Neighbouring columns from..to, one state a step; an event at the first and at each change.
struct sequence_rule {
  std::string from, to;
  cell_time start;
  duration_unit step = duration_unit::months;
  std::string scheme, source;
  std::map<std::string, constant, std::less<>> values{};
  std::string if_empty{};    // the state of an empty cell; empty = refused
  bool carry_empty = false;  // an empty cell continues the state before it
  bool opening_balance = false;
};

struct mapping {
  std::string source;
  std::optional<text_encoding> encoding{};
  char separator = '\0';
  std::string sheet{};
  std::uint64_t header_row = 1;
  std::optional<person_rule> person{};
  std::optional<text_template> subject{};  // exactly one of these two, or one for each rule
  std::vector<std::string> row_key{};
  std::vector<event_rule> events{};  // the [[attribute]] rules among them
  std::optional<sequence_rule> sequence{};
  std::vector<std::string> columns{};  // every column named, each once
};

// Reads TOML text. bad_mapping with line, key (as event[2].time.column) and, where a name was
// wrong, the nearest right one. Types and their fields are checked against the catalogue. The
// first problem in reading order is given.
[[nodiscard]] result<mapping> parse_mapping(std::string_view toml);

}  // namespace stegvis
