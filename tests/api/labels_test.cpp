// Goal: no code of the catalogue that people are shown stays without words.
// Method: every enumerator of the enums behind each family is asked in both languages; each word
// must differ from a code with an underscore, and every family must answer for all of its codes.
#include "api/labels.hpp"

#include <gtest/gtest.h>

#include "events/catalogue.hpp"
#include "projections/situation.hpp"

namespace stegvis {
namespace {

// Free codes come back as the very text that was asked about.
void expect_word(code_family family, std::string_view code) {
  const std::string asked(code);
  for (const auto l : {language::swedish, language::english}) {
    const auto word = word_of(family, asked, l);
    EXPECT_NE(static_cast<const void*>(word.data()), static_cast<const void*>(asked.data()))
        << code;
    EXPECT_EQ(word.find('_'), word.npos) << code;
  }
}

template <class Enum>
void expect_words(code_family family) {
  for (const auto code : codes_of<Enum>()) expect_word(family, code);
}

TEST(Labels, EveryCodeOfEachFamilyHasWords) {
  expect_words<placement_kind>(code_family::kind);
  expect_words<activity_kind>(code_family::kind);
  expect_words<assessment_kind>(code_family::kind);
  expect_words<contact_kind>(code_family::kind);
  expect_words<job_spec_kind>(code_family::kind);
  expect_words<adaptation_kind>(code_family::kind);
  expect_words<exit_destination>(code_family::destination);
  expect_words<work_status>(code_family::situation);
  expect_words<situation_source>(code_family::source);
  expect_words<follow_up_source>(code_family::source);
  for (const auto s : {claim_source::survey, claim_source::programme, claim_source::register_})
    if (!name_of(s).empty()) expect_word(code_family::source, name_of(s));
}

TEST(Labels, AFreeCodeStandsAsItIs) {
  EXPECT_EQ(word_of(code_family::situation, "HE", language::swedish), "HE");
  EXPECT_EQ(family_of_field("planned_end"), nullptr);
}

TEST(Labels, EpisodesAndEndingsHaveWords) {
  for (const auto l : {language::swedish, language::english}) {
    for (int k = 0; k <= static_cast<int>(episode_kind::caseworker); ++k)
      EXPECT_FALSE(word_of(static_cast<episode_kind>(k), l).empty());
    for (int e = 1; e <= static_cast<int>(ending::death); ++e)
      EXPECT_FALSE(word_of(static_cast<ending>(e), l).empty());
  }
}

}  // namespace
}  // namespace stegvis
