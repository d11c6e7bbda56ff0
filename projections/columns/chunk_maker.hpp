#pragma once
// Makes one chunk, journey by journey, and its stored form, and reads that back. README.md has the
// layout. Pure.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/columns/journey_draft.hpp"

namespace stegvis {

constexpr std::size_t chunk_rows = 4'096;  // about; a chunk of twice as many is split

class chunk_maker {
 public:
  // Room for so much and a quarter more.
  void reserve(std::size_t rows, std::size_t sealed, std::size_t sealed_bytes);
  void add(std::string_view subject, const journey_draft&);  // sorted
  // The same journeys as in another chunk, side by side there; `ids` of each in the stored form.
  void copy(const column_chunk& from, std::span<const column_chunk::journey_rows>,
            std::span<const std::string_view> ids);
  // The maker in pieces of about so many rows, whole journeys each. Of no use afterwards.
  std::vector<chunk_maker> split(std::size_t piece_rows);
  std::size_t rows() const { return chunk_.content.size(); }
  const sealed_list& sealed() const { return sealed_; }
  const column_chunk& chunk() const { return chunk_; }  // but for `sealed`
  void settle() { sealed_.settle(); }  // what was added or copied may go away
  column_chunk take();
  std::string_view ids(std::size_t journey) const;  // in the stored form
  std::string stored() const;
  std::size_t stored_bytes() const;  // about

 private:
  void add_sealed(const journey_draft&);

  column_chunk chunk_;
  sealed_list sealed_;
  std::string ids_;                // of each journey, one after the other
  std::vector<std::size_t> ends_;  // of each in `ids_`
};

// What a chunk may refer to.
struct chunk_limits {
  const std::vector<std::shared_ptr<const column_content>>& dictionary;
  position checkpoint{};
};
// Checked: lengths, references, order, and that all bytes are consumed. corrupt, newer_version.
[[nodiscard]] result<column_chunk> read_chunk(std::string_view stored, const chunk_limits&);

// The ids of each journey of a chunk that read_chunk() took, still in their stored form.
std::vector<std::string_view> stored_ids(std::string_view stored);
// Their texts.
void read_ids(std::string_view ids, id_list& into);

// The journey as a draft, to which events can be added.
void read_draft(const column_chunk&, const column_chunk::journey_rows&, std::string_view ids,
                journey_draft& into);

}  // namespace stegvis
