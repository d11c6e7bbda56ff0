// Goal: TOML documents merge, come apart and are written anew without losing a value or a line.
// Method: small documents; readers of sections are tested with mappings and definitions.
#include "events/toml_section.hpp"

#include <gtest/gtest.h>

namespace stegvis {
namespace {

toml_document document(std::string_view text) {
  auto d = toml_document::parse(text, errc::bad_argument);
  EXPECT_TRUE(d) << text;
  return std::move(*d);
}

TEST(TomlDocument, IsRefusedWithTheGivenCodeAndLine) {
  const auto bad = toml_document::parse("a = 1\nb = \n", errc::bad_argument);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, errc::bad_argument);
  EXPECT_EQ(bad.error().line, 2u);
}

TEST(TomlDocument, ReadsItselfAfterItWroteItself) {
  const std::string text =
      "\"Å\" = 'it\\s'\nb = \"line\\nbreak \\u0001 \\\" ' å\"\nc = [1, 2.5, true, 2018-02-28]\n"
      "d = { e = { f = [] } }\n[[g]]\nh = -1\n[[g]]\ni = \"\"\n";
  const std::string once = document(text).root().document();
  EXPECT_EQ(document(once).root().document(), once);
  const auto again = document(once);
  EXPECT_EQ(again.root().at("Å")->text(), "it\\s");
  EXPECT_EQ(again.root().at("b")->text(), "line\nbreak \x01 \" ' å");
  const auto c = again.root().at("c")->items();
  EXPECT_EQ(c.at(0).integer(), 1);
  EXPECT_EQ(c.at(1).number(), 2.5);
  EXPECT_EQ(c.at(2).flag(), true);
  EXPECT_EQ(c.at(3).date()->dom, 28u);
  EXPECT_EQ(again.root().at("g")->items().at(1).keys(), std::vector<std::string>{"i"});
}

TEST(TomlDocument, MergesTablesButThoseToBeReplacedWhole) {
  toml_document base = document("a = 1\n[t]\nx = 1\ny = { p = 1 }\nz = { p = 1 }\n");
  constexpr std::string_view whole[] = {"z"};
  base.merge(document("b = 2\n\n[t]\nx = 3\ny = { q = 2 }\nz = { q = 2 }\n"), whole);
  const toml_value t = *base.root().at("t");
  EXPECT_EQ(base.root().keys(), (std::vector<std::string>{"a", "b", "t"}));
  EXPECT_EQ(t.at("x")->integer(), 3);
  EXPECT_EQ(t.at("x")->line(), 4u);  // of the text it came from
  EXPECT_EQ(t.at("y")->keys(), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(t.at("z")->keys(), std::vector<std::string>{"q"});
  EXPECT_EQ(t.at("z")->line(), 6u);
}

TEST(TomlDocument, LeavesOneTableOfAList) {
  const std::string text = "a = 1\n[[v]]\nset = { x = 1 }\n[[v]]\nset = { y = 2 }\n";
  toml_document d = document(text);
  d.keep_only("v", 1, "set");
  EXPECT_EQ(d.root().keys(), std::vector<std::string>{"y"});
  EXPECT_EQ(d.root().at("y")->line(), 5u);
  d = document(text);
  d.keep_only("v", 7, "set");
  EXPECT_TRUE(d.root().keys().empty());
  d = document(text);
  d.erase("v");
  EXPECT_EQ(d.root().keys(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace stegvis
