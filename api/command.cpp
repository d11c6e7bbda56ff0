#include "api/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "api/commands.hpp"

namespace stegvis {
namespace {

constexpr auto table = std::to_array<const command*>({
    &init_command,           &import_command,        &append_command,      &status_command,
    &timeline_command,       &episodes_command,      &quality_command,     &evaluate_command,
    &evaluate_merge_command, &evaluate_diff_command, &export_command,      &replay_command,
    &verify_command,         &simulate_command,      &schema_command,      &schema_topics_command,
    &keys_export_command,    &keys_import_command,   &keys_rotate_command, &keys_public_command,
    &merge_command,          &forget_command,        &extract_command,     &info_command,
    &relay_command,          &intake_command,        &follow_command,      &reconcile_command,
    &work_question_command,  &work_count_command,    &work_finish_command, &serve_command,
    &access_command,         &backup_command,        &restore_command,
});

constexpr std::size_t name_column = 16;

// A command line taken apart: the command's words lead, whatever options were given before them.
struct ordered_arguments {
  const command* chosen = nullptr;
  bool help = false;
  std::vector<std::string> rest;
};

bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument.front() == '-';
}

// Two words before one: `evaluate diff` is no `evaluate` of a folder named diff.
const command* named(std::string_view first, std::string_view second) {
  const command* found = nullptr;
  for (const command* c : table) {
    if (!second.empty() && c->name == std::string(first) + ' ' + std::string(second)) return c;
    if (c->name == first) found = c;
  }
  return found;
}

std::vector<std::size_t> word_places(std::span<const std::string> arguments) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < arguments.size() && places.size() < 3; ++i) {
    if (arguments[i] == "--lang")
      ++i;
    else if (!is_option(arguments[i]))
      places.push_back(i);
  }
  return places;
}

ordered_arguments order(std::span<const std::string> arguments) {
  ordered_arguments o;
  auto places = word_places(arguments);
  if (!places.empty() && arguments[places.front()] == "help") {
    o.help = true;
    places.erase(places.begin());
  }
  const auto word = [&](std::size_t n) {
    return n < places.size() ? std::string_view(arguments[places[n]]) : std::string_view();
  };
  o.chosen = named(word(0), word(1));
  if (o.chosen == nullptr) return o;
  const bool two_words = o.chosen->name != word(0);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (i != places[0] && !(two_words && i == places[1])) o.rest.push_back(arguments[i]);
  }
  return o;
}

void declare_common(CLI::App& app, const command& c, common_options& into) {
  app.set_help_flag("-h,--help", "this page");
  if (c.takes_folder) app.add_option("DIR", into.folder, "the ledger's folder")->required();
  app.add_flag("--json", into.json, "JSON for programs instead of text for people");
  app.add_flag("-q,--quiet", into.quiet, "no remarks and no progress, errors only");
  app.add_flag("--no-color", into.no_color, "no colour, on a terminal too");
  app.add_flag("--no-input", into.no_input, "never ask; nothing does");
  app.add_option("--lang", into.lang, "words of states and types: sv or en")
      ->check(CLI::IsMember({"sv", "en"}))
      ->type_name("LANG");
}

std::string indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    text += "  " + std::string(lines.substr(0, end)) + '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

std::string page_of(const command& c, const CLI::App& app) {
  return "stegvis " + std::string(c.name) + ": " + std::string(c.summary) + ".\n\nExamples:\n" +
         indented(c.examples) + '\n' + app.help() +
         "\n`stegvis help` lists all commands and exit codes.\n";
}

// CLI11 names an option's value by its C++ type; people know it by its description.
void name_values(CLI::App& app) {
  for (CLI::Option* o : app.get_options()) {
    if (o->get_positional()) o->type_name("");
  }
}

problem usage(const command& c, std::string what) {
  std::ranges::replace(what, '\n', ' ');
  return problem{errc::bad_argument, "stegvis " + std::string(c.name) + ": " + what};
}

std::string exit_code_list() {
  std::string text;
  for (const exit_row& row : exit_codes()) {
    auto number = std::to_string(static_cast<int>(row.code));
    number.insert(0, 3 - std::min<std::size_t>(3, number.size()), ' ');
    text += "  " + number + "  " + std::string(row.meaning) + '\n';
  }
  return text;
}

