#include "events/description.hpp"

#include "events/fields.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {
constexpr std::int64_t integer_max = 9'007'199'254'740'991;  // 2^53 - 1

bool absent(const json_value& j) {
  return j.type() == json_type::null;
}

const field* find_field(std::span<const field> fields, std::string_view name) {
  const auto it = std::ranges::find(fields, name, &field::name);
  return it == fields.end() ? nullptr : &*it;
}

bool plain_text(const json_value& j, read_context& c) {
  if (j.type() != json_type::text) return c.fail(errc::bad_field, "expected a text");
  if (j.text().empty()) return c.fail(errc::bad_field, "expected a text that is not empty");
  return true;
}

// Which fields were given, by index; `null` is given but not present.
struct members_seen {
  std::uint64_t given = 0, present = 0;
};

bool read_member(std::span<const field> fields, members_seen& seen, std::string_view key,
                 const json_value& value, void* object, read_context& c) {
  const std::size_t stem = c.path.size();
  append_pointer_token(c.path, key);
  const field* f = find_field(fields, key);
  if (f == nullptr) return c.fail(errc::unknown_field, "no field of that name");
  const auto bit = std::uint64_t{1} << (f - fields.data());
  if ((seen.given & bit) != 0) return c.fail(errc::duplicate_key, "given twice");
  seen.given |= bit;
  if (!absent(value)) {
    seen.present |= bit;
    if (!f->operations->read(value, f->in(object), c)) return false;
  }
  c.path.resize(stem);
  return true;
}
}  // namespace

bool read_context::fail(errc code, std::string message) {
  error = problem(code, std::move(message), path);
  return false;
}

bool read_object(std::span<const field> fields, const json_value& j, void* object,
                 read_context& c) {
  STEGVIS_ASSERT(fields.size() <= 64);
  if (j.type() != json_type::object) return c.fail(errc::bad_field, "expected an object");
  members_seen seen;
  if (!j.each_member([&](std::string_view key, json_value value) {
        return read_member(fields, seen, key, value, object, c);
      }))
    return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].required || (seen.present >> i & 1) != 0) continue;
    c.path += '/';
    c.path += fields[i].name;
    return c.fail(errc::missing_field, "required");
  }
  return true;
}

void write_object(std::span<const field> fields, const void* object, std::string& out) {
  char before = '{';
  for (const field& f : fields) {
    if (!f.operations->present(f.in(object))) continue;
    out += before;
    append_quoted(out, f.name);
    out += ':';
    f.operations->write(f.in(object), out);
    before = ',';
  }
  if (before == '{') out += '{';
  out += '}';
}

void save_object(std::span<const field> fields, const void* object, payload_writer& w) {
  for (const field& f : fields) {
    const bool present = f.operations->present(f.in(object));
    if (!f.required) w.u8(present ? 1 : 0);
    if (present) f.operations->save(f.in(object), w);
  }
}

void load_object(std::span<const field> fields, void* object, payload_reader& r) {
  for (const field& f : fields) {
    const auto present = f.required ? 1 : r.u8();
    if (present > 1) throw payload_error{};
    if (present == 1) f.operations->load(f.in(object), r);
  }
}

void object_schema(std::span<const field> fields, std::string& out) {
  out += R"({"additionalProperties":false,"properties":{)";
  for (const field& f : fields) {
    if (&f != fields.data()) out += ',';
    append_quoted(out, f.name);
    out += ':';
    f.operations->schema(out);
  }
  out += R"(},"required":[)";
  bool first = true;
  for (const field& f : fields) {
    if (!f.required) continue;
    if (!first) out += ',';
    append_quoted(out, f.name);
    first = false;
  }
  out += R"(],"type":"object"})";
}

bool read_fields(const type_description& t, const json_value& j, void* object, read_context& c) {
  return read_object(t.fields, j, object, c);
}
void write_fields(const type_description& t, const void* object, std::string& out) {
  write_object(t.fields, object, out);
}
void save_fields(const type_description& t, const void* object, payload_writer& w) {
  save_object(t.fields, object, w);
}
void load_fields(const type_description& t, void* object, payload_reader& r) {
  load_object(t.fields, object, r);
}

std::string json_schema(const type_description& t) {
  std::string body;
  object_schema(t.fields, body);
  std::string out = R"({"$id":"stegvis:)" + std::string(t.name) + ":" + std::to_string(t.version);
  out += R"(","$schema":"https://json-schema.org/draft/2020-12/schema","description":)";
  append_json_text(out, std::string(t.label_en) + " / " + std::string(t.label_sv));
  out += ',';
  return out += body.substr(1);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

