#include "projections/columns/dictionary.hpp"

#include <algorithm>
#include <functional>

#include "events/payload.hpp"

namespace stegvis {
namespace {
// What append_json_text() made of a text, undone.
std::string unescaped(std::string_view json) {
  constexpr std::string_view letters = "btnfr", meant = "\b\t\n\f\r";
  std::string text;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] != '\\') {
      text += json[i];
      continue;
    }
    const char c = json[++i];
    if (c == 'u') {
      text += hex_decode(json.substr(i + 3, 2)).value();
      i += 4;
    } else {
      const auto letter = letters.find(c);
      text += letter == letters.npos ? c : meant[letter];
    }
  }
  return text;
}

// A text without its quotes; everything else as JSON.
std::string plain_text(std::string_view json) {
  if (!json.starts_with('"')) return std::string(json);
  return unescaped(json.substr(1, json.size() - 2));
}

std::shared_ptr<const column_content> content_from(const column_type& type,
                                                   const event_data& alone) {
  auto c = std::make_shared<column_content>();
  c->type = type.type;
  c->base = content_of(alone);
  // Days that are required are there in any object.
  c->base.until.reset();
  c->values.resize(type.roles.size());
  std::string json;
  for (const auto index : type.values) {
    const field& f = type.type->fields[index];
    if (!f.operations->present(f.in(alone.object()))) continue;
    json.clear();
    f.operations->write(f.in(alone.object()), json);
    c->values[index] = plain_text(json);
  }
  return c;
}
}  // namespace

std::string_view column_content::value(std::string_view field) const {
  const auto fields = type->fields;
  const auto found = std::ranges::find(fields, field, &stegvis::field::name);
  return found == fields.end() ? std::string_view{}
                               : std::string_view(values[static_cast<std::size_t>(
                                     found - fields.begin())]);
}

// JSON has no zero bytes, so that names are distinct when what they say is.
void column_dictionary::prepare(const column_type& type, const void* object) {
  name_.assign({static_cast<char>(type.type->id & 0xff), static_cast<char>(type.type->id >> 8)});
  for (const auto index : type.values) {
    const field& f = type.type->fields[index];
    if (!f.operations->present(f.in(object))) continue;
    name_ += static_cast<char>(index);
    f.operations->write(f.in(object), name_);
    name_ += '\0';
  }
  hash_ = std::hash<std::string_view>{}(name_);
  if (!slots_.empty()) __builtin_prefetch(&slots_[hash_ & (slots_.size() - 1)]);
}

std::uint32_t column_dictionary::find() const {
  if (slots_.empty()) return none;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash_ & mask;; i = (i + 1) & mask) {
    const slot& s = slots_[i];
    if (s.entry == none) return none;
    if (s.hash == static_cast<std::uint32_t>(hash_ >> 32) && s.bytes == name_.size() &&
        std::string_view(names_).substr(s.name, s.bytes) == name_)
      return s.entry;
  }
}

void column_dictionary::place(const slot& s, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].entry != none) i = (i + 1) & mask;
  slots_[i] = s;
}

void column_dictionary::grow() {
  const auto before = std::move(slots_);
  slots_.assign(std::max<std::size_t>(256, before.size() * 2), {});
  for (const slot& s : before)
    if (s.entry != none)
      place(s, std::hash<std::string_view>{}(std::string_view(names_).substr(s.name, s.bytes)));
}

std::uint32_t column_dictionary::add(const column_type& type, const event_data& alone) {
  STEGVIS_ASSERT(names_.size() + name_.size() < none && entries_.size() < none);
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  place({static_cast<std::uint32_t>(hash_ >> 32), size(),
         static_cast<std::uint32_t>(names_.size()), static_cast<std::uint32_t>(name_.size())},
        hash_);
  names_ += name_;
  entries_.push_back(content_from(type, alone));
  return size() - 1;
}

// The type and its values, without whatever else the object holds.
void column_dictionary::write_form(const column_type& type, const void* object) {
  const auto present = [&](std::uint8_t index) {
    const field& f = type.type->fields[index];
    return f.operations->present(f.in(object));
  };
  form_.clear();
  writer_.begin(form_);
  writer_.u16(type.type->id);
  writer_.u8(static_cast<std::uint8_t>(std::ranges::count_if(type.values, present)));
  for (const auto index : type.values) {
    if (!present(index)) continue;
    const field& f = type.type->fields[index];
    writer_.u8(index);
    f.operations->save(f.in(object), writer_);
  }
  writer_.end();
}

std::optional<event_data> column_dictionary::read_form(std::string_view bytes) {
  try {
    reader_.begin(bytes);
    const auto* t = find_type(reader_.u16());
    if (t == nullptr) return std::nullopt;
    const column_type& type = column_type_of(*t);
    event_data said(*t);
    auto expected = type.values.begin();
    for (int n = reader_.u8(); n > 0; --n) {
      expected = std::find(expected, type.values.end(), reader_.u8());
      if (expected == type.values.end()) return std::nullopt;
      const field& f = t->fields[*expected++];
      f.operations->load(f.in(said.object()), reader_);
    }
    if (!reader_.end()) return std::nullopt;
    return said;
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

std::uint32_t column_dictionary::find_or_add(const column_type& type, const void* object) {
  const auto found = find();
  if (found != none) return found;
  write_form(type, object);
  const auto entry = add(type, read_form(form_).value());
  unwritten_.push_back(form_);
  return entry;
}

bool column_dictionary::add_stored(std::string_view bytes) {
  const auto said = read_form(bytes);
  if (!said) return false;
  const column_type& type = column_type_of(said->type());
  prepare(type, said->object());
  if (find() != none) return false;
  add(type, *said);
  return true;
}

}  // namespace stegvis
