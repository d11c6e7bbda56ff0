// Goal: every event type is described once, completely, and under a number and name that stay.
// Method: frozen tables of numbers and privacy classes; samples made from each field's own JSON
// Schema are read, stored, loaded and written again; the page in the repository is made anew.
#include "events/catalogue.hpp"

#include <gtest/gtest.h>

#include <boost/pfr/tuple_size.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "events/event_data.hpp"
#include "events/json.hpp"

namespace stegvis {
namespace {
struct numbered {
  std::uint16_t id;
  std::string_view name;
};
constexpr numbered frozen[] = {{1, "event_corrected"},
                               {2, "event_voided"},
                               {10, "person_registered"},
                               {11, "person_details_changed"},
                               {12, "identifier_recorded"},
                               {13, "identifier_replaced"},
                               {14, "handling_changed"},
                               {15, "persons_merged"},
                               {16, "death_recorded"},
                               {17, "person_forgotten"},
                               {18, "consent_given"},
                               {19, "consent_withdrawn"},
                               {20, "disclosure_made"},
                               {21, "attribute_recorded"},
                               {22, "contact_made"},
                               {23, "note_recorded"},
                               {25, "intake_registered"},
                               {26, "intake_closed"},
                               {27, "participant_enrolled"},
                               {28, "enrolment_paused"},
                               {29, "enrolment_resumed"},
                               {30, "participant_exited"},
                               {31, "entry_situation_recorded"},
                               {32, "target_group_assigned"},
                               {33, "target_group_ended"},
                               {34, "establishment_period_recorded"},
                               {35, "caseworker_assigned"},
                               {36, "case_handed_over"},
                               {37, "handover_accepted"},
                               {38, "plan_agreed"},
                               {39, "plan_revised"},
                               {40, "assessment_recorded"},
                               {41, "competence_guaranteed"},
                               {42, "language_support_started"},
                               {43, "language_support_ended"},
                               {45, "activity_started"},
                               {46, "activity_attended"},
                               {47, "activity_ended"},
                               {48, "job_track_started"},
                               {49, "job_track_completed"},
                               {50, "job_track_interrupted"},
                               {51, "ready_to_apply"},
                               {52, "step_started"},
                               {53, "step_completed"},
                               {54, "step_interrupted"},
                               {55, "certificate_awarded"},
                               {56, "next_step_offered"},
                               {57, "next_step_accepted"},
                               {58, "next_step_declined"},
                               {60, "placement_started"},
                               {61, "placement_changed"},
                               {62, "placement_ended"},
                               {63, "match_proposed"},
                               {64, "match_accepted"},
                               {65, "match_declined"},
                               {66, "workplace_support_provided"},
                               {67, "workplace_adaptation_made"},
                               {68, "reference_issued"},
                               {75, "follow_up_done"},
                               {76, "follow_up_missed"},
                               {77, "situation_recorded"},
                               {78, "livelihood_recorded"},
                               {79, "worklist_deferred"},
                               {85, "staff_registered"},
                               {86, "staff_training_attended"},
                               {87, "survey_invited"},
                               {88, "survey_responded"},
                               {100, "programme_started"},
                               {101, "programme_ended"},
                               {102, "project_phase_started"},
                               {103, "subproject_opened"},
                               {104, "subproject_started"},
                               {105, "subproject_closed"},
                               {106, "funding_granted"},
                               {107, "funding_amended"},
                               {108, "funding_spent"},
                               {109, "decision_recorded"},
                               {110, "target_set"},
                               {111, "target_revised"},
                               {112, "external_statistic_recorded"},
                               {113, "partner_invited"},
                               {114, "partner_joined"},
                               {115, "partner_contributed"},
                               {116, "development_activity_planned"},
                               {117, "activity_evaluated"},
                               {118, "network_meeting_held"},
                               {119, "workshop_held"},
                               {120, "swot_recorded"},
                               {121, "survey_wave_opened"},
                               {122, "survey_wave_closed"},
                               {123, "method_adopted"},
                               {124, "follow_on_application_submitted"},
                               {125, "retention_rule_set"},
                               {126, "disposal_executed"},
                               {127, "report_published"},
                               {128, "group_session_held"},
                               {130, "unit_registered"},
                               {131, "unit_alias_added"},
                               {132, "unit_moved"},
                               {133, "unit_merged"},
                               {134, "unit_joined_programme"},
                               {135, "unit_left_programme"},
                               {136, "unit_profile_recorded"},
                               {137, "equality_plan_adopted"},
                               {138, "equality_activity_held"},
                               {139, "accessibility_reviewed"},
                               {140, "accessibility_measure_taken"},
                               {160, "employer_registered"},
                               {161, "workplace_registered"},
                               {162, "place_offered"},
                               {163, "place_withdrawn"},
                               {164, "vacancy_registered"},
                               {165, "vacancy_filled"},
                               {166, "task_inventoried"},
                               {167, "task_redistributed"},
                               {168, "job_spec_published"},
                               {169, "job_spec_revised"},
                               {170, "job_spec_closed"},
                               {171, "social_partner_agreement_recorded"},
                               {172, "shortage_occupation_listed"},
                               {173, "career_path_defined"},
                               {174, "ladder_defined"},
                               {175, "ladder_step_opened"},
                               {250, "record_viewed"},
                               {251, "break_glass_used"},
                               {252, "access_exported"},
                               {253, "persons_listed"}};

// "type.field" of everything that is sealed.
const std::map<std::string, std::string_view> sealed_fields = [] {
  std::map<std::string, std::string_view> all;
  const auto add = [&](std::string_view cls, std::string_view type, auto... fields) {
    (all.emplace(std::string(type) + "." + fields, cls), ...);
  };
  for (const auto type : {"person_registered", "person_details_changed"}) {
    add("background", type, "sex", "birth_year", "country_of_birth", "education");
    add("identity", type, "name", "identifier");
    add("contact", type, "phone", "email", "address");
  }
  for (const auto type : {"placement_started", "placement_changed"}) {
    add("background", type, "workplace", "wage_band", "ssyk");
    add("identity", type, "supervisor");
    add("health", type, "subsidy");
  }
  for (const auto type : {"enrolment_paused", "participant_exited", "job_track_interrupted",
                          "step_interrupted", "placement_ended"})
    add("health", type, "reason");
  for (const auto type :
       {"event_corrected", "event_voided", "intake_registered", "next_step_declined",
        "match_declined", "worklist_deferred", "break_glass_used"})
    add("freetext", type, "reason");
  for (const auto type : {"target_group_assigned", "target_group_ended"}) {
    add("health", type, "group");
    add("freetext", type, "basis");
  }
  for (const auto type : {"assessment_recorded", "workplace_adaptation_made", "situation_recorded"})
    add("health", type, "detail");
  add("health", "attribute_recorded", "health");
  add("health", "entry_situation_recorded", "absent");
  add("background", "attribute_recorded", "background");
  add("background", "entry_situation_recorded", "household");
  add("background", "disclosure_made", "recipient");
  add("background", "activity_started", "provider");
  add("background", "staff_registered", "education");
  add("identity", "identifier_recorded", "identifier");
  add("identity", "identifier_replaced", "identifier");
  add("identity", "handling_changed", "detail");
  add("freetext", "contact_made", "text");
  add("freetext", "note_recorded", "text");
  add("freetext", "case_handed_over", "note");
  add("freetext", "plan_agreed", "goals");
  add("freetext", "plan_revised", "goals");
  add("freetext", "assessment_recorded", "evidence");
  add("freetext", "survey_responded", "answers");
  add("freetext", "record_viewed", "purpose");
  add("freetext", "persons_listed", "purpose");
  return all;
}();

std::map<std::string, json_value> members_of(const json_value& object) {
  std::map<std::string, json_value> all;
  object.each_member(
      [&](std::string_view key, json_value v) { return all.emplace(key, v).second; });
  return all;
}

std::vector<std::string> samples_of(const json_value& schema);

std::vector<std::string> object_samples(const json_value& properties) {
  std::string out;
  for (const auto& [name, schema] : members_of(properties))
    out += (out.empty() ? "{\"" : ",\"") + name + "\":" + samples_of(schema).front();
  return {out + "}"};
}

std::vector<std::string> text_samples(const std::map<std::string, json_value>& schema) {
  if (schema.contains("format"))
    return {schema.at("format").text() == "date" ? R"("2018-02-28")"
                                                 : R"("2018-03-01T08:00:00+01:00")"};
  if (!schema.contains("pattern")) return {R"("Räksmörgås \"x\"")"};
  const std::string pattern(schema.at("pattern").text());
  if (pattern.starts_with("^[")) return {R"("id-1")"};
  return {'"' + pattern.substr(1, pattern.find('/')) + "x-1\""};
}

// Canonical JSON values that fit a field's schema: each code once, one or two of other forms.
std::vector<std::string> samples_of(const json_value& schema) {
  const auto all = members_of(schema);
  std::vector<std::string> out;
  if (all.contains("anyOf")) {
    all.at("anyOf").each_element([&](json_value clear) {
      out = samples_of(clear);
      return false;
    });
    return out;
  }
  if (all.contains("enum")) {
    all.at("enum").each_element([&](json_value code) {
      out.push_back(code.minified());
      return true;
    });
    return out;
  }
  if (all.contains("oneOf")) return {R"("37.5")", R"("-0.25")", "40"};
  const auto type = all.at("type").text();
  if (type == "object") return object_samples(all.at("properties"));
  if (type == "string") return text_samples(all);
  if (type == "integer") return {"0", "-9007199254740991"};
  if (type == "boolean") return {"true", "false"};
  for (const auto& item : samples_of(all.at("items"))) out.push_back("[" + item + "," + item + "]");
  return out;
}

std::vector<std::string> samples_of(const field& f) {
  std::string schema;
  f.operations->schema(schema);
  json_parser parser;
  return samples_of(parser.parse(schema).value());
}

bool is_correction(const type_description& t) {
  return t.id <= 2;
}

// The required fields of a type with a sample each, as an object with `extra` among them.
std::string object_with(const type_description& t, const field* extra, const std::string& sample) {
  std::string out;
  for (const field& f : t.fields) {
    if (!f.required && &f != extra) continue;
    out += out.empty() ? "{\"" : ",\"";
    out += std::string(f.name) + "\":" + (&f == extra ? sample : samples_of(f).front());
  }
  return out.empty() ? "{}" : out + "}";
}

// Stands in for sealing: what is stored and written of a secret is its bytes.
void seal_as_is(const type_description& t, void* object) {
  for (const field& f : t.fields)
    if (secret_field* s = f.operations->secret_of(f.in(object))) s->clear = false;
}

std::optional<event_data> read(const type_description& t, const std::string& json,
                               read_context& context) {
  json_parser parser;
  event_data data(t);
  if (!read_fields(t, parser.parse(json).value(), data.object(), context)) return std::nullopt;
  return data;
}

std::string written(const event_data& data) {
  std::string out;
  write_fields(data.type(), data.object(), out);
  return out;
}

event_data stored_and_loaded(const event_data& data) {
  std::string bytes;
  payload_writer writer;
  writer.begin(bytes);
  save_fields(data.type(), data.object(), writer);
  writer.end();
  event_data copy(data.type());
  payload_reader reader;
  reader.begin(bytes);
  load_fields(data.type(), copy.object(), reader);
  EXPECT_TRUE(reader.end()) << data.type().name;
  return copy;
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Catalogue, NumbersAndNamesNeverChange) {
  ASSERT_EQ(all_types().size(), std::size(frozen));
  for (std::size_t i = 0; i < std::size(frozen); ++i) {
    EXPECT_EQ(all_types()[i]->id, frozen[i].id);
    EXPECT_EQ(all_types()[i]->name, frozen[i].name);
  }
}

TEST(Catalogue, FindsEachTypeByNumberAndByName) {
  for (const type_description* t : all_types()) {
    EXPECT_EQ(find_type(t->id), t);
    EXPECT_EQ(find_type(t->name), t);
  }
  EXPECT_EQ(find_type("placement_started"), &description_of<placement_started>());
}

// What a field holds inside optionals, lists and seals.
template <class T>
struct content {
  using type = T;
};
template <class T>
struct content<std::optional<T>> : content<T> {};
template <class T>
struct content<std::vector<T>> : content<T> {};
template <class T, privacy C>
struct content<sealed<T, C>> : content<T> {};

// Codes are stored by their place, so enum and description must list them in the same order.
template <class E>
constexpr bool codes_in_order() {
  std::size_t i = 0;
  bool in_order = true;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto d) { in_order = in_order && static_cast<std::size_t>(d.value) == i++; });
  return in_order;
}

