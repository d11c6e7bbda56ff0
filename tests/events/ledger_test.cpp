// Goal: what the ledger promises of names, positions, recorded times, batches and versions.
// Method: a real ledger in a scratch folder with a clock that the test sets; each rule of
// DESIGN section 3 and 4 by example, reopening in between.
#include "events/ledger.hpp"

#include <fstream>
#include <random>
#include <thread>

#include "events/ledger_vocabulary.hpp"

namespace stegvis::test {
namespace {

struct Ledger : ledger_fixture {};

errc code_of(const result<std::vector<result<appended>>>& r) {
  if (!r) return r.error().code;
  for (const auto& one : *r)
    if (!one) return one.error().code;
  throw world_error("nothing was refused");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = text.find('\n', from);
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

TEST_F(Ledger, GivesPositionsWithoutGapsAcrossReopening) {
  EXPECT_EQ(append({enrolled("1", "participant/a")})->front()->position.value, 1u);
  EXPECT_EQ(append({enrolled("2", "participant/a"), enrolled("3", "participant/b")})
                ->back()
                ->position.value,
            3u);
  close();
  EXPECT_EQ(append({enrolled("4", "participant/a")})->front()->position.value, 4u);
  EXPECT_EQ(opened().head().value, 4u);
  EXPECT_EQ(opened().version("participant/a").value, 3u);
  const auto journey = opened().journey("participant/a", {1}, {99});
  ASSERT_EQ(journey->size(), 3u);
  EXPECT_EQ(journey->at(1).id, "2");
}

TEST_F(Ledger, AnswersExistsForTheSameEventAndConflictForAnother) {
  append({enrolled("1", "participant/a")}).value();
  const auto again = append({enrolled("1", "participant/a")});
  EXPECT_TRUE(again->front()->existed);
  EXPECT_EQ(again->front()->position.value, 1u);
  EXPECT_EQ(code_of(append({enrolled("1", "participant/b")})), errc::id_conflict);
  EXPECT_EQ(code_of(append({enrolled("1", "participant/a", "2018-03-02T00:00:00+01:00")})),
            errc::id_conflict);
  EXPECT_EQ(opened().head().value, 1u);
}

TEST_F(Ledger, KnowsTheSameNameWithinOneBatchAndAfterReopening) {
  append_options each;
  each.atomic = false;
  const auto twice = append({enrolled("1", "participant/a"), enrolled("1", "participant/a")}, each);
  EXPECT_FALSE(twice->front()->existed);
  EXPECT_TRUE(twice->back()->existed);
  close();
  EXPECT_TRUE(append({enrolled("1", "participant/a")})->front()->existed);
}

TEST_F(Ledger, RefusesABatchOfWhichSomeExist) {
  append({enrolled("1", "participant/a")}).value();
  EXPECT_EQ(code_of(append({enrolled("1", "participant/a"), enrolled("2", "participant/a")})),
            errc::batch_partly_exists);
  EXPECT_EQ(opened().head().value, 1u);
  EXPECT_FALSE(append({enrolled("2", "participant/a")})->front()->existed);
}

TEST_F(Ledger, WritesAllOfABatchOrNothing) {
  const auto bad =
      append({enrolled("1", "participant/a"),
              of_type("event_voided", "2", "participant/a", R"({"target":"none","reason":"x"})")});
  EXPECT_EQ(code_of(bad), errc::bad_target);
  EXPECT_EQ(bad.error().field, "/1/data/target");
  EXPECT_EQ(opened().head().value, 0u);
  EXPECT_FALSE(append({enrolled("1", "participant/a")})->front()->existed);
}

TEST_F(Ledger, ChecksTheExpectedVersionAfterTheName) {
  append_options first;
  first.expected = {{"participant/a", {0}}};
  append({enrolled("1", "participant/a")}, first).value();
  EXPECT_TRUE(append({enrolled("1", "participant/a")}, first)->front()->existed);
  EXPECT_EQ(code_of(append({enrolled("2", "participant/a")}, first)), errc::version_conflict);
  first.expected = {{"participant/a", {1}}};
  EXPECT_EQ(append({enrolled("2", "participant/a")}, first)->front()->position.value, 2u);
}

TEST_F(Ledger, ChecksACorrectionsDataAsItsTargetsWas) {
  append({of_type("situation_recorded", "1", "participant/a",
                  R"({"situation":"employed","source":"survey"})")})
      .value();
  const auto bad = append({of_type(
      "event_corrected", "2", "participant/a",
      R"({"target":"1","reason":"x","data":{"situation":"working","source":"survey"}})")});
  EXPECT_EQ(code_of(bad), errc::bad_field);
  EXPECT_EQ(bad.error().field, "/data/data/situation");
  EXPECT_EQ(opened().head().value, 1u);
}

TEST_F(Ledger, ChecksTheExpectedVersionsOfAllJourneysNamed) {
  append({enrolled("1", "participant/a"), enrolled("2", "participant/b")}).value();
  append_options both;
  both.expected = {{"participant/a", {1}}, {"participant/b", {0}}};
  const auto refused = append({enrolled("3", "participant/a")}, both);
  EXPECT_EQ(code_of(refused), errc::version_conflict);
  EXPECT_NE(refused.error().message.find("participant/b"), std::string::npos);
  EXPECT_EQ(opened().head().value, 2u);
  both.expected = {{"participant/a", {1}}, {"participant/b", {1}}};
  EXPECT_EQ(append({enrolled("3", "participant/a")}, both)->front()->position.value, 3u);
}

TEST_F(Ledger, SharesTheRecordedTimeWithinABatchAndNeverBetweenTwo) {
  append({enrolled("1", "participant/a"), enrolled("2", "participant/a")}).value();
  append({enrolled("3", "participant/a")}).value();
  EXPECT_EQ(opened().recorded_at({1}), opened().recorded_at({2}));
  EXPECT_LT(opened().recorded_at({2}), opened().recorded_at({3}));
  clock_us -= 30'000'000;
  append({enrolled("4", "participant/a")}).value();
  EXPECT_EQ(opened().recorded_at({4}).us, opened().recorded_at({3}).us + 1);
}

TEST_F(Ledger, RefusesToAppendBehindItsClockUntilAccepted) {
  append({enrolled("1", "participant/a")}).value();
  clock_us -= 61'000'000;
  EXPECT_EQ(code_of(append({enrolled("2", "participant/a")})), errc::clock_behind);
  append_options accepted;
  accepted.accept_clock = true;
  EXPECT_EQ(append({enrolled("2", "participant/a")}, accepted)->front()->position.value, 2u);
  EXPECT_EQ(code_of(append({enrolled("3", "participant/a")})), errc::clock_behind);
}

TEST_F(Ledger, RefusesValidTimesFarAhead) {
  EXPECT_EQ(code_of(append({enrolled("1", "participant/a", "2023-08-01T00:00:00+02:00")})),
            errc::future_time);
  append({enrolled("1", "participant/a", "2023-05-31T00:00:00+02:00")}).value();
}

TEST_F(Ledger, SealsFieldsSoThatTheLogHoldsNoClearText) {
  append({named("1", "participant/a", "Testperson Marked")}).value();
  const std::string out = exported();
  EXPECT_EQ(out.find("Marked"), std::string::npos);
  EXPECT_NE(out.find(R"("name":{"sealed":")"), std::string::npos);
  event e = opened().read({1}).value();
  opened().unseal(e);
  std::string clear;
  write_fields(e.type(), e.data.object(), clear);
  EXPECT_EQ(clear, R"({"name":"Testperson Marked"})");
  EXPECT_TRUE(append({named("1", "participant/a", "Testperson Marked")})->front()->existed);
  EXPECT_EQ(code_of(append({named("1", "participant/a", "Testperson Other")})), errc::id_conflict);
}

TEST_F(Ledger, ForgetsAPersonButKeepsTheEvents) {
  append({named("1", "participant/a", "Testperson A"), named("2", "participant/b", "Testperson B")})
      .value();
  const std::string before = exported();
  opened()
      .forget("participant/a",
              parsed(of_type("person_forgotten", "f", "participant/a", R"({"ground":"test"})")))
      .value();
  for (int round = 0; round < 2; ++round, close()) {
    EXPECT_EQ(exported().substr(0, before.size()), before);
    EXPECT_TRUE(opened().is_forgotten("participant/a"));
    event e = opened().read({1}).value();
    opened().unseal(e);
    std::string text;
    write_fields(e.type(), e.data.object(), text);
    EXPECT_EQ(text, R"({"name":"erased"})");
    EXPECT_TRUE(append({named("1", "participant/a", "Anything")})->front()->existed);
    EXPECT_EQ(code_of(append({enrolled("9", "participant/a")})), errc::forgotten);
    EXPECT_TRUE(append({named("2", "participant/b", "Testperson B")})->front()->existed);
  }
}

TEST_F(Ledger, ExportsAndKeepsTheSameBytes) {
  append({named("1", "participant/a", "Testperson A"), enrolled("2", "participant/a")}).value();
  append(
      {of_type(
          "event_corrected", "3", "participant/a",
          R"({"target":"2","data":{"enrolment":"e-2","unit":"unit/b"},)"
          R"("time":"2018-03-05T00:00:00+01:00","reason":"wrong day"})")})
      .value();
  append({of_type("event_voided", "4", "participant/a", R"({"target":"3","reason":"no"})")})
      .value();
  const std::string out = exported();
  scratch_folder other;
  ledger_options o = options;
  o.folder = other.path() / "copy";
  ledger::create(o).value();
  const auto copy = std::move(ledger::open(o).value());
  append_options keep;
  keep.atomic = false;
  keep.keep_recorded = true;
  const auto answers = copy->append(drafts(lines_of(out), {true}), keep);
  for (const auto& a : *answers) EXPECT_TRUE(a) << to_string(a.error());
  std::string copied;
  copy->scan({1}, copy->head(),
             [&](const event& e) {
               append_canonical(e, copied);
               copied += '\n';
               return true;
             })
      .value();
  EXPECT_EQ(copied, out);
  for (const auto& a : *copy->append(drafts(lines_of(out), {true}), keep)) EXPECT_TRUE(a->existed);
}

TEST_F(Ledger, KeepsOnlyRecordedTimesThatDoNotFall) {
  append_options keep;
  keep.atomic = false;
  keep.keep_recorded = true;
  const auto with = [](const std::string& id, const std::string& recorded,
                       const std::string& more = "") {
    return of_type("reference_issued", id, "participant/a", "{}",
                   R"(,"recordedtime":")" + recorded + "\"" + more);
  };
  EXPECT_TRUE(append({with("1", "2018-01-01T00:00:00.000000Z")}, keep)->front());
  EXPECT_EQ(code_of(append({with("2", "2017-12-31T00:00:00.000000Z")}, keep)), errc::bad_recorded);
  EXPECT_EQ(code_of(append({with("2", "2030-12-31T00:00:00.000000Z")}, keep)), errc::bad_recorded);
  EXPECT_EQ(code_of(append(
                {with("2", "2018-01-02T00:00:00.000000Z", R"(,"sequence":"0000000000000000007")")},
                keep)),
            errc::bad_sequence);
  EXPECT_TRUE(
      append({with("2", "2018-01-02T00:00:00.000000Z", R"(,"sequence":"0000000000000000002")")},
             keep)
          ->front());
}

TEST_F(Ledger, ResolvesCuts) {
  append({enrolled("1", "participant/a")}).value();
  clock_us = at("2018-06-03T10:00:00Z").us;
  append({enrolled("2", "participant/a")}).value();
  clock_us = at("2018-06-05T10:00:00Z").us;
  auto& l = opened();
  EXPECT_EQ(l.resolve_cut("1")->value, 1u);
  EXPECT_EQ(l.resolve_cut("2018-05-31")->value, 0u);
  EXPECT_EQ(l.resolve_cut("2018-06-01")->value, 1u);
  EXPECT_EQ(l.resolve_cut("2018-06-03")->value, 2u);
  EXPECT_EQ(l.resolve_cut("2018-06-03T09:59:59Z")->value, 1u);
  EXPECT_EQ(l.resolve_cut("2018-06-05T09:00:00Z")->value, 2u);
  for (const char* bad : {"3", "2018-06-05", "2019-01-01", "yesterday", ""})
    EXPECT_EQ(l.resolve_cut(bad).error().code, errc::bad_cut) << bad;
}

TEST_F(Ledger, GivesOnlyLaterTimesAfterACutWasAsked) {
  append({enrolled("1", "participant/a")}).value();
  const auto asked = at("2018-06-01T10:00:30Z");
  clock_us = asked.us + 5;
  EXPECT_EQ(opened().resolve_cut("2018-06-01T10:00:30Z")->value, 1u);
  clock_us = asked.us - 10'000'000;
  append({enrolled("2", "participant/a")}).value();
  EXPECT_GT(opened().recorded_at({2}), asked);
}

TEST_F(Ledger, ValidatesCorrectionsAsTheirTargetsType) {
  append({enrolled("1", "participant/a"), enrolled("2", "participant/b")}).value();
  const auto corrected = [&](const std::string& id, const std::string& data) {
    return code_of(append({of_type("event_corrected", id, "participant/a", data)}));
  };
  EXPECT_EQ(corrected("c", R"({"target":"1","data":{"enrolment":"e","colour":"x"},"reason":"r"})"),
            errc::unknown_field);
  EXPECT_EQ(corrected("c", R"({"target":"1","data":{},"reason":"r"})"), errc::missing_field);
  EXPECT_EQ(corrected("c", R"({"target":"1","reason":"r"})"), errc::missing_field);
  EXPECT_EQ(corrected("c", R"({"target":"2","data":{"enrolment":"e"},"reason":"r"})"),
            errc::bad_target);
  append({of_type("event_corrected", "c", "participant/a",
                  R"({"target":"/test 1","data":{"enrolment":"e"},"reason":"r"})")})
      .value();
  EXPECT_EQ(corrected("d", R"({"target":"c","data":{"enrolment":"e"},"reason":"r"})"),
            errc::bad_target);
  append({of_type("event_voided", "v", "participant/a", R"({"target":"c","reason":"r"})")}).value();
  EXPECT_EQ(code_of(append(
                {of_type("event_voided", "w", "participant/a", R"({"target":"v","reason":"r"})")})),
            errc::bad_target);
}

TEST_F(Ledger, RefusesEventsThatAreTooLargeOnceSealed) {
  const std::string text(16'000, 'x');
  std::string goals;
  for (int i = 0; i < 4; ++i) goals += (i != 0 ? ",\"" : "\"") + text + "\"";
  EXPECT_EQ(code_of(append(
                {of_type("plan_agreed", "1", "participant/a", R"({"goals":[)" + goals + "]}")})),
            errc::too_large);
  EXPECT_EQ(opened().head().value, 0u);
}

TEST_F(Ledger, RebuildsItsIndexFromTheLog) {
  append({enrolled("1", "participant/a"), enrolled("2", "participant/b")}).value();
  close();
  std::filesystem::remove_all(options.folder / "index");
  EXPECT_TRUE(
      append({enrolled("1", "participant/a"), enrolled("2", "participant/b")})->front()->existed);
  EXPECT_EQ(opened().subjects("participant/"),
            (std::vector<std::string>{"participant/a", "participant/b"}));
}

TEST_F(Ledger, MakesItsIndexAnewWhenItIsDamaged) {
  append({enrolled("1", "participant/a")}).value();
  close();
  for (const auto& f : std::filesystem::directory_iterator(options.folder / "index" / "names"))
    if (f.path().filename().string().starts_with("MANIFEST")) std::filesystem::resize_file(f, 3);
  EXPECT_TRUE(append({enrolled("1", "participant/a")})->front()->existed);
}

TEST_F(Ledger, HasOneOwner) {
  opened();
  EXPECT_EQ(ledger::open(options).error().code, errc::locked);
  EXPECT_EQ(ledger::create(options).error().code, errc::already_exists);
  ledger_options nowhere;
  nowhere.folder = scratch.path() / "nothing";
  EXPECT_EQ(ledger::open(nowhere).error().code, errc::no_ledger);
}

TEST_F(Ledger, WorksWithoutKeysForAllThatNeedsNone) {
  append({named("1", "participant/a", "Testperson A")}).value();
  close();
  std::filesystem::remove(scratch.path() / "ledger.kek");
  EXPECT_EQ(opened().keys().error().code, errc::bad_key);
  EXPECT_EQ(append({enrolled("2", "participant/a")})->front()->position.value, 2u);
  EXPECT_EQ(code_of(append({named("3", "participant/a", "B")})), errc::bad_key);
  event e = opened().read({1}).value();
  opened().unseal(e);
  std::string text;
  write_fields(e.type(), e.data.object(), text);
  EXPECT_EQ(text, R"({"name":"erased"})");
}

TEST_F(Ledger, AnswersEveryoneWhenManyAppendAtOnce) {
  constexpr int clients = 8, each = 50;
  std::vector<std::vector<std::uint64_t>> got(clients);
  auto& l = opened();
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < clients; ++c)
      threads.emplace_back([&, c] {
        for (int i = 0; i < each; ++i) {
          const std::string id = std::to_string(c) + "-" + std::to_string(i);
          got[c].push_back(l.append(drafts({enrolled(id, "participant/p" + std::to_string(c))}),
                                    append_options{})
                               ->front()
                               ->position.value);
        }
      });
  }
  std::vector<bool> seen(clients * each + 1);
  for (int c = 0; c < clients; ++c) {
    EXPECT_TRUE(std::ranges::is_sorted(got[c]));
    for (const auto p : got[c]) {
      ASSERT_LE(p, seen.size());
      EXPECT_FALSE(seen[p]);
      seen[p] = true;
    }
    EXPECT_EQ(l.version("participant/p" + std::to_string(c)).value,
              static_cast<std::uint64_t>(each));
  }
  EXPECT_EQ(l.head().value, static_cast<std::uint64_t>(clients * each));
  recorded_time before{};
  for (std::uint64_t p = 1; p <= l.head().value; ++p) {
    EXPECT_LT(before, l.recorded_at({p}));
    before = l.recorded_at({p});
  }
}

append_options each_alone() {
  append_options each;
  each.atomic = false;
  return each;
}

draft forgetting(const std::string& id, const std::string& subject) {
  return parsed(of_type("person_forgotten", id, subject, R"({"ground":"test"})"));
}

person_identifier local_number(std::string_view value) {
  return {"local", "ame", value};
}

TEST_F(Ledger, TakesNothingBehindAForgettingThatIsNotWrittenYet) {
  const auto answers =
      append({enrolled("1", "participant/a"),
              of_type("person_forgotten", "f", "participant/a", "{}"),
              enrolled("2", "participant/a"), enrolled("3", "participant/b")},
             each_alone());
  EXPECT_TRUE(answers->at(1));
  EXPECT_EQ(answers->at(2).error().code, errc::forgotten);
  EXPECT_TRUE(answers->at(3));
  EXPECT_EQ(code_of(append({of_type("person_forgotten", "g", "participant/b", "{}"),
                            enrolled("4", "participant/b")})),
            errc::forgotten);
  EXPECT_FALSE(opened().is_forgotten("participant/b"));
  EXPECT_TRUE(append({enrolled("4", "participant/b")})->front());
}

TEST_F(Ledger, MakesNoKeyForAnEventThatIsRefusedAsForgotten) {
  append({named("1", "participant/a", "Testperson A")}).value();
  opened().forget("participant/a", forgetting("f", "participant/a")).value();
  EXPECT_EQ(code_of(append({named("2", "participant/a", "Testperson A")})), errc::forgotten);
  EXPECT_FALSE(opened().keys().value()->find("participant/a", privacy::identity));
}

TEST_F(Ledger, DestroysTheKeysOfWhoeverAnImportForgets) {
  append({named("1", "participant/a", "Testperson A"), named("2", "participant/b", "Testperson B")})
      .value();
  key_store& keys = *opened().keys().value();
  keys.link_person(local_number("17"), "participant/a").value();
  append({of_type("person_forgotten", "f", "participant/a", "{}")}, each_alone()).value();
  EXPECT_FALSE(keys.find("participant/a", privacy::identity));
  EXPECT_FALSE(keys.find_person(local_number("17")).value());
  EXPECT_TRUE(keys.find("participant/b", privacy::identity));
}

TEST_F(Ledger, FinishesAForgettingThatACrashCutShortAfterItsEvent) {
  opened().keys().value()->link_person(local_number("17"), "participant/a").value();
  close();
  const auto folder = options.folder / "keys", copy = scratch.path() / "keys-then";
  key_store_options then;
  then.folder = folder;
  then.kek_file = kek_file_for(options.folder);
  key_store::open(then).value().note_forgetting({"participant/a"});
  std::filesystem::copy(folder, copy, std::filesystem::copy_options::recursive);
  opened().forget("participant/a", forgetting("f", "participant/a")).value();
  close();
  std::filesystem::remove_all(folder);
  std::filesystem::rename(copy, folder);
  EXPECT_FALSE(opened().keys().value()->find_person(local_number("17")).value());
  EXPECT_TRUE(opened().keys().value()->noted_forgettings().empty());
}

TEST_F(Ledger, GivesAPersonWhoComesBackANewSubject) {
  key_store& keys = *opened().keys().value();
  const auto before = keys.find_or_create_person(local_number("17")).value();
  append({named("1", before, "Testperson A")}).value();
  opened().forget(before, forgetting("f", before)).value();
  const auto after = keys.find_or_create_person(local_number("17")).value();
  EXPECT_NE(after, before);
  EXPECT_TRUE(append({named("2", after, "Testperson A")})->front());
}

TEST_F(Ledger, RefusesSealedInputInsideACorrection) {
  append({named("1", "participant/a", "Testperson A")}).value();
  const std::string sealed =
      R"({"target":"1","data":{"name":{"sealed":"QUJDREVGR0hJSktM"}},"reason":"r"})";
  EXPECT_EQ(code_of(append({of_type("event_corrected", "c", "participant/a", sealed)})),
            errc::sealed_input);
}

TEST_F(Ledger, RefusesCorrectionsThatMoveAnEventFarAhead) {
  append({enrolled("1", "participant/a")}).value();
  const auto refused = append({of_type(
      "event_corrected", "c", "participant/a",
      R"({"target":"1","time":"2023-08-01T00:00:00+02:00","reason":"r"})")});
  EXPECT_EQ(code_of(refused), errc::future_time);
  EXPECT_EQ(refused.error().field, "/data/time");
}

TEST_F(Ledger, BoundsABatchOfCorrectionsAsAnyOther) {
  append({enrolled("1", "participant/a")}).value();
  const std::string reason(16'000, 'x');
  std::vector<std::string> lines;
  for (int i = 0; i < 1'100; ++i)
    lines.push_back(of_type("event_voided", "v" + std::to_string(i), "participant/a",
                            R"({"target":"1","reason":")" + reason + "\"}"));
  EXPECT_EQ(code_of(append(lines)), errc::too_large);
  EXPECT_EQ(opened().head().value, 1u);
}

// Whatever is acknowledged can be read, and whatever is too long is refused, around each limit.
TEST_F(Ledger, ReadsBackWhatItTookAtEachLimit) {
  std::vector<std::string> lines;
  int number = 0;
  const auto add = [&](const std::string& type, const std::string& data) {
    lines.push_back(of_type(type, "n" + std::to_string(++number), "participant/a", data));
  };
  for (const std::size_t items : {1'000u, 900u, 700u, 400u, 100u})
    for (const std::size_t text : {1u, 10u, 30u, 60u, 80u, 120u, 600u}) {
      std::string answers, goals, terms;
      for (std::size_t i = 0; i < items; ++i) {
        const std::string comma = i == 0 ? "" : ",", t(text, 'x');
        answers += comma + R"({"item":")" + t + R"(","value":1})";
        goals += comma + '"' + t + '"';
        terms += comma + R"({"scheme":"s","version":"1","id":")" + t + "\"}";
      }
      add("survey_responded", R"({"wave":1,"answers":[)" + answers + "]}");
      add("plan_agreed", R"({"goals":[)" + goals + "]}");
      add("assessment_recorded", R"({"kind":"other","items":[)" + terms + "]}");
    }
  for (const std::size_t bytes : {16'384u, 16'000u})
    add("assessment_recorded", R"({"kind":"other","method":")" + std::string(bytes, '\x7f') +
                                   R"(","detail":")" + std::string(bytes, 'x') + "\"}");
  std::uint64_t taken = 0;
  for (const auto& answer : append(lines, each_alone()).value()) {
    taken += answer ? 1 : 0;
    if (!answer) {
      EXPECT_EQ(answer.error().code, errc::too_large);
    }
  }
  EXPECT_GT(taken, 20u);
  EXPECT_LT(taken, lines.size());
  for (std::uint64_t p = 1; p <= taken; ++p) {
    const event e = opened().read({p}).value();
    std::string canonical;
    append_canonical(e, canonical);
    EXPECT_LE(canonical.size(), event_bytes_max);
  }
}

// A sealed value between half the limit and the limit is no reason to refuse an event that fits.
TEST_F(Ledger, TakesASealedFieldAsLongAsTheEventFits) {
  std::string goals;
  for (int i = 0; i < 3; ++i) goals += (i != 0 ? ",\"" : "\"") + std::string(14'000, 'x') + "\"";
  EXPECT_TRUE(
      append({of_type("plan_agreed", "1", "participant/a", R"({"goals":[)" + goals + "]}")}));
}

TEST_F(Ledger, RestoresAHistoryThoughACutWasAskedInBetween) {
  append_options keep = each_alone();
  keep.keep_recorded = true;
  const auto with = [](const std::string& id, const std::string& recorded) {
    return of_type("reference_issued", id, "participant/a", "{}",
                   R"(,"recordedtime":")" + recorded + '"');
  };
  EXPECT_TRUE(append({with("1", "2017-01-01T00:00:00.000000Z")}, keep)->front());
  EXPECT_EQ(opened().resolve_cut("2018-05-01")->value, 1u);
  EXPECT_TRUE(append({with("2", "2017-02-01T00:00:00.000000Z")}, keep)->front());
  EXPECT_EQ(code_of(append({with("3", "2017-01-15T00:00:00.000000Z")}, keep)), errc::bad_recorded);
  clock_us = at("2018-05-01T21:59:30Z").us;
  append({enrolled("4", "participant/a")}).value();
  EXPECT_GT(opened().recorded_at({3}), at("2018-05-01T21:59:59Z"));
}

}  // namespace
}  // namespace stegvis::test
