// Evaluations: what there is, a run of one or of the difference of two, and what came of it in the
// form that is wanted.
#include <algorithm>

#include "api/difference_json.hpp"
#include "api/evaluation_source.hpp"
#include "api/http/handlers.hpp"
#include "api/json_line.hpp"
#include "api/report/report.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis::http {
namespace {

struct run_request {
  std::string definition;       // a shipped one's name
  std::string definition_text;  // or TOML
  view_arguments asked;
  bool unsuppressed = false;
};

result<run_request> read_order(const std::string& body) {
  run_request wanted;
  const auto read = read_members(body, [&](std::string_view key, const json_value& v) {
    if (key == "unsuppressed" && v.type() == json_type::boolean) {
      wanted.unsuppressed = v.boolean();
      return true;
    }
    return take_text(key == "definition"        ? &wanted.definition
                     : key == "definition_text" ? &wanted.definition_text
                     : key == "as_of"           ? &wanted.asked.as_of
                     : key == "as_recorded"     ? &wanted.asked.as_recorded
                                                : nullptr,
                     v);
  });
  if (!read) return read.error();
  if (wanted.definition.empty() == wanted.definition_text.empty()) {
    return problem{errc::missing_field, "either definition or definition_text", "/definition"};
  }
  return wanted;
}

// The definition, and what it is called.
result<definition> definition_of(call& c, const run_request& wanted) {
  if (wanted.definition_text.empty()) {
    auto d = find_shipped(wanted.definition);
    if (!d) return problem{d.error().code, d.error().message, "/definition"};
    return d;
  }
  if (c.who().may(resource::definitions, action::run) == reach::none) {
    return problem{errc::forbidden, "the role evaluates with the shipped definitions only"};
  }
  return parse_definition(wanted.definition_text, "definition_text");
}

result<evaluation_question> question_of(call& c, const run_request& wanted) {
  const auto asked = resolve_view(c.book(), wanted.asked);
  if (!asked) {
    const bool date = asked.error().code == errc::bad_date;
    return problem{asked.error().code, asked.error().message, date ? "/as_of" : "/as_recorded"};
  }
  evaluation_question q;
  q.cut = asked->known.at;
  if (q.cut.value == 0) return problem{errc::bad_cut, "no event is known at the cut"};
  q.as_of = std::min(asked->as_of, asked->known.cut_day);
  q.suppress = !wanted.unsuppressed;
  q.reports_until = c.book().head();
  return q;
}

std::string run_json(const run_view& v) {
  json_line line;
  line.text("id", v.id)
      .text("kind", v.compares ? "difference" : "evaluation")
      .text("definition", v.definition)
      .text("state", name_of(v.state))
      .number("cut", v.cut.value)
      .text("as_of", to_string(v.as_of))
      .number("folded", v.folded);
  if (v.failure) {
    line.text("code", name_of(v.failure->code)).text("detail", v.failure->message);
  }
  return line.end();
}

// A run is its starter's: others do not know of it.
result<run_view> own_run(call& c, const std::string& id) {
  auto found = c.s.evaluations().find(id);
  if (!found || found->user != c.who().user) {
    return problem{errc::unknown_run, "there is no such run"};
  }
  return *std::move(found);
}

// Why there is nothing to show, if there is not.
result<void> check_done(const run_view& v) {
  if (v.failure) return *v.failure;
  if (v.state == run_state::done) return {};
  const bool over = v.state == run_state::cancelled;
  return problem{over ? errc::cancelled : errc::not_caught_up,
                 "the run is " + std::string(name_of(v.state))};
}

// The result of the reader's own run of an evaluation.
result<std::shared_ptr<const evaluation_result>> own_result(call& c, const std::string& id) {
  const auto found = own_run(c, id);
  if (!found) return found.error();
  if (const auto r = check_done(*found); !r) return r.error();
  if (found->compares) return problem{errc::unknown_run, "the run is no evaluation"};
  return found->result;
}

std::string form_of(const call& c) {
  if (!c.query("format").empty()) return std::string(c.query("format"));
  const auto accept = c.q.header("Accept");
  if (accept.find("text/html") != accept.npos) return "html";
  if (accept.find("image/svg+xml") != accept.npos) return "svg";
  return accept.find("text/csv") != accept.npos ? "csv" : "json";
}

response file_response(std::string type, std::string body) {
  response r;
  r.set("Content-Type", std::move(type));
  r.set("Vary", "Accept, Accept-Language");
  r.body = std::move(body);
  return r;
}

result<response> csv_response(const call& c, const evaluation_result& made) {
  const bool excel = c.query("dialect") == "excel";
  const auto files = csv_files(made, excel ? csv_dialect::swedish_excel : csv_dialect::rfc4180);
  const auto wanted = c.query("table");
  const auto found = std::ranges::find_if(files, [&](const report_file& f) {
    return wanted.empty() || f.name == wanted || f.name == std::string(wanted) + ".csv";
  });
  if (found == files.end()) {
    std::string names;
    for (const auto& f : files) names += (names.empty() ? "" : ", ") + f.name;
    return problem{errc::bad_argument, "tables are: " + names, "table"};
  }
  auto r = file_response("text/csv; charset=utf-8; header=present", found->bytes);
  r.set("Content-Disposition", "attachment; filename=\"" + found->name + '"');
  return r;
}

language language_of(const call& c) {
  return c.a.swedish ? language::swedish : language::english;
}

response html_response(const call& c, const evaluation_result& made) {
  auto r = file_response("text/html; charset=utf-8", html_report(made, language_of(c)));
  r.set("Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:");
  return r;
}

result<response> svg_response(const call& c, const evaluation_result& made) {
  const auto figures = report_figures(made, language_of(c));
  const auto wanted = c.query("figure");
  const auto found =
      wanted.empty() ? figures.begin() : std::ranges::find(figures, wanted, &report_figure::id);
  if (found == figures.end()) {
    return problem{errc::bad_argument,
                   figures.empty() ? std::string("the result has no figure")
                                   : "figures are f1 to f" + std::to_string(figures.size()),
                   "figure"};
  }
  auto r = file_response("image/svg+xml", found->svg);
  r.set("Content-Security-Policy", "default-src 'none'");
  return r;
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    append_json_text(out, text);
  }
  return out + ']';
}

