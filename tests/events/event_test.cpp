// Goal: what an event looks like as JSON: what is refused and how, and the one canonical form.
// Method: a table of malformed lines with code, JSON pointer and message; canonical bytes by
// example; for every type of the catalogue, round trips of all forms of events filled from seeds.
#include "events/event.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "events/generated_events.hpp"
#include "events/sealing.hpp"

namespace stegvis::test {
namespace {

using attributes = std::vector<std::pair<std::string, std::string>>;

// A good enrolment; each test says what it does to it. Values are JSON.
class line_of {
 public:
  line_of& set(const std::string& key, const std::string& json) {
    const auto it = std::ranges::find(all_, key, &attributes::value_type::first);
    if (it != all_.end()) it->second = json;
    else add(key, json);
    return *this;
  }
  line_of& add(const std::string& key, const std::string& json) {
    all_.emplace_back(key, json);
    return *this;
  }
  line_of& drop(const std::string& key) {
    std::erase_if(all_, [&](const auto& a) { return a.first == key; });
    return *this;
  }
  line_of& about(const std::string& subject, const std::string& type, const std::string& data) {
    return set("subject", "\"" + subject + "\"").set("type", "\"stegvis." + type + "\"")
        .set("data", data);
  }
  operator std::string() const {
    std::string out = "{";
    for (const auto& [key, json] : all_) {
      if (out.size() > 1) out += ",";
      out += "\"" + key + "\":" + json;
    }
    return out + "}";
  }

