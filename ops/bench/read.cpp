// Cold replay with decoding, one journey, and the status of one participant, against RocksDB's own
// sequential scan and point reads.
#include <rocksdb/db.h>

#include <cstdio>
#include <memory>
#include <random>

#include "events/ledger.hpp"
#include "ops/bench/measure.hpp"
#include "projections/journey.hpp"
#include "projections/status.hpp"
#include "projections/status_view.hpp"

namespace stegvis::bench {
namespace {
double scan_raw(const std::filesystem::path& log, std::uint64_t& bytes) {
  rocksdb::DB* opened = nullptr;
  if (!rocksdb::DB::OpenForReadOnly(rocksdb::Options(), log.string(), &opened).ok()) std::abort();
  const std::unique_ptr<rocksdb::DB> db(opened);
  return seconds_of([&] {
    const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}));
    for (it->SeekToFirst(); it->Valid(); it->Next()) bytes += it->value().size();
  });
}

template <class F>
void latencies(const std::string& what, const std::vector<std::string>& subjects, F&& one) {
  std::vector<double> us;
  for (const auto& s : subjects) us.push_back(1e6 * seconds_of([&] { one(s); }));
  us.clear();
  for (const auto& s : subjects) us.push_back(1e6 * seconds_of([&] { one(s); }));
  std::printf("%-44s p50 %.1f us, p99 %.1f us (%zu asked, warm)\n", what.c_str(), median(us),
              percentile(us, 0.99), us.size());
}
}  // namespace

void run_read(std::uint64_t participants) {
  const work_folder folder("read");
  ledger_options options;
  options.folder = folder.path() / "ledger";
  ledger::create(options).value();
  auto l = std::move(ledger::open(options).value());
  import_lines(*l, simulated_lines(participants));
  const double events = static_cast<double>(l->head().value);
  l.reset();
  std::uint64_t bytes = 0;
  const double raw = scan_raw(options.folder / "log", bytes);
  l = std::move(ledger::open(options).value());
  std::uint64_t seen = 0;
  const double ours = seconds_of([&] {
    l->scan({1}, l->head(), [&](const event& e) { return seen += e.id.size(), true; }).value();
  });
  print({"replay, decoded, events/s on one core", events / ours, "RocksDB scan of the same blocks",
         events / raw, 0});
  const auto view = status_view::open(*l, journey_view_name);
  const double fold = seconds_of([&] { view->catch_up(*l, l->head()).value(); });
  print({"status view from nothing, events/s", events / fold, "replay, decoded", events / ours, 0});
  auto subjects = l->subjects("participant/");
  std::shuffle(subjects.begin(), subjects.end(), std::mt19937_64(1));
  subjects.resize(std::min<std::size_t>(subjects.size(), 2'000));
  latencies("one journey, decoded", subjects, [&](const std::string& s) {
    if (l->journey(s, {1}, l->head())->empty()) std::abort();
  });
  const cut now{l->head(), stockholm_day(l->recorded_at(l->head()))};
  latencies("status of one participant", subjects, [&](const std::string& s) {
    if (!status_at(view->find(*l, s).value(), now, now.cut_day).known) std::abort();
  });
}

}  // namespace stegvis::bench
