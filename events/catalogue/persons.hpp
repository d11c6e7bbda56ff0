#pragma once
// Who a person is, how the person's data must be handled, and what was said and noted.
#include "events/catalogue/ids.hpp"
#include "events/fields.hpp"

namespace stegvis {

enum class sex_code { woman, man, other, unknown };
BOOST_DESCRIBE_ENUM(sex_code, woman, man, other, unknown)

struct person_registered {
  std::optional<background<sex_code>> sex;
  std::optional<background<std::int64_t>> birth_year;
  std::optional<background<std::string>> country_of_birth;  // ISO 3166-1 alpha-2
  std::optional<background<education_level>> education;
  std::optional<identity<std::string>> name;
  std::optional<identity<std::string>> identifier;
  std::optional<contact<std::string>> phone;
  std::optional<contact<std::string>> email;
  std::optional<contact<std::string>> address;
};
BOOST_DESCRIBE_STRUCT(person_registered, (),
                      (sex, birth_year, country_of_birth, education, name, identifier, phone, email,
                       address))
STEGVIS_EVENT(10, person_registered, person, "Person registrerad", "Person registered",
              "strata by sex, age, country and education; I22")

// What is absent stays as it was.
struct person_details_changed {
  std::optional<background<sex_code>> sex;
  std::optional<background<std::int64_t>> birth_year;
  std::optional<background<std::string>> country_of_birth;
  std::optional<background<education_level>> education;
  std::optional<identity<std::string>> name;
  std::optional<identity<std::string>> identifier;
  std::optional<contact<std::string>> phone;
  std::optional<contact<std::string>> email;
  std::optional<contact<std::string>> address;
};
BOOST_DESCRIBE_STRUCT(person_details_changed, (),
                      (sex, birth_year, country_of_birth, education, name, identifier, phone, email,
                       address))
STEGVIS_EVENT(11, person_details_changed, person, "Personuppgifter ändrade",
              "Person details changed", "strata by sex, age, country and education; I22")

enum class identifier_scheme { personnummer, samordningsnummer, interim, local };
BOOST_DESCRIBE_ENUM(identifier_scheme, personnummer, samordningsnummer, interim, local)

// `issuer` names the study or register whose own number a `local` identifier is.
struct identifier_recorded {
  identifier_scheme scheme;
  std::optional<std::string> issuer;
  identity<std::string> identifier;
};
BOOST_DESCRIBE_STRUCT(identifier_recorded, (), (scheme, issuer, identifier))
STEGVIS_EVENT(12, identifier_recorded, person, "Identitetsbeteckning registrerad",
              "Identifier recorded", "search by number; matching at import")

// The new identifier; the one it replaces (a samordningsnummer, an interim number) stays known.
struct identifier_replaced {
  identifier_scheme scheme;
  std::optional<std::string> issuer;
  identity<std::string> identifier;
};
BOOST_DESCRIBE_STRUCT(identifier_replaced, (), (scheme, issuer, identifier))
STEGVIS_EVENT(13, identifier_replaced, person, "Identitetsbeteckning ersatt", "Identifier replaced",
              "search by number; matching at import")

enum class handling {
  secrecy_marked,          // sekretessmarkering
  protected_registration,  // skyddad folkbokföring
  fictitious_identity,     // fingerade personuppgifter
  restricted               // GDPR article 18
};
BOOST_DESCRIBE_ENUM(handling, secrecy_marked, protected_registration, fictitious_identity,
                    restricted)

// All that applies from now on; an empty list lifts everything. Required, so that the mere presence
// of the event protects while keys are missing.
struct handling_changed {
  identity<std::vector<handling>> detail;
};
BOOST_DESCRIBE_STRUCT(handling_changed, (), (detail))
STEGVIS_EVENT(14, handling_changed, person, "Skydd eller begränsning ändrad", "Handling changed",
              "access: who may see the person; evaluations: restricted persons are left out")

// On the losing subject, in one batch with its standing events recorded again on `into`.
struct persons_merged {
  participant_ref into;
};
BOOST_DESCRIBE_STRUCT(persons_merged, (), (into))
STEGVIS_EVENT(15, persons_merged, person, "Poster sammanförda", "Persons merged",
              "status: merged; quality: Q15")

struct death_recorded {};
BOOST_DESCRIBE_STRUCT(death_recorded, (), ())
STEGVIS_EVENT(16, death_recorded, person, "Avliden", "Death recorded",
              "status: deceased; quality: Q20; I09")

struct person_forgotten {
  std::optional<std::string> ground;
  std::optional<std::string> rule;  // of retention_rule_set
};
BOOST_DESCRIBE_STRUCT(person_forgotten, (), (ground, rule))
STEGVIS_EVENT(17, person_forgotten, person, "Uppgifter raderade", "Person forgotten",
              "access: dropped from every view while counts stay")

struct consent_given {
  std::string purpose;
};
BOOST_DESCRIBE_STRUCT(consent_given, (), (purpose))
STEGVIS_EVENT(18, consent_given, person, "Samtycke lämnat", "Consent given", "recorded only")

struct consent_withdrawn {
  std::string purpose;
};
BOOST_DESCRIBE_STRUCT(consent_withdrawn, (), (purpose))
STEGVIS_EVENT(19, consent_withdrawn, person, "Samtycke återkallat", "Consent withdrawn",
              "recorded only")

// To whom what was handed out. The recipient may be an employer, so it is background.
struct disclosure_made {
  background<std::string> recipient;
  std::optional<std::string> ground;
  std::vector<std::string> fields;  // names of what was handed out, never its values
};
BOOST_DESCRIBE_STRUCT(disclosure_made, (), (recipient, ground, fields))
STEGVIS_EVENT(20, disclosure_made, person, "Utlämnande", "Disclosure made", "recorded only")

// One of the three values: `value` is plain, for imported studies.
struct attribute_recorded {
  std::string attribute;
  std::optional<std::string> value;
  std::optional<background<std::string>> background_;
  std::optional<health<std::string>> health_;
};
BOOST_DESCRIBE_STRUCT(attribute_recorded, (), (attribute, value, background_, health_))
STEGVIS_EVENT(21, attribute_recorded, person, "Registrerad egenskap", "Attribute recorded",
              "strata and weights of evaluations")

inline bool exactly_one(const attribute_recorded& a) {
  return a.value.has_value() + a.background_.has_value() + a.health_.has_value() == 1;
}

enum class contact_kind { meeting, phone, message, letter, visit, other };
BOOST_DESCRIBE_ENUM(contact_kind, meeting, phone, message, letter, visit, other)

struct contact_made {
  contact_kind kind;
  std::optional<freetext<std::string>> text;
};
BOOST_DESCRIBE_STRUCT(contact_made, (), (kind, text))
STEGVIS_EVENT(22, contact_made, person, "Kontakt", "Contact made", "worklist silent; quality: Q05")

struct note_recorded {
  freetext<std::string> text;
};
BOOST_DESCRIBE_STRUCT(note_recorded, (), (text))
STEGVIS_EVENT(23, note_recorded, person, "Anteckning", "Note recorded", "recorded only")

using person_types =
    boost::mp11::mp_list<person_registered, person_details_changed, identifier_recorded,
                         identifier_replaced, handling_changed, persons_merged, death_recorded,
                         person_forgotten, consent_given, consent_withdrawn, disclosure_made,
                         attribute_recorded, contact_made, note_recorded>;

}  // namespace stegvis
