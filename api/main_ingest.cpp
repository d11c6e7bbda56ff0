// The commands that bind ingest/ to a ledger: import and simulate.
#include <fcntl.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/main_import.hpp"
#include "ingest/simulate.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t vanished_shown_max = 20;

struct import_arguments {
  std::vector<std::string> files;
  std::string mapping_file, rejects;
  std::string on_error = "stop";
  bool keep_recorded = false, accept_clock = false, dry_run = false, snapshot = false;
};

// What was refused: to the file of --rejects, and counted by code.
class rejections {
 public:
  result<void> open(context& c, const std::string& file) {
    if (file.empty()) return {};
    out_.open(c.path(file), std::ios::binary | std::ios::trunc);
    out_ << rejection_csv_header();
    if (out_) return {};
    problem p{errc::bad_file, std::strerror(errno)};
    p.file = file;
    return p;
  }

  void add(const problem& p) {
    if (counts_.empty()) first_ = p;
    ++counts_[p.code];
    list(p);
  }

  // In the file only, if there is one.
  void list(const problem& p) {
    if (out_.is_open()) out_ << rejection_csv(p);
  }

  // Throws world_error if the list did not get onto the disk.
  void close() {
    if (!out_.is_open()) return;
    out_.close();
    if (!out_) throw world_error("cannot write the file of rejected lines");
  }

  void tell(context& c, const std::string& file) const {
    for (const auto& [code, count] : counts_) {
      c.complain("stegvis: " + std::to_string(count) + " rejected: " + std::string(name_of(code)) +
                 " (" + std::string(hint_of(code)) + ")");
    }
    if (first_) c.complain("stegvis: the first: " + to_string(*first_));
    if (first_ && !file.empty()) c.complain("stegvis: all of them: " + file);
  }

 private:
  std::ofstream out_;
  std::map<errc, std::uint64_t> counts_;
  std::optional<problem> first_;
};

result<opened_lines> lines_of_file(context& c, const std::string& file) {
  descriptor in(file == "-" ? ::fcntl(c.io.in, F_DUPFD_CLOEXEC, 0)
                            : ::open(c.path(file).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!in || ::fstat(in.get(), &info) != 0 || S_ISDIR(info.st_mode)) {
    problem p{errc::bad_file, std::strerror(in ? EISDIR : errno)};
    p.file = file;
    return p;
  }
  return lines_of_events(std::move(in), c.stop);
}

result<opened_lines> lines_of_table(context& c, const std::string& file, const mapping& rules,
                                    bool dry_run) {
  const auto path =
      file == "-" ? fs::path("/proc/self/fd/" + std::to_string(c.io.in)) : c.path(file);
  return lines_of_table(c.book(), path, kind_of_table(file), rules, dry_run);
}

result<std::optional<mapping>> read_mapping(context& c, const std::string& file) {
  if (file.empty()) return std::optional<mapping>();
  problem p{errc::bad_file, ""};
  p.file = file;
  std::error_code gone;
  const auto path = c.path(file);
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path, gone)) {
    p.message = "the mapping cannot be read";
    return p;
  }
  std::stringstream text;
  text << in.rdbuf();
  auto rules = parse_mapping(text.str());
  if (rules) return std::optional<mapping>(std::move(*rules));
  p = rules.error();
  p.file = file;
  return p;
}

std::string line_of(const snapshot::vanished_event& v) {
  json_line line;
  line.text("result", "vanished")
      .text("subject", v.subject)
      .number("position", v.position.value)
      .text("source", v.source)
      .text("id", v.id);
  return line.end();
}

class import_run {
 public:
  import_run(context& c, const import_arguments& given)
      : c_(c), given_(given), before_(c.book().head()) {}

  result<exit_code> run();

 private:
  result<void> check_arguments() const;
  result<opened_lines> open(const std::string& file);
  result<void> import_file(const std::string& file);
  result<void> list_vanished();
  void tell() const;

  bool stopped_by_error() const { return totals_.rejected > 0 && given_.on_error == "stop"; }
  bool goes_on() const { return !stopped_by_error() && !c_.stop.stop_requested(); }

