#pragma once
// The rows of a chunk once more, narrow and grouped by event type, so that a question about some
// types reads their runs and nothing else. Made in memory when a chunk is made or loaded, never
// stored; 26 bytes a row.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/event_data.hpp"
#include "events/ledger.hpp"

namespace stegvis {

struct column_chunk;
struct column_content;

struct rows_by_type {
  struct run {
    const type_description* type = nullptr;
    std::uint32_t first = 0, end = 0;
  };
  std::vector<run> runs{};  // by type id
  // Columns, one entry a row, by (type, journey, valid, order). Positions count from `base`.
  std::vector<std::uint16_t> journey{};
  std::vector<std::int32_t> valid{};
  std::vector<std::uint32_t> content{}, known_from{}, known_to{};
  std::vector<std::uint32_t> key{};
  std::vector<std::uint32_t> row{};  // of the chunk
  // One entry a journey: when anything of it was first known, what its subject is (an index into
  // `kinds`) and the hash of its subject.
  std::vector<std::uint32_t> first_known{}, subject_hash{};
  std::vector<std::uint8_t> kind{};
  std::vector<std::string> kinds{};  // subjects up to and with the first slash
  std::uint64_t base = 0;

  static constexpr std::uint32_t still_known_here = 0xffff'ffff;
  run of(const type_description*) const;  // empty if there are none
  // The cut as positions here; nothing if it lies before everything.
  std::optional<std::uint32_t> here(position) const;
};

std::uint32_t hash_of_subject(std::string_view);

// Nothing if the chunk does not fit: positions more than 32 bits apart, more than 65,536 journeys
// or 256 kinds of subjects.
std::optional<rows_by_type> group_by_type(
    const column_chunk&, std::span<const std::shared_ptr<const column_content>> dictionary);

}  // namespace stegvis
