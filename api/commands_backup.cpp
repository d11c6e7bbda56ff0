// A second copy of a ledger, and a ledger again from one.
#include <CLI/CLI.hpp>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/ledger_copy.hpp"
#include "api/settings.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

copy_progress progress_of(context& c, progress_line& shown) {
  return {c.stop, [&shown](position done, position whole) {
            shown.show(done.value, {done.value, whole.value});
          }};
}

void tell(context& c, std::string_view result, const ledger_copy& copy, const digest& hash) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", result)
                     .number("head", copy.book->head().value)
                     .number("copied", copy.copied)
                     .text("head_hash", hex(hash))
                     .end());
    return;
  }
  c.io.out.put(std::string(result) + ": " + std::to_string(copy.copied) + " new events, head " +
               std::to_string(copy.book->head().value) + "\nhead hash " + hex(hash) + '\n');
}

problem differs(std::string_view what) {
  return {errc::corrupt, "the copy differs: " + std::string(what)};
}

// Events by their root; with `views` also what they mean, folded anew from either side.
result<digest> compare(const ledger& a, const ledger& b, bool views) {
  const position to = b.head();
  const auto first = head_hash(a, to);
  if (!first) return first.error();
  const auto second = head_hash(b, to);
  if (!second) return second.error();
  if (*first != *second) return differs("the head hash");
  if (!views) return *first;
  const auto one = status_view::open(a, journey_view_name);
  const auto other = status_view::open(b, journey_view_name);
  if (const auto r = one->catch_up(a, to); !r) return r.error();
  if (const auto r = other->catch_up(b, to); !r) return r.error();
  if (one->state_hash() != other->state_hash()) return differs("the status view");
  return *first;
}

// The access log goes with its ledger.
result<void> copy_access(context& c, const fs::path& target) {
  const auto log = c.owned->access();
  if (!log) return log.error();
  const auto copy = copy_ledger((*log)->book(), target / "access", {});
  if (!copy) return copy.error();
  return {};
}

result<exit_code> backup(context& c, const std::string& target) {
  const auto folder = c.path(target);
  progress_line shown(c.io, "events", c.options.quiet);
  const auto copy = copy_ledger(c.book(), folder, progress_of(c, shown));
  if (!copy) return copy.error();
  copy_settings(c.book().folder(), folder);
  if (c.stop.stop_requested()) {
    c.complain("stegvis: interrupted; the backup is whole up to position " +
               std::to_string(copy->book->head().value) + ", and goes on when run again");
    return exit_code::interrupted;
  }
  if (const auto r = copy_access(c, folder); !r) return r.error();
  const auto hash = compare(c.book(), *copy->book, false);
  if (!hash) return hash.error();
  tell(c, "backed up", *copy, *hash);
  c.say("keys are not in it: stegvis keys export. To restore: stegvis restore NEW_DIR --from " +
        target);
  return exit_code::done;
}

command_body declare_backup(CLI::App& app, common_options&) {
  const auto target = std::make_shared<std::string>();
  app.add_option("TARGET", *target, "the backup's folder; made if missing, else brought up to date")
      ->required();
  return [target](context& c) { return backup(c, *target); };
}

struct restore_arguments {
  std::string from;
  bool verify = false, discard = false;
};

// Who restores only to see that it can be done keeps nothing.
class kept_folder {
 public:
  kept_folder(fs::path folder, bool discard) : folder_(std::move(folder)), discard_(discard) {}
  kept_folder(const kept_folder&) = delete;
  ~kept_folder() {
    std::error_code gone;
    if (!discard_) return;
    fs::remove_all(folder_, gone);
    fs::remove(folder_.string() + ".kek", gone);
  }

 private:
  fs::path folder_;
  bool discard_;
};

result<exit_code> restore(context& c, const restore_arguments& given) {
  const auto folder = c.folder();
  if (fs::exists(folder) || fs::exists(folder.string() + ".kek")) {
    return problem{errc::already_exists, "restore makes a new folder, with a key file beside it"};
  }
  ledger_options options;
  options.folder = c.path(given.from);
  options.kek_file = options.folder.string() + ".kek";
  const auto source = ledger::open(options);
  if (!source) return source.error();
  const kept_folder kept(folder, given.discard);
  progress_line shown(c.io, "events", c.options.quiet);
  const auto copy = copy_ledger(**source, folder, progress_of(c, shown));
  if (!copy) return copy.error();
  if (c.stop.stop_requested()) return exit_code::interrupted;
  copy_settings(options.folder, folder);
  options.folder /= "access";
  if (fs::exists(options.folder / "head")) {
    options.kek_file = options.folder.string() + ".kek";
    const auto log = ledger::open(options);
    if (!log) return log.error();
    const auto reads = copy_ledger(**log, folder / "access", {});
    if (!reads) return reads.error();
  }
  const auto hash = compare(**source, *copy->book, given.verify);
  if (!hash) return hash.error();
  tell(c, given.verify ? "restored and verified" : "restored", *copy, *hash);
  c.say("next: stegvis keys import " + c.options.folder + " FILE --transfer-key FILE");
  return exit_code::done;
}

command_body declare_restore(CLI::App& app, common_options&) {
  const auto o = std::make_shared<restore_arguments>();
  app.add_option("--from", o->from, "the backup's folder")->required()->type_name("BACKUP");
  app.add_flag("--verify", o->verify, "also fold the status view from both, and compare");
  app.add_flag("--discard", o->discard, "remove DIR again: a drill");
  return [o](context& c) { return restore(c, *o); };
}

}  // namespace

const command backup_command{
    "backup",
    "copy events to another folder, while others append; again: what is new",
    "stegvis backup sample backups/sample\n"
    "stegvis keys export sample sample.keys --transfer-key transfer.key",
    ledger_need::open,
    true,
    false,
    declare_backup};
const command restore_command{"restore",
                              "make a ledger from a backup, and prove that it is the same",
                              "stegvis restore sample --from backups/sample --verify\n"
                              "stegvis restore drill --from backups/sample --verify --discard",
                              ledger_need::none,
                              true,
                              false,
                              declare_restore};

}  // namespace stegvis
