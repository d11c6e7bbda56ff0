// Builds the view anew beside the live one, compares the two, and swaps them if asked.
#include <CLI/CLI.hpp>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/view_options.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {

constexpr std::size_t differences_shown_max = 20;  // to people

struct replay_arguments {
  bool diff = false, swap = false;
};

// A subject's state in each view; nothing where a view does not have it.
struct difference {
  std::string subject;
  std::optional<state> live, rebuilt;
};

struct comparison {
  position at;
  std::string live_hash, rebuilt_hash;
  std::vector<difference> differing;
  bool swapped = false;

  bool same() const { return differing.empty() && live_hash == rebuilt_hash; }
};

std::optional<state> stored_state(const status_view& view, const std::string& subject,
                                  const asked_view& asked) {
  std::optional<state> found;
  // The subject itself comes before those that merely begin like it.
  view.each(subject, [&](std::string_view first, const journey& j) {
    if (first == subject) found = status_at(j, asked.known, asked.as_of).state;
    return false;
  });
  return found;
}

// Others may fold the live view on while the rebuild catches up with it.
result<comparison> compare(context& c, const status_view& live, status_view& rebuilt) {
  comparison found;
  const position head = c.book().head();
  progress_line shown(c.io, "events", c.options.quiet);
  const auto show = [&](position at) { shown.show(at.value, {at.value, head.value}); };
  std::vector<std::string> subjects;
  do {
    found.at = live.checkpoint();
    if (const auto r = rebuilt.catch_up(c.book(), found.at, fold_batch, show); !r) return r.error();
    found.live_hash = hex(live.state_hash());
    found.rebuilt_hash = hex(rebuilt.state_hash());
    subjects = rebuilt.differences(live);
  } while (live.checkpoint() != found.at && !c.stop.stop_requested());
  const auto asked = resolve_view(c, {"", "", std::to_string(found.at.value)});
  if (!asked) return asked.error();
  for (auto& subject : subjects) {
    const auto before = stored_state(live, subject, *asked);
    const auto after = stored_state(rebuilt, subject, *asked);
    found.differing.push_back({std::move(subject), before, after});
  }
  return found;
}

result<comparison> rebuild(context& c, bool swap) {
  const std::lock_guard one_at_a_time(c.owned->rebuilding());
  std::unique_ptr<status_view> rebuilt;
  result<comparison> found = comparison{};
  {
    const auto live = c.owned->view_at(c.book().head());
    if (!live) return live.error();
    status_view::remove(c.book(), rebuilt_view_name);
    rebuilt = status_view::open(c.book(), rebuilt_view_name);
    found = compare(c, **live, *rebuilt);
  }
  if (found && swap && !c.stop.stop_requested()) {
    c.owned->swap_view(std::move(rebuilt));
    found->swapped = true;
  }
  rebuilt.reset();
  status_view::remove(c.book(), rebuilt_view_name);
  return found;
}

void tell_json(context& c, const comparison& found, bool diff) {
  std::string subjects = "[";
  for (const auto& d : found.differing) {
    if (subjects.size() > 1) subjects += ',';
    append_json_text(subjects, d.subject);
    if (!diff) continue;
    c.io.out.put(json_line()
                     .text("result", "differs")
                     .text("subject", d.subject)
                     .text_or_null("live", d.live ? name_of(*d.live) : "")
                     .text_or_null("rebuilt", d.rebuilt ? name_of(*d.rebuilt) : "")
                     .end());
  }
  c.io.out.put(json_line()
                   .text("result", found.same() ? "ok" : "different")
                   .text("view", journey_view_name)
                   .number("position", found.at.value)
                   .text("live_hash", found.live_hash)
                   .text("rebuilt_hash", found.rebuilt_hash)
                   .flag("swapped", found.swapped)
                   .raw("subjects", subjects + "]")
                   .end());
}

std::string state_word(const context& c, std::optional<state> s) {
  if (!s) return c.swedish() ? "saknas" : "missing";
  return std::string(c.swedish() ? label_sv(*s) : label_en(*s));
}

void tell(context& c, const comparison& found, bool diff) {
  c.io.out.put("view      " + std::string(journey_view_name) + " at position " +
               std::to_string(found.at.value) + "\n");
  c.io.out.put("live      " + found.live_hash + "\nrebuilt   " + found.rebuilt_hash + "\n");
  if (!found.same()) {
    c.io.out.put("differ    " + std::to_string(found.differing.size()) + " subjects\n");
  }
  const auto shown = diff ? std::min(found.differing.size(), differences_shown_max) : 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& d = found.differing[i];
    c.io.out.put("differs   " + d.subject + ": " + state_word(c, d.live) + " -> " +
                 state_word(c, d.rebuilt) + "\n");
  }
  if (diff && shown < found.differing.size()) {
    c.io.out.put("and " + std::to_string(found.differing.size() - shown) + " more (--json)\n");
  }
  if (found.swapped) c.io.out.put("the rebuilt view is the live one now\n");
  c.io.out.put(found.same() || found.swapped ? "OK\n" : "FAILED\n");
}

result<exit_code> replay(context& c, const replay_arguments& given) {
  const auto found = rebuild(c, given.swap);
  if (!found) return found.error();
  if (c.stop.stop_requested()) return exit_code::interrupted;
  if (c.options.json)
    tell_json(c, *found, given.diff);
  else
    tell(c, *found, given.diff);
  if (found->same() || found->swapped) return exit_code::done;
  const std::string what = "the view differs from a rebuild for " +
                           std::to_string(found->differing.size()) + " subjects";
  c.io.out.flush();
  c.complain("stegvis: " + what + " (--diff lists them; next: stegvis replay " + c.options.folder +
             " --swap)");
  report_exit(exit_code::verification_failed, "view_differs", what, c);
  return exit_code::verification_failed;
}

command_body declare_replay(CLI::App& app, common_options&) {
  const auto o = std::make_shared<replay_arguments>();
  app.add_flag("--diff", o->diff, "list the subjects that differ, with their state today in both");
  app.add_flag("--swap", o->swap, "put the rebuilt view in the place of the live one");
  return [o](context& c) { return replay(c, *o); };
}

}  // namespace

const command replay_command{
    "replay",
    "rebuild the views beside the live ones and compare",
    "stegvis replay sample\nstegvis replay sample --diff\nstegvis replay sample --swap",
    ledger_need::open,
    true,
    true,
    declare_replay};

}  // namespace stegvis
