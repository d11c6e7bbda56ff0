#include "api/labels.hpp"

#include <algorithm>

namespace stegvis {
namespace {

struct word {
  code_family family;
  std::string_view code, sv, en;
};
using enum code_family;
constexpr word words[] = {
    {kind, "practice", "praktik", "practice"},
    {kind, "work_training", "arbetsträning", "work training"},
    {kind, "workplace_introduction", "arbetsplatsintroduktion", "workplace introduction"},
    {kind, "simple_job", "enkelt jobb", "simple job"},
    {kind, "complementary_post", "kompletterande tjänst", "complementary post"},
    {kind, "employment", "anställning", "employment"},
    {kind, "language_training", "språkträning", "language training"},
    {kind, "civic_orientation", "samhällsorientering", "civic orientation"},
    {kind, "vocational_course", "yrkeskurs", "vocational course"},
    {kind, "guidance", "vägledning", "guidance"},
    {kind, "studies", "studier", "studies"},
    {kind, "competence", "kompetens", "competence"},
    {kind, "language", "språk", "language"},
    {kind, "distance", "avstånd till arbetsmarknaden", "distance from the labour market"},
    {kind, "self_rating", "självskattning", "self-rating"},
    {kind, "meeting", "möte", "meeting"},
    {kind, "phone", "telefon", "phone"},
    {kind, "message", "meddelande", "message"},
    {kind, "letter", "brev", "letter"},
    {kind, "visit", "besök", "visit"},
    {kind, "simple", "enkelt", "simple"},
    {kind, "complementary", "kompletterande", "complementary"},
    {kind, "regular", "ordinarie", "regular"},
    {kind, "premises", "lokaler", "premises"},
    {kind, "tasks", "arbetsuppgifter", "tasks"},
    {kind, "other", "annat", "other"},
    {destination, "employed", "i arbete", "in work"},
    {destination, "education", "studier", "education"},
    {destination, "employment_service", "Arbetsförmedlingen", "the employment service"},
    {destination, "moved", "flyttat", "moved away"},
    {destination, "deceased", "avliden", "deceased"},
    {destination, "retired", "pension", "retired"},
    {destination, "dropped_out", "avbröt", "dropped out"},
    {destination, "other", "annat", "other"},
    {destination, "unknown", "okänt vart", "destination unknown"},
    {situation, "employed", "i arbete", "in work"},
    {situation, "education", "i studier", "in education"},
    {situation, "unemployed", "arbetslös", "unemployed"},
    {situation, "inactive", "utanför arbetskraften", "outside the labour force"},
    {situation, "unknown", "okänd", "not known"},
    {source, "register", "register", "register"},
    {source, "programme", "programmet", "the programme"},
    {source, "contact", "kontakt", "contact"},
    {source, "survey", "enkät", "survey"}};

struct two_words {
  std::string_view sv, en;
  std::string_view in(language l) const { return l == language::swedish ? sv : en; }
};

}  // namespace

std::string_view word_of(code_family family, std::string_view code, language l) {
  const auto it = std::ranges::find_if(
      words, [&](const word& w) { return w.family == family && w.code == code; });
  if (it == std::end(words)) return code;
  return l == language::swedish ? it->sv : it->en;
}

std::string_view word_of(episode_kind k, language l) {
  constexpr two_words names[] = {{"Anmälan", "Application"},
                                 {"Inskrivning", "Enrolment"},
                                 {"Paus", "Pause"},
                                 {"Anställning", "Job"},
                                 {"Praktik eller arbetsträning", "Work placement"},
                                 {"Studier", "Studies"},
                                 {"Insats", "Activity"},
                                 {"Utbildningssteg", "Training step"},
                                 {"Jobbspår", "Job track"},
                                 {"Språkstöd", "Language support"},
                                 {"Målgrupp", "Target group"},
                                 {"Ansvarig", "Caseworker"}};
  return names[static_cast<std::size_t>(k)].in(l);
}

std::string_view word_of(ending e, language l) {
  constexpr two_words names[] = {{"", ""},
                                 {"avslutad", "ended"},
                                 {"inskriven", "enrolled"},
                                 {"stängd", "closed"},
                                 {"återupptagen", "resumed"},
                                 {"slutförd", "completed"},
                                 {"avbruten", "interrupted"},
                                 {"ändrad", "changed"},
                                 {"överlämnad", "handed over"},
                                 {"avslut", "exit"},
                                 {"dödsfall", "death"}};
  return names[static_cast<std::size_t>(e)].in(l);
}

const code_family* family_of_field(std::string_view field) {
  struct row {
    std::string_view field;
    code_family family;
  };
  static constexpr row rows[] = {{"kind", kind},
                                 {"destination", destination},
                                 {"labour_status", situation},
                                 {"situation", situation},
                                 {"source", source}};
  const auto it = std::ranges::find(rows, field, &row::field);
  return it == std::end(rows) ? nullptr : &it->family;
}

}  // namespace stegvis
