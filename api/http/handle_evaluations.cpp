// Evaluations: what there is, a run of one, and its result in the form that is wanted.
#include <algorithm>

#include "api/evaluation_source.hpp"
#include "api/http/handlers.hpp"
#include "api/json_line.hpp"
#include "api/report/report.hpp"
#include "projections/evaluations/result_json.hpp"

namespace stegvis::http {
namespace {

struct run_request {
  std::string definition;
  view_arguments asked;
  bool unsuppressed = false;
};

result<run_request> read_order(const std::string& body) {
  json_parser parser;
  const auto document = parser.parse(body);
  if (!document || document->type() != json_type::object) {
    return problem{errc::bad_json, "the body is a JSON object"};
  }
  run_request wanted;
  std::optional<problem> wrong;
  document->each_member([&](std::string_view key, const json_value& v) {
    if (key == "unsuppressed" && v.type() == json_type::boolean) {
      wanted.unsuppressed = v.boolean();
      return true;
    }
    std::string* into = key == "definition"    ? &wanted.definition
                        : key == "as_of"       ? &wanted.asked.as_of
                        : key == "as_recorded" ? &wanted.asked.as_recorded
                                               : nullptr;
    if (into == nullptr || v.type() != json_type::text) {
      wrong = problem{errc::bad_field,
                      "definition, as_of and as_recorded are texts, "
                      "unsuppressed is true or false"};
      return false;
    }
    *into = v.text();
    return true;
  });
  if (wrong) return *wrong;
  if (wanted.definition.empty()) return problem{errc::missing_field, "required", "/definition"};
  return wanted;
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
result<run_view> own_run(call& c) {
  auto found = c.s.evaluations().find(c.path("run"));
  if (!found || found->user != c.who().user) {
    return problem{errc::unknown_run, "there is no such run"};
  }
  return *std::move(found);
}

std::string form_of(const call& c) {
  if (!c.query("format").empty()) return std::string(c.query("format"));
  const auto accept = c.q.header("Accept");
  if (accept.find("text/html") != accept.npos) return "html";
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
  auto d = find_shipped(wanted->definition);
  if (!d) return problem{d.error().code, d.error().message, "/definition"};
  const auto q = question_of(c, *wanted);
  if (!q) return q.error();
  run_order order{wanted->definition, c.who().user, std::move(*d), *q};
  const auto id = c.s.evaluations().start(std::move(order));
  if (!id) return id.error();
  const auto seen = c.s.evaluations().find(*id);
  auto r = json_response(seen ? run_json(*seen) : "{}\n");
  r.status = 202;
  r.set("Location", "/v1/evaluations/runs/" + *id);
  return r;
}

result<response> get_run(call& c) {
  const auto found = own_run(c);
  if (!found) return found.error();
  return json_response(run_json(*found));
}

result<response> delete_run(call& c) {
  const auto found = own_run(c);
  if (!found) return found.error();
  c.s.evaluations().cancel(found->id);
  response r;
  r.status = 204;
  return r;
}

result<response> get_run_result(call& c) {
  const auto found = own_run(c);
  if (!found) return found.error();
  if (found->failure) return *found->failure;
  if (!found->result) {
    const bool over = found->state == run_state::cancelled;
    return problem{over ? errc::cancelled : errc::not_caught_up,
                   "the run is " + std::string(name_of(found->state))};
  }
  const auto form = form_of(c);
  if (form == "csv") return csv_response(c, *found->result);
  if (form == "html") {
    auto r = file_response(
        "text/html; charset=utf-8",
        html_report(*found->result, c.a.swedish ? language::swedish : language::english));
    r.set("Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; "
          "img-src data:");
    return r;
  }
  return file_response("application/json", to_json(*found->result));
}

}  // namespace stegvis::http
