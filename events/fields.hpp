#pragma once
// Makes field descriptions from structs described with Boost.Describe. Included by the catalogue
// only. A field's C++ type says everything: its form, whether it is required (std::optional and
// plain lists are not), and its privacy class (background<T> ... freetext<T>).
#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/description.hpp"
#include "events/time.hpp"
#include "events/types.hpp"

namespace stegvis {

template <class T>
struct field_form;  // read, write, save, load, schema of one value type

// Sub-objects and values that do not depend on the C++ type.
bool read_text(const json_value&, std::string& into, read_context&);
bool read_integer(const json_value&, std::int64_t& into, read_context&);
bool read_boolean(const json_value&, bool& into, read_context&);
bool read_day(const json_value&, day& into, read_context&);
bool read_decimal(const json_value&, decimal& into, read_context&);
bool read_local_id(const json_value&, std::string& into, read_context&);
bool read_reference(const json_value&, std::string& into, std::string_view kinds, read_context&);
bool read_sealed(const json_value&, secret_field& into,
                 read_context&);  // true if it was {"sealed":...}
bool is_sealed_form(const json_value&);
void write_secret(const secret_field&, std::string& out);
void save_secret(const secret_field&, payload_writer&);
void load_secret(secret_field&, payload_reader&);
void append_quoted(std::string& out, std::string_view text);
// Refuses unknown, duplicate and missing fields; `fields` are sorted by name.
bool read_object(std::span<const field>, const json_value&, void* object, read_context&);
void write_object(std::span<const field>, const void* object, std::string& out);
void save_object(std::span<const field>, const void* object, payload_writer&);
void load_object(std::span<const field>, void* object, payload_reader&);
void object_schema(std::span<const field>, std::string& out);
std::string join_codes(std::span<const std::string_view> codes);

template <>
struct field_form<std::string> {
  static bool read(const json_value& j, std::string& v, read_context& c) {
    return read_text(j, v, c);
  }
  static void write(const std::string& v, std::string& out) { append_json_text(out, v); }
  static void save(const std::string& v, payload_writer& w) { w.text(v); }
  static void load(std::string& v, payload_reader& r) { r.text(v); }
  static void schema(std::string& out) {
    out += R"({"maxLength":16384,"minLength":1,"type":"string"})";
  }
};

template <>
struct field_form<std::int64_t> {
  static bool read(const json_value& j, std::int64_t& v, read_context& c) {
    return read_integer(j, v, c);
  }
  static void write(std::int64_t v, std::string& out) { append_integer(out, v); }
  static void save(std::int64_t v, payload_writer& w) { w.i64(v); }
  static void load(std::int64_t& v, payload_reader& r) { v = r.i64(); }
  static void schema(std::string& out) {
    out += R"({"maximum":9007199254740991,"minimum":-9007199254740991,"type":"integer"})";
  }
};

template <>
struct field_form<bool> {
  static bool read(const json_value& j, bool& v, read_context& c) { return read_boolean(j, v, c); }
  static void write(bool v, std::string& out) { out += v ? "true" : "false"; }
  static void save(bool v, payload_writer& w) { w.u8(v ? 1 : 0); }
  static void load(bool& v, payload_reader& r) {
    const auto byte = r.u8();
    if (byte > 1) throw payload_error{};
    v = byte == 1;
  }
  static void schema(std::string& out) { out += R"({"type":"boolean"})"; }
};

template <>
struct field_form<day> {
  static bool read(const json_value& j, day& v, read_context& c) { return read_day(j, v, c); }
  static void write(day v, std::string& out) { append_quoted(out, to_string(v)); }
  static void save(day v, payload_writer& w) { w.i64(v.count); }
  static void load(day& v, payload_reader& r) { v.count = static_cast<std::int32_t>(r.i64()); }
  static void schema(std::string& out) { out += R"({"format":"date","type":"string"})"; }
};

template <>
struct field_form<decimal> {
  static bool read(const json_value& j, decimal& v, read_context& c) {
    return read_decimal(j, v, c);
  }
  static void write(const decimal& v, std::string& out) {
    if (v.as_text) append_quoted(out, v.value);
    else out += v.value;
  }
  static void save(const decimal& v, payload_writer& w) {
    w.u8(v.as_text ? 1 : 0);
    w.text(v.value);
  }
  static void load(decimal& v, payload_reader& r) {
    field_form<bool>::load(v.as_text, r);
    r.text(v.value);
    if (!valid_decimal(v.value)) throw payload_error{};
  }
  static void schema(std::string& out) {
    out += R"({"oneOf":[{"maximum":999999999999999,"minimum":-999999999999999,"type":"integer"},)";
    out += R"({"pattern":"^-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,9})?$","type":"string"}]})";
  }
};

