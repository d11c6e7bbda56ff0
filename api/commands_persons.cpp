// Forgets a person.
#include <CLI/CLI.hpp>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/own_event.hpp"
#include "api/view_options.hpp"

namespace stegvis {
namespace {

struct forget_arguments {
  std::string subject, confirm, ground;
};

result<draft> forgetting(const forget_arguments& given) {
  std::string data = "{";
  if (!given.ground.empty()) {
    data += R"("ground":)";
    append_json_text(data, given.ground);
  }
  return make_draft({std::string(own_source), "forget-" + hash_text(given.subject), given.subject,
                     "person_forgotten", "", now(), data + '}'});
}

void tell_forgotten(context& c, const std::string& subject, position before, position after) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "forgotten")
                     .text("subject", subject)
                     .number("position", after.value)
                     .end());
    return;
  }
  c.io.out.put("forgot " + subject +
               ": its keys and identifiers are destroyed; events, positions "
               "and counts stay; head " +
               std::to_string(before.value) + " -> " + std::to_string(after.value) + "\n");
  c.say("exports of keys and backups of keys/ made before still hold its keys: let them expire");
}

result<exit_code> forget(context& c, const forget_arguments& given) {
  if (given.confirm != given.subject) {
    return problem{errc::not_confirmed, "forgetting cannot be undone"};
  }
  if (const auto r = check_person(c.book(), given.subject); !r) return r.error();
  const position before = c.book().head();
  auto why = forgetting(given);
  if (!why) return why.error();
  const auto answer = c.book().forget(given.subject, std::move(*why));
  if (!answer) return answer.error();
  // Drops the person from the view now, not at the next question.
  if (const auto r = c.owned->view_at(answer->position); !r) return r.error();
  tell_forgotten(c, given.subject, before, answer->position);
  return exit_code::done;
}

command_body declare_forget(CLI::App& app, common_options&) {
  const auto o = std::make_shared<forget_arguments>();
  app.add_option("SUBJECT", o->subject, "the person")->required();
  app.add_option("--confirm", o->confirm, "the subject once more");
  app.add_option("--ground", o->ground, "why, recorded in clear: nothing personal");
  return [o](context& c) { return forget(c, *o); };
}

}  // namespace

const command forget_command{
    "forget",
    "destroy a person's keys, for good",
    "stegvis forget sample participant/p-1 --confirm=participant/p-1 --ground \"retention rule 3\"",
    ledger_need::open,
    true,
    false,
    declare_forget};

}  // namespace stegvis
