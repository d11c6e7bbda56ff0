#pragma once
// Words in place of the codes of a result. The words that the definition brings along come first,
// then ours; a code that nobody knows is shown as it is, with spaces for its underscores.
#include <string>
#include <string_view>
#include <vector>

#include "api/labels.hpp"
#include "projections/evaluations/result.hpp"

namespace stegvis {

struct word_pair {
  std::string_view sv, en;
  std::string_view in(language l) const { return l == language::swedish ? sv : en; }
};
// Two sentences of one meaning, of which the language picks one.
inline std::string_view say(language l, std::string_view sv, std::string_view en) {
  return l == language::swedish ? sv : en;
}
std::string_view text_in(const bilingual&, language);  // the other one where it is empty
std::string capitalised(std::string);

// Our own words, by what the code is of.
enum class word_family : std::uint8_t {
  any,        // codes that mean the same everywhere: unknown, yes, erased
  column,     // ids of columns, and the part before a code: share_job
  table,      // ids of tables, or else names of forms
  dimension,  // names of dimensions
  level,      // codes of any dimension; labels.hpp and states come behind
  step,       // of the cohort's flow
  loss,       // why somebody leaves the flow at that step
  mark,       // what a mark means, a sentence
  measure,    // of sequences, and statistical tests
  statistic,  // names of statistics and rules
  note        // remarks, a sentence
};
// nullptr if there is none.
const word_pair* find_words(word_family, std::string_view code);

// The words of one section. Borrows the section.
class wording {
 public:
  wording(const result_section& section, language l) : section_(&section), language_(l) {}

  language in() const { return language_; }
  std::string_view say(std::string_view sv, std::string_view en) const {
    return stegvis::say(language_, sv, en);
  }
  const result_section& section() const { return *section_; }
  // Its curves are of how long jobs last, not of the time to an outcome.
  bool about_jobs() const { return section_->statistic == "retention"; }

  // `of` is the dimension's or column's name, such as "sex"; several codes mean other things there.
  std::string code(std::string_view of, std::string_view code) const;
  // The same inside a sentence: our own words for states without their capital.
  std::string in_sentence(std::string_view of, std::string_view code) const;
  std::string dimension(std::string_view) const;
  std::string column(const result_table&, const result_column&) const;
  // What a column is about behind its prefix: "job" of "share_job". Empty: it has no prefix.
  static std::string_view code_of(std::string_view column_id);
  std::string table(const result_table&) const;
  // "efter kön och enhet"; empty for a total.
  std::string breakdown(const result_table&) const;
  std::string note(std::string_view) const;
  std::string step(std::string_view) const;
  std::string loss(std::string_view step) const;
  // "(SC,24)-(HE,46)" as "skola (24) → högskola (46)".
  std::string sequence(std::string_view) const;
  // "månader", of the section's axis; empty without axis.
  std::string axis_unit() const;
  // "12 månader", "1 månad".
  std::string duration(double time) const;

 private:
  const bilingual* own(std::string_view code) const;
  std::string our_code(std::string_view of, std::string_view code) const;
  std::string suffixed_title(std::string_view id) const;
  const result_section* section_;
  language language_;
};

// One spell of a sequence's text.
struct sequence_spell {
  std::string_view state{};
  int length = 0;
};
// Empty if the text has another form. Borrows the text.
std::vector<sequence_spell> spells_of(std::string_view sequence);

// A mark in a cell: "..", "–".
std::string_view sign_of(mark, language);
// What the sign means, a sentence; empty for none.
std::string_view meaning_of(mark, language);

}  // namespace stegvis