template <class T>
void expect_described_whole() {
  using members = boost::describe::describe_members<T, boost::describe::mod_public>;
  EXPECT_EQ(boost::pfr::tuple_size_v<T>, boost::mp11::mp_size<members>::value)
      << type_facts<T>::name << ": a member is missing in BOOST_DESCRIBE_STRUCT";
  boost::mp11::mp_for_each<members>([](auto d) {
    using C = typename content<std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>>::type;
    if constexpr (std::is_enum_v<C>) {
      EXPECT_TRUE(codes_in_order<C>()) << type_facts<T>::name << "." << d.name;
    }
  });
}

using families =
    boost::mp11::mp_append<correction_types, person_types, enrolment_types, assessment_types,
                           activity_types, placement_types, situation_types, survey_types,
                           programme_types, cooperation_types, unit_types, employer_types,
                           access_types>;

TEST(Catalogue, DescribesEveryMemberAndEveryCodeInOrder) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, families>>(
      [](auto t) { expect_described_whole<typename decltype(t)::type>(); });
}

TEST(Catalogue, AnswersNothingForUnknownTypes) {
  EXPECT_EQ(find_type(std::uint16_t{0}), nullptr);
  EXPECT_EQ(find_type(std::uint16_t{249}), nullptr);
  EXPECT_EQ(find_type(std::uint16_t{65535}), nullptr);
  EXPECT_EQ(find_type("placement_begun"), nullptr);
  EXPECT_EQ(find_type("stegvis.placement_started"), nullptr);
  EXPECT_EQ(find_type(""), nullptr);
}

