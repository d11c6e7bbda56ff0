#include "api/report/words.hpp"

#include <algorithm>
#include <cmath>

#include "api/report/numbers.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {

constexpr std::string_view condition_prefix = "condition_";

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::string spaced(std::string_view code) {
  std::string text(code);
  std::ranges::replace(text, '_', ' ');
  return text;
}

// 2017H1, 2017Q2 and 2017-03; empty if the code is none of them.
std::string period_words(std::string_view code, language l) {
  if (code.size() == 7 && code[4] == '-') {
    const auto month = month_in_words(code, l);
    return month == code ? std::string() : month;
  }
  if (code.size() != 6 || !digits(code.substr(0, 4))) return {};
  const std::string year(code.substr(0, 4));
  const int part = code[5] - '0';
  if (code[4] == 'H' && (part == 1 || part == 2)) {
    const auto half = part == 1 ? say(l, "första halvåret ", "first half of ")
                                : say(l, "andra halvåret ", "second half of ");
    return std::string(half) + year;
  }
  if (code[4] == 'Q' && part >= 1 && part <= 4) {
    return std::string(say(l, "kvartal ", "quarter ")) + code[5] + " " + year;
  }
  return {};
}

// Bands of numbers: "<18", "18-24" with a dash, "55+".
std::string band_words(std::string_view code, language l) {
  if (code.starts_with('<') && digits(code.substr(1)))
    return std::string(say(l, "under ", "under ")) + std::string(code.substr(1));
  if (code.ends_with('+') && digits(code.substr(0, code.size() - 1)))
    return std::string(code.substr(0, code.size() - 1)) +
           std::string(say(l, " eller mer", " or more"));
  const auto hyphen = code.find('-');
  if (hyphen == code.npos) return {};
  const auto low = code.substr(0, hyphen), high = code.substr(hyphen + 1);
  if (!digits(low) || !digits(high)) return {};
  return std::string(low) + "\u2013" + std::string(high);
}

std::string state_words(std::string_view code, language l) {
  for (std::size_t i = 0; i < state_count; ++i) {
    const auto s = static_cast<state>(i);
    if (name_of(s) == code) return std::string(l == language::swedish ? label_sv(s) : label_en(s));
  }
  return {};
}

// Codes with words of their own in labels.hpp; the same code may mean another thing elsewhere.
std::string label_words(std::string_view of, std::string_view code, language l) {
  using enum code_family;
  const auto first = of == "labour_status" || of == "situation" ? situation
                     : of == "destination" || of == "outcome"   ? destination
                     : of == "source"                           ? source
                                                                : kind;
  for (const auto family : {first, kind, situation, destination}) {
    const auto word = word_of(family, code, l);
    if (word != code) return std::string(word);
  }
  return {};
}

std::string lowered(std::string text) {
  if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
    text.front() = static_cast<char>(text.front() - 'A' + 'a');
  return text;
}

}  // namespace

std::string capitalised(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  // å, ä and ö: their second bytes lie 0x20 above those of the capitals.
  const std::string_view two = std::string_view(text).substr(0, 2);
  if (two == "å" || two == "ä" || two == "ö") text[1] = static_cast<char>(text[1] - 0x20);
  return text;
}

std::string_view text_in(const bilingual& both, language l) {
  const auto& wanted = l == language::swedish ? both.sv : both.en;
  if (!wanted.empty()) return wanted;
  return l == language::swedish ? both.en : both.sv;
}

const bilingual* wording::own(std::string_view code) const {
  const auto it = section_->labels.find(std::string(code));
  const bool found = it != section_->labels.end() && !text_in(it->second, language_).empty();
  return found ? &it->second : nullptr;
}

namespace {

// Dimensions whose codes are ours: an outcome may be called `other` too.
bool has_own_codes(std::string_view dimension) {
  constexpr std::string_view names[] = {"sex", "target_group", "labour_status", "livelihood",
                                        "establishment"};
  return std::ranges::find(names, dimension) != std::end(names);
}

}  // namespace

std::string wording::code(std::string_view of, std::string_view code) const {
  if (const auto end = code.find(joined_levels); end != code.npos) {
    const auto others = code.substr(end + joined_levels.size());
    return this->code(of, code.substr(0, end)) + ", " + this->code(of, others);
  }
  if (has_own_codes(of)) return our_code(of, code);
  if (const auto* label = own(code)) return std::string(text_in(*label, language_));
  return our_code(of, code);
}