 private:
  attributes all_{{"specversion", "\"1.0\""},
                  {"id", "\"a-1\""},
                  {"source", "\"/test\""},
                  {"subject", "\"participant/p-1\""},
                  {"type", "\"stegvis.participant_enrolled\""},
                  {"time", "\"2018-03-01T00:00:00+01:00\""},
                  {"data", R"({"enrolment":"e-1"})"}};
};

line_of with(const std::string& key, const std::string& json) { return line_of().set(key, json); }
line_of without(const std::string& key) { return line_of().drop(key); }
line_of person(const std::string& type, const std::string& data) {
  return line_of().about("participant/p-1", type, data);
}
line_of reference_about(const std::string& subject, const std::string& type,
                        const std::string& data) {
  return line_of().about(subject, type, data);
}

struct malformed {
  std::string line;
  errc code;
  std::string field;
  std::string says;
  bool keep_recorded = false;
};

std::vector<malformed> malformed_documents() {
  return {
      {"", errc::bad_json, "", ""},
      {"   ", errc::bad_json, "", ""},
      {"{", errc::bad_json, "", ""},
      {R"({"id":"a"} {"id":"b"})", errc::bad_json, "", ""},
      {R"({"id":'a'})", errc::bad_json, "", ""},
      {R"({"id":"a",})", errc::bad_json, "", ""},
      {"{\"id\":\"\xff\"}", errc::bad_json, "", "UTF-8"},
      {"{\"id\":\"a\tb\"}", errc::bad_json, "", ""},
      {R"({"id":"\ud800"})", errc::bad_json, "", ""},
      {R"({"id":"\udc00"})", errc::bad_json, "", ""},
      {R"({"id":"\ud83c\u0041"})", errc::bad_json, "", ""},
      {R"({"id":"\x41"})", errc::bad_json, "", ""},
      {R"({"id":01})", errc::bad_json, "", ""},
      {R"({"id":NaN})", errc::bad_json, "", ""},
      {"[]", errc::bad_json, "", "one JSON object"},
      {"\"text\"", errc::bad_json, "", "one JSON object"},
      {"null", errc::bad_json, "", "one JSON object"},
      {std::string(4000, '['), errc::bad_json, "", ""},
      {std::string(line_bytes_max + 1, ' '), errc::too_large, "", "1 MiB"},
      {line_of().add("id", "\"a-2\""), errc::duplicate_key, "/id", "given twice"},
      {line_of().add("data", "{}"), errc::duplicate_key, "/data", "given twice"},
      {line_of().add("colour", "1"), errc::unknown_attribute, "/colour", "no attribute"},
      {line_of().add("Id", "\"x\""), errc::unknown_attribute, "/Id", "no attribute"},
      {line_of().add("a/b~c", "1"), errc::unknown_attribute, "/a~1b~0c", "no attribute"},
      {line_of().add("traceparent", "\"x\"").add("traceparent", "\"x\""), errc::duplicate_key,
       "/traceparent", "given twice"},
      {line_of().add("datacontenttype", "null").add("datacontenttype", "null"),
       errc::duplicate_key, "/datacontenttype", "given twice"},
      {line_of().add("datacontenttype", "\"text/xml\""), errc::bad_attribute, "/datacontenttype",
       "application/json"},
      {line_of().add("datacontenttype", "7"), errc::bad_attribute, "/datacontenttype",
       "application/json"},
  };
}

std::vector<malformed> malformed_names() {
  std::vector<malformed> all;
  for (const char* key : {"specversion", "id", "source", "subject", "time", "type"}) {
    all.push_back({without(key), errc::missing_attribute, std::string("/") + key, "required"});
    all.push_back({with(key, "null"), errc::missing_attribute, std::string("/") + key, "required"});
    all.push_back({with(key, "7"), errc::bad_attribute, std::string("/") + key, "a text"});
    all.push_back({with(key, "\"\""), errc::bad_attribute, std::string("/") + key, "not empty"});
  }
  const std::vector<malformed> more{
      {without("data"), errc::missing_attribute, "/data", "at least {}"},
      {with("specversion", "\"0.3\""), errc::bad_specversion, "/specversion", "1.0"},
      {with("id", "\"a b\""), errc::bad_id, "/id", "valid id"},
      {with("id", R"("a\u007f")"), errc::bad_id, "/id", "valid id"},
      {with("id", "\"" + std::string(129, 'x') + "\""), errc::bad_id, "/id", "valid id"},
      {with("source", R"("a\nb")"), errc::bad_id, "/source", "valid id"},
      {with("id", "\"19121212-1212\""), errc::personal_number, "/id", "personal number"},
      {with("source", "\"/x/191212121212\""), errc::personal_number, "/source", "personal number"},
      {with("subject", "\"participant/191212121212\""), errc::personal_number, "/subject", ""},
      {with("subject", "\"p-1\""), errc::bad_subject, "/subject", "a slash"},
      {with("subject", "\"person/p-1\""), errc::bad_subject, "/subject", "participant, staff"},
      {with("subject", "\"participant/\""), errc::bad_subject, "/subject", ""},
      {with("subject", "\"participant/\xc3\xa5\""), errc::bad_subject, "/subject", ""},
      {with("subject", "\"unit/u\""), errc::wrong_subject, "/subject", "is about a person"},
      {person("unit_registered", R"({"kind":"x"})"), errc::wrong_subject, "/subject",
       "about a reference"},
  };
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::vector<malformed> malformed_attributes() {
  return {
      {with("time", "\"2018-03-01\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-03-01T00:00:00\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-02-29T00:00:00Z\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-03-01T24:00:00Z\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-03-01T00:00:60Z\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-03-01T00:00:00+0100\""), errc::bad_time, "/time", "RFC 3339"},
      {with("time", "\"2018-03-01T00:00:00.Z\""), errc::bad_time, "/time", "six decimals"},
      {with("time", "\"2018-03-01T00:00:00.1234567Z\""), errc::bad_time, "/time", "six decimals"},
      {with("time", "\"1799-12-31T00:00:00Z\""), errc::bad_time, "/time", "RFC 3339"},
      // In Stockholm before 1800 and after 2199: its canonical form could not be read again.
      {with("time", "\"1800-01-01T00:00:00+14:00\""), errc::bad_time, "/time", ""},
      {with("time", "\"2199-12-31T23:30:00Z\""), errc::bad_time, "/time", ""},
      {line_of().add("timeprecision", "\"week\""), errc::bad_precision, "/timeprecision", "month"},
      {line_of().add("timeprecision", "1"), errc::bad_attribute, "/timeprecision", "a text"},
      {with("type", "\"stegvis.no_such\""), errc::unknown_type, "/type", "no event type"},
      {with("type", "\"participant_enrolled\""), errc::unknown_type, "/type", "no event type"},
      {line_of().add("dataschema", "\"stegvis:plan_agreed:1\""), errc::bad_schema, "/dataschema",
       "expected stegvis:participant_enrolled:"},
      {line_of().add("dataschema", "\"stegvis:participant_enrolled:0\""), errc::bad_schema,
       "/dataschema", "expected"},
      {line_of().add("dataschema", "\"stegvis:participant_enrolled:01\""), errc::bad_schema,
       "/dataschema", "expected"},
      {line_of().add("dataschema", "\"stegvis:participant_enrolled:9\""), errc::newer_version,
       "/dataschema", "this stegvis knows stegvis:participant_enrolled:1"},
      {line_of().add("copiedfrom", "\"one\""), errc::bad_attribute, "/copiedfrom", "a space"},
      {line_of().add("copiedfrom", "\"a b c\""), errc::bad_attribute, "/copiedfrom", "a space"},
      {line_of().add("copiedfrom", "\"/old 19121212-1212\""), errc::personal_number, "/copiedfrom",
       "personal number"},
      {line_of().add("recordedtime", "\"2018-03-01T00:00:00Z\""), errc::recorded_given,
       "/recordedtime", "set by the ledger"},
      {line_of().add("sequence", "\"0000000000000000001\""), errc::recorded_given, "/sequence",
       "set by the ledger"},
      {line_of(), errc::missing_attribute, "/recordedtime", "required", true},
      {line_of().add("recordedtime", "\"yesterday\""), errc::bad_recorded, "/recordedtime",
       "RFC 3339", true},
      {line_of().add("recordedtime", "\"2018-03-01T00:00:00Z\"").add("sequence", "\"1\""),
       errc::bad_sequence, "/sequence", "19 digits", true},
  };
}

std::vector<malformed> malformed_data() {
  return {
      {with("data", "[]"), errc::bad_field, "/data", "expected an object"},
      {with("data", "{}"), errc::missing_field, "/data/enrolment", "required"},
      {with("data", R"({"enrolment":null})"), errc::missing_field, "/data/enrolment", "required"},
      {with("data", R"({"enrolment":"e","enrolment":"e"})"), errc::duplicate_key, "/data/enrolment",
       "given twice"},
      {with("data", R"({"enrolment":null,"enrolment":"e"})"), errc::duplicate_key,
       "/data/enrolment", "given twice"},
      {with("data", R"({"enrolment":"e","colour":1})"), errc::unknown_field, "/data/colour",
       "no field"},
      {with("data", R"({"enrolment":"e","a/b~c":1})"), errc::unknown_field, "/data/a~1b~0c",
       "no field"},
      {with("data", R"({"enrolment":"e 1"})"), errc::bad_field, "/data/enrolment", "spaces"},
      {with("data", R"({"enrolment":7})"), errc::bad_field, "/data/enrolment", "an id"},
      {with("data", R"({"enrolment":"e","unit":"u"})"), errc::bad_field, "/data/unit", "unit/"},
      {with("data", R"({"enrolment":"e","unit":"job/x"})"), errc::bad_field, "/data/unit", "unit/"},
      {with("data", R"({"enrolment":"e","subproject":""})"), errc::bad_field, "/data/subproject",
       "not empty"},
      {with("data", R"({"enrolment":"e","subproject":")" + std::string(16'385, 'x') + "\"}"),
       errc::bad_field, "/data/subproject", "16384 bytes"},
  };
}

std::vector<malformed> malformed_values() {
  const std::string item = R"({"scheme":"s","version":"1","id":"i")";
  return {
      {person("plan_agreed", R"({"review_at":"2018-02-30"})"), errc::bad_field, "/data/review_at",
       "YYYY-MM-DD"},
      {person("plan_agreed", R"({"review_at":20180301})"), errc::bad_field, "/data/review_at",
       "a date"},
      {person("plan_agreed", R"({"goals":"one"})"), errc::bad_field, "/data/goals", "a list"},
      {person("plan_agreed", R"({"goals":["a",7]})"), errc::bad_field, "/data/goals/1", "a text"},
      {person("contact_made", R"({"kind":"fax"})"), errc::bad_field, "/data/kind",
       "one of meeting, phone, message"},
      {person("contact_made", R"({"kind":1})"), errc::bad_field, "/data/kind", "one of"},
      {person("person_registered", R"({"birth_year":1980.5})"), errc::bad_field,
       "/data/birth_year", "without decimals"},
      {person("person_registered", R"({"birth_year":"1980"})"), errc::bad_field,
       "/data/birth_year", "an integer"},
      {person("person_registered", R"({"birth_year":9007199254740992})"), errc::bad_field,
       "/data/birth_year", "2^53"},
      {person("person_registered", R"({"birth_year":18446744073709551615})"), errc::bad_field,
       "/data/birth_year", "an integer"},
      {person("person_registered", R"({"education":{"scheme":"s"}})"), errc::missing_field,
       "/data/education/level", "required"},
      {person("person_registered", R"({"education":{"scheme":"s","level":"3","x":1}})"),
       errc::unknown_field, "/data/education/x", "no field"},
      {person("person_registered", R"({"name":{"sealed":"AAAA"}})"), errc::sealed_input,
       "/data/name", "sealed"},
      {person("person_registered", R"({"name":{"sealed":"?"}})")
           .add("recordedtime", "\"2018-03-01T00:00:00Z\""),
       errc::bad_field, "/data/name", "base64url", true},
      {person("person_registered", R"({"name":{"sealed":""}})")
           .add("recordedtime", "\"2018-03-01T00:00:00Z\""),
       errc::bad_field, "/data/name", "base64url", true},
      {person("entry_situation_recorded", R"({"labour_status":"unknown","absent":"no"})"),
       errc::bad_field, "/data/absent", "true or false"},
      {person("language_support_started", R"({"support":"s","hours_week":37.5})"), errc::bad_field,
       "/data/hours_week", "decimal as a text"},
      {person("language_support_started", R"({"support":"s","hours_week":"037"})"),
       errc::bad_field, "/data/hours_week", "decimal"},
      {person("language_support_started", R"({"support":"s","hours_week":"1.1234567890"})"),
       errc::bad_field, "/data/hours_week", "decimal"},
      {person("assessment_recorded", R"({"kind":"other","items":[)" + item + "},7]}"),
       errc::bad_field, "/data/items/1", "an object"},
      {person("assessment_recorded", R"({"kind":"other","items":[)" + item + R"(,"level":7}]})"),
       errc::bad_field, "/data/items/0/level", "a text"},
      {person("attribute_recorded", R"({"attribute":"a"})"), errc::bad_field, "/data",
       "exactly one"},
      {person("attribute_recorded", R"({"attribute":"a","value":"v","health":"h"})"),
       errc::bad_field, "/data", "exactly one"},
      {person("situation_recorded", R"({"situation":"working","source":"register"})"),
       errc::bad_field, "/data/situation", "one of employed, education"},
      {reference_about("workplace/w", "employer_registered", R"({"orgnr":"121212-1212"})"),
       errc::personal_number, "/data/orgnr", "personal number"},
      {reference_about("workplace/w", "employer_registered", R"({"orgnr":"191212121212"})"),
       errc::personal_number, "/data/orgnr", "personal number"},
      {person("event_corrected", R"({"target":"t","reason":"r","data":7})"), errc::bad_field,
       "/data/data", "an object"},
      {person("event_corrected", R"({"target":"t","reason":"r","time":"2018-03-01"})"),
       errc::bad_field, "/data/time", "RFC 3339"},
      {reference_about("unit/u", "accessibility_measure_taken", R"({"scope":"all"})"),
       errc::bad_field, "/data/scope", "one of group, unit"},
  };
}

void expect_refused(const std::vector<malformed>& cases) {
  json_parser parser;
  for (const malformed& m : cases) {
    const std::string shown = m.line.substr(0, 300);
    const auto d = parse_event(parser, m.line, {m.keep_recorded});
    ASSERT_FALSE(d.has_value()) << shown;
    EXPECT_EQ(name_of(d.error().code), name_of(m.code)) << shown;
    EXPECT_EQ(d.error().field, m.field) << shown;
    EXPECT_NE(d.error().message.find(m.says), std::string::npos)
        << shown << "\nsays: " << d.error().message;
    EXPECT_FALSE(d.error().message.empty()) << shown;
    EXPECT_NE(to_string(d.error()).find(hint_of(m.code)), std::string::npos) << shown;
  }
}

TEST(MalformedEvent, DocumentsAreRefused) { expect_refused(malformed_documents()); }
TEST(MalformedEvent, NamesAreRefused) { expect_refused(malformed_names()); }
TEST(MalformedEvent, AttributesAreRefused) { expect_refused(malformed_attributes()); }
TEST(MalformedEvent, DataIsRefused) { expect_refused(malformed_data()); }
TEST(MalformedEvent, ValuesAreRefused) { expect_refused(malformed_values()); }

TEST(MalformedEvent, TheTablesAreLongEnough) {
  EXPECT_GE(malformed_documents().size() + malformed_names().size() +
                malformed_attributes().size() + malformed_data().size() +
                malformed_values().size(),
            100u);
}

TEST(MalformedEvent, ErrorsNeverRepeatAValue) {
  json_parser parser;
  for (const char* data : {R"({"birth_year":"Marked-value"})", R"({"sex":"Marked-value"})",
                           R"({"education":"Marked-value"})", R"({"name":["Marked-value"]})"}) {
    const std::string line = person("person_registered", data);
    const auto d = parse_event(parser, line, {});
    ASSERT_FALSE(d.has_value());
    EXPECT_EQ(to_string(d.error()).find("Marked"), std::string::npos);
  }
}

// The content (no recordedtime, no sequence) of a line that must be good.
std::string content_of(const std::string& line) {
  json_parser parser;
  const auto d = parse_event(parser, line, {});
  if (!d) return to_string(d.error());
  std::string out;
  append_content(d->event, out);
  return out;
}

TEST(CanonicalEvent, OrdersKeysWithoutSpacesAndWritesTheVersion) {
  EXPECT_EQ(content_of(R"( { "type" : "stegvis.participant_enrolled", "data": { "unit":"unit/a",
      "enrolment" : "e-1" }, "time":"2018-03-01T00:00:00+01:00","timeprecision":"day",
      "subject":"participant/p-1","source":"/test","id":"a-1","specversion":"1.0",
      "copiedfrom":"/old x" } )"),
            R"({"copiedfrom":"/old x","data":{"enrolment":"e-1","unit":"unit/a"},)"
            R"("dataschema":"stegvis:participant_enrolled:1","id":"a-1","source":"/test",)"
            R"("specversion":"1.0","subject":"participant/p-1","time":"2018-03-01T00:00:00+01:00",)"
            R"("timeprecision":"day","type":"stegvis.participant_enrolled"})");
}

