#pragma once
// What the benchmarks share. Every benchmark prints a figure, the raw baseline run beside it, and
// their ratio, which is what counts: absolute figures depend on the machine and its neighbours.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ingest/import.hpp"

namespace stegvis::bench {

double seconds_of(const std::function<void()>& work);
// The fastest of at least nine times, after one that warms: the least disturbed.
double warm_seconds_of(const std::function<void()>& work);
// The same in processor time of all threads, which neighbours disturb less.
double warm_processor_seconds_of(const std::function<void()>& work);

// A folder below the working folder (the disk that is measured, not a RAM disk), removed at the
// end.
class work_folder {
 public:
  explicit work_folder(const std::string& name);
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;
  ~work_folder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// "durable append, 16 clients      12345/s   RocksDB, 16 threads 6000/s   ratio 2.06 (budget 1.8)"
struct row {
  std::string what;
  double figure = 0;
  std::string baseline;
  double base = 0;
  double budget = 0;  // of the ratio; 0 = none stated
};
void print(const row& r);

double median(std::vector<double> values);
double percentile(std::vector<double> values, double p);

// A programme's events as NDJSON lines with recorded times, from the simulator.
std::vector<std::string> simulated_lines(std::uint64_t participants);
// Takes them into the ledger with the recorded times they carry.
import_totals import_lines(ledger& into, const std::vector<std::string>& lines);

void run_append();
void run_import(std::uint64_t participants);
void run_read(std::uint64_t participants);
void run_open(std::uint64_t participants);
// With the name of a shipped definition: that one alone.
void run_evaluate(std::uint64_t participants, const std::string& only);
// Against the brokers, such as `ops/kafka start` prints them.
void run_stream(std::uint64_t participants, const std::string& brokers);
// `here`: this program, beside which `stegvis` stands.
void run_serve(std::uint64_t participants, const std::filesystem::path& here);
// Answers every request with so many bytes, on a port that it prints, until it is stopped.
void run_echo(std::uint64_t bytes);
// On made columns of so many participants, which are written to the folder, with our own counts.
void run_evaluate_made(std::uint64_t participants, const std::filesystem::path& folder);
// On made columns of a fiftieth of the participants, a fifth, and all: a row must cost the same.
void run_growth(std::uint64_t participants);

}  // namespace stegvis::bench
