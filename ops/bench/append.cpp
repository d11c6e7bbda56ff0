// Durable appends of one event: 1 client against a loop of write and fdatasync, 16 and 64 clients
// against as many threads with synced RocksDB writes of the same size.
#include <fcntl.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>

#include "events/ledger.hpp"
#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {
constexpr int rounds = 5;
constexpr std::uint64_t people = 100;  // with keys already: a person's first event makes them
constexpr std::size_t record_bytes = 330;
std::atomic<std::uint64_t> next_id{1};

draft one_event() {
  thread_local json_parser parser;
  const std::string id = std::to_string(next_id.fetch_add(1));
  const std::string line =
      R"({"specversion":"1.0","source":"/bench","id":"a-)" + id + R"(","subject":"participant/p-)" +
      std::to_string(std::stoull(id) % people) +
      R"(","type":"stegvis.placement_started","time":"2018-03-01T00:00:00+01:00",)" +
      R"("timeprecision":"day","data":{"placement":"pl-)" + id +
      R"(","enrolment":"e-3","kind":"simple_job","unit":"unit/landskrona-ame","hours_week":"40",)" +
      R"("planned_end":"2019-02-28","workplace":"workplace/w-17"}})";
  return std::move(parse_event(parser, line, {}).value());
}

// Writes a second from `threads` threads that each do `each` writes.
double rate(int threads, int each, const std::function<void()>& write) {
  const double s = seconds_of([&] {
    std::vector<std::jthread> all;
    for (int t = 0; t < threads; ++t)
      all.emplace_back([&] {
        for (int i = 0; i < each; ++i) write();
      });
  });
  return threads * each / s;
}

double fdatasync_rate(const std::filesystem::path& folder, int writes) {
  const int fd = ::open((folder / "raw").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const std::string bytes(record_bytes, 'x');
  const double s = seconds_of([&] {
    for (int i = 0; i < writes; ++i)
      if (::write(fd, bytes.data(), bytes.size()) < 0 || ::fdatasync(fd) != 0) std::abort();
  });
  ::close(fd);
  return writes / s;
}

std::unique_ptr<rocksdb::DB> raw_database(const std::filesystem::path& folder) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  if (!rocksdb::DB::Open(options, (folder / "rocks").string(), &db).ok()) std::abort();
  return std::unique_ptr<rocksdb::DB>(db);
}

void compare(int clients, int each, double budget, ledger& l, rocksdb::DB& db,
             const std::filesystem::path& folder) {
  std::atomic<std::uint64_t> key{0};
  std::vector<double> ours, theirs;
  for (int r = 0; r < rounds; ++r) {
    ours.push_back(rate(clients, each, [&] {
      std::vector<draft> one;
      one.push_back(one_event());
      if (!l.append(std::move(one), append_options{})) std::abort();
    }));
    if (clients == 1) {
      theirs.push_back(fdatasync_rate(folder, each));
      continue;
    }
    theirs.push_back(rate(clients, each, [&] {
      rocksdb::WriteOptions synced;
      synced.sync = true;
      const std::uint64_t k = key.fetch_add(1);
      const std::string value(record_bytes, 'x');
      if (!db.Put(synced, {reinterpret_cast<const char*>(&k), sizeof k}, value).ok()) std::abort();
    }));
  }
  const std::string n = std::to_string(clients);
  print({"durable append, " + n + (clients == 1 ? " client" : " clients"), median(ours),
         clients == 1 ? "fdatasync loop" : "RocksDB, synced, " + n + " threads", median(theirs),
         budget});
}
}  // namespace

void run_append() {
  const work_folder folder("append");
  ledger_options options;
  options.folder = folder.path() / "ledger";
  ledger::create(options).value();
  const auto l = std::move(ledger::open(options).value());
  const auto db = raw_database(folder.path());
  rate(1, people, [&] {
    std::vector<draft> one;
    one.push_back(one_event());
    if (!l->append(std::move(one), append_options{})) std::abort();
  });
  compare(1, 300, 0.8, *l, *db, folder.path());
  compare(16, 100, 1.8, *l, *db, folder.path());
  compare(64, 50, 3.0, *l, *db, folder.path());
}

}  // namespace stegvis::bench
