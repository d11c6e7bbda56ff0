// Goal: bytes once released are read for ever, and written the same by every later build.
// Method: one canonical line of every type with all its fields (tests/golden/v1.ndjson) beside the
// record it is stored as (v1.records, hex); each must give the other. STEGVIS_WRITE_GOLDEN=1 adds
// the lines that are missing and never touches one that is there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "events/generated_events.hpp"

namespace stegvis::test {
namespace {

std::string path_of(const std::string& name) {
  return std::string(STEGVIS_SOURCE_DIR) + "/tests/golden/" + name;
}

std::vector<std::string> lines_of(const std::string& name) {
  std::ifstream file(path_of(name));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char c : bytes) {
    out += digits[c >> 4];
    out += digits[c & 15];
  }
  return out;
}

std::string bytes_of(std::string_view hex_digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex_digits.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex_digits.substr(i, 2)), nullptr, 16));
  return out;
}

// "type field" of each field that a golden line fills, and "type" of each line.
std::set<std::string> filled_fields(const std::vector<std::string>& lines) {
  std::set<std::string> filled;
  for (const std::string& line : lines) {
    const event e = recorded_event(line);
    filled.insert(std::string(e.type().name));
    for (const field& f : e.type().fields)
      if (f.operations->present(f.in(e.data.object())))
        filled.insert(std::string(e.type().name) + " " + std::string(f.name));
  }
  return filled;
}

bool complete(const type_description& t, const std::set<std::string>& filled) {
  return filled.contains(std::string(t.name)) &&
         std::ranges::all_of(t.fields, [&](const field& f) {
           return filled.contains(std::string(t.name) + " " + std::string(f.name));
         });
}

// The example that events/README.md explains byte by byte.
constexpr std::string_view worked_example =
    R"({"data":{},"dataschema":"stegvis:reference_issued:1","id":"1",)"
    R"("recordedtime":"1970-01-01T00:00:00.000000Z","sequence":"0000000000000000001",)"
    R"("source":"/ex","specversion":"1.0","subject":"participant/p-1",)"
    R"("time":"2018-03-01T00:00:00+01:00","timeprecision":"day",)"
    R"("type":"stegvis.reference_issued"})";

void write_missing() {
  const auto there = lines_of("v1.ndjson");
  const auto filled = filled_fields(there);
  std::ofstream events(path_of("v1.ndjson"), std::ios::app);
  std::ofstream records(path_of("v1.records"), std::ios::app);
  const auto add = [&](const std::string& line) {
    const event e = recorded_event(line);
    events << canonical(e) << '\n';
    records << hex(stored(e)) << '\n';
  };
  if (there.empty()) add(std::string(worked_example));
  for (const type_description* t : all_types()) {
    if (complete(*t, filled)) continue;
    event_generator generator({.seed = t->id, .sealed = true});
    for (unsigned variant = 0; variant < variants_of(*t); ++variant)
      add(generator.line(*t, variant));
  }
}

class GoldenBytes : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (std::getenv("STEGVIS_WRITE_GOLDEN") != nullptr) write_missing();
  }
  std::vector<std::string> events = lines_of("v1.ndjson");
  std::vector<std::string> records = lines_of("v1.records");
};

TEST_F(GoldenBytes, CoverEveryFieldOfEveryType) {
  ASSERT_EQ(events.size(), records.size());
  const auto filled = filled_fields(events);
  for (const type_description* t : all_types())
    EXPECT_TRUE(complete(*t, filled)) << t->name << " has no golden line with all its fields";
}

TEST_F(GoldenBytes, AreReadAsTheirLines) {
  ASSERT_EQ(events.size(), records.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::string record = bytes_of(records[i]);
    const auto view = read_record(record);
    ASSERT_TRUE(view.has_value()) << "line " << i + 1 << ": " << to_string(view.error());
    const auto e = decode_record(*view, recorded_event(events[i]).position);
    ASSERT_TRUE(e.has_value()) << "line " << i + 1 << ": " << to_string(e.error());
    EXPECT_EQ(canonical(*e), events[i]) << "line " << i + 1;
  }
}

TEST_F(GoldenBytes, AreWrittenForTheirLines) {
  ASSERT_EQ(events.size(), records.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const event e = recorded_event(events[i]);
    EXPECT_EQ(canonical(e), events[i]) << "line " << i + 1;
    EXPECT_EQ(hex(stored(e)), records[i]) << "line " << i + 1;
  }
}

TEST_F(GoldenBytes, WorkedExample) {
  const event e = recorded_event(worked_example);
  EXPECT_EQ(canonical(e), worked_example);
  EXPECT_EQ(hex(stored(e)),
            "2800000095ea04ad4400010000000000000000000103002f65780100310f00"
            "7061727469636970616e742f702d3100fce1b34d6605003c0001000000");
  const auto at = std::ranges::find(events, worked_example);
  ASSERT_NE(at, events.end());
  EXPECT_EQ(records.at(static_cast<std::size_t>(at - events.begin())), hex(stored(e)));
}

}  // namespace
}  // namespace stegvis::test
