// Goal: sealed classes come in only as boxes that this ledger's key opens, and nothing of what is
// in them is told when they do not. Method: boxes made with libsodium; tables of lines that are
// wrong.
#include "ingest/kafka/boxes.hpp"

#include <sodium.h>

#include "events/sha256.hpp"
#include "tests/events/ledger_vocabulary.hpp"

namespace stegvis::test {
namespace {

class Boxes : public ledger_fixture {
 protected:
  std::string box(std::string_view json) {
    const auto key = (*opened().keys())->public_key();
    std::string sealed(json.size() + crypto_box_SEALBYTES, '\0');
    crypto_box_seal(reinterpret_cast<unsigned char*>(sealed.data()),
                    reinterpret_cast<const unsigned char*>(json.data()), json.size(), key.data());
    return R"({"box":")" + base64url(sealed) + R"("})";
  }
  result<draft> parse(const std::string& line, bool allow_clear = false) {
    json_parser parser;
    return parse_boxed_event(parser, line, opened(), allow_clear);
  }
  std::string note(const std::string& text) {
    return of_type("note_recorded", "n", "participant/p-1", R"({"text":)" + text + "}");
  }
};

TEST_F(Boxes, OpenToWhatTheSenderSaid) {
  const auto boxed = parse(note(box(R"("a word")"))).value();
  const auto clear = parse(note(R"("a word")"), true).value();
  std::string ours, theirs;
  auto with = [](draft d, std::string& out) {
    for_each_secret(d.event.data, [&](std::string_view, privacy, secret_field& s) {
      EXPECT_TRUE(s.clear);
      out += s.bytes;
    });
  };
  with(boxed, ours);
  with(clear, theirs);
  EXPECT_EQ(ours, theirs);
  EXPECT_EQ(ours, R"("a word")");
}

TEST_F(Boxes, WhatIsWrongIsToldWithoutWhatIsInIt) {
  const struct {
    std::string line;
    errc code;
    std::string field;
  } cases[] = {{note(R"("in the open")"), errc::clear_field, "/data/text"},
               {note(R"({"box":"AAAA"})"), errc::bad_field, "/data/text"},
               {note(R"({"box":"not base64!"})"), errc::bad_field, "/data/text"},
               {note(box("hush, no JSON")), errc::bad_field, "/data/text"},
               {note(box("12")), errc::bad_field, "/data/text"},
               {note(R"({"sealed":"AAAA"})"), errc::sealed_input, "/data/text"},
               {of_type("participant_enrolled", "e", "participant/p-1",
                        R"({"enrolment":{"box":"AAAA"},"unit":"unit/a"})"),
                errc::bad_field, "/data/enrolment"},
               {"[]", errc::bad_json, ""},
               {"{", errc::bad_json, ""}};
  for (const auto& c : cases) {
    const auto d = parse(c.line);
    ASSERT_FALSE(d) << c.line;
    EXPECT_EQ(d.error().code, c.code) << c.line << d.error().message;
    EXPECT_EQ(d.error().field, c.field) << c.line;
    EXPECT_EQ(d.error().message.find("hush"), std::string::npos);
    EXPECT_EQ(d.error().message.find("open\""), std::string::npos);
  }
}

TEST_F(Boxes, CorrectionsAreHeldToTheirTargetsFields) {
  opened().append(drafts({note(R"("first")")}), {}).value();
  const auto corrected = [&](const std::string& text) {
    return of_type(
        "event_corrected", "c", "participant/p-1",
        R"({"target":"n","reason":)" + box(R"("typo")") + R"(,"data":{"text":)" + text + "}}");
  };
  EXPECT_EQ(parse(corrected(R"("second")")).error().code, errc::clear_field);
  EXPECT_EQ(parse(corrected(R"("second")")).error().field, "/data/data/text");
  auto d = parse(corrected(box(R"("second")")));
  ASSERT_TRUE(d) << d.error().message;
  std::vector<draft> one;
  one.push_back(std::move(*d));
  opened().append(std::move(one), {}).value();
  EXPECT_EQ(opened().head().value, 2U);
}

}  // namespace
}  // namespace stegvis::test
