#pragma once
// The two small files above all keys.
//
// Key file (the key-encryption key, KEK, and transfer keys): 64 lower-case hex digits and a
// newline, mode 0600.
//
// Generation file `keys/generation`, 120 bytes, numbers big-endian:
//   0  magic "SGKF"   4  format version u32   8  generation u64
//   16 generation key wrapped under the KEK (72), associated data = bytes 0 to 15
//   88 SHA-256 of bytes 0 to 87
//
// A file is replaced by writing beside it, syncing and renaming. The bytes of the one it replaces
// stay reachable under `.replaced` until they are overwritten with zeros and synced; whatever a
// crash left of that is finished by `finish_replacing`. Overwriting in place reaches the old blocks
// on file systems that do not copy on write.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "events/error.hpp"
#include "events/sealing.hpp"

namespace stegvis {

// Called after each step that a crash may follow, with its name; for tests. May be empty.
using step_hook = std::function<void(std::string_view step)>;

// bad_key if there is no such file or it has another form.
[[nodiscard]] result<raw_key> read_key_file(const std::filesystem::path& file);
// Makes the file, synced, if it is missing; never overwrites one. bad_key as above.
[[nodiscard]] result<raw_key> read_or_make_key_file(const std::filesystem::path& file);

struct generation {
  std::uint64_t number = 0;
  raw_key key;
};

// bad_key if the file is missing or the KEK is not the one it was wrapped with; corrupt if its
// bytes are damaged; newer_format.
[[nodiscard]] result<generation> read_generation(const std::filesystem::path& file,
                                                 const raw_key& kek);

// Replaces the file as said above. Steps: generation_written, generation_linked,
// generation_switched (from here on the new one counts), generation_overwritten.
void write_generation(const std::filesystem::path& file, const generation& next, const raw_key& kek,
                      const step_hook& at_step);

// Removes what an interrupted write_generation left, overwritten.
void finish_replacing(const std::filesystem::path& file);

void sync_folder(const std::filesystem::path& folder);

// Puts the bytes under a new name, mode 0600, synced together with its folder's entry. The file
// must not exist. Throws world_error.
void write_new_file(const std::filesystem::path& file, std::string_view bytes);

// Syncs a finished draft and gives it its name, in the same folder. Throws world_error.
void publish_file(const std::filesystem::path& draft, const std::filesystem::path& file);

}  // namespace stegvis
