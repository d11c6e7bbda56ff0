// Goal: every requirement R1 to R80 of the source documents can be expressed with the catalogue.
// Method: a table of events for each requirement, for derived figures the events they are computed
// from; every line passes the door as its own type and day.
#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <set>

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace stegvis {
namespace {
struct expression {
  int requirement;
  std::string_view type, subject, data;
  std::string_view day = "2018-03-01";
};

constexpr expression programmes_and_money[] = {
    {1, "programme_started", "programme/landskrona",
     R"({"name":"Arbetsmarknad Landskrona","from":"2017-01-01","until":"2020-12-31"})",
     "2017-01-01"},
    {2, "subproject_opened", "programme/landskrona",
     R"({"subproject":"enkla-jobb","name":"Enkla jobb","owner_unit":"unit/ame"})"},
    {2, "subproject_opened", "programme/landskrona",
     R"({"subproject":"utbildning","name":"Utbildning"})"},
    {2, "subproject_opened", "programme/landskrona",
     R"({"subproject":"arbetsformedlingen","name":"Arbetsförmedlingen"})"},
    {2, "subproject_opened", "programme/landskrona",
     R"({"subproject":"migration","name":"Migration"})"},
    {2, "subproject_opened", "programme/landskrona",
     R"({"subproject":"tillvaxt","name":"Tillväxt Landskrona AB"})"},
    {2, "participant_enrolled", "participant/p-1",
     R"({"enrolment":"e-1","subproject":"enkla-jobb","unit":"unit/ame"})"},
    {2, "participant_enrolled", "participant/p-1",
     R"({"enrolment":"e-2","subproject":"utbildning","unit":"unit/ame"})"},
    {3, "subproject_started", "programme/landskrona", R"({"subproject":"enkla-jobb"})"},
    {4, "unit_registered", "unit/tillvaxt",
     R"({"kind":"municipal_company","name":"Tillväxt Landskrona AB"})"},
    {5, "funding_granted", "programme/landskrona",
     R"({"grant":"esf-2016-00467","funder":"ESF","amount_ore":3392191000,"ref":"2016/00467"})"},
    {5, "funding_amended", "programme/landskrona",
     R"({"grant":"esf-2016-00467","funder":"ESF","amount_ore":3540000000,"ref":"2016/00467"})"},
    {5, "funding_granted", "programme/kommunala-ame",
     R"({"grant":"esf-ame","funder":"ESF","amount_ore":195262500})"},
    {5, "funding_spent", "programme/landskrona",
     R"({"grant":"esf-2016-00467","amount_ore":12500000,"period":"2018-03"})"},
    {6, "programme_started", "programme/kommunala-ame",
     R"({"name":"Kommunala AME","programme_area":"1 Kompetensförsörjning",)"
     R"("owner":"Höganäs Utvecklingscentrum","region":"Sydsverige"})"},
    {6, "project_phase_started", "programme/kommunala-ame", R"({"phase":"implementation"})"},
    {7, "programme_started", "programme/kommunala-ame",
     R"({"from":"2009-01-15","until":"2010-12-31"})", "2009-01-15"},
    {7, "project_phase_started", "programme/kommunala-ame", R"({"phase":"preparation"})",
     "2008-05-01"},
    {7, "survey_wave_opened", "programme/kommunala-ame", R"({"wave":1,"phase":"preparation"})",
     "2008-05-05"},
    {8, "unit_registered", "unit/hoganas",
     R"({"kind":"municipality","name":"Höganäs","municipality_code":"1284"})"},
    {9, "unit_registered", "unit/ame-1",
     R"({"kind":"labour_market_unit","name":"Arbetsmarknadsenhet","parent":"unit/hoganas"})"},
    {9, "unit_alias_added", "unit/ame-2", R"({"alias":"Integrations- och arbetsmarkna"})"},
    {9, "unit_merged", "unit/ame-3", R"({"into":"unit/ame-2"})"},
    {10, "unit_moved", "unit/ame-1", R"({"parent":"unit/vuxenforvaltningen"})"},
    {11, "unit_profile_recorded", "unit/ame-1",
     R"({"staff_n":14,"education_mix":"9 högskola, 5 gymnasium","department":"Vuxen"})"},
    {11, "staff_registered", "staff/s-1",
     R"({"unit":"unit/ame-1","role":"handledare","education":{"scheme":"SUN 2020","level":"5"}})"},
    {12, "unit_joined_programme", "unit/gavle", R"({"programme":"programme/fler-vagar-in"})"},
    {12, "unit_left_programme", "unit/gavle",
     R"({"programme":"programme/fler-vagar-in","reason":"omorganisation"})", "2020-06-30"},
    {13, "partner_invited", "programme/fler-vagar-in",
     R"({"partner":"Myndigheten för delaktighet","activity":"d-1"})"},
    {13, "partner_joined", "programme/fler-vagar-in",
     R"({"partner":"Myndigheten för delaktighet"})"},
    {13, "partner_contributed", "programme/fler-vagar-in",
     R"({"partner":"Myndigheten för delaktighet","activity":"d-1"})"},
    {14, "decision_recorded", "programme/goteborg",
     R"({"body":"Kommunfullmäktige","ref":"KF 2016-118","title":"Stegvisa lyftet"})"},
    {15, "social_partner_agreement_recorded", "job/kok-1",
     R"({"job_spec":"job/kok-1","wage_band":"A2"})"},
    {16, "staff_training_attended", "staff/s-1", R"({"activity":"processledare"})"},
};

constexpr expression employers_and_tasks[] = {
    {17, "employer_registered", "workplace/framtiden",
     R"({"orgnr":"556012-5790","name":"AB Framtiden","sector":"municipal_company"})"},
    {17, "employer_registered", "workplace/verkstad", R"({"name":"Verkstad","sector":"private"})"},
    {17, "workplace_registered", "workplace/solbacken",
     R"({"employer":"workplace/staden","name":"Solbackens äldreboende","unit":"unit/omsorg"})"},
    {18, "place_offered", "workplace/solbacken", R"({"places":3,"from":"2018-03-01"})"},
    {18, "place_withdrawn", "workplace/solbacken", R"({"places":1})"},
    {19, "task_inventoried", "workplace/solbacken",
     R"({"task":"matinköp","hours_week":"6.5","done_by_ssyk":"5321"})"},
    {20, "task_redistributed", "workplace/solbacken",
     R"({"task":"matinköp","hours_week":"6.5","from_ssyk":"5321","job_spec":"job/kok-1"})"},
    {21, "job_spec_published", "job/kok-1",
     R"({"kind":"simple","tasks":["matinköp","servering"],"requires":["livsmedelshygien"],)"
     R"("ssyk":"9411","workplace":"workplace/solbacken"})"},
    {22, "job_spec_published", "job/avlast-1",
     R"({"kind":"complementary","tasks":["kökshygien"],)"
     R"("contributors":["chef","medarbetare"]})"},
    {23, "shortage_occupation_listed", "programme/goteborg",
     R"({"ssyk":"5321","area":"Göteborg","from":"2017-01-01","until":"2019-12-31"})"},
    {24, "career_path_defined", "programme/goteborg",
     R"({"first_job":"9411","next_jobs":["5120","3451"]})"},
    {25, "placement_started", "participant/p-1",
     R"({"placement":"pl-1","enrolment":"e-1","kind":"simple_job","job_spec":"job/kok-1",)"
     R"("employment_form":"visstid","reserved_for_group":true,"hours_week":"40",)"
     R"("workplace":"workplace/solbacken","planned_end":"2019-02-28"})"},
    {26, "survey_wave_opened", "programme/landskrona",
     R"({"wave":1,"instrument":"arbetsplats","priority_areas":["attityder"]})"},
    {26, "survey_responded", "staff/s-1",
     R"({"wave":1,"pairing":"a7","answers":[{"item":"attityd-1","value":4}]})"},
};

constexpr expression people_and_matching[] = {
    {27, "target_group_assigned", "participant/p-1", R"({"group":"other","basis":"långt ifrån"})"},
    {28, "target_group_assigned", "participant/p-1", R"({"group":"foreign_background"})"},
    {28, "assessment_recorded", "participant/p-1",
     R"({"kind":"competence","method":"KGA","evidence":"intyg saknas"})"},
    {29, "target_group_assigned", "participant/p-1", R"({"group":"newly_arrived"})"},
    {29, "establishment_period_recorded", "participant/p-1", R"({"until":"2019-06-30"})"},
    {30, "target_group_assigned", "participant/p-1", R"({"group":"parent"})"},
    {31, "target_group_assigned", "participant/p-1", R"({"group":"long_term_sick"})"},
    {32, "target_group_assigned", "participant/p-1", R"({"group":"youth"})"},
    {32, "person_registered", "participant/p-1", R"({"birth_year":1998})"},
    {32, "group_session_held", "programme/landskrona", R"({"kind":"studieval","n":26})"},
    {33, "target_group_assigned", "participant/p-1", R"({"group":"cognitive"})"},
    {33, "target_group_assigned", "participant/p-1", R"({"group":"no_work_experience"})"},
    {34, "assessment_recorded", "participant/p-1", R"({"kind":"other","detail":"beroende"})"},
    {35, "intake_registered", "participant/p-1", R"({"intake":"i-1","channel":"ansökan"})"},
    {35, "intake_closed", "participant/p-2", R"({"intake":"i-2","outcome":"avstod"})"},
    {35, "participant_enrolled", "participant/p-1",
     R"({"enrolment":"e-1","intake":"i-1","subproject":"utbildning","unit":"unit/ame"})"},
    {36, "assessment_recorded", "participant/p-1",
     R"({"assessment":"as-1","kind":"competence","method":"KGA","area":"måltid",)"
     R"("items":[{"scheme":"ESCO","version":"1.1","id":"a-1","level":"god"}]})"},
    {36, "competence_guaranteed", "participant/p-1", R"({"assessment":"as-1","area":"måltid"})"},
    {37, "assessment_recorded", "participant/p-1",
     R"({"kind":"language","scale":"CEFR","level":"B1"})"},
    {37, "language_support_started", "participant/p-1",
     R"({"support":"ls-1","kind":"klassrum","hours_week":"4"})"},
    {37, "language_support_ended", "participant/p-1", R"({"support":"ls-1"})", "2018-06-01"},
    {38, "assessment_recorded", "participant/p-1",
     R"({"kind":"other","detail":"nedsatt arbetsförmåga"})"},
    {39, "assessment_recorded", "participant/p-1",
     R"({"kind":"distance","scale":"stegskala","level":"2"})"},
    {39, "assessment_recorded", "participant/p-1",
     R"({"kind":"distance","scale":"stegskala","level":"4"})", "2018-11-01"},
    {40, "match_proposed", "participant/p-1",
     R"({"match":"m-1","job_spec":"job/kok-1","coverage":80,"missing":["körkort"]})"},
    {40, "match_accepted", "participant/p-1", R"({"match":"m-1"})"},
    {40, "match_declined", "participant/p-2", R"({"match":"m-2","reason":"för långt"})"},
    {41, "assessment_recorded", "participant/p-1",
     R"({"kind":"self_rating","area":"framtidstro","scale":"1-5","level":"3"})"},
    {42, "plan_agreed", "participant/p-1",
     R"({"enrolment":"e-1","goals":["ta körkort"],"review_at":"2018-09-01"})"},
    {42, "plan_revised", "participant/p-1", R"({"enrolment":"e-1","goals":["söka jobb"]})"},
};

constexpr expression training_and_placements[] = {
    {43, "ladder_defined", "ladder/industri", R"({"branch":"industri"})"},
    {43, "ladder_step_opened", "ladder/industri", R"({"step":1,"job_titles":["montör"]})"},
    {43, "ladder_step_opened", "ladder/industri",
     R"({"step":2,"certificate":"grönt","job_titles":["CNC-operatör"]})"},
    {43, "ladder_step_opened", "ladder/industri",
     R"({"step":3,"certificate":"blått","job_titles":["CNC-tekniker"]})"},
    {43, "ladder_step_opened", "ladder/industri",
     R"({"step":4,"certificate":"svart","job_titles":["CNC-programmerare"]})"},
    {44, "step_started", "participant/p-1",
     R"({"step_run":"sr-1","enrolment":"e-1","ladder":"ladder/industri","step":2,"attempt":1,)"
     R"("pace":"full_time"})"},
    {44, "step_completed", "participant/p-1", R"({"step_run":"sr-1"})"},
    {44, "step_interrupted", "participant/p-2", R"({"step_run":"sr-2","reason":"sjukdom"})"},
    {44, "certificate_awarded", "participant/p-1",
     R"({"step_run":"sr-1","ladder":"ladder/industri","step":2,"colour":"grönt",)"
     R"("standard":"CNC Teknik"})"},
    {45, "next_step_offered", "participant/p-1", R"({"ladder":"ladder/industri","step":3})"},
    {45, "next_step_accepted", "participant/p-1", R"({"ladder":"ladder/industri","step":3})"},
    {45, "next_step_declined", "participant/p-2",
     R"({"ladder":"ladder/industri","step":3,"reason":"tid"})"},
    {45, "step_started", "participant/p-1",
     R"({"step_run":"sr-3","ladder":"ladder/industri","step":3,"pace":"part_time"})"},
    {45, "placement_changed", "participant/p-1", R"({"placement":"pl-1","wage_band":"B1"})"},
    {46, "ladder_defined", "ladder/aldreomsorg", R"({"branch":"äldreomsorg"})"},
    {46, "ladder_defined", "ladder/hotell", R"({"branch":"hotell och restaurang"})"},
    {47, "activity_started", "participant/p-1",
     R"({"activity":"ac-1","kind":"language_training","hours_week":"15"})"},
    {47, "activity_started", "participant/p-1",
     R"({"activity":"ac-2","kind":"civic_orientation"})"},
    {47, "activity_started", "participant/p-1",
     R"({"activity":"ac-3","kind":"vocational_course","provider":"Skolan"})"},
    {47, "placement_started", "participant/p-1",
     R"({"placement":"pl-2","kind":"workplace_introduction","supervisor":"Handledare Ett"})"},
    {47, "placement_started", "participant/p-1",
     R"({"placement":"pl-3","kind":"work_training"})"},
    {47, "job_track_started", "participant/p-1", R"({"job_track":"jt-1","track":"lokalvård"})"},
    {48, "job_track_started", "participant/p-1",
     R"({"job_track":"jt-2","track":"grönytor","ssyk":"9214"})"},
    {48, "job_track_completed", "participant/p-1", R"({"job_track":"jt-2"})"},
    {48, "job_track_interrupted", "participant/p-2", R"({"job_track":"jt-3","reason":"värk"})"},
    {49, "placement_started", "participant/p-1",
     R"({"placement":"pl-4","kind":"complementary_post","employment_form":"visstid",)"
     R"("subsidised":true,"subsidy":"lönebidrag","reserved_for_group":false,"hours_week":"32.5",)"
     R"("planned_end":"2019-02-28"})"},
    {49, "placement_started", "participant/p-1", R"({"placement":"pl-5","kind":"practice"})"},
    {50, "workplace_adaptation_made", "participant/p-1",
     R"({"placement":"pl-4","kind":"premises","detail":"höj- och sänkbart bord"})"},
    {50, "workplace_adaptation_made", "participant/p-1", R"({"placement":"pl-4","kind":"tasks"})"},
    {51, "workplace_support_provided", "participant/p-1",
     R"({"placement":"pl-4","recipient":"individual","method":"IPS","minutes":45})"},
    {51, "workplace_support_provided", "participant/p-1",
     R"({"placement":"pl-4","recipient":"manager","minutes":30})"},
    {51, "workplace_support_provided", "participant/p-1",
     R"({"placement":"pl-4","recipient":"colleague","minutes":20})"},
    {52, "follow_up_done", "participant/p-1",
     R"({"anchor":"pl-4","horizon":"6m","labour_status":"employed","source":"contact"})"},
    {52, "placement_ended", "participant/p-1", R"({"placement":"pl-4"})", "2019-03-01"},
    {52, "placement_started", "participant/p-1",
     R"({"placement":"pl-6","kind":"employment","previous":"pl-4"})", "2019-03-01"},
    {53, "reference_issued", "participant/p-1", R"({"placement":"pl-4"})"},
    {54, "survey_responded", "staff/s-2",
     R"({"wave":1,"answers":[{"item":"nytta-for-boende","value":5}]})"},
};

constexpr expression targets_and_surveys[] = {
    {55, "external_statistic_recorded", "programme/landskrona",
     R"({"series":"arbetslöshet","area":"1282","period":"2016-12","value":"15.3",)"
     R"("measure":"percent","vintage":"2017-01"})"},
    {55, "target_set", "programme/landskrona",
     R"({"target":"t-gap","indicator":"I04","value":"0","measure":"percentage_points",)"
     R"("direction":"at_most","period":"2020"})"},
    {56, "placement_started", "participant/p-1", R"({"placement":"pl-1","kind":"simple_job"})"},
    {57, "ready_to_apply", "participant/p-1", R"({"ssyk":"5321","job_track":"jt-1"})"},
    {57, "target_set", "programme/goteborg",
     R"({"target":"t-50","indicator":"I03","value":"50","measure":"persons",)"
     R"("period":"half-year"})"},
    {58, "survey_invited", "staff/s-1", R"({"wave":1,"pairing":"a7"})"},
    {58, "survey_responded", "staff/s-1", R"({"wave":1,"pairing":"a7"})"},
    {58, "target_set", "programme/kommunala-ame",
     R"({"target":"t-75","indicator":"I05","value":"0.75","measure":"share"})"},
    {59, "staff_training_attended", "staff/s-1", R"({"activity":"processledare"})"},
    {59, "unit_joined_programme", "unit/ame-1", R"({"programme":"programme/kommunala-ame"})"},
    {60, "development_activity_planned", "programme/kommunala-ame",
     R"({"activity":"d-1","purpose":"jämställdhet","planned_n":30})"},
    {61, "development_activity_planned", "programme/kommunala-ame",
     R"({"activity":"d-2","planned_n":12,"invited":["Arbetsförmedlingen","Region Skåne"]})"},
    {61, "partner_contributed", "programme/kommunala-ame",
     R"({"partner":"Arbetsförmedlingen","activity":"d-2"})"},
    {62, "activity_evaluated", "programme/kommunala-ame",
     R"({"activity":"d-1","purpose_met":true})"},
    {63, "survey_wave_opened", "programme/kommunala-ame",
     R"({"wave":2,"phase":"implementation","priority_areas":["bemötande"]})"},
    {63, "survey_responded", "staff/s-1",
     R"({"wave":2,"pairing":"a7","answers":[{"item":"bemötande","value":2}]})"},
    {64, "accessibility_reviewed", "unit/ame-1", R"({"scope":"unit"})"},
    {64, "survey_responded", "staff/s-1",
     R"({"wave":2,"pairing":"a7","answers":[{"item":"jämställdhet","value":4}]})"},
    {65, "follow_on_application_submitted", "programme/kommunala-ame",
     R"({"programme_area":"2","ref":"2010-3080011"})"},
    {66, "network_meeting_held", "programme/kommunala-ame",
     R"({"network":"processledare","n":17})", "2011-03-01"},
    {66, "programme_ended", "programme/kommunala-ame", "{}", "2011-01-01"},
    {67, "method_adopted", "programme/landskrona",
     R"({"adopter":"Svalövs kommun","sector":"municipal","area":"Skåne"})"},
    {67, "method_adopted", "programme/landskrona",
     R"({"adopter":"Verkstad AB","sector":"private","area":"Skåne"})"},
    {68, "survey_wave_closed", "programme/kommunala-ame", R"({"wave":2})"},
    {68, "workshop_held", "programme/kommunala-ame", R"({"wave":2,"n":24})"},
    {68, "swot_recorded", "programme/kommunala-ame",
     R"({"wave":1,"strengths":["nätverk"],"weaknesses":["tid"],"opportunities":["medel"],)"
     R"("threats":["konjunktur"]})"},
    {69, "equality_plan_adopted", "unit/ame-1", R"({"scope":"unit"})"},
    {69, "equality_activity_held", "unit/ame-2", R"({"scope":"group"})"},
    {70, "person_registered", "participant/p-1", R"({"sex":"woman"})"},
    {70, "person_registered", "participant/p-2", R"({"sex":"man"})"},
    {70, "person_registered", "participant/p-3", R"({"sex":"unknown"})"},
    {71, "accessibility_measure_taken", "unit/ame-1", R"({"scope":"group"})"},
    {71, "accessibility_measure_taken", "unit/ame-1", R"({"scope":"unit"})"},
    {72, "target_set", "programme/landskrona",
     R"({"target":"t-1000","indicator":"leaves-unemployment","value":"1000",)"
     R"("measure":"persons"})"},
    {72, "target_set", "programme/landskrona",
     R"({"target":"t-400","indicator":"leaves-unemployment-enkla-jobb","value":"400",)"
     R"("measure":"persons"})"},
    {72, "target_revised", "programme/landskrona",
     R"({"target":"t-930","value":"930","planned_n":930,"period":"2017-02-01/2020-12-31"})"},
    {73, "survey_responded", "staff/s-2",
     R"({"wave":1,"answers":[{"item":"hälsofrämjande","value":3}]})"},
};

constexpr expression also_in_the_documents[] = {
    {74, "livelihood_recorded", "participant/p-1", R"({"source":"work"})"},
    {75, "funding_granted", "programme/landskrona",
     R"({"grant":"stat-1","funder":"Staten","amount_ore":100000000})"},
    {75, "funding_spent", "programme/landskrona",
     R"({"grant":"stat-1","funder":"Staten","amount_ore":40000000})"},
    {76, "job_spec_published", "job/kok-1", R"({"kind":"simple","permanent":true})"},
    {76, "job_spec_revised", "job/kok-1", R"({"permanent":true})"},
    {76, "job_spec_closed", "job/kok-1", "{}"},
    {77, "vacancy_registered", "workplace/verkstad", R"({"vacancy":"v-1","ssyk":"7223","n":2})"},
    {77, "vacancy_filled", "workplace/verkstad", R"({"vacancy":"v-1","n":1})"},
    {78, "intake_registered", "participant/p-2", R"({"intake":"i-2","referrer":"skolan"})"},
    {78, "target_group_assigned", "participant/p-2", R"({"group":"youth"})"},
    {79, "entry_situation_recorded", "participant/p-3",
     R"({"enrolment":"e-3","labour_status":"employed","absent":true})"},
    {79, "placement_started", "participant/p-3",
     R"({"placement":"pl-9","kind":"employment","employment_form":"återgång till egen tjänst"})"},
    {80, "survey_responded", "staff/s-3",
     R"({"wave":1,"answers":[{"item":"kvalitet","value":4}]})"},
};

std::vector<expression> all_expressions() {
  std::vector<expression> all;
  const auto add = [&](const auto& rows) {
    all.insert(all.end(), std::begin(rows), std::end(rows));
  };
  add(programmes_and_money);
  add(employers_and_tasks);
  add(people_and_matching);
  add(training_and_placements);
  add(targets_and_surveys);
  add(also_in_the_documents);
  return all;
}

// Noon in UTC lies in the same day in Stockholm, in summer and in winter.
std::string line_of(const expression& x) {
  return R"({"specversion":"1.0","id":"r-1","source":"/test/requirements","type":"stegvis.)" +
         std::string(x.type) + R"(","subject":")" + std::string(x.subject) + R"(","time":")" +
         std::string(x.day) + R"(T12:00:00Z","timeprecision":"day","data":)" + std::string(x.data) +
         "}";
}