  context& c_;
  const import_arguments& given_;
  std::shared_ptr<snapshot> changes_ = std::make_shared<snapshot>(c_.book());
  std::shared_ptr<std::uint64_t> unchanged_ = std::make_shared<std::uint64_t>(0);
  position before_;
  std::optional<mapping> rules_;
  rejections rejections_;
  import_totals totals_;
  std::size_t vanished_ = 0;
};

result<void> import_run::check_arguments() const {
  for (const auto& file : given_.files) {
    if (is_table(file) && given_.mapping_file.empty()) {
      return problem{errc::bad_argument, file + " is a table: --mapping FILE says what it holds"};
    }
  }
  if (given_.snapshot && given_.mapping_file.empty()) {
    return problem{errc::bad_argument, "--snapshot is for tables: it needs --mapping"};
  }
  if (given_.keep_recorded && !given_.mapping_file.empty()) {
    return problem{errc::bad_argument, "--keep-recorded is for exported events, not for tables"};
  }
  return {};
}

result<opened_lines> import_run::open(const std::string& file) {
  if (!rules_) return lines_of_file(c_, file);
  auto table = lines_of_table(c_, file, *rules_, given_.dry_run);
  if (table && given_.snapshot) {
    table->lines = corrected_lines(std::move(table->lines), changes_, unchanged_);
  }
  return table;
}

result<void> import_run::import_file(const std::string& file) {
  const auto opened = open(file);
  if (!opened) {
    problem p = opened.error();
    p.file = file;
    return p;
  }
  progress_line shown(c_.io, "lines", c_.options.quiet);
  import_options options;
  options.keep_recorded = given_.keep_recorded;
  options.accept_clock = given_.accept_clock;
  options.dry_run = given_.dry_run;
  options.skip_rejected = given_.on_error == "skip";
  options.stop = c_.stop;
  options.rejected = [&](problem p) {
    p.file = file;
    rejections_.add(p);
  };
  options.progress = [&](const import_totals& so_far) { shown.show(so_far.read, opened->read()); };
  const auto totals = import_events(c_.book(), opened->lines, options);
  if (!totals) return totals.error();
  totals_.read += totals->read;
  totals_.appended += totals->appended;
  totals_.exists += totals->exists;
  totals_.rejected += totals->rejected;
  totals_.pending += totals->pending;
  return {};
}

result<void> import_run::list_vanished() {
  if (!given_.snapshot || !goes_on()) return {};
  totals_.read += *unchanged_;
  totals_.exists += *unchanged_;
  const auto gone = changes_->vanished();
  if (!gone) return gone.error();
  for (const auto& v : *gone) {
    const auto what = v.subject + " at position " + std::to_string(v.position.value);
    if (++vanished_ <= vanished_shown_max) c_.say("no longer in the table: " + what);
    rejections_.list(problem{errc::vanished_row, what, v.source + ' ' + v.id});
    if (c_.options.json) c_.io.out.put(line_of(v));
  }
  if (vanished_ > 0 && totals_.rejected > 0) {
    c_.say("what rows gave before that were refused now is among them");
  }
  if (vanished_ > vanished_shown_max) {
    c_.say("no longer in the table: " + std::to_string(vanished_) + " in all");
  }
  return {};
}

void import_run::tell() const {
  const auto head = std::to_string(c_.book().head().value);
  if (c_.options.json) {
    json_line line;
    line.number("read", totals_.read)
        .number("appended", totals_.appended)
        .number("exists", totals_.exists)
        .number("rejected", totals_.rejected)
        .number("head", c_.book().head().value);
    if (given_.snapshot) line.number("vanished", vanished_);
    c_.io.out.put(line.end());
    return;
  }
  std::string text = std::to_string(totals_.read) + " read, ";
  if (given_.dry_run)
    text += "nothing written (dry run), ";
  else
    text += std::to_string(totals_.appended) + " appended, " + std::to_string(totals_.exists) +
            " were there, ";
  text += std::to_string(totals_.rejected) + " rejected; head " + std::to_string(before_.value) +
          " -> " + head + "\n";
  c_.io.out.put(text);
  if (goes_on() && !given_.dry_run) c_.say("next: stegvis status " + c_.options.folder);
}