std::string figure_json(const report_figure& f) {
  return json_line()
      .text("figure", f.id)
      .text("section", f.section)
      .text("table", f.table)
      .raw("by", list_json(f.by))
      .text("title", f.title)
      .text("finding", f.finding)
      .object();
}

// The tables in the order of their files.
std::string tables_json(const evaluation_result& made, language l) {
  const auto files = csv_files(made, csv_dialect::rfc4180);
  std::string out = "[";
  std::size_t n = 0;
  for (const auto& section : made.sections) {
    for (const auto& table : section.tables) {
      if (n > 0) out += ',';
      const auto& file = files[n++].name;
      out += json_line()
                 .text("name", file.substr(0, file.size() - 4))
                 .text("section", section.definition)
                 .text("table", table.id)
                 .raw("by", list_json(table.by))
                 .text("title", table_title(section, table, l))
                 .number("rows", table.rows.size())
                 .object();
    }
  }
  return out + ']';
}

response difference_response(const call& c, const difference& d) {
  const auto shown = shown_values(d, c.who().confidential);
  std::string body = "{\"compared\":" + std::to_string(d.compared) +
                     ",\"changed\":" + std::to_string(shown.size()) + ",\"values\":[";
  for (const auto& v : shown) body += (body.ends_with('[') ? "" : ",") + changed_value_json(v);
  return json_response(body + "]}\n");
}

result<response> start_run(call& c, run_order order) {
  const auto id = c.s.evaluations().start(std::move(order));
  if (!id) return id.error();
  const auto seen = c.s.evaluations().find(*id);
  auto r = json_response(seen ? run_json(*seen) : "{}\n");
  r.status = 202;
  r.set("Location", "/v1/evaluations/runs/" + *id);
  return r;
}

}  // namespace

result<response> get_evaluations(call&) {
  std::string body = "{\"definitions\":[";
  for (const auto name : shipped_definitions()) {
    if (!body.ends_with('[')) body += ',';
    body += "{\"name\":";
    append_json_text(body, name);
    body += '}';
  }
  return json_response(body + "]}\n");
}

result<response> post_evaluation(call& c) {
  const auto wanted = read_order(c.q.body);
  if (!wanted) return wanted.error();
  if (wanted->unsuppressed && !c.who().confidential) {
    return problem{errc::forbidden, "only the role confidential may switch suppression off"};
  }
  auto d = definition_of(c, *wanted);
  if (!d) return d.error();
  const auto q = question_of(c, *wanted);
  if (!q) return q.error();
  return start_run(c, {d->name, c.who().user, std::move(*d), *q, {}, {}});
}

result<response> post_difference(call& c) {
  std::string before, after;
  const auto read = read_members(c.q.body, [&](std::string_view key, const json_value& v) {
    return take_text(key == "before" ? &before : key == "after" ? &after : nullptr, v);
  });
  if (!read) return read.error();
  const auto pick = [&](const std::string& id, const char* at) {
    auto made = own_result(c, id);
    if (!made) made = problem{made.error().code, made.error().message, at};
    return made;
  };
  const auto first = pick(before, "/before");
  if (!first) return first.error();
  const auto second = pick(after, "/after");
  if (!second) return second.error();
  run_order order{(*second)->manifest.definition, c.who().user, {}, {}, *first, *second};
  order.question.cut = {(*second)->manifest.cut};
  order.question.as_of = parse_day((*second)->manifest.as_of).value_or(day{});
  return start_run(c, std::move(order));
}

result<response> get_run(call& c) {
  const auto found = own_run(c, c.path("run"));
  if (!found) return found.error();
  return json_response(run_json(*found));
}

result<response> delete_run(call& c) {
  const auto found = own_run(c, c.path("run"));
  if (!found) return found.error();
  c.s.evaluations().cancel(found->id);
  response r;
  r.status = 204;
  return r;
}

result<response> get_run_result(call& c) {
  const auto found = own_run(c, c.path("run"));
  if (!found) return found.error();
  if (const auto r = check_done(*found); !r) return r.error();
  const auto form = form_of(c);
  if (found->compares) {
    if (form == "json") return difference_response(c, *found->changes);
    return problem{errc::bad_argument, "of a difference there is JSON only", "format"};
  }
  if (form == "csv") return csv_response(c, *found->result);
  if (form == "html") return html_response(c, *found->result);
  if (form == "svg") return svg_response(c, *found->result);
  return file_response("application/json", to_json(*found->result));
}

result<response> get_run_figures(call& c) {
  const auto made = own_result(c, c.path("run"));
  if (!made) return made.error();
  const auto l = language_of(c);
  std::string body = "{\"figures\":[";
  for (const auto& f : report_figures(**made, l)) {
    body += (body.ends_with('[') ? "" : ",") + figure_json(f);
  }
  auto r = json_response(body + "],\"tables\":" + tables_json(**made, l) + "}\n");
  r.set("Vary", "Accept-Language");
  return r;
}

}  // namespace stegvis::http
