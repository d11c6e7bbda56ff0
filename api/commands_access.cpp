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

// When, who, in which role, what, about whom, why.
std::vector<std::string> row_of(const context& c, const event& e) {
  const auto row = [&](const auto& v, std::string action, std::string about) {
    return std::vector<std::string>{to_string(e.recorded), v.user,           v.role.value_or(""),
                                    std::move(action),     std::move(about), purpose_of(e)};
  };
  const auto persons = [&](std::int64_t n) {
    return std::to_string(n) + (c.swedish() ? " personer" : " persons");
  };
  if (const auto* v = e.data.get<record_viewed>())
    return row(*v, v->action.value_or(""), e.subject);
  if (const auto* v = e.data.get<break_glass_used>())
    return row(*v, v->action.value_or(""), e.subject);
  if (const auto* v = e.data.get<persons_listed>())
    return row(*v, v->action.value_or(""), persons(v->count));
  if (const auto* v = e.data.get<access_exported>())
    return row(*v, std::string(e.type().name), std::to_string(v->count.value_or(0)));
  return {};
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
    if (auto row = row_of(c, e); !row.empty()) table.add(std::move(row));
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

reading own_reading(std::string_view action) {
  reading r;
  r.user = own_account();
  r.action = action;
  return r;
}

}  // namespace

result<void> record_read(context& c, std::string_view action, const std::string& subject) {
  if (!is_person(subject)) return {};
  const auto log = c.owned->access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  const std::string one[] = {subject};
  return (*log)->record(own_reading(action), one);
}

result<void> record_list(context& c, std::string_view action, const listing& shown) {
  if (shown.subjects.empty()) return {};
  const auto log = c.owned->access();
  if (!log) return problem{errc::access_unrecorded, "the access log cannot be opened"};
  return (*log)->record_list(own_reading(action), shown);
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
