#pragma once
// Numbers and days as people write them. Swedish: decimal comma, groups of three behind a
// no-break space, "12,3 %"; English: decimal point, comma groups, "12.3%". Minus is U+2212 in both.
// The bytes depend on nothing but the arguments.
#include <cstdint>
#include <string>
#include <string_view>

#include "api/labels.hpp"

namespace stegvis {

constexpr std::string_view no_break_space = "\u00a0";
constexpr std::string_view minus_sign = "\u2212";
constexpr std::string_view no_value = "\u2013";  // also for what is no finite number

// For pictures: ASCII, at most two decimals, within a million, without trailing zeros.
std::string coordinate(double);

std::string integer_text(std::int64_t, language);
std::string decimal_text(double, int decimals, language);
std::string percent_text(double share, int decimals, language);
// "44–52 %"; both of one precision.
std::string percent_range(double low, double high, int decimals, language);
// A difference of shares in percentage points, with its sign: "+1,2", "−3,4", "0,0".
std::string points_text(double, int decimals, language);

// "13 december 2013" for 2013-12-13; any other text as it is.
std::string day_in_words(std::string_view iso, language);
// "mars 2017" for 2017-03.
std::string month_in_words(std::string_view year_month, language);

}  // namespace stegvis
