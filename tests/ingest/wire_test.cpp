// Goal: an event comes back from its record as it was, and what is no event is told as such.
// Method: one through a record and back, and each part of the record changed; tables of bad
// records; keys against hashes that Kafka's own tests publish.
#include "ingest/kafka/wire.hpp"

#include <gtest/gtest.h>

#include "ingest/kafka/topics.hpp"

namespace stegvis {
namespace {

incoming_record arrived(const topic_record& sent) {
  incoming_record r;
  r.from = {"l.events", 3};
  r.offset = 17;
  r.key = sent.key;
  r.value = sent.value;
  r.headers = sent.headers;
  return r;
}

std::string canonical(const event& e) {
  std::string text;
  append_canonical(e, text);
  return text;
}

constexpr std::string_view line =
    R"({"data":{"enrolment":"e-1","unit":"unit/a"},"dataschema":"stegvis:participant_enrolled:1",)"
    R"("id":"a-1","recordedtime":"2018-03-04T08:11:02.120334Z","sequence":"0000000000000000017",)"
    R"("source":"/t","specversion":"1.0","subject":"participant/p-1",)"
    R"("time":"2018-03-01T00:00:00+01:00","timeprecision":"day",)"
    R"("type":"stegvis.participant_enrolled"})";

event sample() {
  json_parser parser;
  auto d = parse_event(parser, line, {.keep_recorded = true}).value();
  d.event.recorded = *d.recorded;
  d.event.position = *d.sequence;
  return d.event;
}

TEST(Wire, AnEventComesBackAsItWas) {
  topic_record record;
  make_event_record(sample(), {"abc", 2, {12}, {19}}, record);
  const auto r = arrived(record);
  EXPECT_EQ(r.key, "participant/p-1");
  json_parser parser;
  auto d = parse_event(parser, line_of(r).value(), {.keep_recorded = true}).value();
  d.event.recorded = *d.recorded;
  d.event.position = *d.sequence;
  EXPECT_EQ(canonical(d.event), line);
  EXPECT_TRUE(holds(r, sample()));
  const auto marks = marks_of(r).value();
  EXPECT_EQ(marks.sequence->value, 17U);
  EXPECT_EQ(marks.marks.prev.value, 12U);
  EXPECT_EQ(marks.marks.complete.value, 19U);
  EXPECT_EQ(marks.marks.epoch, 2U);
  EXPECT_EQ(marks.marks.ledger, "abc");
}

TEST(Wire, HeadersAreThoseOfTheBinding) {
  topic_record record;
  make_event_record(sample(), {"abc", 2, {12}, {19}}, record);
  const kafka_headers expected{{"content-type", "application/json"},
                               {"ce_specversion", "1.0"},
                               {"ce_id", "a-1"},
                               {"ce_source", "/t"},
                               {"ce_type", "stegvis.participant_enrolled"},
                               {"ce_subject", "participant/p-1"},
                               {"ce_time", "2018-03-01T00:00:00+01:00"},
                               {"ce_timeprecision", "day"},
                               {"ce_dataschema", "stegvis:participant_enrolled:1"},
                               {"ce_recordedtime", "2018-03-04T08:11:02.120334Z"},
                               {"ce_sequence", "0000000000000000017"},
                               {"ledger", "abc"},
                               {"epoch", "2"},
                               {"complete", "19"},
                               {"prev", "12"}};
  EXPECT_EQ(record.headers, expected);
  EXPECT_EQ(record.value, R"({"enrolment":"e-1","unit":"unit/a"})");
}

TEST(Wire, AnyChangeOfARecordIsSeen) {
  topic_record record;
  make_event_record(sample(), {"abc", 2, {12}, {19}}, record);
  const auto whole = arrived(record);
  for (std::size_t i = 0; i < whole.headers.size(); ++i) {
    if (!whole.headers[i].first.starts_with("ce_")) continue;
    auto changed = whole;
    changed.headers[i].second += 'x';
    EXPECT_FALSE(holds(changed, sample())) << whole.headers[i].first;
    changed.headers.erase(changed.headers.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(holds(changed, sample())) << whole.headers[i].first;
  }
  auto changed = whole;
  changed.key += 'x';
  EXPECT_FALSE(holds(changed, sample()));
  changed = whole;
  *changed.value += ' ';
  EXPECT_FALSE(holds(changed, sample()));
  changed = whole;
  changed.headers.emplace_back("ce_more", "x");
  EXPECT_FALSE(holds(changed, sample()));
}

TEST(Wire, ACheckpointIsNoEvent) {
  topic_record record;
  make_checkpoint({"abc", 2, {}, {19}}, record);
  const auto m = marks_of(arrived(record)).value();
  EXPECT_FALSE(m.sequence);
  EXPECT_EQ(m.marks.complete.value, 19U);
  EXPECT_TRUE(record.key.empty());
}

TEST(Wire, TellsWhatIsNoRecordOfOurs) {
  topic_record record;
  make_event_record(sample(), {"abc", 2, {12}, {19}}, record);
  for (const std::string_view name : {"ledger", "epoch", "complete", "prev"}) {
    for (const std::string_view value : {"", "x", "-1", "1 "}) {
      if (name == "ledger" && !value.empty()) continue;
      auto r = arrived(record);
      for (auto& h : r.headers) {
        if (h.first == name) h.second = value;
      }
      const auto m = marks_of(r);
      ASSERT_FALSE(m) << name << "=" << value;
      EXPECT_EQ(m.error().code, errc::bad_record);
      EXPECT_NE(m.error().message.find("l.events partition 3 offset 17"), std::string::npos);
    }
  }
}

TEST(Wire, TakesStructuredModeAndTellsWhatIsNeither) {
  incoming_record r;
  r.value = std::string(line);
  EXPECT_EQ(line_of(r).error().code, errc::bad_record);
  r.headers = {{"content-type", "application/cloudevents+json; charset=UTF-8"}};
  EXPECT_EQ(line_of(r).value(), line);
  r.value.reset();
  EXPECT_EQ(line_of(r).error().code, errc::bad_record);
  r.headers = {{"ce_specversion", "1.0"}, {"ce_id", "a\"b"}};
  r.value = "{} ,\"id\":\"x\"";
  EXPECT_EQ(line_of(r).error().code, errc::bad_record) << "data does not bring attributes along";
  r.value = "{\"a\": 1}";
  EXPECT_EQ(line_of(r).value(), R"({"specversion":"1.0","id":"a\"b","data":{"a":1}})");
}

// As kafka-clients 4.1.0 places them (tests/kafka/Partitions.java).
TEST(Partitioner, PlacesKeysAsTheJavaClient) {
  // Utils.murmur2, from the tests of Apache Kafka (UtilsTest.testMurmur2), sign bit cleared.
  EXPECT_EQ(partition_of("21", 1'000'000'007), (-973932308 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of("foobar", 1'000'000'007), (-790332482 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of("a-little-bit-long-string", 1'000'000'007),
            (-985981536 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of("a-little-bit-longer-string", 1'000'000'007),
            (-1486304829 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 1'000'000'007),
            (-58897971 & 0x7fffffff) % 1'000'000'007);
  EXPECT_EQ(partition_of("abc", 1'000'000'007), 479470107 % 1'000'000'007);
}

TEST(Topics, ALedgersNameBecomesAStem) {
  EXPECT_EQ(topic_stem("Landskrona AME"), "landskrona-ame");
  EXPECT_EQ(topic_stem("Göteborg: Ö & Å"), "goteborg-o-a");
  EXPECT_EQ(topic_stem("///"), "stegvis");
  EXPECT_TRUE(check_stem("landskrona.ame_2"));
  EXPECT_FALSE(check_stem("a b"));
  EXPECT_FALSE(check_stem(""));
}

}  // namespace
}  // namespace stegvis
