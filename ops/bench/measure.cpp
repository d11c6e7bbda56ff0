#include "ops/bench/measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "ingest/simulate.hpp"

namespace stegvis::bench {

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

namespace {
double processor_seconds_of(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double fastest_of(const std::function<double()>& seconds_once) {
  seconds_once();
  double fastest = seconds_once(), sum = fastest;
  for (int times = 1; times < 9 || (sum < 1 && times < 200); ++times) {
    const double seconds = seconds_once();
    fastest = std::min(fastest, seconds);
    sum += seconds;
  }
  return fastest;
}
}  // namespace

double warm_seconds_of(const std::function<void()>& work) {
  return fastest_of([&] { return seconds_of(work); });
}
double warm_processor_seconds_of(const std::function<void()>& work) {
  return fastest_of([&] { return processor_seconds_of(work); });
}

work_folder::work_folder(const std::string& name)
    : path_(std::filesystem::current_path() /
            ("bench-" + name + "-" + std::to_string(::getpid()))) {
  std::filesystem::create_directories(path_);
}
work_folder::~work_folder() {
  std::filesystem::remove_all(path_);
}

void print(const row& r) {
  std::printf("%-44s %12.0f   %-40s %12.0f   ratio %5.2f", r.what.c_str(), r.figure,
              r.baseline.c_str(), r.base, r.base > 0 ? r.figure / r.base : 0.0);
  if (r.budget > 0) std::printf("  (budget %.2f)", r.budget);
  std::puts("");
  std::fflush(stdout);
}

double percentile(std::vector<double> values, double p) {
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(p * static_cast<double>(values.size() - 1)));
}
double median(std::vector<double> values) {
  return percentile(std::move(values), 0.5);
}

std::vector<std::string> simulated_lines(std::uint64_t participants) {
  std::vector<std::string> lines;
  simulation_options options;
  options.participants = participants;
  simulate(options, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

import_totals import_lines(ledger& into, const std::vector<std::string>& lines) {
  std::size_t at = 0;
  import_options how;
  how.keep_recorded = true;
  const auto next_line = [&](source_line& line) {
    if (at == lines.size()) return false;
    line.text = lines[at];
    line.number = ++at;
    return true;
  };
  return import_events(into, next_line, how).value();
}

}  // namespace stegvis::bench