std::string wording::our_code(std::string_view of, std::string_view code) const {
  if (of == "step") return step(code);
  if (of == "sequence") return sequence(code);
  if (of == "level" && code == "main") return std::string(say("denna grupp", "this group"));
  if (of == "variable") return dimension(code);
  if (of == "target_group" && code == "none")
    return std::string(say("ingen målgrupp", "no target group"));
  using enum word_family;
  const auto first = of == "test" || of == "measure" ? measure : any;
  for (const auto family : {first, any}) {
    if (const auto* words = find_words(family, code)) return std::string(words->in(language_));
  }
  const bool of_labels = of == "labour_status" || of == "situation" || of == "destination";
  for (auto words :
       {of_labels ? label_words(of, code, language_) : std::string(), period_words(code, language_),
        band_words(code, language_),
        of == "state" || of == "from" ? state_words(code, language_) : std::string()}) {
    if (!words.empty()) return words;
  }
  if (const auto* words = find_words(level, code)) return std::string(words->in(language_));
  if (auto words = label_words(of, code, language_); !words.empty()) return words;
  if (auto words = state_words(code, language_); !words.empty()) return words;
  return spaced(code);
}

std::string wording::dimension(std::string_view name) const {
  if (const auto* words = find_words(word_family::dimension, name))
    return std::string(words->in(language_));
  if (const auto* label = own(name)) return std::string(text_in(*label, language_));
  return spaced(name);
}

std::string_view wording::code_of(std::string_view column_id) {
  static constexpr std::string_view prefixes[] = {"n_",    "event_", "incidence_", "std_error_",
                                                  "low_",  "high_",  "share_",     "to_",
                                                  "rate_", "cost_",  "mean_"};
  for (const auto prefix : prefixes) {
    if (column_id.starts_with(prefix)) return column_id.substr(prefix.size());
  }
  return {};
}

namespace {

// Ids that mean another thing in some tables.
std::string_view id_of(const result_table& t, const result_column& c, bool jobs) {
  using enum table_form;
  if (jobs && c.id == "survival") return "jobs_survival";
  if (jobs && c.id == "events") return "jobs_events";
  const std::string_view id = c.id;
  if (t.form == cohort_ages && id == "cohort") return "entry_period";
  if (t.form == units && id == "outside") return "outside_limits";
  if (t.form == funnel && id == "reached") return "reached_share";
  if (t.form == funnel && id == "share") return "completion";
  if (t.form == latency && id == "share") return "late_share";
  if (t.form == tally && id == "reference") return "reference_area";
  return id;
}

}  // namespace

std::string wording::column(const result_table& t, const result_column& c) const {
  if (c.role == column_role::level) {
    return capitalised(dimension(c.id));
  }
  const bool times = c.form == value_form::time || c.id == "horizon" || c.id == "age";
  if (times && c.role == column_role::key && c.form != value_form::code)
    return capitalised(axis_unit().empty() ? std::string(say("månader", "months")) : axis_unit());
  if (const auto* words = find_words(word_family::column, id_of(t, c, about_jobs()))) {
    const std::string text(words->in(language_));
    const bool in_units = c.form == value_form::time && !axis_unit().empty();
    return in_units ? text + ", " + axis_unit() : text;
  }
  const auto code = code_of(c.id);
  if (code.empty()) {
    if (const auto* label = own(c.id)) return std::string(text_in(*label, language_));
    return spaced(c.id);
  }
  const auto prefix = c.id.substr(0, c.id.size() - code.size() - 1);
  const auto* words = find_words(word_family::column, prefix);
  const auto about = this->code("state", code);
  if (prefix == "cost" || prefix == "share" || prefix == "rate") return capitalised(about);
  return words ? std::string(words->in(language_)) + ": " + about : about;
}

std::string wording::table(const result_table& t) const {
  if (const auto* label = own(t.id)) return std::string(text_in(*label, language_));
  if (auto title = suffixed_title(t.id); !title.empty()) return title;
  const auto time = t.find_column("time");
  const bool calendar = time && t.columns[*time].form != value_form::time;
  std::string kind = calendar && t.form == table_form::states ? "states_calendar" : "";
  if (about_jobs()) kind = "jobs_" + std::string(name_of(t.form));
  for (const auto name : {std::string_view(kind), std::string_view(t.id), name_of(t.form)}) {
    if (const auto* words = find_words(word_family::table, name))
      return std::string(words->in(language_));
  }
  return spaced(t.id);
}

// tests_sex, differences_sex_unit and comparison_NAME: about what stands behind the form.
std::string wording::suffixed_title(std::string_view id) const {
  constexpr std::string_view comparison = "comparison_";
  if (id.starts_with(comparison))
    return std::string(say("Jämfört med ", "Compared with ")) +
           code("reference", id.substr(comparison.size()));
  for (const std::string_view form : {"tests", "differences"}) {
    if (!id.starts_with(form) || id.size() <= form.size() + 1) continue;
    return std::string(find_words(word_family::table, form)->in(language_)) +
           std::string(say(", efter ", ", by ")) + dimension(id.substr(form.size() + 1));
  }
  return {};
}