template <class Tag>
struct field_form<local_id<Tag>> {
  using type = local_id<Tag>;
  static bool read(const json_value& j, type& v, read_context& c) {
    return read_local_id(j, v.value, c);
  }
  static void write(const type& v, std::string& out) { append_json_text(out, v.value); }
  static void save(const type& v, payload_writer& w) { w.text(v.value); }
  static void load(type& v, payload_reader& r) { r.text(v.value); }
  static void schema(std::string& out) {
    out += R"({"maxLength":128,"minLength":1,"pattern":"^[^ ]+$","type":"string"})";
  }
};

template <class Kind>
struct field_form<reference<Kind>> {
  using type = reference<Kind>;
  static bool read(const json_value& j, type& v, read_context& c) {
    return read_reference(j, v.value, Kind::name, c);
  }
  static void write(const type& v, std::string& out) { append_quoted(out, v.value); }
  static void save(const type& v, payload_writer& w) { w.text(v.value); }
  static void load(type& v, payload_reader& r) { r.text(v.value); }
  static void schema(std::string& out) {
    out += R"({"pattern":"^)";
    out += Kind::name;
    out += R"(/[0-9A-Za-z._~:-]+$","type":"string"})";
  }
};

// Codes: enum classes described with BOOST_DESCRIBE_ENUM. A leading or trailing underscore of an
// enumerator is not part of the code (_28d is "28d", private_ is "private").
constexpr std::string_view code_of_enumerator(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(1);
  if (name.ends_with('_')) name.remove_suffix(1);
  return name;
}

template <class E>
std::span<const std::string_view> codes_of() {
  using list = boost::describe::describe_enumerators<E>;
  static const auto codes = [] {
    std::array<std::string_view, boost::mp11::mp_size<list>::value> all;
    std::size_t i = 0;
    boost::mp11::mp_for_each<list>([&](auto d) { all[i++] = code_of_enumerator(d.name); });
    return all;
  }();
  return codes;
}

// Enumerators count from 0 in the order of their declaration; new ones are added last.
template <class E>
std::string_view code_of(E value) {
  return codes_of<E>()[static_cast<std::size_t>(value)];
}

bool read_code(const json_value&, std::span<const std::string_view> codes, std::size_t& into,
               read_context&);
void code_schema(std::span<const std::string_view> codes, std::string& out);

template <class E>
requires std::is_enum_v<E>
struct field_form<E> {
  static bool read(const json_value& j, E& v, read_context& c) {
    std::size_t index = 0;
    if (!read_code(j, codes_of<E>(), index, c)) return false;
    v = static_cast<E>(index);
    return true;
  }
  static void write(E v, std::string& out) { append_quoted(out, code_of(v)); }
  static void save(E v, payload_writer& w) { w.u8(static_cast<std::uint8_t>(v)); }
  static void load(E& v, payload_reader& r) {
    const auto index = r.u8();
    if (index >= codes_of<E>().size()) throw payload_error{};
    v = static_cast<E>(index);
  }
  static void schema(std::string& out) { code_schema(codes_of<E>(), out); }
};

template <class T>
struct field_form<std::vector<T>> {
  static bool read(const json_value& j, std::vector<T>& v, read_context& c) {
    if (j.type() != json_type::array) return c.fail(errc::bad_field, "expected a list");
    const std::size_t stem = c.path.size();
    return j.each_element([&](json_value item) {
      if (v.size() == list_items_max) return c.fail(errc::bad_field, "more than 1000 items");
      c.path += "/" + std::to_string(v.size());
      if (!field_form<T>::read(item, v.emplace_back(), c)) return false;
      c.path.resize(stem);
      return true;
    });
  }
  static void write(const std::vector<T>& v, std::string& out) {
    out += '[';
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i != 0) out += ',';
      field_form<T>::write(v[i], out);
    }
    out += ']';
  }
  static void save(const std::vector<T>& v, payload_writer& w) {
    w.u16(static_cast<std::uint16_t>(v.size()));
    for (const T& item : v) field_form<T>::save(item, w);
  }
  static void load(std::vector<T>& v, payload_reader& r) {
    const std::size_t n = r.u16();
    if (n > list_items_max) throw payload_error{};
    for (std::size_t i = 0; i < n; ++i) field_form<T>::load(v.emplace_back(), r);
  }
  static void schema(std::string& out) {
    out += R"({"items":)";
    field_form<T>::schema(out);
    out += R"(,"maxItems":1000,"type":"array"})";
  }
};

template <class T, privacy C>
struct field_form<sealed<T, C>> {
  using type = sealed<T, C>;
  static bool read(const json_value& j, type& v, read_context& c) {
    if (is_sealed_form(j)) return read_sealed(j, v, c);
    T value{};
    if (!field_form<T>::read(j, value, c)) return false;
    v.clear = true;
    v.bytes.clear();
    field_form<T>::write(value, v.bytes);
    return true;
  }
  static void write(const type& v, std::string& out) { write_secret(v, out); }
  static void save(const type& v, payload_writer& w) { save_secret(v, w); }
  static void load(type& v, payload_reader& r) { load_secret(v, r); }
  static void schema(std::string& out) {
    out += R"({"anyOf":[)";
    field_form<T>::schema(out);
    out += R"(,{"additionalProperties":false,"properties":{"sealed":{"type":"string"}},)";
    out += R"("required":["sealed"],"type":"object"}],"x-privacy":")";
    out += name_of(C);
    out += R"("})";
  }
};

