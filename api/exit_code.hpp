#pragma once
// Exit codes: stable, documented, one for each way a command can end.
#include <span>
#include <string_view>

#include "events/error.hpp"

namespace stegvis {

enum class exit_code : int {
  done = 0,
  failure = 1,
  usage = 2,
  partial = 3,
  verification_failed = 4,
  conflict = 5,
  no_ledger = 10,
  locked = 11,
  key = 12,
  broker = 13,
  newer_format = 20,
  interrupted = 130
};

struct exit_row {
  exit_code code;
  std::string_view name, meaning;
};
// Every exit code, ascending.
std::span<const exit_row> exit_codes();
std::string_view name_of(exit_code code);

// The code a command ends with that failed with this problem.
exit_code exit_code_of(errc code);

}  // namespace stegvis
