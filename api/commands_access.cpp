// Who has read of whom.
#include <CLI/CLI.hpp>

#include "api/asked_view.hpp"
#include "api/commands.hpp"
#include "api/text_table.hpp"
#include "events/catalogue.hpp"

namespace stegvis {
namespace {

struct access_arguments {
  std::string person;
  std::size_t limit = 1'000;
};

std::string purpose_of(const record_viewed& v) {
  if (!v.purpose) return "";
  json_parser parser;
  if (!v.purpose->clear) return "sealed";
  const auto text = parser.parse(v.purpose->bytes);
  return text && text->type() == json_type::text ? std::string(text->text()) : v.purpose->bytes;
}

result<exit_code> access(context& c, const access_arguments& given) {
  const auto log = c.owned->access();
  if (!log) return log.error();
  const auto found = (*log)->list(given.person, {}, given.limit);
  if (!found) return found.error();
  if (c.options.json) {
    for (const event& e : *found) c.io.out.put(access_json(e));
    return exit_code::done;
  }
  text_table table(words(c, {"när", "vem", "roll", "vad", "om", "varför"},
                         {"when", "who", "role", "what", "about", "why"}));
  for (const event& e : *found) {
    const auto* v = e.data.get<record_viewed>();
    if (v == nullptr) continue;
    table.add({to_string(e.recorded), v->user, v->role.value_or(""), v->action.value_or(""),
               e.subject, purpose_of(*v)});
  }
  table.print(c.io);
  return exit_code::done;
}

command_body declare_access(CLI::App& app, common_options&) {
  const auto o = std::make_shared<access_arguments>();
  app.add_option("--person", o->person, "only reads of this person")->type_name("SUBJECT");
  app.add_option("--limit", o->limit, "the newest so many")->type_name("N");
  return [o](context& c) { return access(c, *o); };
}

}  // namespace

result<void> record_read(context& c, std::string_view action, const std::string& subject) {
  if (!is_person(subject)) return {};
  const auto log = c.owned->access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  const std::string one[] = {subject};
  reading r;
  r.user = own_account();
  r.action = action;
  return (*log)->record(r, one);
}

const command access_command{
    "access",
    "who has read of whom, newest first",
    "stegvis access sample\nstegvis access sample --person participant/p-000017 --json",
    ledger_need::open,
    true,
    false,
    declare_access};

}  // namespace stegvis
