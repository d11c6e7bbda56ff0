#pragma once
// Rows of a table into events, as a mapping says: CloudEvents JSON, one object each, which the
// import then checks like any other. Nothing here touches a ledger.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "ingest/mapping.hpp"
#include "ingest/table.hpp"

namespace stegvis {

struct table_event {
  std::string json;        // without line break
  std::uint64_t line = 0;  // of the row it comes from
};

// What the ledger must give. Both must answer the same for the same arguments in the same ledger.
struct table_events_options {
  // The random subject id of whoever bears an identifier, made at first sight.
  std::function<result<std::string>(std::string_view scheme, std::string_view issuer,
                                    std::string_view value)>
      person_subject{};
  // A keyed hash of text that names an event (source, row key, rule, column), so that ids are the
  // same at every import and tell nothing. 1 to 128 bytes without spaces.
  std::function<std::string(std::string_view text)> event_id{};
};

// One import of one table. Not thread safe. Keeps the subject of every person seen (about 100 bytes
// each), so that each is registered once; nothing else grows with the table.
class table_events {
 public:
  // missing_column if the header lacks a column that the mapping names.
  [[nodiscard]] static result<table_events> make(mapping m, const std::vector<std::string>& header,
                                                 table_events_options options);
  ~table_events();
  table_events(table_events&&) noexcept;
  table_events& operator=(table_events&&) noexcept;

  // The row's events: for a new person person_registered and identifier_recorded first, then the
  // rules' in their order, then the sequence's. All or nothing: bad_cell names line and column,
  // never a value; what person_subject refuses gets line and column too. Asserts that the row is
  // as wide as the header.
  [[nodiscard]] result<std::vector<table_event>> read(const table_row& row);

 private:
  struct state;
  explicit table_events(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

}  // namespace stegvis