std::string join_codes(std::span<const std::string_view> codes) {
  std::string out;
  for (const auto code : codes) {
    if (!out.empty()) out += ", ";
    out += code;
  }
  return out;
}

bool read_text(const json_value& j, std::string& into, read_context& c) {
  if (!plain_text(j, c)) return false;
  if (j.text().size() > text_bytes_max) return c.fail(errc::bad_field, "longer than 16384 bytes");
  into = j.text();
  return true;
}

bool read_integer(const json_value& j, std::int64_t& into, read_context& c) {
  if (j.type() != json_type::integer)
    return c.fail(errc::bad_field, "expected an integer without decimals");
  into = j.integer();
  if (into > integer_max || into < -integer_max)
    return c.fail(errc::bad_field, "integers lie within 2^53");
  return true;
}

bool read_boolean(const json_value& j, bool& into, read_context& c) {
  if (j.type() != json_type::boolean) return c.fail(errc::bad_field, "expected true or false");
  into = j.boolean();
  return true;
}

bool read_day(const json_value& j, day& into, read_context& c) {
  const auto d = j.type() == json_type::text ? parse_day(j.text()) : std::nullopt;
  if (!d) return c.fail(errc::bad_field, "expected a date, YYYY-MM-DD");
  into = *d;
  return true;
}

bool read_decimal(const json_value& j, decimal& into, read_context& c) {
  into.as_text = j.type() == json_type::text;
  if (into.as_text)
    into.value = j.text();
  else if (j.type() == json_type::integer)
    into.value = std::to_string(j.integer());
  if (valid_decimal(into.value)) return true;
  return c.fail(errc::bad_field, "expected an integer, or a decimal as a text, such as \"37.5\"");
}

bool read_local_id(const json_value& j, std::string& into, read_context& c) {
  if (j.type() != json_type::text || !valid_id(j.text()))
    return c.fail(errc::bad_field, "expected an id of 1 to 128 bytes without spaces");
  into = j.text();
  return true;
}

bool read_reference(const json_value& j, std::string& into, std::string_view kind,
                    read_context& c) {
  if (j.type() != json_type::text || !valid_subject(j.text()) || kind_of(j.text()) != kind)
    return c.fail(errc::bad_field, "expected a subject, " + std::string(kind) + "/...");
  into = j.text();
  return true;
}

bool read_code(const json_value& j, std::span<const std::string_view> codes, std::size_t& into,
               read_context& c) {
  if (j.type() == json_type::text) {
    const auto it = std::ranges::find(codes, j.text());
    into = static_cast<std::size_t>(it - codes.begin());
    if (it != codes.end()) return true;
  }
  return c.fail(errc::bad_field, "expected one of " + join_codes(codes));
}

void code_schema(std::span<const std::string_view> codes, std::string& out) {
  out += R"({"enum":[)";
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (i != 0) out += ',';
    append_quoted(out, codes[i]);
  }
  out += "]}";
}

bool is_sealed_form(const json_value& j) {
  if (j.type() != json_type::object) return false;
  std::size_t members = 0;
  bool named = false;
  j.each_member([&](std::string_view key, json_value) {
    named = key == "sealed";
    return ++members < 2;
  });
  return members == 1 && named;
}

bool read_sealed(const json_value& j, secret_field& into, read_context& c) {
  if (!c.sealed_allowed) return c.fail(errc::sealed_input, "a sealed value");
  return j.each_member([&](std::string_view, json_value v) {
    auto bytes = v.type() == json_type::text ? base64url_decode(v.text()) : std::nullopt;
    if (!bytes || bytes->empty()) return c.fail(errc::bad_field, "expected base64url");
    into.clear = false;
    into.bytes = std::move(*bytes);
    return true;
  });
}

void write_secret(const secret_field& s, std::string& out) {
  if (s.clear) {
    out += s.bytes;
    return;
  }
  out += R"({"sealed":")";
  out += base64url(s.bytes);
  out += R"("})";
}

void save_secret(const secret_field& s, payload_writer& w) {
  STEGVIS_ASSERT(!s.clear);
  w.text(s.bytes);
}

void load_secret(secret_field& s, payload_reader& r) {
  s.clear = false;
  r.text(s.bytes);
}

}  // namespace stegvis
