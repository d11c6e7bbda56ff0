// stegvis_bench append|import|read|open|evaluate [PARTICIPANTS]
// stegvis_bench evaluate PARTICIPANTS --export FOLDER, or the name of one shipped definition
// stegvis_bench evaluate PARTICIPANTS --growth
// stegvis_bench stream PARTICIPANTS BROKERS
// stegvis_bench serve PARTICIPANTS, which starts the `stegvis` beside it
// See ops/bench/README.md.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "ops/bench/measure.hpp"

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const std::uint64_t participants = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 40'000;
  if (what == "append")
    stegvis::bench::run_append();
  else if (what == "import")
    stegvis::bench::run_import(participants);
  else if (what == "read")
    stegvis::bench::run_read(participants);
  else if (what == "open")
    stegvis::bench::run_open(participants);
  else if (what == "serve")
    stegvis::bench::run_serve(participants, argv[0]);
  else if (what == "echo")
    stegvis::bench::run_echo(participants);
  else if (what == "stream" && argc == 4)
    stegvis::bench::run_stream(participants, argv[3]);
  else if (what == "evaluate" && argc == 5 && std::string(argv[3]) == "--export")
    stegvis::bench::run_evaluate_made(participants, argv[4]);
  else if (what == "evaluate" && argc == 4 && std::string(argv[3]) == "--growth")
    stegvis::bench::run_growth(participants);
  else if (what == "evaluate")
    stegvis::bench::run_evaluate(participants, argc > 3 ? argv[3] : "");
  else
    return std::puts("usage: stegvis_bench append|import|read|open|evaluate|serve|stream [NUMBER]"),
           2;
}
