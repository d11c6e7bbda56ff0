#pragma once
// Events of any type, every field filled from a seed, made from the type's JSON Schema: a type that
// joins the catalogue is covered without a line here.
#include <array>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/catalogue.hpp"
#include "events/event.hpp"
#include "events/sha256.hpp"

namespace stegvis::test {

struct generated_options {
  std::uint64_t seed = 1;
  bool sealed = false;          // fields of sealed classes come as {"sealed":"..."}
  bool every_field = true;      // else each optional field is there or not by the seed
  bool shuffled = false;        // members in any order, blanks between tokens
  bool ledger_attributes = true;  // recordedtime and sequence, for keep_recorded
};

class event_generator {
 public:
  explicit event_generator(generated_options o) : options_(o), random_(o.seed) {}

  // One CloudEvents line about a type. Every field of `attribute_recorded` cannot stand in one
  // event: `variant` says which of its three values does.
  std::string line(const type_description& t, unsigned variant = 0) {
    members m;
    m.emplace_back("specversion", "\"1.0\"");
    m.emplace_back("id", quoted(id(1 + below(40))));
    m.emplace_back("source", quoted("/" + id(1 + below(20))));
    m.emplace_back("subject", quoted(subject(t.group)));
    m.emplace_back("type", quoted("stegvis." + std::string(t.name)));
    m.emplace_back("dataschema", quoted("stegvis:" + std::string(t.name) + ":1"));
    m.emplace_back("time", quoted(time()));
    constexpr std::array<std::string_view, 3> precisions{"day", "month", "year"};
    if (chance()) m.emplace_back("timeprecision", quoted(precisions[below(3)]));
    if (chance()) m.emplace_back("copiedfrom", quoted("/" + id(5) + " " + id(9)));
    if (options_.ledger_attributes) {
      m.emplace_back("recordedtime", quoted(recorded()));
      std::string digits;
      append_padded(digits, 1 + below(1u << 30), 19);
      m.emplace_back("sequence", quoted(digits));
    }
    m.emplace_back("data", data(t, variant));
    return object(std::move(m));
  }

  // The data alone.
  std::string data(const type_description& t, unsigned variant = 0) {
    json_parser parser;
    const std::string schema = json_schema(t);
    const auto parsed = parser.parse(schema);
    if (!parsed) throw std::runtime_error("a schema is not JSON");
    const bool one_value = t.name == "attribute_recorded";
    constexpr std::array<std::string_view, 3> values{"value", "background", "health"};
    return filled(*parsed, [&](std::string_view field) {
      // Without a scheme the situation would have to be a plain code.
      if (t.name == "situation_recorded" && field == "scheme") return true;
      const bool is_value = one_value && std::ranges::find(values, field) != values.end();
      return is_value ? field == values[variant % 3] : options_.every_field || chance();
    });
  }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance() { return below(2) == 0; }

 private:
  using members = std::vector<std::pair<std::string, std::string>>;

  static std::string quoted(std::string_view text) {
    std::string out;
    append_json_text(out, text);
    return out;
  }
  static std::optional<json_value> member(const json_value& j, std::string_view key) {
    std::optional<json_value> found;
    j.each_member([&](std::string_view k, json_value v) {
      if (k == key) found = v;
      return !found;
    });
    return found;
  }
  static std::string text_member(const json_value& j, std::string_view key) {
    const auto v = member(j, key);
    return v ? std::string(v->text()) : std::string();
  }

  std::string blanks() {
    constexpr std::array<std::string_view, 4> kinds{"", " ", "\t", "\n "};
    return options_.shuffled ? std::string(kinds[below(4)]) : std::string();
  }
  std::string object(members m) {
    if (options_.shuffled)
      for (std::size_t i = m.size(); i > 1; --i) std::swap(m[i - 1], m[below(i)]);
    std::string out = "{";
    for (const auto& [key, value] : m) {
      if (&key != &m.front().first) out += "," + blanks();
      out += quoted(key) + blanks() + ":" + blanks() + value;
    }
    return out + blanks() + "}";
  }
  // An object as a schema describes it; `wanted` says which fields that may be absent are there.
  template <class F>
  std::string filled(const json_value& schema, F&& wanted) {
    const auto properties = member(schema, "properties");
    if (!properties) return replaced();
    std::vector<std::string> required;
    member(schema, "required")->each_element([&](json_value v) {
      required.emplace_back(v.text());
      return true;
    });
    members m;
    properties->each_member([&](std::string_view key, json_value v) {
      const bool needed = std::ranges::find(required, key) != required.end();
      if (needed || wanted(key)) m.emplace_back(key, value(v));
      return true;
    });
    return object(std::move(m));
  }
  // The data of a correction is the target's: an enrolment's here (bind() below).
  std::string replaced() { return data(description_of<participant_enrolled>()); }

