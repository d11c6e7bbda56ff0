#include "api/asked_view.hpp"

#include <CLI/CLI.hpp>
#include <chrono>

#include "events/personal_number.hpp"

namespace stegvis {

day today() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return stockholm_day({std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
}

void declare_view_options(CLI::App& app, view_arguments& into) {
  app.add_option("--as-of", into.as_of, "as it was at the end of this day; else today");
  app.add_option("--as-recorded", into.as_recorded,
                 "as known at this position, date or time; else the head");
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

result<asked_view> resolve_view(context& c, const view_arguments& given) {
  auto asked = resolve_view(c.book(), given);
  if (!asked && asked.error().code == errc::bad_date) {
    return problem{errc::bad_date, "--as-of takes a date"};
  }
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

std::string question_line(context& c, const asked_view& asked) {
  const auto date = to_string(asked.as_of);
  const auto at = std::to_string(asked.known.at.value);
  std::string line = c.swedish() ? "per " + date + ", känt vid position " + at
                                 : "as of " + date + ", known at position " + at;
  if (asked.as_of > asked.known.cut_day) {
    line += c.swedish() ? " (efter det senast kända: som planerat)"
                        : " (after the last that is known: as planned)";
  }
  return line + "\n";
}

language language_of(const context& c) {
  return c.swedish() ? language::swedish : language::english;
}

std::vector<std::string> words(const context& c, std::vector<std::string> swedish,
                               std::vector<std::string> english) {
  return c.swedish() ? std::move(swedish) : std::move(english);
}

std::string days_between(context& c, day from, day to) {
  const auto n = to - from;
  const auto text = std::to_string(n);
  if (c.swedish()) return text + (n == 1 ? " dag" : " dagar");
  return text + (n == 1 ? " day" : " days");
}

}  // namespace stegvis