TEST(CanonicalEvent, WritesLedgerAttributesWithAllTheirDigits) {
  const std::string line = line_of()
                               .add("recordedtime", "\"2018-03-04T09:11:02.1+01:00\"")
                               .add("sequence", "\"0000000000000008812\"");
  const event e = recorded_event(line);
  EXPECT_EQ(e.position.value, 8812u);
  EXPECT_NE(canonical(e).find(R"("id":"a-1","recordedtime":"2018-03-04T08:11:02.100000Z",)"
                              R"("sequence":"0000000000000008812","source":"/test")"),
            std::string::npos)
      << canonical(e);
  std::string content;
  append_content(e, content);
  EXPECT_EQ(canonical(e).size(), content.size() + ledger_attribute_bytes);
}

TEST(CanonicalEvent, EscapesAsRfc8785Does) {
  const std::string data =
      R"({"enrolment":"e","subproject":"\u0001\b\t\n\f\r\u001f\"\\\/\u007f\u00e5\u20ac\u2028\ud83c)"
      R"(\udf31<"})";
  const std::string out = content_of(with("data", data));
  EXPECT_NE(out.find(R"("subproject":"\u0001\b\t\n\f\r\u001f\"\\/)"
                     "\x7f\xc3\xa5\xe2\x82\xac\xe2\x80\xa8\xf0\x9f\x8c\xb1<\""),
            std::string::npos)
      << out;
}

