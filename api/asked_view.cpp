#include "api/asked_view.hpp"

#include <chrono>

#include "events/personal_number.hpp"

namespace stegvis {

day today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return stockholm_day({std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
}

result<asked_view> resolve_view(ledger& book, const view_arguments& given) {
  asked_view asked{{book.head(), {}}, today()};
  if (!given.as_of.empty()) {
    const auto date = parse_day(given.as_of);
    if (!date) return problem{errc::bad_date, "as-of takes a date", "as_of"};
    asked.as_of = *date;
  }
  if (!given.as_recorded.empty()) {
    const auto at = book.resolve_cut(given.as_recorded);
    if (!at) return at.error();
    asked.known.at = *at;
  }
  asked.known.cut_day = stockholm_day(book.recorded_at(asked.known.at));
  return asked;
}

problem unknown_subject_problem(const ledger& book, const std::string& subject) {
  if (contains_personal_number(subject)) {
    return {errc::personal_number, "a subject holds no personal number"};
  }
  std::string what = "no event is about " + subject;
  if (subject.find('/') == subject.npos) {
    for (const char* kind :
         {"participant/", "staff/", "unit/", "workplace/", "job/", "ladder/", "programme/"}) {
      const auto whole = kind + subject;
      if (book.version(whole).value > 0) what += "; did you mean " + whole + '?';
    }
  }
  return {errc::unknown_subject, what};
}

result<void> check_subject(const ledger& book, const std::string& subject) {
  if (book.version(subject).value == 0) return unknown_subject_problem(book, subject);
  if (book.is_forgotten(subject)) return problem{errc::forgotten, subject};
  return {};
}

std::string type_name(const type_description& type) {
  return "stegvis." + std::string(type.name);
}

}  // namespace stegvis
