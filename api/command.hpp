#pragma once
// A command line: what each command is called and takes, and how one is run. The same code runs
// commands of this process and commands that others hand over to the ledger's owner; it reads and
// writes only through `streams`, and relative paths start at the invocation's own folder.
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "api/exit_code.hpp"
#include "api/import_job.hpp"
#include "api/owned_ledger.hpp"
#include "api/streams.hpp"

namespace CLI {
class App;
}

namespace stegvis {

// Options that every command takes.
struct common_options {
  std::string folder;  // DIR as written; empty for commands without one
  bool json = false;
  bool quiet = false;
  bool no_color = false;
  bool no_input = false;  // accepted everywhere: nothing is ever asked
  std::string lang;       // "sv" or "en"; empty: by the environment
};

// What a command works with.
struct context {
  streams& io;
  std::filesystem::path cwd;
  std::stop_token stop;
  common_options options;
  owned_ledger* owned = nullptr;     // set if the command needs a ledger
  const importer* import = nullptr;  // what `serve` imports with

  ledger& book() const { return owned->book(); }
  std::filesystem::path folder() const { return path(options.folder); }
  std::filesystem::path path(const std::string& text) const { return cwd / text; }
  bool swedish() const { return options.lang != "en"; }
  // A line for people on the error stream; nothing with --quiet.
  void say(std::string_view line) const;
  // An error line, also with --quiet.
  void complain(std::string_view line) const;
};

// The exit code, or what was wrong. A problem is reported by whoever runs the command.
using command_body = std::function<result<exit_code>(context&)>;

// `made`: where there is none, the command first runs without one, to make it.
enum class ledger_need : std::uint8_t { none, open, made };

struct command {
  std::string_view name;      // one or two words
  std::string_view summary;   // a sentence without full stop
  std::string_view examples;  // one a line
  ledger_need needs;
  bool takes_folder;
  bool verdict;  // its last line on stdout is OK or FAILED
  // Declares its own options and says what to do with them; may set shared ones.
  command_body (*declare)(CLI::App&, common_options&);
};

// Every command, in the order of `stegvis help`.
std::span<const command* const> commands();
// The command that the arguments name; nullptr if none.
const command* find_command(std::span<const std::string> arguments);

// A command line that was understood.
struct parsed_command {
  const command* chosen = nullptr;  // nullptr: help is wanted, and here it is
  common_options options;
  command_body body;
  std::string help;
};
// bad_argument. Arguments are those behind the program's name.
[[nodiscard]] result<parsed_command> parse_command(std::span<const std::string> arguments);

// Runs what was parsed and reports its problem, if any. World failures and closed outputs end in an
// exit code too; nothing is thrown.
int run_command(const parsed_command& parsed, context& c);
// Tells of a problem on the error stream, and with --json as the last object on stdout.
exit_code report(const problem& p, context& c);
// The same for an ending without a problem, such as a difference found: JSON only.
void report_exit(exit_code code, std::string_view error, std::string_view message, context& c);

// The page of `stegvis help`, and of `stegvis help COMMAND`.
std::string overview();
std::string help_of(const command& c);

}  // namespace stegvis
