#include "api/view_options.hpp"

#include <CLI/CLI.hpp>

namespace stegvis {

void declare_view_options(CLI::App& app, view_arguments& into) {
  app.add_option("--as-of", into.as_of, "as it was at the end of this day; else today");
  app.add_option("--as-recorded", into.as_recorded,
                 "as known at this position, date or time; else the head");
}

result<asked_view> resolve_view(context& c, const view_arguments& given) {
  auto asked = resolve_view(c.book(), given);
  if (!asked && asked.error().code == errc::bad_date) {
    return problem{errc::bad_date, "--as-of takes a date"};
  }
  return asked;
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
