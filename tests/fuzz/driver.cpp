// Goal: feed a fuzz target with inputs near valid ones, the same for the same seed.
// Method: each file named on the command line, and seeded mutations of it (flips, cuts, splices,
// digits), `STEGVIS_ROUNDS` rounds (default 2,000) a file; any crash or sanitizer report fails.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {
void feed(const std::string& bytes) {
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());  // its end is watched by ASan
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::string mutated(std::string s, std::mt19937_64& random) {
  for (auto edits = 1 + random() % 4; edits > 0; --edits) {
    const std::size_t at = s.empty() ? 0 : random() % s.size();
    switch (random() % 6) {
      case 0:
        if (!s.empty()) s[at] = static_cast<char>(s[at] ^ (1 << random() % 8));
        break;
      case 1:
        s.insert(at, 1, static_cast<char>(random()));
        break;
      case 2:
        if (!s.empty()) s.erase(at, 1 + random() % 8);
        break;
      case 3:
        s.resize(at);
        break;
      case 4:
        s.insert(at, s.substr(random() % (s.size() + 1), random() % 32));
        break;
      default:
        if (!s.empty()) s[at] = "0129-.\",;{}[]:\n\\ "[random() % 18];
        break;
    }
  }
  return s;
}
}  // namespace

int main(int argc, char** argv) {
  const char* given = std::getenv("STEGVIS_ROUNDS");
  const long rounds = given != nullptr ? 20 * std::atol(given) : 2'000;
  const std::uint64_t seed = 20'261'122;
  std::printf("seed %llu, %ld rounds a file\n", static_cast<unsigned long long>(seed), rounds);
  feed("");
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) return std::printf("cannot read %s\n", argv[i]), 1;
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    std::mt19937_64 random(seed);
    feed(whole);
    for (long r = 0; r < rounds; ++r) feed(mutated(whole, random));
  }
  std::puts("fuzzed without a finding");
}