result<exit_code> import_run::run() {
  if (const auto r = check_arguments(); !r) return r.error();
  auto rules = read_mapping(c_, given_.mapping_file);
  if (!rules) return rules.error();
  rules_ = std::move(*rules);
  if (const auto r = rejections_.open(c_, given_.rejects); !r) return r.error();
  for (const auto& file : given_.files) {
    if (!goes_on()) break;
    if (const auto r = import_file(file); !r) {
      c_.say(std::to_string(totals_.appended) + " events of the files before are in the ledger");
      return r.error();
    }
  }
  if (const auto r = list_vanished(); !r) return r.error();
  rejections_.close();
  tell();
  c_.io.out.flush();
  rejections_.tell(c_, given_.rejects);
  if (c_.stop.stop_requested()) {
    c_.complain("stegvis: interrupted: " + std::to_string(totals_.appended) +
                " appended events are kept; the same command goes on where it stopped");
    return exit_code::interrupted;
  }
  if (totals_.rejected > 0) return exit_code::partial;
  if (totals_.pending == 0) return exit_code::done;
  c_.complain("stegvis: " + std::to_string(totals_.pending) +
              " events are on this disk, but not yet in Kafka; does the relay run? The same "
              "command tells when they are");
  return exit_code::broker;
}

command_body declare_import(CLI::App& app, common_options&) {
  const auto o = std::make_shared<import_arguments>();
  app.add_option("FILE", o->files,
                 "NDJSON events, or tables (.csv, .xlsx) with --mapping; - is "
                 "standard input")
      ->required();
  app.add_option("--mapping", o->mapping_file, "how a table's rows become events (TOML)");
  app.add_flag("--keep-recorded", o->keep_recorded,
               "take recorded times and sealed fields as they come: for an export");
  app.add_flag("--dry-run", o->dry_run, "check the form only and write nothing");
  app.add_option("--on-error", o->on_error, "at a refused line: stop (default) or skip")
      ->check(CLI::IsMember({"stop", "skip"}))
      ->type_name("HOW");
  app.add_option("--rejects", o->rejects, "list refused lines in this file (CSV)");
  app.add_flag("--snapshot", o->snapshot,
               "the table was imported before: correct what changed, list what vanished");
  app.add_flag("--accept-clock", o->accept_clock, "append though the clock lies behind the ledger");
  return [o](context& c) { return import_run(c, *o).run(); };
}

// simulate

struct simulation_stopped {};

result<exit_code> run_simulation(context& c, const simulation_options& options) {
  c.say("synthetic data: every person, name and figure is made up (seed " +
        std::to_string(options.seed) + ")");
  std::uint64_t events = 0;
  try {
    simulate(options, [&](std::string_view line) {
      c.io.out.put(line).put("\n");
      ++events;
      if (c.stop.stop_requested()) throw simulation_stopped{};
    });
  } catch (const simulation_stopped&) {
    c.complain("stegvis: interrupted; the programme is not whole");
    return exit_code::interrupted;
  }
  c.io.out.flush();
  c.say(std::to_string(events) + " events; next: stegvis import DIR FILE --keep-recorded");
  return exit_code::done;
}

command_body declare_simulate(CLI::App& app, common_options&) {
  const auto o = std::make_shared<simulation_options>();
  app.add_option("--participants", o->participants, "how many take part (default 1000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{4'000'000'000}))
      ->type_name("N");
  app.add_option("--seed", o->seed, "another seed, another programme (default 1)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  return [o](context& c) { return run_simulation(c, *o); };
}

}  // namespace

const command import_command{
    "import",
    "take events or tables into the ledger",
    "stegvis import sample events.ndjson\n"
    "stegvis import sample spring.xlsx --mapping spring.toml --on-error skip --rejects spring.csv\n"
    "stegvis export sample | stegvis import copy - --keep-recorded",
    ledger_need::open,
    true,
    false,
    declare_import};
const command simulate_command{
    "simulate",
    "print the events of a made-up four-year programme",
    "stegvis simulate --participants 50 > programme.ndjson\n"
    "stegvis simulate --participants 1000 --seed 7 | stegvis import sample - --keep-recorded",
    ledger_need::none,
    false,
    false,
    declare_simulate};

}  // namespace stegvis
