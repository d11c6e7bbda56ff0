// Imports: a file in parts, a run of it, and the lines that were refused.
#include <algorithm>

#include "api/http/handlers.hpp"
#include "api/json_line.hpp"

namespace stegvis::http {
namespace {

constexpr std::string_view format_names[] = {"events", "csv", "xlsx"};

result<import_request> read_request(call& c) {
  import_request asked;
  asked.user = c.who().user;
  std::string format = "events", on_error = "stop";
  const auto read = read_members(c.q.body, [&](std::string_view key, const json_value& v) {
    return take_text(key == "format"     ? &format
                     : key == "mapping"  ? &asked.mapping
                     : key == "on_error" ? &on_error
                                         : nullptr,
                     v);
  });
  if (!read) return read.error();
  const auto found = std::ranges::find(format_names, format);
  if (found == std::end(format_names)) {
    return problem{errc::bad_field, "events, csv or xlsx", "/format"};
  }
  asked.format = static_cast<import_format>(found - std::begin(format_names));
  if ((asked.format == import_format::events) != asked.mapping.empty()) {
    return problem{errc::missing_field, "of a table, what its rows become; of events nothing",
                   "/mapping"};
  }
  if (on_error != "stop" && on_error != "skip") {
    return problem{errc::bad_field, "stop or skip", "/on_error"};
  }
  asked.skip_rejected = on_error == "skip";
  return asked;
}

std::string import_json(const import_view& v) {
  std::string by_code = "{";
  for (const auto& [code, count] : v.rejected_by_code) {
    if (by_code.size() > 1) by_code += ',';
    by_code += '"' + std::string(name_of(code)) + "\":" + std::to_string(count);
  }
  json_line line;
  line.text("id", v.id)
      .text("state", name_of(v.state))
      .text("format", format_names[static_cast<std::size_t>(v.asked.format)])
      .text("on_error", v.asked.skip_rejected ? "skip" : "stop")
      .flag("dry_run", v.dry_run)
      .flag("file_held", v.file_held)
      .number("received", v.received)
      .number("read", v.counts.read)
      .number("appended", v.counts.appended)
      .number("exists", v.counts.exists)
      .number("rejected", v.counts.rejected)
      .number("pending", v.counts.pending)
      .number("bytes_done", v.counts.bytes_done)
      .raw("rejected_by_code", by_code + '}');
  if (v.failure) {
    line.text("code", name_of(v.failure->code))
        .text("detail", v.failure->message)
        .text("hint", hint_of(v.failure->code))
        .text_or_null("field", v.failure->field)
        .number("line", v.failure->line);
  }
  return line.object();
}

result<import_view> own_import(call& c) {
  return c.s.file_imports().find(c.path("import"), c.who().user);
}

// The import as it is now.
result<response> shown(call& c, const std::string& id, int status) {
  const auto v = c.s.file_imports().find(id, c.who().user);
  if (!v) return v.error();
  auto r = json_response(import_json(*v) + '\n');
  r.status = status;
  if (status != 200) r.set("Location", "/v1/imports/" + id);
  return r;
}

response rejects_csv(const std::vector<problem>& all) {
  response r;
  r.set("Content-Type", "text/csv; charset=utf-8; header=present");
  r.set("Content-Disposition", "attachment; filename=\"rejects.csv\"");
  r.body = rejection_csv_header();
  for (const problem& p : all) r.body += rejection_csv(p);
  return r;
}

std::string rejection_json(const problem& p) {
  return json_line()
      .number("line", p.line)
      .text_or_null("field", p.field)
      .text("code", name_of(p.code))
      .text("hint", hint_of(p.code))
      .text("message", p.message)
      .object();
}

}  // namespace

result<response> get_imports(call& c) {
  std::string body = "{\"imports\":[";
  for (const auto& v : c.s.file_imports().list(c.who().user)) {
    body += (body.ends_with('[') ? "" : ",") + import_json(v);
  }
  return json_response(body + "]}\n");
}

result<response> post_import(call& c) {
  auto asked = read_request(c);
  if (!asked) return asked.error();
  const auto id = c.s.file_imports().make(std::move(*asked));
  if (!id) return id.error();
  return shown(c, *id, 201);
}

result<response> get_import(call& c) {
  return shown(c, c.path("import"), 200);
}

result<response> delete_import(call& c) {
  const auto own = own_import(c);
  if (!own) return own.error();
  c.s.file_imports().remove(own->id);
  response r;
  r.status = 204;
  return r;
}

result<response> put_import_file(call& c) {
  const auto own = own_import(c);
  if (!own) return own.error();
  const auto offset = number_in(c.query("offset"), 0);
  if (const auto r = c.s.file_imports().receive(own->id, offset, c.q.body); !r) return r.error();
  return shown(c, own->id, 200);
}

result<response> post_import_run(call& c) {
  const auto own = own_import(c);
  if (!own) return own.error();
  bool dry_run = false;
  const auto read = read_members(c.q.body, [&](std::string_view key, const json_value& v) {
    if (key != "dry_run" || v.type() != json_type::boolean) return false;
    dry_run = v.boolean();
    return true;
  });
  if (!read) return read.error();
  if (const auto r = c.s.file_imports().start(own->id, dry_run); !r) return r.error();
  return shown(c, own->id, 202);
}

result<response> get_import_rejects(call& c) {
  const auto own = own_import(c);
  if (!own) return own.error();
  const auto all = c.s.file_imports().rejections(own->id);
  const bool csv = c.query("format") == "csv" ||
                   (c.query("format").empty() &&
                    c.q.header("Accept").find("text/csv") != std::string_view::npos);
  if (csv) return rejects_csv(all);
  const auto after = c.after();
  if (!after) return after.error();
  const auto from = std::min<std::uint64_t>(all.size(), number_in(*after, 0));
  const auto to = std::min<std::uint64_t>(all.size(), from + c.limit());
  std::string rejects = "[";
  for (auto i = from; i < to; ++i) rejects += (i == from ? "" : ",") + rejection_json(all[i]);
  const auto cursor = to < all.size() ? make_cursor(std::to_string(to)) : std::string();
  auto r = json_response(json_line()
                             .raw("rejects", rejects + ']')
                             .number("total", all.size())
                             .text_or_null("next", cursor)
                             .end());
  if (!cursor.empty()) r.set("Link", next_link(c, cursor));
  r.set("Vary", "Accept");
  return r;
}

}  // namespace stegvis::http