  std::string value(const json_value& schema) {
    if (const auto forms = member(schema, "anyOf")) return secret(*forms);
    if (member(schema, "oneOf")) return chance() ? quoted(decimal_text()) : decimal_integer();
    if (const auto codes = member(schema, "enum")) return code(*codes);
    const std::string type = text_member(schema, "type");
    if (type == "object") return filled(schema, [](std::string_view) { return true; });
    if (type == "array") return list(*member(schema, "items"));
    if (type == "boolean") return chance() ? "true" : "false";
    if (type == "integer") return integer();
    if (type != "string") throw std::runtime_error("a schema of an unknown type: " + type);
    return quoted(text(text_member(schema, "format"), text_member(schema, "pattern")));
  }
  std::string secret(const json_value& forms) {
    std::optional<json_value> clear;
    forms.each_element([&](json_value v) {
      clear = v;
      return false;
    });
    if (!options_.sealed) return value(*clear);
    std::string bytes(104, '\0');  // the shortest sealed form
    for (char& c : bytes) c = static_cast<char>(random_());
    return R"({"sealed":")" + base64url(bytes) + R"("})";
  }
  std::string code(const json_value& codes) {
    std::vector<std::string> all;
    codes.each_element([&](json_value v) {
      all.emplace_back(v.text());
      return true;
    });
    return quoted(all[below(all.size())]);
  }
  std::string list(const json_value& items) {
    std::string out = "[";
    for (auto n = 1 + below(3); n > 0; --n) out += value(items) + (n > 1 ? "," : "");
    return out + "]";
  }
  std::string integer() {
    constexpr std::int64_t edge = 9'007'199'254'740'991;
    constexpr std::array<std::int64_t, 4> edges{edge, -edge, 0, -1};
    return std::to_string(chance() ? edges[below(4)] : static_cast<std::int64_t>(below(100'000)));
  }

  std::string text(const std::string& format, const std::string& pattern) {
    if (format == "date") return date();
    if (format == "date-time") return time();
    if (pattern.empty()) return free_text(1 + below(30));
    if (pattern == "^[^ ]+$") return id(1 + below(20));
    const auto slash = pattern.find('/');
    if (slash == std::string::npos) throw std::runtime_error("an unknown pattern: " + pattern);
    return pattern.substr(1, slash) + plain(1 + below(20));
  }
  template <std::size_t N>
  std::string from(const std::array<std::string_view, N>& pieces, std::size_t n) {
    std::string out;
    for (; n > 0; --n) out += pieces[below(N)];
    return out;
  }
  // What JSON has to escape, what it need not, and characters of two to four bytes.
  std::string free_text(std::size_t n) {
    static constexpr std::array<std::string_view, 16> pieces{
        "a", "B", "7", " ", "\"", "\\", "\n", "\x01", "\x1f", "\x7f", "/", "<",
        "\xc3\xa5", "\xe2\x82\xac", "\xe2\x80\xa8", "\xf0\x9f\x8c\xb1"};
    return from(pieces, n);
  }
  std::string id(std::size_t n) {
    static constexpr std::array<std::string_view, 10> pieces{"a", "Z", "x", "-", "_", ":",
                                                             "\"", "\\", "/", "\xc3\xb6"};
    return from(pieces, n);
  }
  std::string plain(std::size_t n) {
    static constexpr std::array<std::string_view, 8> pieces{"a", "b", "C", "-", "_", ".", "~", ":"};
    return from(pieces, n);
  }
  std::string subject(subject_group group) {
    static constexpr std::array<std::string_view, 2> persons{"participant/", "staff/"};
    static constexpr std::array<std::string_view, 5> references{"unit/", "workplace/", "job/",
                                                                "ladder/", "programme/"};
    const bool person = group == subject_group::person ||
                        (group == subject_group::any && chance());
    return std::string(person ? persons[below(2)] : references[below(5)]) + plain(1 + below(12));
  }
  std::string decimal_integer() {
    return std::to_string(static_cast<std::int64_t>(below(1'000'000)) - 500'000);
  }
  std::string decimal_text() {
    std::string out = (chance() ? "-" : "") + std::to_string(below(1'000'000));
    if (chance()) out += "." + std::to_string(below(1'000'000'000));
    return out;
  }
  std::string date() {
    return to_string(make_day(1850 + static_cast<int>(below(300)), 1, 1) +
                     static_cast<std::int32_t>(below(365)));
  }
  std::string clock() {
    std::string out = date() + "T";
    append_padded(out, below(24), 2);
    out += ':';
    append_padded(out, below(60), 2);
    out += ':';
    append_padded(out, below(60), 2);
    return out;
  }
  std::string time() {
    static constexpr std::array<std::string_view, 5> offsets{"Z", "+01:00", "+02:00", "-11:30",
                                                             "+14:00"};
    static constexpr std::array<std::string_view, 4> fractions{"", ".5", ".120000", ".000001"};
    return clock() + std::string(fractions[below(4)]) + std::string(offsets[below(5)]);
  }
  std::string recorded() { return clock() + ".120334Z"; }

  generated_options options_;
  std::mt19937_64 random_;
};

// How often a type has to be made so that each of its fields is seen.
inline unsigned variants_of(const type_description& t) {
  return t.name == "attribute_recorded" ? 3 : 1;
}

// What the ledger does for a correction, whose target here is always an enrolment.
inline void bind_correction(event& e) {
  auto* c = e.data.get<event_corrected>();
  if (c == nullptr || !c->data) return;
  read_context context;
  context.sealed_allowed = true;
  if (!c->data->bind(description_of<participant_enrolled>(), context))
    throw std::runtime_error(to_string(context.error));
}

// An event as the ledger holds it, from a line that gives recordedtime and sequence.
inline event recorded_event(std::string_view line) {
  json_parser parser;
  auto d = parse_event(parser, line, {true});
  if (!d) throw std::runtime_error(to_string(d.error()) + " in " + std::string(line));
  event e = std::move(d->event);
  e.recorded = d->recorded.value_or(recorded_time{});
  e.position = d->sequence.value_or(position{});
  bind_correction(e);
  return e;
}

inline std::string canonical(const event& e) {
  std::string out;
  append_canonical(e, out);
  return out;
}

inline std::string stored(const event& e) {
  std::string out;
  encode_record(e, out);
  stamp_record(out.data(), e.recorded);
  return out;
}

}  // namespace stegvis::test