TEST(Requirements, EachIsExpressedByEventsThatPassTheDoor) {
  json_parser parser;
  for (const expression& x : all_expressions()) {
    SCOPED_TRACE("R" + std::to_string(x.requirement) + " " + line_of(x));
    const auto read = parse_event(parser, line_of(x), {});
    ASSERT_TRUE(read.has_value()) << to_string(read.error());
    EXPECT_EQ(read->event.type().name, x.type);
    EXPECT_EQ(to_string(day_of(read->event.time)), x.day);
  }
}

TEST(Requirements, AllEightyAreCovered) {
  std::set<int> covered;
  for (const expression& x : all_expressions()) covered.insert(x.requirement);
  EXPECT_EQ(covered.size(), 80u);
  EXPECT_EQ(*covered.begin(), 1);
  EXPECT_EQ(*covered.rbegin(), 80);
}

// "R72" and "R55-R72" in what a type says it feeds.
std::set<int> requirements_in(std::string_view use) {
  std::set<int> found;
  for (std::size_t i = 0; i + 1 < use.size(); ++i) {
    if (use[i] != 'R' || std::isdigit(static_cast<unsigned char>(use[i + 1])) == 0) continue;
    int number = 0;
    while (++i < use.size() && std::isdigit(static_cast<unsigned char>(use[i])) != 0)
      number = number * 10 + (use[i] - '0');
    found.insert(number);
  }
  return found;
}

TEST(Requirements, ATypeThatNamesARequirementExistsInIt) {
  std::map<std::string_view, std::set<int>> expressed;
  for (const expression& x : all_expressions()) expressed[x.type].insert(x.requirement);
  for (const type_description* t : all_types()) {
    for (const int r : requirements_in(t->use)) {
      EXPECT_TRUE(r >= 1 && r <= 80) << t->name << " names R" << r;
      EXPECT_TRUE(expressed.contains(t->name)) << t->name << " expresses nothing, but names R" << r;
    }
  }
}
}  // namespace
}  // namespace stegvis
