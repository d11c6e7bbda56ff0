// Wires a process together: its arguments and environment, and who runs the command. The process
// that finds the ledger free becomes its owner; any other hands its command to the owner.
#include <fcntl.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "api/command.hpp"
#include "api/handover.hpp"
#include "api/interruption.hpp"
#include "api/main_import.hpp"
#include "api/settings.hpp"
#include "api/version.hpp"
#include "events/nearest.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

// An owner that starts (recovery) or stops has its lock, but nobody listens yet or any more.
constexpr auto owner_wait = std::chrono::seconds(5);
constexpr auto owner_retry = std::chrono::milliseconds(20);

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The owner runs handed commands in its own environment, so what this one says becomes options.
void apply_environment(common_options& o) {
  const bool plain = !environment("NO_COLOR").empty() || environment("TERM") == "dumb" ||
                     !environment("STEGVIS_NO_COLOR").empty();
  o.no_color = o.no_color || plain;
  if (!o.lang.empty()) return;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto value = environment(name);
    if (value.empty()) continue;
    o.lang = value.starts_with("en") ? "en" : "sv";
    return;
  }
  o.lang = "sv";
}

std::vector<std::string> handed_arguments(const std::vector<std::string>& arguments,
                                          const common_options& o) {
  const auto given = [&](std::string_view option) {
    return std::ranges::any_of(arguments, [&](const auto& a) { return a.starts_with(option); });
  };
  std::vector<std::string> handed;
  if (!given("--lang")) handed.push_back("--lang=" + o.lang);
  if (o.no_color && !given("--no-color")) handed.emplace_back("--no-color");
  handed.insert(handed.end(), arguments.begin(), arguments.end());
  return handed;
}

// Opening files must not land on a standard descriptor that the process was started without.
void fill_standard_descriptors() {
  for (int fd = ::open("/dev/null", O_RDWR); fd >= 0; fd = ::open("/dev/null", O_RDWR)) {
    if (fd > STDERR_FILENO) {
      ::close(fd);
      return;
    }
  }
}

int run_handed(owned_ledger& owned, handed_command handed) {
  streams io(handed.standard[0].get(), handed.standard[1].get(), handed.standard[2].get());
  context c{io, handed.cwd, handed.stop, {}, &owned, &file_importer};
  const auto parsed = parse_command(handed.argv);
  if (!parsed) return static_cast<int>(report(parsed.error(), c));
  c.options = parsed->options;
  return run_command(*parsed, c);
}

// As the owner: others' commands run beside this one, and are waited for.
int run_as_owner(std::unique_ptr<ledger> book, const parsed_command& parsed, context& c) {
  owned_ledger owned(std::move(book));
  c.owned = &owned;
  handover_server server(owned.book().folder(), [&owned](handed_command handed) {
    return run_handed(owned, std::move(handed));
  });
  const std::stop_callback cancel(c.stop, [&server] { server.cancel(); });
  const int code = run_command(parsed, c);
  server.stop();
  return code;
}

// Why the command does not run: told as if it had failed with it.
int refuse(problem p, parsed_command parsed, context& c) {
  parsed.body = [p = std::move(p)](context&) -> result<exit_code> { return p; };
  return run_command(parsed, c);
}

// Runs the command with the ledger of its folder, here or at the owner.
int run_with_ledger(const parsed_command& parsed, context& c,
                    const std::vector<std::string>& arguments) {
  ledger_options options;
  options.folder = c.folder();
  if (parsed.chosen->needs == ledger_need::made && !fs::exists(options.folder)) {
    const interruption interrupted;
    c.stop = interrupted.token();
    if (const int code = run_command(parsed, c); code != 0) return code;
  }
  if (!fs::exists(options.folder / "head")) {
    return refuse({errc::no_ledger, "no ledger in " + c.options.folder}, parsed, c);
  }
  const auto settings = read_settings(settings_file(options.folder));
  if (!settings) return refuse(settings.error(), parsed, c);
  options.durability = settings->durability;
  const auto deadline = steady_clock::now() + owner_wait;
  for (;;) {
    {
      const interruption interrupted;
      c.stop = interrupted.token();
      auto book = ledger::open(options);
      if (book) return run_as_owner(std::move(*book), parsed, c);
      if (book.error().code != errc::locked) return refuse(book.error(), parsed, c);
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      return refuse({errc::locked, "the owner of " + c.options.folder + " did not answer in time"},
                    parsed, c);
    }
    const auto handed =
        hand_over(options.folder, handed_arguments(arguments, c.options), c.cwd, left);
    if (!handed) return refuse(handed.error(), parsed, c);
    if (*handed) return **handed;
    std::this_thread::sleep_for(owner_retry);
  }
}

int run_parsed(const parsed_command& parsed, context& c,
               const std::vector<std::string>& arguments) {
  if (parsed.chosen->needs != ledger_need::none) return run_with_ledger(parsed, c, arguments);
  const interruption interrupted;
  c.stop = interrupted.token();
  return run_command(parsed, c);
}

bool wants_overview(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return true;
  const auto& first = arguments.front();
  return arguments.size() == 1 && (first == "help" || first == "-h" || first == "--help");
}

problem unknown_command(const std::vector<std::string>& arguments) {
  std::vector<std::string_view> names{"help"};
  for (const command* known : commands()) names.push_back(known->name);
  std::string given;
  for (const auto& argument : arguments) {
    if (argument.starts_with('-') || argument == "help") continue;
    given += (given.empty() ? "" : " ") + argument;
    if (given != "keys") break;
  }
  return {errc::bad_argument, unknown_name("command", given, names)};
}

int print_page(std::string_view page, context& c) {
  parsed_command show;
  static const command help{"help", "", "", ledger_need::none, false, false, nullptr};
  show.chosen = &help;
  show.body = [page](context& to) -> result<exit_code> {
    to.io.out.put(page);
    return exit_code::done;
  };
  return run_command(show, c);
}

int run(const std::vector<std::string>& arguments) {
  streams io(STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
  context c{io, fs::current_path(), {}, {}, nullptr, &file_importer};
  // Also what is not understood is answered in JSON where that was asked for.
  c.options.json = std::ranges::find(arguments, "--json") != arguments.end();
  if (wants_overview(arguments)) return print_page(overview(), c);
  if (arguments.front() == "--version") return print_page("stegvis " STEGVIS_VERSION "\n", c);
  if (find_command(arguments) == nullptr) {
    return static_cast<int>(report(unknown_command(arguments), c));
  }
  auto parsed = parse_command(arguments);
  if (!parsed) return static_cast<int>(report(parsed.error(), c));
  if (parsed->chosen == nullptr) return print_page(parsed->help, c);
  apply_environment(parsed->options);
  c.options = parsed->options;
  return run_parsed(*parsed, c, arguments);
}

}  // namespace
}  // namespace stegvis

int main(int argc, char** argv) {
  stegvis::fill_standard_descriptors();
  stegvis::hold_interrupts();
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return stegvis::run({argv + 1, argv + argc});
  } catch (const stegvis::output_closed&) {
    return static_cast<int>(stegvis::exit_code::failure);
  } catch (const std::exception& e) {
    (void)!::write(STDERR_FILENO, "stegvis: ", 9);
    const std::string text = std::string(e.what()) + "\n";
    (void)!::write(STDERR_FILENO, text.data(), text.size());
    return static_cast<int>(stegvis::exit_code::failure);
  }
}