TEST(CanonicalEvent, TakesNullAndEmptyListsAsAbsent) {
  const std::string bare = content_of(person("plan_agreed", "{}"));
  EXPECT_NE(bare.find(R"("data":{})"), std::string::npos);
  EXPECT_EQ(content_of(person("plan_agreed", R"({"review_at":null,"enrolment":null})")), bare);
  EXPECT_EQ(content_of(person("plan_agreed", "{}")
                           .add("timeprecision", "null")
                           .add("dataschema", "null")
                           .add("copiedfrom", "null")
                           .add("sequence", "null")
                           .add("recordedtime", "null")),
            bare);
}

TEST(CanonicalEvent, DropsWhatTransportsAdd) {
  EXPECT_EQ(content_of(line_of()
                           .add("datacontenttype", "\"application/json\"")
                           .add("traceparent", "\"00-1-2-03\"")
                           .add("partitionkey", "\"p\"")
                           .add("dataschema", "\"stegvis:participant_enrolled:1\"")),
            content_of(line_of()));
}

TEST(CanonicalEvent, BringsTimesToStockholm) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"2018-01-15T12:00:00Z", "2018-01-15T13:00:00+01:00"},
      {"2018-07-15T12:00:00z", "2018-07-15T14:00:00+02:00"},
      {"2018-07-15t23:30:00-03:00", "2018-07-16T04:30:00+02:00"},
      {"2018-01-01T00:00:00+02:00", "2017-12-31T23:00:00+01:00"},
      // Clocks go forward on 25 March 2018 at 01:00 UTC, back on 28 October at 01:00 UTC.
      {"2018-03-25T00:59:59Z", "2018-03-25T01:59:59+01:00"},
      {"2018-03-25T01:00:00Z", "2018-03-25T03:00:00+02:00"},
      {"2018-10-28T02:30:00+02:00", "2018-10-28T02:30:00+02:00"},
      {"2018-10-28T02:30:00+01:00", "2018-10-28T02:30:00+01:00"},
      {"2018-10-28T00:59:59Z", "2018-10-28T02:59:59+02:00"},
      {"2018-10-28T01:00:00Z", "2018-10-28T02:00:00+01:00"},
      {"1975-07-01T00:00:00Z", "1975-07-01T01:00:00+01:00"},
  };
  for (const auto& [given, written] : cases) {
    const std::string out = content_of(with("time", "\"" + given + "\""));
    EXPECT_NE(out.find("\"time\":\"" + written + "\""), std::string::npos) << given << " " << out;
  }
}

