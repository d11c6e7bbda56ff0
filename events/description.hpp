#pragma once
// What is known of an event type at run time: its fields, how each is read, written, stored and
// described, and its privacy class. Made once from the structs of events/catalogue/ (fields.hpp),
// so that codec, JSON, schema and pages share one description.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/error.hpp"
#include "events/json.hpp"
#include "events/payload.hpp"
#include "events/privacy.hpp"
#include "events/secret.hpp"

namespace stegvis {

// Where a reader stands, and the first thing that went wrong there.
struct read_context {
  bool sealed_allowed = false;  // take {"sealed":"..."} for fields of sealed classes
  std::string path = "/data";   // JSON pointer of what is being read
  problem error;

  // Records the problem at `path`, returns false so that readers can `return context.fail(...)`.
  bool fail(errc code, std::string message);
};

// The operations of a field's type. `value` points at the field inside its struct.
struct field_operations {
  bool (*read)(const json_value&, void* value, read_context&);
  void (*write)(const void* value, std::string& out);  // canonical JSON; opened secrets as values
  void (*save)(const void* value, payload_writer&);
  void (*load)(void* value, payload_reader&);
  void (*schema)(std::string& out);         // JSON Schema of the value
  bool (*present)(const void* value);       // false: absent, left out of the JSON
  secret_field* (*secret_of)(void* value);  // the secret inside, nullptr if none or absent
};

struct field {
  std::string_view name;
  std::size_t offset;  // bytes from the start of the struct
  bool required;
  privacy cls;
  const field_operations* operations;

  void* in(void* object) const { return static_cast<std::byte*>(object) + offset; }
  const void* in(const void* object) const {
    return static_cast<const std::byte*>(object) + offset;
  }
};

// Whom events of a type are about.
enum class subject_group { person, reference, any };

struct type_description {
  std::uint16_t id;       // stored in every record: never reused, never changed
  std::string_view name;  // wire name without "stegvis."
  std::uint16_t version;  // of the payload this build writes
  subject_group group;
  std::string_view label_sv, label_en;
  std::string_view use;           // fold, quality rule or indicator it feeds, or "recorded only"
  std::span<const field> fields;  // sorted by name: the canonical order
  void* (*create)();
  void (*destroy)(void*);
  void* (*copy)(const void*);
};

// Every type, by ascending id.
std::span<const type_description* const> all_types();
const type_description* find_type(std::string_view name);  // nullptr if unknown
const type_description* find_type(std::uint16_t id);

// JSON object -> struct: unknown, duplicate, missing and malformed fields fail.
bool read_fields(const type_description&, const json_value&, void* object, read_context&);
void write_fields(const type_description&, const void* object, std::string& out);
void save_fields(const type_description&, const void* object, payload_writer&);
void load_fields(const type_description&, void* object, payload_reader&);

// JSON Schema 2020-12 of one type's data, canonical JSON on one line.
std::string json_schema(const type_description&);

}  // namespace stegvis
