#pragma once
// Columns in memory of journeys that come whole, one after the other, wherever their events lie in
// the ledger: for whoever has some of its subjects only, such as a worker on a partition. The rows
// are those that the stored columns have for the same subjects.
#include <memory>
#include <vector>

#include "projections/columns/chunk_maker.hpp"

namespace stegvis {

class journey_columns {
 public:
  // All events of one subject, ascending by position; corrections may still be unbound, as they
  // come from JSON. A subject comes once. bad_target if a correction fits no event of the journey.
  [[nodiscard]] result<void> add(std::vector<event> journey);
  std::size_t rows() const { return rows_; }
  // The columns of all that was added, known up to `checkpoint`. Of no use afterwards.
  std::shared_ptr<const column_set> finish(position checkpoint);

 private:
  void end_chunk();

  std::size_t rows_ = 0;
  column_dictionary dictionary_;
  subject_table subjects_;
  column_step step_;     // of one journey
  journey_draft draft_;  // likewise
  chunk_maker maker_;
  std::vector<std::shared_ptr<column_chunk>> chunks_;
};

}  // namespace stegvis
