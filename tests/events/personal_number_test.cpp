// Goal: valid personal and coordination numbers are taken in every usual form and nothing else,
// and text that holds one is noticed. Method: tables of published test numbers and of their
// neighbours with one thing wrong.
#include "events/personal_number.hpp"

#include <gtest/gtest.h>

namespace stegvis {
namespace {

using namespace std::chrono;
constexpr sys_days today = 2026y / 11 / 22;

TEST(PersonalNumber, EveryUsualFormGivesTwelveDigits) {
  const std::pair<const char*, const char*> table[] = {
      {"190905271474", "190905271474"},  {"090527+1474", "190905271474"},
      {"0905271474", "200905271474"},    {"090527-1474", "200905271474"},
      {"19090527-1474", "190905271474"}, {"19090527+1474", "190905271474"},
      {"198211059954", "198211059954"},  {"821105-9954", "198211059954"},
      {" 821105 9954 ", "198211059954"}, {"19 821105 - 9954", "198211059954"},
      {"199012119948", "199012119948"},  {"195705749959", "195705749959"},
      {"570574-9959", "195705749959"},   {"197306749982", "197306749982"}};
  for (const auto& [text, digits] : table) {
    EXPECT_EQ(normal_personal_number(text, today), digits) << text;
  }
}

TEST(PersonalNumber, WhatIsNoNumberIsRefused) {
  const char* table[] = {"",
                         "201509160006",  // birth number 000
                         "198707049996",  // check digit
                         "193901829913",  // no such check digit either
                         "198213059954",  // month
                         "198211319954",  // day
                         "19821105995",
                         "1982110599541",
                         "8211-059954",
                         "82110-59954",
                         "821105--9954",
                         "821105-9954-",
                         "82l1059954",
                         "821105_9954",
                         "182198211059954",
                         "209012119948"};  // not born yet
  for (const auto* text : table) EXPECT_FALSE(normal_personal_number(text, today)) << text;
}

// Ten digits of a number that ends in a right check digit.
std::string completed(std::string nine) {
  for (char last = '0'; last <= '9'; ++last) {
    if (contains_personal_number(nine + last)) return nine + last;
  }
  return {};
}

TEST(PersonalNumber, TheCenturyIsTheLatestNotAfterToday) {
  const auto born_today = completed("261122123");
  const auto born_tomorrow = completed("261123123");
  EXPECT_EQ(normal_personal_number(born_today, today), "20" + born_today);
  EXPECT_EQ(normal_personal_number(born_tomorrow, today), "19" + born_tomorrow);
  EXPECT_EQ(normal_personal_number(born_tomorrow, today + days(1)), "20" + born_tomorrow);
  auto with_plus = born_today;
  with_plus.insert(6, "+");
  EXPECT_EQ(normal_personal_number(with_plus, today), "19" + born_today);
}

TEST(PersonalNumber, ALeapDayMustExistInItsCentury) {
  auto number = completed("000229123");
  EXPECT_EQ(normal_personal_number(number, today), "20" + number);
  number.insert(6, "+");
  EXPECT_FALSE(normal_personal_number(number, today));
}

TEST(PersonalNumber, TextThatHoldsOneIsNoticed) {
  for (const auto* text :
       {"participant/198211059954", "p-8211059954x", "x821105-9954", "090527+1474",
        "a1-19821105-9954", "12-821105-9954", "195705749959", "1-821105-9954"}) {
    EXPECT_TRUE(contains_personal_number(text)) << text;
  }
  for (const auto* text :
       {"", "participant/p-000017", "1198211059954", "98211059954", "821105-99541", "821105--9954",
        "8211059955", "821105 9954", "2018-03-01", "0000000000000008812", "SIM-000017",
        "209812119948x0", "821105-", "821105"}) {
    EXPECT_FALSE(contains_personal_number(text)) << text;
  }
}

}  // namespace
}  // namespace stegvis
