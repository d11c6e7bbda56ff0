#include "ingest/kafka/boxes.hpp"

#include <set>

#include "events/catalogue.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

// The text of {"box":"..."}; nothing if it is something else.
std::optional<std::string> boxed_in(const json_value& j) {
  if (j.type() != json_type::object) return std::nullopt;
  std::optional<std::string> text;
  std::size_t members = 0;
  j.each_member([&](std::string_view key, json_value v) {
    if (key == "box" && v.type() == json_type::text) text = std::string(v.text());
    return ++members < 2;
  });
  return members == 1 ? text : std::nullopt;
}

// Writes a line anew with its boxes opened.
class box_opener {
 public:
  explicit box_opener(const key_store& keys) : keys_(keys) {}

  result<std::string> open(const json_value& event) {
    std::string out;
    write_members(event, 0, "", out);
    if (error_) return *error_;
    return out;
  }
  // Fields that stood in a box: "reason", or "data.reason" inside a correction.
  const std::set<std::string, std::less<>>& opened() const { return opened_; }

 private:
  // Members of the event (depth 0), of its data (1), and of a correction's data (2).
  void write_members(const json_value& object, int depth, const std::string& path,
                     std::string& out) {
    out += '{';
    bool first = true;
    object.each_member([&](std::string_view key, json_value v) {
      if (!first) out += ',';
      first = false;
      append_json_text(out, key);
      out += ':';
      write_member(key, v, depth, path, out);
      return !error_;
    });
    out += '}';
  }

  void write_member(std::string_view key, const json_value& v, int depth, const std::string& path,
                    std::string& out) {
    const auto box = depth > 0 ? boxed_in(v) : std::nullopt;
    if (box) return write_opened(*box, path + std::string(key), out);
    if (depth < 2 && key == "data" && v.type() == json_type::object) {
      return write_members(v, depth + 1, depth == 0 ? "" : "data.", out);
    }
    out += v.minified();
  }

  void write_opened(const std::string& box, const std::string& field, std::string& out) {
    const auto bytes = base64url_decode(box);
    const auto plain = bytes ? keys_.open_box(*bytes) : std::nullopt;
    const auto value = plain ? parser_.parse(*plain) : problem{};
    if (!plain || !value) {
      error_ = problem{errc::bad_field,
                       plain ? "the box holds no JSON" : "this ledger's key does not open the box",
                       pointer_to(field)};
      return;
    }
    out += value->minified();
    opened_.insert(field);
  }

 public:
  static std::string pointer_to(std::string_view field) {
    std::string path = "/data";
    while (!field.empty()) {
      const auto dot = field.find('.');
      append_pointer_token(path, field.substr(0, dot));
      field = dot == field.npos ? std::string_view() : field.substr(dot + 1);
    }
    return path;
  }

 private:
  const key_store& keys_;
  json_parser parser_;
  std::set<std::string, std::less<>> opened_;
  std::optional<problem> error_;
};

// What a correction replaces is known only by its target.
void bind_correction(event& e, const ledger& book) {
  auto* c = e.data.get<event_corrected>();
  if (c == nullptr || !c->data || c->data->bound()) return;
  const auto space = c->target.find(' ');
  const auto at = space == std::string::npos
                      ? book.find(e.source, c->target)
                      : book.find(c->target.substr(0, space), c->target.substr(space + 1));
  if (!at) return;  // the ledger refuses it
  const auto target = book.read(*at);
  read_context context;
  if (target) c->data->bind(target->type(), context);
}

std::optional<problem> clear_field(event& e, const box_opener& boxes) {
  std::optional<problem> found;
  for_each_secret(e.data, [&](std::string_view field, privacy, secret_field& s) {
    if (!s.clear || found || boxes.opened().contains(field)) return;
    found = problem{errc::clear_field, "a field of a sealed class in clear",
                    box_opener::pointer_to(field)};
  });
  return found;
}
}  // namespace

result<draft> parse_boxed_event(json_parser& parser, std::string_view line, const ledger& book,
                                bool allow_clear) {
  const auto keys = book.keys();
  if (!keys) return keys.error();
  if (line.size() > line_bytes_max) return problem{errc::too_large, "over 1 MiB"};
  const auto j = parser.parse(line);
  if (!j) return j.error();
  if (j->type() != json_type::object) return problem{errc::bad_json, "expected one JSON object"};
  box_opener boxes(**keys);
  const auto opened = boxes.open(*j);
  if (!opened) return opened.error();
  auto d = parse_event(parser, *opened, {});
  if (!d || allow_clear) return d;
  bind_correction(d->event, book);
  if (const auto wrong = clear_field(d->event, boxes)) return *wrong;
  return d;
}

}  // namespace stegvis
