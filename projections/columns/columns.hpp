#pragma once
// Columns: the events of every subject, resolved once and for all questions. One row for each
// version of an event: an original, and one more for each correction that changed what stands.
// Amendments themselves are no rows. Known at cut K: known_from <= K < known_to. As of day V:
// valid <= V. Two comparisons make any question bitemporal.
//
// What an event says, apart from ids, its own days and sealed values, stands once in a dictionary.
// Sealed values stay sealed, in memory and on disk: whoever needs one opens it with the person's
// key, and a forgotten person's values read `erased` because the key is gone.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ledger.hpp"
#include "events/sha256.hpp"
#include "projections/columns/rows_by_type.hpp"
#include "projections/resolve.hpp"

namespace stegvis {

constexpr std::string_view columns_name = "columns-1";
constexpr std::uint64_t still_known = ~std::uint64_t{0};

// What an event says: equal contents are one entry of the dictionary.
struct column_content {
  const type_description* type = nullptr;
  // As the rules of status read it, without key, enrolment and until, which differ by row.
  fact_content base{};
  // One for each field of the type: plain values as text (codes, references, integers, true,
  // false, decimals, days; lists as JSON). Empty: absent, an id that pairs, a day that the row
  // has as `until`, or sealed.
  std::vector<std::string> values{};
  std::string_view value(std::string_view field) const;  // empty if absent or no such field
  friend bool operator==(const column_content&, const column_content&) = default;
};

// A value under seal, of the classes background and health (codes only, no reasons), and the
// detail of handling_changed. `name` and `field` are what it was sealed with: a correction's value
// is sealed under the correction's name. Borrowed from its chunk.
struct sealed_value {
  std::uint32_t row = 0;   // within its journey
  std::uint8_t field = 0;  // index into the type's fields
  privacy cls{};
  std::string_view name{}, field_name{}, bytes{};
};

// Rows of some 4,096 events, whole journeys, grouped by subject and within a subject by (valid,
// order): the order in which they hold. Immutable once made; moved, never copied.
struct column_chunk {
  struct journey_rows {
    std::string subject{};
    std::uint32_t first = 0, count = 0;                // rows
    std::uint32_t first_sealed = 0, sealed_count = 0;  // entries of `sealed`
  };
  std::vector<journey_rows> journeys{};
  // Columns, one entry a row.
  std::vector<std::uint32_t> content{};  // dictionary entry
  std::vector<std::int32_t> valid{};     // day
  std::vector<std::uint64_t> order{};    // position of the original
  std::vector<std::uint64_t> known_from{}, known_to{};
  std::vector<std::int32_t> recorded_day{};  // of the original, in Stockholm
  std::vector<std::int32_t> dated_on{};      // recorded day of what gave `valid`
  std::vector<std::int32_t> until{};         // last day planned; no_until: none
  // Ids that pair events of one journey: 1, 2 ... in order of first use; 0: none.
  std::vector<std::uint32_t> key{}, enrolment{}, link{};  // link: the match of a placement
  std::vector<std::uint8_t> flags{};                      // copied_flag, opening_flag
  std::vector<sealed_value> sealed{};                     // by journey, then row
  std::vector<char> sealed_bytes{};                       // what they show
  // The same rows by type, of a chunk that a reader sees; empty if they do not fit.
  std::optional<rows_by_type> by_type{};

  static constexpr std::int32_t no_until = INT32_MIN;
  static constexpr std::uint8_t copied_flag = 1, opening_flag = 2;
};

// A state of the columns that does not change any more; whoever holds it may scan it.
struct column_set {
  position checkpoint{};
  std::vector<std::shared_ptr<const column_content>> dictionary{};
  std::vector<std::shared_ptr<const column_chunk>> chunks{};  // by number
  std::uint64_t rows() const;
};

// The stored columns, in RocksDB under DIR/index/columns/NAME: chunks, dictionary and checkpoint
// move together in one write. Derived: may be deleted, and is built again; what is damaged, of
// another version or ahead of the ledger is made anew. Thread safe.
class columns {
 public:
  static std::unique_ptr<columns> open(const ledger& of, std::string_view name = columns_name);
  ~columns();

  position checkpoint() const;
  // Folds the log up to `to` (at most the head) in steps of `batch` events: new journeys go into
  // new chunks, chunks of touched ones are written anew. A crash costs the step under way. Larger
  // steps write less; one takes some 100 bytes an event beside the columns themselves.
  [[nodiscard]] result<void> catch_up(const ledger& from, position to,
                                      std::uint64_t batch = 2'000'000,
                                      const std::function<void(position)>& progress = {});
  // What has been folded so far. Cheap: shares the chunks.
  std::shared_ptr<const column_set> current() const;
  // SHA-256 over every journey's rows by subject, with dictionary entries written out: the same
  // for any batch size and order of building.
  digest state_hash() const;

 private:
  struct state;
  explicit columns(std::unique_ptr<state>);
  std::unique_ptr<state> state_;
};

// One journey of a chunk as known at a cut and as of a day, in the form that the rules read.
// The standing facts point into `facts`, whose own contents are not to be read, and into the
// dictionary, so the column_set must outlive them. Ids read "1", "2" ... Reuse it: memory is kept.
struct known_journey {
  std::vector<fact> facts{};              // at least as many as stand
  std::vector<standing_fact> standing{};  // (valid, order)
  std::vector<std::uint32_t> rows{};      // of the chunk, parallel to `standing`
  bool known = false;                     // has any event at the cut
};
void read_journey(const column_set&, const column_chunk&, const column_chunk::journey_rows&,
                  position at, day as_of, known_journey& into);
// The same of the rows that `stands` says stand, whatever the cut.
void read_journey(const column_set&, const column_chunk&, const column_chunk::journey_rows&,
                  day as_of, const std::function<bool(std::uint32_t row)>& stands,
                  known_journey& into);

}  // namespace stegvis
