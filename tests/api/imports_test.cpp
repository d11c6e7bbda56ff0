// Goal: the file of an import is never there longer than it must be, and whoever cancels or stops
// the server gets away at once. Method: the imports without sockets, with an importer that works
// until it is stopped.
#include "api/http/imports.hpp"

#include <thread>

#include "events/ledger_vocabulary.hpp"

namespace stegvis::http {
namespace {

result<void> any_mapping(std::string_view) {
  return {};
}

// Reports, refuses a line, and goes on until it is stopped.
result<import_counts> endless(ledger&, const import_job& job) {
  job.rejected(problem{errc::bad_json, "no JSON", ""});
  job.progress({.read = 1, .rejected = 1});
  while (!job.stop.stop_requested()) std::this_thread::yield();
  return import_counts{.read = 2, .rejected = 1};
}

result<import_counts> failing(ledger&, const import_job&) {
  throw world_error("the disk is gone");
}

constexpr importer works_on{any_mapping, endless};
constexpr importer fails{any_mapping, failing};

struct Imports : test::ledger_fixture {
  Imports() : book(std::move(ledger::open(options).value())) {}

  std::string uploaded(imports& all) {
    const auto id = all.make({"kim", import_format::events, "", false}).value();
    all.receive(id, 0, "some bytes").value();
    return id;
  }
  import_view wait(imports& all, const std::string& id, import_state state) {
    for (;;) {
      auto v = all.find(id, "kim").value();
      if (v.state == state) return v;
      std::this_thread::yield();
    }
  }
  std::filesystem::path file_of(const std::string& id) { return book->folder() / "imports" / id; }

  std::unique_ptr<ledger> book;
};

TEST_F(Imports, CancelledOneEndsAndItsFileGoes) {
  imports all(*book, &works_on, false);
  const auto id = uploaded(all);
  EXPECT_TRUE(std::filesystem::exists(file_of(id)));
  all.start(id, true).value();
  wait(all, id, import_state::running);
  EXPECT_FALSE(all.start(id, false).has_value());         // it runs
  EXPECT_FALSE(all.receive(id, 10, "more").has_value());  // and takes no more
  all.remove(id);
  const auto v = wait(all, id, import_state::cancelled);
  EXPECT_FALSE(v.file_held);
  EXPECT_FALSE(std::filesystem::exists(file_of(id)));
  EXPECT_EQ(v.counts.read, 2u);
  EXPECT_EQ(v.rejected_by_code.at(errc::bad_json), 1u);
  EXPECT_EQ(all.rejections(id).size(), 1u);
}

TEST_F(Imports, TheStopCancelsAndRemovesEveryFile) {
  std::string id;
  {
    imports all(*book, &works_on, false);
    id = uploaded(all);
    const auto waits = uploaded(all);
    all.start(id, false).value();
    all.start(waits, false).value();
    wait(all, id, import_state::running);
  }
  EXPECT_FALSE(std::filesystem::exists(file_of(id).parent_path()));
}

TEST_F(Imports, AFailureEndsTheRunAndNothingElse) {
  imports all(*book, &fails, false);
  const auto id = uploaded(all);
  all.start(id, false).value();
  EXPECT_EQ(wait(all, id, import_state::failed).failure->code, errc::corrupt);
  EXPECT_FALSE(std::filesystem::exists(file_of(id)));
  const auto next = uploaded(all);
  all.start(next, false).value();
  wait(all, next, import_state::failed);
}

TEST_F(Imports, AreTheirUsersAlone) {
  imports all(*book, &works_on, false);
  const auto id = uploaded(all);
  EXPECT_EQ(all.find(id, "alex").error().code, errc::unknown_run);
  EXPECT_TRUE(all.list("alex").empty());
  EXPECT_EQ(all.list("kim").size(), 1u);
  imports none(*book, nullptr, false);
  EXPECT_EQ(none.make({"kim", import_format::events, "", false}).error().code, errc::overloaded);
}

}  // namespace
}  // namespace stegvis::http
