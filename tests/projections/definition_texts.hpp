#pragma once
// Right definitions, as texts that a test changes in one place, and the ones that are shipped.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "projections/evaluations/definition.hpp"

namespace stegvis {

inline std::string read_file(const std::string& path) {
  std::ifstream in(STEGVIS_SOURCE_DIR + ("/" + path));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline definition parsed(std::string_view toml) {
  auto d = parse_definition(toml, "test.toml");
  EXPECT_TRUE(d) << to_string(d.error()) << "\n" << toml;
  return d ? *d : definition{};
}
inline std::string shipped(std::string_view name) {
  const auto text = shipped_definition(name);
  EXPECT_TRUE(text) << name;
  return std::string(text.value_or(""));
}

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from << "\n" << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// Lines 1 to 4 of every definition below.
inline std::string head(std::string_view statistic) {
  return "name = 'x'\nversion = 1\nstatistic = '" + std::string(statistic) +
         "'\ntitle = { sv = 'å', en = 'a' }\n";
}
inline const std::string cohort = "[cohort]\nentry = { event = 'participant_enrolled' }\n";  // 5, 6
inline const std::string outcome =  // from 7
    "[[outcome]]\nname = 'job'\ntitle = { sv = 'Jobb', en = 'Job' }\n"
    "when = { episode = 'job' }\n";
inline const std::string survival = head("survival") + cohort + outcome;  // 10 lines
inline const std::string share =
    head("proportion") + cohort + outcome + "within = { until = '6m' }\n";
inline const std::string measure =  // lines 5 to 8
    "[[measure]]\nname = 'm'\ntitle = { sv = 'å', en = 'a' }\nevent = 'place_offered'\n";
inline const std::string tally = head("tally") + measure;
inline const std::string gap =
    head("gap") + "[parameters]\nseries = 's'\narea = 'a'\nreference_area = 'b'\n";
inline const std::string retention = head("retention") + cohort + "[parameters]\ntimes = [3]\n";
inline const std::string report = head("report") + "[[section]]\nuse = 'retention'\n";
inline std::string with_conditions(std::string_view conditions) {  // line 7
  return head("count") + cohort + "conditions = [ " + std::string(conditions) + " ]\n";
}
inline std::string when(std::string_view condition) {  // line 10
  return replaced(survival, "{ episode = 'job' }", condition);
}
inline std::string with_set(std::string_view set) {  // lines 11 to 14
  return survival +
         "[[sensitivity]]\nname = 'v'\ntitle = { sv = 'å', en = 'a' }\nset = " + std::string(set) +
         "\n";
}

}  // namespace stegvis