TEST(Catalogue, EveryTypeSaysInBothLanguagesWhatItIsAndWhatItFeeds) {
  std::set<std::string_view> swedish, english;
  for (const type_description* t : all_types()) {
    EXPECT_FALSE(t->use.empty()) << t->name;
    EXPECT_TRUE(!t->label_sv.empty() && swedish.insert(t->label_sv).second) << t->name;
    EXPECT_TRUE(!t->label_en.empty() && english.insert(t->label_en).second) << t->name;
  }
}

TEST(Catalogue, TypesAreAboutWhomTheCatalogueSays) {
  for (const type_description* t : all_types()) {
    const bool any = is_correction(*t) || t->id >= 250;
    const auto expected = any           ? subject_group::any
                          : t->id < 100 ? subject_group::person
                                        : subject_group::reference;
    EXPECT_EQ(t->group, expected) << t->name;
  }
}

TEST(Catalogue, SealsExactlyTheFieldsThatTellOfPersons) {
  std::map<std::string, std::string_view> found;
  for (const type_description* t : all_types())
    for (const field& f : t->fields)
      if (f.cls != privacy::plain)
        found.emplace(std::string(t->name) + "." + std::string(f.name), name_of(f.cls));
  EXPECT_EQ(found, sealed_fields);
}

TEST(Catalogue, EveryCodeIsLowerCaseAndUnambiguous) {
  for (const type_description* t : all_types()) {
    for (const field& f : t->fields) {
      std::string text;
      f.operations->schema(text);
      const auto at = text.find("{\"enum\":[");
      if (at == text.npos) continue;
      std::set<std::string> codes;
      std::istringstream list(text.substr(at + 9, text.find(']', at) - at - 9));
      for (std::string code; std::getline(list, code, ',');) {
        EXPECT_EQ(code.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_\""), code.npos)
            << code;
        EXPECT_TRUE(codes.insert(code).second) << code;
      }
    }
  }
}

