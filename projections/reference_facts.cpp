#include "projections/reference_facts.hpp"

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace stegvis {
namespace {
void note_programme(const std::vector<standing_fact>& facts, reference_view& v) {
  bool esf = false;
  for (const auto& f : facts) {
    const auto& c = *f.content;
    if (c.kind == fact_kind::funding_granted) esf = esf || c.text.find("ESF") != std::string::npos;
    if (c.kind != fact_kind::subproject_started) continue;
    const auto [start, fresh] = v.subproject_starts.try_emplace(c.text, f.valid);
    if (!fresh) start->second = std::min(start->second, f.valid);
  }
  if (!esf) return;
  for (const auto& f : facts) {
    const auto kind = f.content->kind;
    if (kind == fact_kind::subproject_started || kind == fact_kind::subproject_opened) {
      v.esf_subprojects.insert(f.content->text);
    }
  }
}

bool needs_agreement(const fact_content& c) {
  return c.code == static_cast<std::uint8_t>(job_spec_kind::simple) ||
         c.code == static_cast<std::uint8_t>(job_spec_kind::complementary);
}

void note_job(const std::string& subject, const standing_fact& f, reference_view& v) {
  if (f.content->kind == fact_kind::job_spec_published && needs_agreement(*f.content)) {
    v.jobs_to_agree.push_back({subject, f.order(), f.valid});
  }
  if (f.content->kind == fact_kind::social_partner_agreement_recorded) {
    v.agreed_jobs.insert(f.content->text.empty() ? subject : f.content->text);
  }
}
}  // namespace

void apply(reference_facts& r, const event& e) {
  if (!is_person(e.subject)) apply(r.subjects[e.subject], e);
}

reference_view reference_at(const reference_facts& r, position at) {
  reference_view v;
  for (const auto& [subject, j] : r.subjects) {
    const auto facts = resolve(j, at);
    note_programme(facts, v);
    for (const auto& f : facts) {
      if (f.content->kind == fact_kind::unit_registered) v.units.insert(subject);
      note_job(subject, f, v);
    }
  }
  return v;
}

}  // namespace stegvis