TEST(CanonicalEvent, TrimsDecimalsOfSeconds) {
  for (const auto& [given, written] : std::vector<std::pair<std::string, std::string>>{
           {".500000", ".5"}, {".120", ".12"}, {".000001", ".000001"}, {".000000", ""},
           {".1000000000", ".1"}}) {
    const std::string out = content_of(with("time", "\"2018-03-01T10:00:00" + given + "+01:00\""));
    EXPECT_NE(out.find("\"2018-03-01T10:00:00" + written + "+01:00\""), std::string::npos) << out;
  }
}

TEST(CanonicalEvent, GivesACorrectedMidnightDayPrecision) {
  const auto precision_of = [](const std::string& time) {
    const std::string line =
        person("event_corrected", R"({"target":"t","reason":"r","time":")" + time + "\"}");
    json_parser parser;
    const event e = parse_event(parser, line, {}).value().event;
    return e.data.get<event_corrected>()->time->value.precision;
  };
  EXPECT_EQ(precision_of("2018-06-30T22:00:00Z"), precision::day);
  EXPECT_EQ(precision_of("2018-07-01T00:00:01+02:00"), precision::exact);
}

std::uint64_t seeds() {
  const char* given = std::getenv("STEGVIS_ROUNDS");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 30;
}

// Calls `check(line, type)` for events of every type, seed by seed.
template <class F>
void for_every_type(generated_options options, F&& check) {
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    options.seed = seed;
    event_generator generator(options);
    for (const type_description* t : all_types()) {
      SCOPED_TRACE(std::string(t->name) + ", seed " + std::to_string(seed));
      check(generator.line(*t, static_cast<unsigned>(seed)), *t);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(EveryType, IsCanonicalWhateverOrderAndBlanksItComesIn) {
  for_every_type({.sealed = true, .shuffled = true}, [](const std::string& line, const auto&) {
    const std::string once = canonical(recorded_event(line));
    EXPECT_EQ(canonical(recorded_event(once)), once);
  });
}

TEST(EveryType, DecodesToWhatWasEncoded) {
  for (const bool every_field : {true, false})
    for_every_type({.sealed = true, .every_field = every_field},
                   [](const std::string& line, const type_description& t) {
      const event e = recorded_event(line);
      const std::string record = stored(e);
      const auto view = read_record(record);
      ASSERT_TRUE(view.has_value()) << to_string(view.error());
      EXPECT_EQ(view->bytes, record.size());
      EXPECT_EQ(view->type_id, t.id);
      const auto decoded = decode_record(*view, e.position);
      ASSERT_TRUE(decoded.has_value()) << to_string(decoded.error());
      EXPECT_EQ(canonical(*decoded), canonical(e));
      EXPECT_EQ(stored(*decoded), record);
      const auto names = decode_names(*view);
      ASSERT_TRUE(names.has_value());
      EXPECT_EQ(names->source + ' ' + names->id + ' ' + names->subject, e.name() + ' ' + e.subject);
    });
}

TEST(EveryType, OpensToWhatWasSealed) {
  for_every_type({}, [](const std::string& line, const type_description& t) {
    event e = recorded_event(line);
    std::string clear;
    write_fields(t, e.data.object(), clear);
    const data_key key = data_key::random();
    const std::string name = e.name();
    for_each_secret(e.data, [&](std::string_view field, privacy, secret_field& s) {
      s.bytes = seal(key, name, field, s.bytes);
      s.clear = false;
    });
    const std::string record = stored(e);
    auto decoded = decode_record(read_record(record).value(), e.position).value();
    EXPECT_EQ(canonical(recorded_event(canonical(decoded))), canonical(e));
    for_each_secret(decoded.data, [&](std::string_view field, privacy, secret_field& s) {
      s.bytes = open(key, name, field, s.bytes).value();
      s.clear = true;
    });
    std::string opened;
    write_fields(t, decoded.data.object(), opened);
    EXPECT_EQ(opened, clear);
  });
}

TEST(EveryType, RefusesARecordThatIsChangedAnywhere) {
  event_generator generator({.seed = 5, .sealed = true});
  for (const type_description* t : all_types()) {
    const event e = recorded_event(generator.line(*t));
    std::string record = stored(e);
    for (std::size_t at = 0; at < record.size(); ++at) {
      record[at] = static_cast<char>(record[at] ^ 1);
      const auto view = read_record(record);
      EXPECT_FALSE(view.has_value()) << t->name << " byte " << at;
      record[at] = static_cast<char>(record[at] ^ 1);
    }
    for (std::size_t cut = 0; cut < record.size(); ++cut)
      EXPECT_FALSE(read_record(std::string_view(record).substr(0, cut)).has_value()) << cut;
  }
}

// A record of our making whose checksum is right though its content is not.
std::string forged(std::string record, std::uint16_t type, std::uint16_t version) {
  std::memcpy(record.data() + 8, &type, 2);
  std::memcpy(record.data() + 10, &version, 2);
  stamp_record(record.data(), recorded_time{});
  return record;
}

std::string sample(std::string_view type) {
  return stored(recorded_event(event_generator({.sealed = true}).line(*find_type(type))));
}

TEST(StoredRecord, NamesANewerVersionOrType) {
  const std::string record = sample("plan_agreed");
  const auto refusal = [&](std::uint16_t type, std::uint16_t version) {
    return decode_record(read_record(forged(record, type, version)).value(), {7}).error();
  };
  const auto id = find_type("plan_agreed")->id;
  EXPECT_EQ(refusal(id, 2).code, errc::newer_version);
  EXPECT_NE(refusal(id, 2).message.find("stegvis:plan_agreed:2"), std::string::npos);
  EXPECT_EQ(refusal(60'000, 1).code, errc::newer_version);
  EXPECT_NE(refusal(60'000, 1).message.find("position 7"), std::string::npos);
}

// A record without fields, lengthened by `fields` and taken for another type.
errc refusal_of(std::string_view fields, std::uint16_t type) {
  std::string record = sample("death_recorded") + std::string(fields);
  const auto length = static_cast<std::uint32_t>(record.size() - record_header_bytes);
  std::memcpy(record.data(), &length, 4);
  const auto e = decode_record(read_record(forged(std::move(record), type, 1)).value(), {1});
  if (e) throw std::runtime_error("nothing was refused");
  return e.error().code;
}

TEST(StoredRecord, MustBeConsumedWhole) {
  EXPECT_EQ(refusal_of("x", find_type("death_recorded")->id), errc::corrupt);
}

// Corrections have originals as targets; nested ones would let a record choose the stack's depth.
TEST(StoredRecord, HoldsNoCorrectionOfACorrection) {
  using namespace std::string_view_literals;
  constexpr auto head = "\x01\x01\x00\x01\x00"sv;  // data: event_corrected, version 1
  constexpr auto rest = "\0\0\0\0\0"sv;           // empty reason and target, no time
  const std::string inner = '\0' + std::string(rest);
  const auto type = find_type("event_corrected")->id;
  EXPECT_EQ(refusal_of(std::string(head) + inner + std::string(rest), type), errc::corrupt);
}

}  // namespace
}  // namespace stegvis::test
