// The data of persons' events. What is not in the fact is drawn here, from the person and the
// event's number, so that it is the same whenever it is written.
#include <array>

#include "ingest/simulate_lines.hpp"

namespace stegvis {
namespace {
template <std::size_t N>
using words = std::array<std::string_view, N>;

// Fields that several types share, indexed by fact::code.
constexpr words<8> countries{"SE", "SY", "AF", "SO", "ER", "IQ", "PL", "TH"};
constexpr words<3> education_levels{"compulsory", "upper_secondary", "tertiary"};
constexpr words<6> language_levels{"A1", "A2", "B1", "B2", "C1", "C2"};
constexpr words<5> labour_words{"employed", "education", "unemployed", "inactive", "unknown"};
constexpr words<3> source_words{"register", "contact", "survey"};
constexpr words<8> group_words{
    "newly_arrived", "foreign_background", "parent", "youth", "long_term_sick",
    "cognitive",     "no_work_experience", "other"};
constexpr words<4> support_methods{"supported_employment", "coaching", "job_carving"};

struct details {
  const fact& f;
  std::uint64_t seed;
  draws d;
  simulated_person person() const { return person_of(seed, f.participant); }
  template <std::size_t N>
  std::string_view any(const words<N>& from) {
    return from[d.below(N)];
  }
};

void enrolment_of(const fact& f, object_writer& o) {
  if (f.enrolment != 0) o.numbered("enrolment", "e-", f.enrolment);
}
std::string six_digits(std::uint32_t participant) {
  std::string digits;
  append_padded(digits, participant, 6);
  return digits;
}

// Each type's data; the functions are named after the types.
namespace data {

// Telephone numbers from Sweden's series for fiction, 070-174 06 05 to 99.
void contact_fields(details& v, object_writer& o) {
  const std::string n = six_digits(v.f.participant);
  o.text("email", "testperson." + n + "@example.invalid");
}
std::string phone(details& v) {
  std::string number = "070-174 06 ";
  append_padded(number, static_cast<std::uint64_t>(v.d.between(5, 99)), 2);
  return number;
}

void person_registered(details& v, object_writer& o) {
  constexpr words<4> sexes{"woman", "man", "other", "unknown"};
  const simulated_person p = v.person();
  const bool open = p.handling == 0;
  if (open) o.text("address", "Provgatan " + std::to_string(v.d.between(1, 99)));
  o.integer("birth_year", p.birth_year);
  o.text("country_of_birth", countries[p.country]);
  {
    object_writer e(o.value_of("education"));
    e.text("level", education_levels[p.education]);
    e.text("scheme", "simulated");
  }
  if (open) contact_fields(v, o);
  o.text("name", "Testperson " + six_digits(v.f.participant));
  if (open) o.text("phone", phone(v));
  o.text("sex", sexes[p.sex]);
}
void person_details_changed(details& v, object_writer& o) {
  if (v.person().handling == 0)
    o.text("address", "Provgatan " + std::to_string(v.d.between(100, 199)));
  o.text("phone", phone(v));
}
void identifier_recorded(details& v, object_writer& o) {
  const bool interim = v.f.code != 0;
  o.text("identifier", (interim ? "SIM-T-" : "SIM-") + six_digits(v.f.participant));
  if (!interim) o.text("issuer", "stegvis-simulator");
  o.text("scheme", interim ? "interim" : "local");
}
void identifier_replaced(details& v, object_writer& o) {
  o.text("identifier", "SIM-" + six_digits(v.f.participant));
  o.text("issuer", "stegvis-simulator");
  o.text("scheme", "local");
}
void handling_changed(details& v, object_writer& o) {
  o.texts("detail", {v.f.code == 1 ? "secrecy_marked" : "protected_registration"});
}
void consent_given(details&, object_writer& o) {
  o.text("purpose", "follow_up_contact");
}
void consent_withdrawn(details&, object_writer& o) {
  o.text("purpose", "follow_up_contact");
}
void disclosure_made(details& v, object_writer& o) {
  o.texts("fields", {"name", "phone"});
  o.text("ground", "consent");
  o.text("recipient", v.f.code == 0 ? "workplace" : "employment_service");
}

void intake_registered(details& v, object_writer& o) {
  constexpr words<4> channels{"self", "referral", "outreach", "employment_service"};
  constexpr words<4> referrers{"none", "social_services", "school", "employment_service"};
  o.text("channel", channels[v.f.code]);
  o.numbered("intake", "i-", v.f.id);
  o.text("reason", "Vill närma sig ett arbete");
  o.text("referrer", referrers[v.f.code]);
}
void intake_closed(details& v, object_writer& o) {
  constexpr words<3> outcomes{"withdrawn", "not_eligible", "referred"};
  o.numbered("intake", "i-", v.f.id);
  o.text("outcome", outcomes[v.f.code]);
}
void participant_enrolled(details& v, object_writer& o) {
  o.numbered("enrolment", "e-", v.f.id);
  if (v.f.x != 0) o.numbered("intake", "i-", v.f.x);
  o.text("subproject", subproject_ids[v.f.code]);
  o.text("unit", subproject_units[v.f.code]);
}
void enrolment_paused(details& v, object_writer& o) {
  constexpr words<4> reasons{"Sjukdom", "Föräldraledighet", "Resa", "Behandling"};
  o.numbered("enrolment", "e-", v.f.id);
  o.text("reason", v.any(reasons));
  o.date("until", unpacked(v.f.until));
}
void enrolment_resumed(details& v, object_writer& o) {
  o.numbered("enrolment", "e-", v.f.id);
}
void participant_exited(details& v, object_writer& o) {
  constexpr words<9> destinations{"employed",    "education", "employment_service",
                                  "moved",       "deceased",  "retired",
                                  "dropped_out", "other",     "unknown"};
  o.text("destination", destinations[v.f.code]);
  o.numbered("enrolment", "e-", v.f.id);
}
void entry_situation_recorded(details& v, object_writer& o) {
  constexpr words<4> households{"single", "single_parent", "couple", "couple_with_children"};
  constexpr words<4> livelihoods{"social_assistance", "benefit", "study_aid", "other"};
  if (v.f.code == 0) o.boolean("absent", true);  // on long leave from a job (R79)
  enrolment_of(v.f, o);
  o.text("household", v.any(households));
  o.text("labour_status", labour_words[v.f.code]);
  o.text("livelihood", v.any(livelihoods));
  if (v.f.code == 2) o.date("unemployed_since", unpacked(v.f.valid) + -v.d.between(30, 1500));
}
void target_group_assigned(details& v, object_writer& o) {
  o.text("basis", "Bedömd vid anmälan");
  o.text("group", group_words[v.f.code]);
}
void target_group_ended(details& v, object_writer& o) {
  o.text("group", group_words[v.f.code]);
}
void establishment_period_recorded(details& v, object_writer& o) {
  o.date("until", unpacked(v.f.until));
}
void caseworker_assigned(details& v, object_writer& o) {
  o.numbered("caseworker", "staff/s-", v.f.x);
  enrolment_of(v.f, o);
}
void case_handed_over(details& v, object_writer& o) {
  enrolment_of(v.f, o);
  o.text("note", "Byte av handläggare");
  o.numbered("to", "staff/s-", v.f.x);
}
void handover_accepted(details& v, object_writer& o) {
  o.numbered("caseworker", "staff/s-", v.f.x);
  enrolment_of(v.f, o);
}
void plan_agreed(details& v, object_writer& o) {
  constexpr words<4> first{"Få ett arbete", "Klara nästa steg", "Pröva ett yrke", "Börja studera"};
  constexpr words<3> second{"Klara svenska för yrket", "Hitta en vardag som håller",
                            "Få en referens"};
  enrolment_of(v.f, o);
  o.texts("goals", {v.any(first), v.any(second)});
  o.date("review_at", unpacked(v.f.until));
}
void plan_revised(details& v, object_writer& o) {
  plan_agreed(v, o);
}
void contact_made(details& v, object_writer& o) {
  constexpr words<5> kinds{"meeting", "phone", "message", "letter", "visit"};
  o.text("kind", kinds[v.f.code]);
}
void note_recorded(details&, object_writer& o) {
  o.text("text", "Påhittad anteckning");
}

void competence_items(details& v, object_writer& o) {
  std::string& out = o.value_of("items");
  const int count = v.d.between(2, 4);
  out += '[';
  for (int i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    object_writer item(out);
    item.numbered("id", "k-", static_cast<std::uint64_t>(v.d.between(1, 60)));
    item.numbered("level", "", static_cast<std::uint64_t>(v.d.between(1, 4)));
    item.text("scheme", "simulated-competences");
    item.text("version", "1");
  }
  out += ']';
}
void assessment_recorded(details& v, object_writer& o) {
  constexpr words<5> kinds{"competence", "language", "distance", "self_rating", "other"};
  constexpr words<5> methods{"KGA", "interview", "interview", "form", "interview"};
  constexpr words<5> scales{"kga", "cefr", "distance_5", "self_5", "work_ability_5"};
  const auto kind = v.f.code;
  if (kind == 0) o.text("area", track_ids[v.f.y]);
  o.numbered("assessment", "as-", v.f.id);
  if (kind == 4) o.text("detail", "Påhittad uppgift om arbetsförmåga");
  enrolment_of(v.f, o);
  if (kind == 0) {
    o.text("evidence", "Samtal och arbetsprov");
    competence_items(v, o);
  }
  o.text("kind", kinds[kind]);
  if (kind == 1)
    o.text("level", language_levels[v.f.x]);
  else
    o.numbered("level", "", v.f.x);
  o.text("method", methods[kind]);
  o.text("scale", scales[kind]);
}
void competence_guaranteed(details& v, object_writer& o) {
  o.text("area", track_ids[v.f.y]);
  o.numbered("assessment", "as-", v.f.id);
}
void language_support_started(details& v, object_writer& o) {
  o.numbered("hours_week", "", static_cast<std::uint64_t>(v.d.between(2, 8)));
  o.text("kind", v.d.chance(500) ? "workplace" : "classroom");
  o.numbered("support", "ls-", v.f.id);
}
void language_support_ended(details& v, object_writer& o) {
  o.numbered("support", "ls-", v.f.id);
}

void activity_started(details& v, object_writer& o) {
  constexpr words<6> kinds{"language_training", "civic_orientation", "vocational_course",
                           "guidance",          "studies",           "other"};
  constexpr words<4> providers{"Utbildningsverket", "Folkhögskolan Provlunda", "Kursbolaget Test",
                               "Kommunen"};
  o.numbered("activity", "ac-", v.f.id);
  enrolment_of(v.f, o);
  o.text("hours_week", v.d.chance(300) ? "7.5" : v.d.chance(500) ? "15" : "30");
  o.text("kind", kinds[v.f.code]);
  o.text("provider", v.any(providers));
}
void activity_attended(details& v, object_writer& o) {
  o.numbered("activity", "ac-", v.f.id);
  o.integer("minutes", v.d.between(4, 24) * 15);
}
void activity_ended(details& v, object_writer& o) {
  o.numbered("activity", "ac-", v.f.id);
  o.text("outcome", v.f.code == 0 ? "completed" : "interrupted");
}
void job_track_started(details& v, object_writer& o) {
  enrolment_of(v.f, o);
  o.numbered("job_track", "jt-", v.f.id);
  o.text("ssyk", track_ssyk[v.f.code]);
  o.text("track", track_ids[v.f.code]);
}
void job_track_completed(details& v, object_writer& o) {
  o.numbered("job_track", "jt-", v.f.id);
}
void job_track_interrupted(details& v, object_writer& o) {
  o.numbered("job_track", "jt-", v.f.id);
  o.text("reason", v.d.chance(500) ? "Sjukdom" : "Annan insats");
}
void ready_to_apply(details& v, object_writer& o) {
  o.numbered("job_track", "jt-", v.f.id);
  o.text("ssyk", track_ssyk[v.f.code]);
}
void step_started(details& v, object_writer& o) {
  o.integer("attempt", v.f.y);
  enrolment_of(v.f, o);
  o.text("ladder", ladder_subjects[v.f.code]);
  o.text("pace", (v.f.flags & part_time_flag) != 0 ? "part_time" : "full_time");
  o.integer("step", v.f.x);
  o.numbered("step_run", "sr-", v.f.id);
}
void step_completed(details& v, object_writer& o) {
  o.numbered("step_run", "sr-", v.f.id);
}
void step_interrupted(details& v, object_writer& o) {
  o.text("reason", v.d.chance(500) ? "Sjukdom" : "Började arbeta");
  o.numbered("step_run", "sr-", v.f.id);
}
void certificate_awarded(details& v, object_writer& o) {
  constexpr words<4> colours{"none", "green", "blue", "black"};
  o.text("colour", colours[v.f.x - 1U]);
  o.text("ladder", ladder_subjects[v.f.code]);
  o.text("standard", "simulated-certificate");
  o.integer("step", v.f.x);
  o.numbered("step_run", "sr-", v.f.id);
}
void next_step_offered(details& v, object_writer& o) {
  o.text("ladder", ladder_subjects[v.f.code]);
  o.integer("step", v.f.x);
}
void next_step_accepted(details& v, object_writer& o) {
  next_step_offered(v, o);
}
void next_step_declined(details& v, object_writer& o) {
  o.text("ladder", ladder_subjects[v.f.code]);
  o.text("reason", "Vill arbeta först");
  o.integer("step", v.f.x);
}

void match_proposed(details& v, object_writer& o) {
  o.integer("coverage", v.f.y);
  o.numbered("job_spec", "job/j-", v.f.x);
  o.numbered("match", "m-", v.f.id);
  if (v.f.y < 100) o.texts("missing", {v.f.y < 70 ? "swedish_b1" : "hygiene_certificate"});
}
void match_accepted(details& v, object_writer& o) {
  o.numbered("match", "m-", v.f.id);
}
void match_declined(details& v, object_writer& o) {
  o.numbered("match", "m-", v.f.id);
  o.text("reason", v.d.chance(500) ? "För långt bort" : "Fel arbetstider");
}

constexpr words<6> placement_kinds{"practice",   "work_training",      "workplace_introduction",
                                   "simple_job", "complementary_post", "employment"};
bool is_job(const fact& f) {
  return f.code >= 3;
}

void job_fields(details& v, object_writer& o) {
  constexpr words<3> hours{"20", "30", "37.5"};
  const bool job = is_job(v.f);
  if (job)
    o.text("hours_week", v.d.chance(550) ? "40" : v.any(hours));
  else
    o.text("hours_week", v.any(hours));
}
void placement_started(details& v, object_writer& o) {
  const fact& f = v.f;
  const bool job = is_job(f), subsidised = (f.flags & subsidised_flag) != 0;
  if (job) o.text("employment_form", subsidised ? "fixed_term" : "permanent");
  enrolment_of(f, o);
  job_fields(v, o);
  if (job) o.numbered("job_spec", "job/j-", f.x);
  o.text("kind", placement_kinds[f.code]);
  if (job) o.numbered("match", "m-", f.y);
  o.numbered("placement", "pl-", f.id);
  if (f.until != 0) o.date("planned_end", unpacked(f.until));
  if ((f.flags & follows_flag) != 0) o.numbered("previous", "pl-", f.id - 1U);
  if (job) o.boolean("reserved_for_group", (f.flags & reserved_flag) != 0);
  if (job) o.text("ssyk", track_ssyk[f.x % track_ssyk.size()]);
  if (job) o.boolean("subsidised", subsidised);
  if (subsidised) o.text("subsidy", "introduction_job");
  o.text("supervisor", "Handledare " + std::to_string(v.d.between(1, 60)));
  o.text("unit", subproject_units[0]);
  if (job) o.numbered("wage_band", "", static_cast<std::uint64_t>(v.d.between(1, 4)));
  o.numbered("workplace", "workplace/w-", static_cast<std::uint64_t>(workplace_of(f.x)));
}
void placement_changed(details& v, object_writer& o) {
  o.text("employment_form", "permanent");
  job_fields(v, o);
  o.text("kind", placement_kinds[v.f.code]);
  o.numbered("placement", "pl-", v.f.id);
  o.boolean("reserved_for_group", false);
  o.boolean("subsidised", false);
  o.numbered("wage_band", "", static_cast<std::uint64_t>(v.d.between(3, 6)));
}
void placement_ended(details& v, object_writer& o) {
  constexpr words<4> reasons{"Tiden var slut", "Nytt arbete", "Slutade själv", "Arbetsbrist"};
  o.numbered("placement", "pl-", v.f.id);
  o.text("reason", reasons[v.f.code]);
}
void workplace_support_provided(details& v, object_writer& o) {
  constexpr words<3> recipients{"individual", "manager", "colleague"};
  o.text("method", support_methods[v.f.x]);
  o.integer("minutes", v.f.y * 15);
  o.numbered("placement", "pl-", v.f.id);
  o.text("recipient", recipients[v.f.code]);
}
void workplace_adaptation_made(details& v, object_writer& o) {
  o.text("detail", "Påhittad anpassning");
  o.text("kind", v.f.code == 0 ? "premises" : "tasks");
  o.numbered("placement", "pl-", v.f.id);
}

void follow_up_of(details& v, object_writer& o, bool done) {
  constexpr words<5> horizons{"28d", "3m", "6m", "12m", "24m"};
  o.numbered("anchor", v.f.enrolment != 0 ? "e-" : "pl-", v.f.id);
  o.text("horizon", horizons[v.f.code]);
  if (!done) return;
  o.text("labour_status", labour_words[v.f.x]);
  o.text("source", source_words[v.f.y]);
}
void follow_up_done(details& v, object_writer& o) {
  follow_up_of(v, o, true);
}
void follow_up_missed(details& v, object_writer& o) {
  follow_up_of(v, o, false);
}
void situation_recorded(details& v, object_writer& o) {
  o.text("situation", labour_words[v.f.code]);
  o.text("source", source_words[v.f.x]);
}
void livelihood_recorded(details& v, object_writer& o) {
  constexpr words<5> sources{"work", "study_aid", "benefit", "social_assistance", "other"};
  o.text("source", sources[v.f.code]);
}
void attribute_recorded(details& v, object_writer& o) {
  o.text("attribute", "driving_licence");
  o.text("value", v.person().birth_year % 3 == 0 ? "no" : "yes");
}
void reference_issued(details& v, object_writer& o) {
  o.numbered("placement", "pl-", v.f.id);
}
void worklist_deferred(details& v, object_writer& o) {
  o.numbered("anchor", "e-", v.f.id);
  o.text("list", "plan_review");
  o.text("reason", "Inväntar besked");
  o.date("until", unpacked(v.f.until));
}
void death_recorded(details&, object_writer&) {}

}  // namespace data
}  // namespace

void append_data(const fact& f, std::uint64_t seed, std::uint32_t variant, std::string& out) {
  using append = void (*)(details&, object_writer&);
  static constexpr append writers[] = {
#define X(name) &data::name,
      STEGVIS_SIMULATED(X)
#undef X
  };
  const std::uint32_t number = f.target != 0 ? f.target : f.number;
  const std::uint64_t place = std::uint64_t{f.participant} << 20 | number << 4 | variant;
  details v{f, seed, draws(mix(seed ^ 5) + mix(place))};
  object_writer o(out);
  writers[static_cast<std::size_t>(f.type)](v, o);
}

}  // namespace stegvis
