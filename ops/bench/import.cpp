// Import of NDJSON to durable and queryable, against bare synced RocksDB batches of 1,000 records
// of the same mean size.

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdio>
#include <memory>

#include "events/ledger.hpp"
#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {

double bare_rate(const std::filesystem::path& folder, std::size_t events, std::size_t bytes) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::Open(options, (folder / "bare").string(), &opened).ok()) std::abort();
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::string value(bytes, 'x');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * 131 % 251);
  const double s = seconds_of([&] {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    for (std::size_t at = 0; at < events;) {
      rocksdb::WriteBatch batch;
      for (int i = 0; i < 1'000 && at < events; ++i, ++at) {
        char key[8];
        for (int b = 0; b < 8; ++b) key[b] = static_cast<char>(at >> (56 - 8 * b));
        if (!batch.Put({key, 8}, value).ok()) std::abort();
      }
      if (!db->Write(synced, &batch).ok()) std::abort();
    }
  });
  return static_cast<double>(events) / s;
}

}  // namespace

void run_import(std::uint64_t participants) {
  const auto lines = simulated_lines(participants);
  std::size_t bytes = 0;
  for (const auto& line : lines) bytes += line.size();
  std::printf("%zu events, %zu bytes of JSON each\n", lines.size(), bytes / lines.size());
  const work_folder folder("import");
  ledger_options options;
  options.folder = folder.path() / "ledger";
  ledger::create(options).value();
  const auto l = std::move(ledger::open(options).value());
  import_totals totals;
  const double s = seconds_of([&] { totals = import_lines(*l, lines); });
  if (totals.appended != lines.size()) std::printf("refused: %lu\n", totals.rejected);
  print({"import NDJSON, durable and queryable", static_cast<double>(lines.size()) / s,
         "RocksDB, synced batches of 1,000", bare_rate(folder.path(), lines.size(), 330), 0.35});
  const double again = seconds_of([&] { totals = import_lines(*l, lines); });
  print({"the same again, all `exists`", static_cast<double>(totals.exists) / again,
         "the first time", static_cast<double>(lines.size()) / s, 0});
}

}  // namespace stegvis::bench