template <class T>
std::span<const field> fields_of();

// A nested described struct, such as an assessment's item.
template <class T>
requires boost::describe::has_describe_members<T>::value struct field_form<T> {
  static bool read(const json_value& j, T& v, read_context& c) {
    return read_object(fields_of<T>(), j, &v, c);
  }
  static void write(const T& v, std::string& out) { write_object(fields_of<T>(), &v, out); }
  static void save(const T& v, payload_writer& w) { save_object(fields_of<T>(), &v, w); }
  static void load(T& v, payload_reader& r) { load_object(fields_of<T>(), &v, r); }
  static void schema(std::string& out) { object_schema(fields_of<T>(), out); }
};

// An optional, a plain list (empty = absent), or a bare (required) value.
template <class T>
struct slot {
  using value_type = T;
  static constexpr bool required = true;
  static bool present(const T&) { return true; }
  static T& emplace(T& v) { return v; }
  static const T& get(const T& v) { return v; }
};
template <class T>
struct slot<std::optional<T>> {
  using value_type = T;
  static constexpr bool required = false;
  static bool present(const std::optional<T>& v) { return v.has_value(); }
  static T& emplace(std::optional<T>& v) { return v ? *v : v.emplace(); }
  static const T& get(const std::optional<T>& v) { return *v; }
};
template <class T>
struct slot<std::vector<T>> {
  using value_type = std::vector<T>;
  static constexpr bool required = false;
  static bool present(const std::vector<T>& v) { return !v.empty(); }
  static std::vector<T>& emplace(std::vector<T>& v) { return v; }
  static const std::vector<T>& get(const std::vector<T>& v) { return v; }
};

template <class T>
constexpr privacy class_of() {
  if constexpr (std::is_base_of_v<secret_field, T>)
    return T::cls;
  else
    return privacy::plain;
}

template <class F>
const field_operations& operations_of() {
  using s = slot<F>;
  using form = field_form<typename s::value_type>;
  static constexpr field_operations operations{
      [](const json_value& j, void* v, read_context& c) {
        return form::read(j, s::emplace(*static_cast<F*>(v)), c);
      },
      [](const void* v, std::string& out) { form::write(s::get(*static_cast<const F*>(v)), out); },
      [](const void* v, payload_writer& w) { form::save(s::get(*static_cast<const F*>(v)), w); },
      [](void* v, payload_reader& r) { form::load(s::emplace(*static_cast<F*>(v)), r); },
      &form::schema,
      [](const void* v) { return s::present(*static_cast<const F*>(v)); },
      [](void* v) -> secret_field* {
        if constexpr (std::is_base_of_v<secret_field, typename s::value_type>) {
          auto& f = *static_cast<F*>(v);
          return s::present(f) ? &s::emplace(f) : nullptr;
        } else {
          return nullptr;
        }
      }};
  return operations;
}

template <class T, class F>
std::size_t offset_of(F T::*member) {
  alignas(T) static std::byte storage[sizeof(T)];
  auto* object = reinterpret_cast<T*>(storage);
  return static_cast<std::size_t>(reinterpret_cast<std::byte*>(&(object->*member)) - storage);
}

template <class T>
std::span<const field> fields_of() {
  using members = boost::describe::describe_members<T, boost::describe::mod_public>;
  static const auto fields = [] {
    std::array<field, boost::mp11::mp_size<members>::value> all{};
    std::size_t i = 0;
    boost::mp11::mp_for_each<members>([&](auto d) {
      using F = std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>;
      all[i++] = field{code_of_enumerator(d.name), offset_of(d.pointer), slot<F>::required,
                       class_of<typename slot<F>::value_type>(), &operations_of<F>()};
    });
    std::ranges::sort(all, {}, &field::name);
    return all;
  }();
  return fields;
}

// What a STEGVIS_EVENT line says of its struct.
template <class T>
struct type_facts;

#define STEGVIS_EVENT(number, type, group_, sv, en, use_)                                     \
  template <>                                                                                 \
  struct type_facts<type> {                                                                   \
    static constexpr std::uint16_t id = number;                                               \
    static constexpr std::string_view name = #type, label_sv = sv, label_en = en, use = use_; \
    static constexpr subject_group group = subject_group::group_;                             \
  };

template <class T>
const type_description& description_of() {
  using facts = type_facts<T>;
  static const type_description description{
      facts::id,
      facts::name,
      1,
      facts::group,
      facts::label_sv,
      facts::label_en,
      facts::use,
      fields_of<T>(),
      []() -> void* { return new T(); },
      [](void* p) { delete static_cast<T*>(p); },
      [](const void* p) -> void* { return new T(*static_cast<const T*>(p)); }};
  return description;
}

}  // namespace stegvis