TEST(Catalogue, EveryValueAndCodeIsReadStoredAndWrittenUnchanged) {
  for (const type_description* t : all_types()) {
    if (is_correction(*t)) continue;  // their data is the target's
    for (const field& f : t->fields) {
      for (const std::string& sample : samples_of(f)) {
        const std::string json = object_with(*t, &f, sample);
        read_context context;
        auto data = read(*t, json, context);
        ASSERT_TRUE(data) << t->name << " " << json << " " << to_string(context.error);
        const secret_field* secret = f.operations->secret_of(f.in(data->object()));
        ASSERT_EQ(secret != nullptr, f.cls != privacy::plain) << t->name << "." << f.name;
        if (secret != nullptr) {
          EXPECT_EQ(secret->bytes, sample);
        }
        seal_as_is(*t, data->object());
        EXPECT_EQ(written(stored_and_loaded(*data)), written(*data));
        if (secret == nullptr) {
          std::string value;
          f.operations->write(f.in(data->object()), value);
          EXPECT_EQ(value, sample) << t->name << "." << f.name;
        }
      }
    }
  }
}

TEST(Catalogue, EveryTypeTakesItsRequiredFieldsAloneAndMissesEachOfThem) {
  for (const type_description* t : all_types()) {
    if (is_correction(*t)) continue;
    read_context context;
    EXPECT_TRUE(read(*t, object_with(*t, nullptr, ""), context)) << t->name;
    for (const field& f : t->fields) {
      if (!f.required) continue;
      read_context missing;
      EXPECT_FALSE(read(*t, object_with(*t, &f, "null"), missing)) << t->name << "." << f.name;
      EXPECT_EQ(missing.error.code, errc::missing_field);
      EXPECT_EQ(missing.error.field, "/data/" + std::string(f.name));
    }
  }
}

