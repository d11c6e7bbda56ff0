#pragma once
// Swedish personal numbers (personnummer) and coordination numbers (samordningsnummer, day + 60):
// YYMMDD-NNNC or YYYYMMDD-NNNC, birth number 001 to 999, C by Luhn over the last ten digits.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stegvis {

// The number's twelve digits, or nothing if it is not valid. Takes 10 or 12 digits with blanks
// anywhere and at most one - or + before the last four. Ten digits mean the latest such birthday
// not after `today`, with + the one a hundred years before. The date must exist and not lie after
// `today`. Numbers with letters (interim) are not taken. Pure.
std::optional<std::string> normal_personal_number(std::string_view text,
                                                  std::chrono::sys_days today);

// Whether an unbroken run of 10 or 12 digits, also with one - or + before its last four, is a valid
// number of anybody born in 1800 to 2099: such text is refused as a name or subject. Pure.
bool contains_personal_number(std::string_view text);

}  // namespace stegvis
