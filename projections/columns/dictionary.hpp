#pragma once
// The dictionary of the columns: one entry for each thing that events say, whoever they are about.
// Looking up makes no strings: the values' canonical JSON is written into one buffer and hashed.
// One thread at a time.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/payload.hpp"
#include "projections/columns/column_type.hpp"
#include "projections/columns/columns.hpp"

namespace stegvis {

class column_dictionary {
 public:
  // Two steps to the entry for the values of an object, so that the second finds in the cache what
  // the first asked for. The entry is added if there is none yet.
  void prepare(const column_type&, const void* object);
  std::uint32_t find_or_add(const column_type&, const void* object);  // the one just prepared
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  const std::vector<std::shared_ptr<const column_content>>& entries() const { return entries_; }
  // Adds the next entry from its stored form; false if that does not decode or is there already.
  bool add_stored(std::string_view bytes);
  // Stored forms of the last entries: those that were added since they were last written.
  const std::vector<std::string>& unwritten() const { return unwritten_; }
  void set_written() { unwritten_.clear(); }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  struct slot {
    std::uint32_t hash = 0, entry = none;
    std::uint32_t name = 0, bytes = 0;  // in `names_`, so that a look-up touches no third place
  };

  void write_form(const column_type&, const void* object);
  std::optional<event_data> read_form(std::string_view bytes);
  std::uint32_t add(const column_type&, const event_data& alone);
  std::uint32_t find() const;
  void grow();
  void place(const slot&, std::uint64_t hash);

  std::string name_, form_;  // of the object just prepared
  std::uint64_t hash_ = 0;   // likewise
  payload_writer writer_;
  payload_reader reader_;
  std::vector<slot> slots_;  // a power of two, at most half full
  std::string names_;        // of all entries, one after the other, at most 4 GB
  std::vector<std::string> unwritten_;
  std::vector<std::shared_ptr<const column_content>> entries_;
};

}  // namespace stegvis