TEST(Catalogue, RefusesACodeThatIsNotListedWithoutRepeatingIt) {
  read_context context;
  EXPECT_FALSE(read(*find_type("contact_made"), R"({"kind":"carrier_pigeon"})", context));
  EXPECT_EQ(context.error.code, errc::bad_field);
  EXPECT_EQ(context.error.field, "/data/kind");
  EXPECT_EQ(context.error.message, "expected one of meeting, phone, message, letter, visit, other");
}

TEST(Catalogue, CodesLoseTheUnderscoreThatKeywordsAndDigitsNeed) {
  EXPECT_EQ(code_of(follow_up_horizon::_28d), "28d");
  EXPECT_EQ(code_of(situation_source::register_), "register");
  EXPECT_EQ(code_of(employer_sector::private_), "private");
  const auto fields = description_of<job_spec_published>().fields;
  EXPECT_NE(std::ranges::find(fields, "requires", &field::name), fields.end());
}

TEST(Catalogue, EverySchemaIsJsonAndNamesEveryField) {
  for (const type_description* t : all_types()) {
    json_parser parser;
    const std::string text = json_schema(*t);
    const auto schema = parser.parse(text);
    ASSERT_TRUE(schema) << text;
    const auto parts = members_of(*schema);
    EXPECT_EQ(parts.at("$id").text(), "stegvis:" + std::string(t->name) + ":1");
    EXPECT_EQ(parts.at("type").text(), "object");
    std::size_t required = 0;
    parts.at("required").each_element([&](json_value) { return ++required > 0; });
    EXPECT_EQ(members_of(parts.at("properties")).size(), t->fields.size()) << t->name;
    EXPECT_EQ(required, std::ranges::count(t->fields, true, &field::required)) << t->name;
  }
}

TEST(Catalogue, AnAttributeHasExactlyOneValue) {
  attribute_recorded a;
  EXPECT_FALSE(exactly_one(a));
  a.value = "0.19";
  EXPECT_TRUE(exactly_one(a));
  a.health_.emplace();
  EXPECT_FALSE(exactly_one(a));
  a.value.reset();
  EXPECT_TRUE(exactly_one(a));
  a.background_.emplace();
  EXPECT_FALSE(exactly_one(a));
}

TEST(Catalogue, ThePageInTheRepositoryIsTheOneTheDescriptionsMake) {
  EXPECT_TRUE(file_text(STEGVIS_SOURCE_DIR "/events/CATALOGUE.md") == catalogue_page())
      << "regenerate: stegvis schema --page > events/CATALOGUE.md";
}

TEST(Catalogue, ThePageHasOneRowForEachType) {
  const std::string page = catalogue_page();
  for (const type_description* t : all_types())
    EXPECT_NE(page.find("| " + std::to_string(t->id) + " | `" + std::string(t->name) + "` | 1 | "),
              page.npos)
        << t->name;
  EXPECT_NE(page.find("**kind**: practice, work_training"), page.npos);
  EXPECT_NE(page.find("workplace: workplace/… (background)"), page.npos);
  EXPECT_NE(page.find("items: list of {id: text, label: text, level: text"), page.npos);
}

}  // namespace
}  // namespace stegvis