std::string wording::breakdown(const result_table& t) const {
  std::string text;
  for (std::size_t i = 0; i < t.by.size(); ++i) {
    text += i == 0                 ? say("efter ", "by ")
            : i + 1 == t.by.size() ? say(" och ", " and ")
                                   : std::string_view(", ");
    text += dimension(t.by[i]);
  }
  return text;
}

std::string wording::in_sentence(std::string_view of, std::string_view code) const {
  auto text = this->code(of, code);
  if (!own(code) && text == state_words(code, language_)) text = lowered(std::move(text));
  return text;
}

std::string wording::note(std::string_view code) const {
  if (const auto* label = own(code)) return std::string(text_in(*label, language_));
  const auto* words = find_words(word_family::note, code);
  return words ? std::string(words->in(language_)) : spaced(code);
}

std::string wording::step(std::string_view code) const {
  if (const auto* label = own(code)) return std::string(text_in(*label, language_));
  const auto* words = find_words(word_family::step, code);
  if (words) return std::string(words->in(language_));
  if (code.starts_with(condition_prefix))
    return std::string(say("Uppfyller villkor ", "Fulfil condition ")) +
           std::string(code.substr(condition_prefix.size()));
  return digits(code) ? std::string(say("Steg ", "Step ")) + std::string(code) : spaced(code);
}

std::string wording::loss(std::string_view code) const {
  if (const auto* label = own(std::string(code) + "_left_out"))
    return std::string(text_in(*label, language_));
  if (code.starts_with(condition_prefix))
    return std::string(say("uppfyllde inte villkor ", "did not fulfil condition ")) +
           std::string(code.substr(condition_prefix.size()));
  const auto* words = find_words(word_family::loss, code);
  return std::string(words ? words->in(language_) : say("uppfyllde inte detta", "did not"));
}

std::string wording::sequence(std::string_view text) const {
  const auto spells = spells_of(text);
  if (spells.empty()) return std::string(text);
  std::string words;
  for (const auto& spell : spells) {
    if (!words.empty()) words += " → ";
    words += in_sentence("state", spell.state) + " (" + std::to_string(spell.length) + ")";
  }
  return words;
}

std::vector<sequence_spell> spells_of(std::string_view sequence) {
  std::vector<sequence_spell> spells;
  while (!sequence.empty()) {
    const auto end = sequence.find(')');
    if (sequence.front() != '(' || end == sequence.npos) return {};
    const auto inner = sequence.substr(1, end - 1);
    const auto comma = inner.rfind(',');
    if (comma == inner.npos || !digits(inner.substr(comma + 1)) || inner.size() - comma > 7)
      return {};
    int length = 0;
    for (const char c : inner.substr(comma + 1)) length = length * 10 + (c - '0');
    spells.push_back({inner.substr(0, comma), length});
    sequence.remove_prefix(end + 1);
    if (sequence.starts_with('-')) sequence.remove_prefix(1);
  }
  return spells;
}

std::string wording::axis_unit() const {
  const auto& unit = section_->axis_unit;
  if (unit == "day") return std::string(say("dagar", "days"));
  if (unit == "week") return std::string(say("veckor", "weeks"));
  return unit == "month" ? std::string(say("månader", "months")) : std::string();
}

std::string wording::duration(double time) const {
  const int decimals = time == std::floor(time) ? 0 : 1;
  const auto number = decimal_text(time, decimals, language_) + std::string(no_break_space);
  const auto& unit = section_->axis_unit;
  const bool one = time == 1;
  if (unit == "day") return number + std::string(one ? say("dag", "day") : say("dagar", "days"));
  if (unit == "week")
    return number + std::string(one ? say("vecka", "week") : say("veckor", "weeks"));
  return number + std::string(one ? say("månad", "month") : say("månader", "months"));
}

std::string_view sign_of(mark m, language l) {
  switch (m) {
    case mark::none:
      return "";
    case mark::suppressed:
      return "..";
    case mark::immature:
      return say(l, "ännu ej", "not yet");
    case mark::preliminary:
      return "p";
    case mark::undefined:
      return no_value;
    case mark::not_reached:
      return say(l, "ej nådd", "not reached");
  }
  return "";
}

std::string_view meaning_of(mark m, language l) {
  if (m == mark::none) return "";
  const auto* words = find_words(word_family::mark, name_of(m));
  return words ? words->in(l) : std::string_view();
}

}  // namespace stegvis