std::string json_object(exit_code code, std::string_view error, std::string_view message) {
  std::string out = R"({"message_type":"exit_error","code":)";
  append_integer(out, static_cast<int>(code));
  out += R"(,"error":)";
  append_json_text(out, error);
  out += R"(,"message":)";
  append_json_text(out, message);
  return out += "}\n";
}

// World failures become exit codes here, once for each command.
exit_code run_caught(const parsed_command& parsed, context& c) {
  try {
    const auto ended = parsed.body(c);
    if (!ended) {
      if (parsed.chosen->verdict && !c.options.json) c.io.out.put("FAILED\n");
      return report(ended.error(), c);
    }
    c.io.out.flush();
    return *ended;
  } catch (const std::exception& e) {
    c.complain(std::string("stegvis: ") + e.what());
    report_exit(exit_code::failure, "world_error", e.what(), c);
    return exit_code::failure;
  }
}

}  // namespace

void context::say(std::string_view line) const {
  if (!options.quiet) complain(line);
}

void context::complain(std::string_view line) const {
  io.err.put(line).put("\n").flush();
}

std::span<const command* const> commands() {
  return table;
}

const command* find_command(std::span<const std::string> arguments) {
  return order(arguments).chosen;
}

result<parsed_command> parse_command(std::span<const std::string> arguments) {
  auto ordered = order(arguments);
  if (ordered.chosen == nullptr) {
    return problem{errc::bad_argument, "no such command; `stegvis help` lists them"};
  }
  const command& c = *ordered.chosen;
  parsed_command parsed;
  CLI::App app("", "stegvis " + std::string(c.name));
  declare_common(app, c, parsed.options);
  parsed.body = c.declare(app, parsed.options);
  name_values(app);
  if (ordered.help) {
    parsed.help = page_of(c, app);
    return parsed;
  }
  try {
    std::ranges::reverse(ordered.rest);
    app.parse(std::move(ordered.rest));
  } catch (const CLI::CallForHelp&) {
    parsed.help = page_of(c, app);
    return parsed;
  } catch (const CLI::ParseError& e) {
    return usage(c, e.what());
  }
  parsed.chosen = &c;
  return parsed;
}

int run_command(const parsed_command& parsed, context& c) {
  c.io.colour = c.io.out_is_terminal && !c.options.no_color;
  try {
    const auto code = run_caught(parsed, c);
    c.io.out.flush();
    c.io.err.flush();
    return static_cast<int>(code);
  } catch (const output_closed&) {
    // Whoever read has had enough; there is nobody to tell.
    c.io.out.discard();
    c.io.err.discard();
  } catch (const world_error&) {
    c.io.out.discard();
    c.io.err.discard();
  }
  return static_cast<int>(exit_code::failure);
}

exit_code report(const problem& p, context& c) {
  const auto code = exit_code_of(p.code);
  c.io.out.flush();
  c.complain("stegvis: " + to_string(p));
  report_exit(code, name_of(p.code), to_string(p), c);
  return code;
}

void report_exit(exit_code code, std::string_view error, std::string_view message, context& c) {
  if (!c.options.json) return;
  c.io.out.put(json_object(code, error, message)).flush();
}

std::string overview() {
  std::string text =
      "stegvis: a ledger of participants' journeys through labour-market programmes.\n\n"
      "Examples:\n"
      "  stegvis init sample\n"
      "  stegvis simulate --participants 50 | stegvis import sample - --keep-recorded\n"
      "  stegvis status sample\n"
      "  stegvis timeline sample SUBJECT\n\n"
      "Commands (`stegvis help COMMAND` shows one):\n";
  for (const command* c : table) {
    std::string name(c->name);
    name.resize(std::max(name.size(), name_column), ' ');
    text += "  " + name + std::string(c->summary) + '\n';
  }
  return text + "\nExit codes:\n" + exit_code_list() +
         "\nStates and types are named in Swedish, or in English if LANG starts with \"en\" "
         "(--lang).\nEvery command takes --json. api/README.md describes the JSON.\n";
}

std::string help_of(const command& c) {
  common_options unused;
  CLI::App app("", "stegvis " + std::string(c.name));
  declare_common(app, c, unused);
  const auto body = c.declare(app, unused);
  name_values(app);
  return page_of(c, app);
}

}  // namespace stegvis
