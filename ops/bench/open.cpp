// Opening a ledger after a clean close and after kill -9, in seconds; the baseline is RocksDB's own
// opening of the same log.
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "events/ledger.hpp"
#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {
double open_seconds(const ledger_options& options) {
  std::unique_ptr<ledger> l;
  return seconds_of([&] { l = std::move(ledger::open(options).value()); });
}

void report(const char* what, double s, double raw) {
  std::printf("%-44s %8.3f s   RocksDB opens the log in %.3f s\n", what, s, raw);
}
}  // namespace

void run_open(std::uint64_t participants) {
  const work_folder folder("open");
  ledger_options options;
  options.folder = folder.path() / "ledger";
  ledger::create(options).value();
  const auto lines = simulated_lines(participants);
  std::printf("%zu events\n", lines.size());
  const pid_t child = ::fork();
  if (child == 0) {
    const auto l = std::move(ledger::open(options).value());
    import_lines(*l, lines);
    ::_exit(0);  // nothing is closed, as after kill -9
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  const double after_kill = open_seconds(options);
  const double clean = open_seconds(options);
  double raw = 0;
  {
    rocksdb::DB* db = nullptr;
    raw = seconds_of([&] {
      if (!rocksdb::DB::Open({}, (options.folder / "log").string(), &db).ok()) std::abort();
    });
    delete db;
  }
  report("open after kill -9", after_kill, raw);
  report("open after a clean close", clean, raw);
}

}  // namespace stegvis::bench
