#include "api/report/page.hpp"

#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"
#include "api/report/report.hpp"
#include "projections/evaluations/definition.hpp"

namespace stegvis {
namespace {

struct heading {
  std::string title{}, description{};
};

// Of the only section, or as the definition's text has it; else the definition's name.
heading heading_of(const evaluation_result& r, language l) {
  heading h;
  if (r.sections.size() == 1) {
    h.title = text_in(r.sections.front().title, l);
    h.description = text_in(r.sections.front().description, l);
  } else if (const auto d = parse_definition(r.manifest.definition_text, "result")) {
    h.title = text_in(d->title, l);
    h.description = text_in(d->description, l);
  }
  if (h.title.empty()) {
    static const result_section nothing;
    h.title = capitalised(wording(nothing, l).dimension(r.manifest.definition));
  }
  return h;
}

std::string fact(std::string_view name, std::string_view value) {
  return "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
}

std::string header_markup(const evaluation_result& r, const heading& h, language l) {
  const auto& m = r.manifest;
  std::string out = "<header>\n<p class=\"kicker\">" +
                    escaped(say(l, "Utvärdering", "Evaluation")) + "</p>\n" +
                    element("h1", h.title) + "\n";
  if (!h.description.empty()) out += "<p class=\"lead\">" + escaped(h.description) + "</p>\n";
  out += "<dl class=\"facts\">\n";
  out += fact(say(l, "Läget per", "As of"), day_in_words(m.as_of, l));
  out += fact(say(l, "Följda till", "Followed until"), day_in_words(m.censored_at, l));
  out += fact(say(l, "Analyserade", "Analysed"), analysed_text(r, l));
  out += "</dl>\n<p class=\"fixed\">" +
         escaped(say(l, "Beskriver vad som hände; visar ingen effekt av insatsen.",
                     "It describes what happened; it proves no effect.")) +
         "</p>\n";
  const auto rule = escaped(suppression_text(m, l));
  return out + (m.suppressed ? "<p>" : "<p class=\"warning\" role=\"note\">") + rule +
         "</p>\n</header>\n";
}

std::string contents_markup(const evaluation_result& r, language l) {
  if (r.sections.size() < 2) return "";
  std::string out = "<nav aria-label=\"" + escaped(say(l, "Innehåll", "Contents")) + "\">\n<ol>\n";
  for (std::size_t i = 0; i < r.sections.size(); ++i) {
    const auto title = text_in(r.sections[i].title, l);
    out += "<li><a href=\"#s" + std::to_string(i + 1) + "\">" +
           escaped(title.empty() ? r.sections[i].definition : title) + "</a></li>\n";
  }
  return out + "</ol>\n</nav>\n";
}

std::string sections_markup(const evaluation_result& r, page_count& count, language l) {
  std::string out;
  const auto heading = r.sections.size() == 1 ? say(l, "Resultat", "Results") : std::string_view();
  for (const auto& section : r.sections) out += section_markup(section, heading, count, l);
  return out;
}

}  // namespace

std::string html_report(const evaluation_result& r, language l) {
  const auto top = heading_of(r, l);
  std::string out = "<!DOCTYPE html>\n<html lang=\"" + std::string(say(l, "sv", "en")) +
                    "\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
                    element("title", top.title) + "\n<style>" + std::string(page_style()) +
                    "</style>\n</head>\n<body>\n<div class=\"page\">\n";
  out += header_markup(r, top, l) + contents_markup(r, l) + "<main>\n";
  page_count count;
  out += sections_markup(r, count, l);
  out += marks_markup(count.marks, l) + limits_markup(r, count.marks, l) + checklist_markup(r, l);
  out += reproduction_markup(r, l);
  return out + "</main>\n</div>\n</body>\n</html>\n";
}

std::vector<report_figure> report_figures(const evaluation_result& r, language l) {
  page_count count;
  (void)sections_markup(r, count, l);
  return std::move(count.figures);
}

}  // namespace stegvis
