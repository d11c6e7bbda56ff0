#pragma once
// Words for tests of the ledger: a folder that goes away, a clock that is set, events from JSON.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "events/ledger.hpp"

namespace stegvis::test {

class scratch_folder {
 public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "stegvis-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline recorded_time at(std::string_view text) {
  return *parse_recorded_time(text);
}

inline std::string enrolled(const std::string& id, const std::string& subject,
                            const std::string& time = "2018-03-01T00:00:00+01:00") {
  return R"({"specversion":"1.0","source":"/test","id":")" + id + R"(","subject":")" + subject +
         R"(","type":"stegvis.participant_enrolled","time":")" + time +
         R"(","timeprecision":"day","data":{"enrolment":"e-)" + id + R"(","unit":"unit/a"}})";
}

inline std::string named(const std::string& id, const std::string& subject,
                         const std::string& name) {
  return R"({"specversion":"1.0","source":"/test","id":")" + id + R"(","subject":")" + subject +
         R"(","type":"stegvis.person_registered","time":"2018-03-01T00:00:00+01:00",)" +
         R"("data":{"name":")" + name + R"("}})";
}

inline std::string of_type(const std::string& type, const std::string& id,
                           const std::string& subject, const std::string& data,
                           const std::string& more = "") {
  return R"({"specversion":"1.0","source":"/test","id":")" + id + R"(","subject":")" + subject +
         R"(","type":"stegvis.)" + type + R"(","time":"2018-03-01T00:00:00+01:00","data":)" + data +
         more + "}";
}

inline draft parsed(const std::string& line, parse_options options = {}) {
  json_parser parser;
  auto d = parse_event(parser, line, options);
  if (!d) throw world_error(to_string(d.error()));
  return std::move(*d);
}

inline std::vector<draft> drafts(const std::vector<std::string>& lines,
                                 parse_options options = {}) {
  std::vector<draft> all;
  for (const auto& line : lines) all.push_back(parsed(line, options));
  return all;
}

// A ledger in a scratch folder with a clock of its own.
class ledger_fixture : public ::testing::Test {
 protected:
  ledger_fixture() {
    options.folder = scratch.path() / "ledger";
    options.clock = [this] { return recorded_time{clock_us.fetch_add(1)}; };
    clock_us = at("2018-06-01T10:00:00Z").us;
    ledger::create(options).value();
  }
  ledger& opened() {
    if (!ledger_) ledger_ = std::move(ledger::open(options).value());
    return *ledger_;
  }
  void close() { ledger_.reset(); }
  result<std::vector<result<appended>>> append(const std::vector<std::string>& lines,
                                               append_options how = {}) {
    return opened().append(drafts(lines, {how.keep_recorded}), how);
  }
  std::string exported(position from = {1}) {
    std::string all;
    opened()
        .scan(from, opened().head(),
              [&](const event& e) {
                append_canonical(e, all);
                all += '\n';
                return true;
              })
        .value();
    return all;
  }

  scratch_folder scratch;
  ledger_options options;
  std::atomic<std::int64_t> clock_us{0};
  std::unique_ptr<ledger> ledger_;
};

}  // namespace stegvis::test
