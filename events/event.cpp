#include "events/event.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "events/catalogue.hpp"
#include "events/crc32c.hpp"
#include "events/personal_number.hpp"

namespace stegvis {
namespace {

// The envelope as it stands in the JSON, before anything is checked.
struct envelope {
  std::array<std::optional<json_value>, 12> values;
};

enum attribute : std::size_t {
  copiedfrom,
  data,
  dataschema,
  id,
  recordedtime,
  sequence,
  source,
  specversion,
  subject,
  time_,
  timeprecision,
  type,
  attributes
};
constexpr std::array<std::string_view, attributes> attribute_names{
    "copiedfrom", "data",        "dataschema", "id",   "recordedtime",  "sequence",
    "source",     "specversion", "subject",    "time", "timeprecision", "type"};

// Accepted and dropped, but given once at most.
constexpr std::array<std::string_view, 3> dropped_names{"datacontenttype", "traceparent",
                                                        "partitionkey"};

std::string pointer_to(std::string_view key) {
  std::string path;
  append_pointer_token(path, key);
  return path;
}

result<void> drop(std::string_view key, const json_value& value, unsigned& seen) {
  const auto it = std::ranges::find(dropped_names, key);
  if (it == dropped_names.end())
    return problem(errc::unknown_attribute, "no attribute of that name", pointer_to(key));
  const unsigned bit = 1U << (it - dropped_names.begin());
  if ((seen & bit) != 0) return problem(errc::duplicate_key, "given twice", pointer_to(key));
  seen |= bit;
  const bool is_json = value.type() == json_type::null ||
                       (value.type() == json_type::text && value.text() == "application/json");
  if (key == "datacontenttype" && !is_json)
    return problem(errc::bad_attribute, "expected application/json", pointer_to(key));
  return {};
}

result<envelope> read_envelope(const json_value& j) {
  if (j.type() != json_type::object) return problem{errc::bad_json, "expected one JSON object"};
  envelope e;
  problem wrong;
  unsigned dropped = 0;
  const bool fine = j.each_member([&](std::string_view key, json_value value) {
    const auto it = std::ranges::find(attribute_names, key);
    if (it == attribute_names.end()) {
      const auto r = drop(key, value, dropped);
      if (!r) wrong = r.error();
      return r.has_value();
    }
    auto& slot = e.values[static_cast<std::size_t>(it - attribute_names.begin())];
    if (slot) {
      wrong = problem(errc::duplicate_key, "given twice", "/" + std::string(key));
      return false;
    }
    slot = value;
    return true;
  });
  if (!fine) return wrong;
  return e;
}

problem at(errc code, attribute a, std::string message) {
  return problem(code, std::move(message), "/" + std::string(attribute_names[a]));
}

// The text of an attribute; empty view if it is absent and may be.
result<std::string_view> text_of(const envelope& e, attribute a, bool required) {
  const auto& v = e.values[a];
  if (!v || v->type() == json_type::null) {
    if (required) return at(errc::missing_attribute, a, "required");
    return std::string_view{};
  }
  if (v->type() != json_type::text || v->text().empty())
    return at(errc::bad_attribute, a, "expected a text that is not empty");
  return v->text();
}

result<void> read_names(const envelope& e, event& into) {
  const auto version = text_of(e, specversion, true);
  if (!version) return version.error();
  if (*version != "1.0") return at(errc::bad_specversion, specversion, "expected 1.0");
  const auto read = [&](attribute a, std::string& out) -> result<void> {
    const auto t = text_of(e, a, true);
    if (!t) return t.error();
    if (!valid_id(*t)) return at(errc::bad_id, a, "not a valid id");
    if (contains_personal_number(*t))
      return at(errc::personal_number, a, "holds a valid personal number");
    out = *t;
    return {};
  };
  if (const auto r = read(source, into.source); !r) return r.error();
  if (const auto r = read(id, into.id); !r) return r.error();
  if (const auto r = read(subject, into.subject); !r) return r.error();
  if (!valid_subject(into.subject))
    return at(errc::bad_subject, subject,
              "expected participant, staff, unit, workplace, job, "
              "ladder or programme, a slash and an id");
  return {};
}

result<precision> read_precision(const envelope& e) {
  const auto t = text_of(e, timeprecision, false);
  if (!t) return t.error();
  if (t->empty()) return precision::exact;
  if (*t == "day") return precision::day;
  if (*t == "month") return precision::month;
  if (*t == "year") return precision::year;
  return at(errc::bad_precision, timeprecision, "expected day, month or year");
}

result<void> read_time(const envelope& e, event& into) {
  const auto p = read_precision(e);
  if (!p) return p.error();
  const auto t = text_of(e, time_, true);
  if (!t) return t.error();
  const auto parsed = parse_valid_time(*t, *p);
  if (!parsed) return at(errc::bad_time, time_, "not an RFC 3339 time with at most six decimals");
  into.time = *parsed;
  return {};
}

// "stegvis:placement_started:1" must name the type; its version must not be newer than ours.
result<void> check_schema(const envelope& e, const type_description& t) {
  const auto schema = text_of(e, dataschema, false);
  if (!schema) return schema.error();
  if (schema->empty()) return {};
  const std::string stem = "stegvis:" + std::string(t.name) + ":";
  const auto digits = schema->starts_with(stem) ? schema->substr(stem.size()) : std::string_view{};
  if (digits.empty() || digits.size() > 4 || digits.front() == '0' ||
      !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return at(errc::bad_schema, dataschema, "expected " + stem + std::to_string(t.version));
  if (std::stoi(std::string(digits)) > t.version)
    return at(errc::newer_version, dataschema,
              "this stegvis knows " + stem + std::to_string(t.version));
  return {};
}

result<const type_description*> read_type(const envelope& e, const event& into) {
  const auto name = text_of(e, type, true);
  if (!name) return name.error();
  constexpr std::string_view prefix = "stegvis.";
  const auto* t = name->starts_with(prefix) ? find_type(name->substr(prefix.size())) : nullptr;
  if (t == nullptr) return at(errc::unknown_type, type, "no event type of that name");
  const bool person = is_person(into.subject);
  if ((t->group == subject_group::person && !person) ||
      (t->group == subject_group::reference && person))
    return at(errc::wrong_subject, subject,
              "stegvis." + std::string(t->name) +
                  (person ? " is about a reference, not a person" : " is about a person"));
  if (const auto r = check_schema(e, *t); !r) return r.error();
  return t;
}

// What no field says alone. `c.path` is the data's.
bool check_together(const event_data& d, read_context& c) {
  if (const auto* a = d.get<attribute_recorded>(); a != nullptr && !exactly_one(*a))
    return c.fail(errc::bad_field, "exactly one of value, background and health");
  if (const auto* s = d.get<situation_recorded>(); s != nullptr && !s->scheme) {
    const auto codes = codes_of<work_status>();
    if (std::ranges::find(codes, s->situation) != codes.end()) return true;
    append_pointer_token(c.path, "situation");
    return c.fail(errc::bad_field, "without a scheme, expected one of " + join_codes(codes));
  }
  // The number of a sole trader is a person's.
  if (const auto* r = d.get<employer_registered>();
      r != nullptr && r->orgnr && contains_personal_number(*r->orgnr)) {
    append_pointer_token(c.path, "orgnr");
    return c.fail(errc::personal_number, "holds a valid personal number");
  }
  return true;
}

result<void> read_data(const envelope& e, const parse_options& options, event& into) {
  const auto t = read_type(e, into);
  if (!t) return t.error();
  into.version = (*t)->version;
  into.data = event_data(**t);
  const auto& j = e.values[data];
  if (!j || j->type() == json_type::null)
    return at(errc::missing_attribute, data, "data is always there, at least {}");
  read_context context;
  context.sealed_allowed = options.keep_recorded;
  if (!read_fields(**t, *j, into.data.object(), context)) return context.error;
  if (!check_together(into.data, context)) return context.error;
  return {};
}

result<void> read_copiedfrom(const envelope& e, event& into) {
  const auto t = text_of(e, copiedfrom, false);
  if (!t) return t.error();
  const auto space = t->find(' ');
  if (!t->empty() && (space == std::string_view::npos || !valid_id(t->substr(0, space)) ||
                      !valid_id(t->substr(space + 1))))
    return at(errc::bad_attribute, copiedfrom, "expected a source, a space and an id");
  if (contains_personal_number(*t))
    return at(errc::personal_number, copiedfrom, "holds a valid personal number");
  into.copiedfrom = *t;
  return {};
}

result<void> read_ledger_attributes(const envelope& e, const parse_options& options, draft& d) {
  const auto recorded = text_of(e, recordedtime, options.keep_recorded);
  if (!recorded) return recorded.error();
  const auto number = text_of(e, sequence, false);
  if (!number) return number.error();
  if (!options.keep_recorded && !(recorded->empty() && number->empty()))
    return at(errc::recorded_given, recorded->empty() ? sequence : recordedtime,
              "set by the ledger");
  if (!recorded->empty()) {
    d.recorded = parse_recorded_time(*recorded);
    if (!d.recorded) return at(errc::bad_recorded, recordedtime, "not an RFC 3339 time");
  }
  if (!number->empty()) {
    if (number->size() != 19 || number->find_first_not_of("0123456789") != std::string_view::npos)
      return at(errc::bad_sequence, sequence, "expected 19 digits");
    d.sequence = position{std::stoull(std::string(*number))};
  }
  return {};
}

void append_pair(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":\"";
  out += value;
  out += '"';
}

std::string_view code(precision p) {
  switch (p) {
    case precision::exact:
      return "";
    case precision::day:
      return "day";
    case precision::month:
      return "month";
    case precision::year:
      return "year";
  }
  return "";
}

// Attributes in the order of RFC 8785. Ids are checked to need no escapes but for quotes, so the
// free ones go through append_json_text.
void append_event(const event& e, bool with_ledger_attributes, std::string& out) {
  out += '{';
  if (!e.copiedfrom.empty()) {
    out += "\"copiedfrom\":";
    append_json_text(out, e.copiedfrom);
    out += ',';
  }
  out += "\"data\":";
  write_fields(e.type(), e.data.object(), out);
  out += ",\"dataschema\":\"stegvis:";
  out += e.type().name;
  out += ':';
  append_integer(out, e.version);
  out += "\",\"id\":";
  append_json_text(out, e.id);
  if (with_ledger_attributes) {
    append_pair(out, "recordedtime", to_string(e.recorded));
    out += ",\"sequence\":\"";
    append_padded(out, e.position.value, 19);
    out += '"';
  }
  out += ",\"source\":";
  append_json_text(out, e.source);
  out += ",\"specversion\":\"1.0\",\"subject\":\"";
  out += e.subject;
  out += '"';
  append_pair(out, "time", to_string(e.time));
  if (e.time.precision != precision::exact)
    append_pair(out, "timeprecision", code(e.time.precision));
  out += ",\"type\":\"stegvis.";
  out += e.type().name;
  out += "\"}";
}

void secrets_in(event_data& d, const std::string& prefix,
                const std::function<void(std::string_view, privacy, secret_field&)>& visit) {
  for (const field& f : d.type().fields) {
    secret_field* s = f.operations->secret_of(f.in(d.object()));
    if (s == nullptr) continue;
    if (prefix.empty())
      visit(f.name, f.cls, *s);
    else
      visit(prefix + std::string(f.name), f.cls, *s);
  }
}

template <class T>
void put(char* at, T value) {
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(at, &value, sizeof value);
}
template <class T>
T get(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

payload_writer& writer() {
  thread_local payload_writer w;
  return w;
}
payload_reader& reader() {
  thread_local payload_reader r;
  return r;
}

problem damaged(position at, std::string_view what) {
  return problem(errc::corrupt, "position " + std::to_string(at.value) + ": " + std::string(what));
}

bool load_event(payload_reader& r, event& e) {
  r.text(e.source);
  r.text(e.id);
  r.text(e.subject);
  e.time.utc_us = r.i64();
  e.time.offset_min = static_cast<std::int16_t>(r.u16());
  const auto p = r.u8();
  if (p > static_cast<std::uint8_t>(precision::year)) return false;
  e.time.precision = static_cast<precision>(p);
  r.text(e.copiedfrom);
  load_fields(e.type(), e.data.object(), r);
  return r.end();
}
}  // namespace

result<draft> parse_event(json_parser& parser, std::string_view line,
                          const parse_options& options) {
  if (line.size() > line_bytes_max) return problem{errc::too_large, "a line of over 1 MiB"};
  const auto j = parser.parse(line);
  if (!j) return j.error();
  const auto e = read_envelope(*j);
  if (!e) return e.error();
  draft d;
  if (const auto r = read_names(*e, d.event); !r) return r.error();
  if (const auto r = read_time(*e, d.event); !r) return r.error();
  if (const auto r = read_data(*e, options, d.event); !r) return r.error();
  if (const auto r = read_copiedfrom(*e, d.event); !r) return r.error();
  if (const auto r = read_ledger_attributes(*e, options, d); !r) return r.error();
  return d;
}

void for_each_secret(event_data& d,
                     const std::function<void(std::string_view, privacy, secret_field&)>& visit) {
  secrets_in(d, "", visit);
  auto* c = d.get<event_corrected>();
  if (c != nullptr && c->data && c->data->bound()) secrets_in(c->data->data(), "data.", visit);
}

void append_canonical(const event& e, std::string& out) {
  append_event(e, true, out);
}
void append_content(const event& e, std::string& out) {
  append_event(e, false, out);
}

void for_each_attribute(const event& e,
                        const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string type(e.type().name);
  std::string number;
  append_padded(number, e.position.value, 19);
  visit("specversion", "1.0");
  visit("id", e.id);
  visit("source", e.source);
  visit("type", "stegvis." + type);
  visit("subject", e.subject);
  visit("time", to_string(e.time));
  if (e.time.precision != precision::exact) visit("timeprecision", code(e.time.precision));
  visit("dataschema", "stegvis:" + type + ":" + std::to_string(e.version));
  visit("recordedtime", to_string(e.recorded));
  visit("sequence", number);
  if (!e.copiedfrom.empty()) visit("copiedfrom", e.copiedfrom);
}
void append_data(const event& e, std::string& out) {
  write_fields(e.type(), e.data.object(), out);
}

void encode_record(const event& e, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + record_header_bytes);
  payload_writer& w = writer();
  w.begin(out);
  w.text(e.source);
  w.text(e.id);
  w.text(e.subject);
  w.i64(e.time.utc_us);
  w.u16(static_cast<std::uint16_t>(e.time.offset_min));
  w.u8(static_cast<std::uint8_t>(e.time.precision));
  w.text(e.copiedfrom);
  save_fields(e.type(), e.data.object(), w);
  w.end();
  char* header = out.data() + start;
  put(header, static_cast<std::uint32_t>(out.size() - start - record_header_bytes));
  put(header + 8, e.type().id);
  put(header + 10, e.version);
}

void stamp_record(char* record, recorded_time recorded) {
  put(record + 12, recorded.us);
  const std::size_t size = record_header_bytes + get<std::uint32_t>(record);
  put(record + 4, crc32c({record + 8, size - 8}));
}

result<record_view> read_record(std::string_view bytes) {
  if (bytes.size() < record_header_bytes) return problem{errc::corrupt, "a record is cut short"};
  const auto length = get<std::uint32_t>(bytes.data());
  if (length > event_bytes_max || bytes.size() - record_header_bytes < length)
    return problem{errc::corrupt, "a record's length is out of bounds"};
  const std::size_t size = record_header_bytes + length;
  if (crc32c(bytes.substr(8, size - 8)) != get<std::uint32_t>(bytes.data() + 4))
    return problem{errc::corrupt, "a record's checksum does not match"};
  return record_view{get<std::uint16_t>(bytes.data() + 8),
                     get<std::uint16_t>(bytes.data() + 10),
                     {get<std::int64_t>(bytes.data() + 12)},
                     bytes.substr(record_header_bytes, length),
                     size};
}

result<event> decode_record(const record_view& v, position at) {
  const auto* t = find_type(v.type_id);
  if (t == nullptr)
    return problem(errc::newer_version, "position " + std::to_string(at.value) +
                                            " holds event type number " +
                                            std::to_string(v.type_id));
  if (v.version > t->version)
    return problem(errc::newer_version, "position " + std::to_string(at.value) + " holds stegvis:" +
                                            std::string(t->name) + ":" + std::to_string(v.version));
  event e;
  e.version = v.version;
  e.data = event_data(*t);
  e.recorded = v.recorded;
  e.position = at;
  try {
    payload_reader& r = reader();
    r.begin(v.payload);
    if (!load_event(r, e)) return damaged(at, "bytes are left behind the event");
  } catch (const payload_error&) {
    return damaged(at, "the event cannot be read");
  }
  return e;
}

result<record_names> decode_names(const record_view& v) {
  record_names n;
  try {
    payload_reader& r = reader();
    r.begin(v.payload);
    r.text(n.source);
    r.text(n.id);
    r.text(n.subject);
  } catch (const payload_error&) {
    return problem{errc::corrupt, "a record's names cannot be read"};
  }
  return n;
}

bool replacement::bind(const type_description& target, read_context& context) {
  thread_local json_parser parser;
  const auto j = parser.parse(json_);
  STEGVIS_ASSERT(j.has_value());
  event_data fresh(target);
  context.path = "/data/data";
  context.sealed_allowed = sealed_allowed_;
  if (!read_fields(target, *j, fresh.object(), context)) return false;
  if (!check_together(fresh, context)) return false;
  data_ = std::move(fresh);
  json_.clear();
  return true;
}

bool field_form<replacement>::read(const json_value& j, replacement& v, read_context& c) {
  if (j.type() != json_type::object) return c.fail(errc::bad_field, "expected an object");
  v.json_ = j.minified();
  v.sealed_allowed_ = c.sealed_allowed;
  return true;
}
void field_form<replacement>::write(const replacement& v, std::string& out) {
  STEGVIS_ASSERT(v.bound());
  write_fields(v.data().type(), v.data().object(), out);
}
void field_form<replacement>::save(const replacement& v, payload_writer& w) {
  STEGVIS_ASSERT(v.bound());
  w.u16(v.data().type().id);
  w.u16(v.data().type().version);
  save_fields(v.data().type(), v.data().object(), w);
}
void field_form<replacement>::load(replacement& v, payload_reader& r) {
  const auto* t = find_type(r.u16());
  if (t == nullptr || r.u16() > t->version) throw payload_error{};
  // Targets are originals. Nested corrections would let a record choose the stack's depth.
  if (t == &description_of<event_corrected>() || t == &description_of<event_voided>())
    throw payload_error{};
  v.data_ = event_data(*t);
  load_fields(*t, v.data_.object(), r);
}

bool field_form<corrected_time>::read(const json_value& j, corrected_time& v, read_context& c) {
  auto t =
      j.type() == json_type::text ? parse_valid_time(j.text(), precision::exact) : std::nullopt;
  if (!t) return c.fail(errc::bad_field, "expected an RFC 3339 time with at most six decimals");
  if (start_of(day_of(*t)).utc_us == t->utc_us) t->precision = precision::day;
  v.value = *t;
  return true;
}
void field_form<corrected_time>::write(const corrected_time& v, std::string& out) {
  append_quoted(out, to_string(v.value));
}
void field_form<corrected_time>::save(const corrected_time& v, payload_writer& w) {
  w.i64(v.value.utc_us);
  w.u16(static_cast<std::uint16_t>(v.value.offset_min));
  w.u8(static_cast<std::uint8_t>(v.value.precision));
}
void field_form<corrected_time>::load(corrected_time& v, payload_reader& r) {
  v.value.utc_us = r.i64();
  v.value.offset_min = static_cast<std::int16_t>(r.u16());
  const auto p = r.u8();
  if (p > static_cast<std::uint8_t>(precision::year)) throw payload_error{};
  v.value.precision = static_cast<precision>(p);
}

}  // namespace stegvis
