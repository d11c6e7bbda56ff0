// The ledger as a whole: make it, look at it, and the catalogue it speaks.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/settings.hpp"
#include "api/text_table.hpp"
#include "events/catalogue.hpp"
#include "events/head.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

// init

std::string folder_name(const fs::path& folder) {
  const fs::path whole = fs::weakly_canonical(folder);
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

void tell_init(context& c, const std::string& name, const std::string& id, const fs::path& kek,
               bool kek_made) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("folder", c.options.folder)
                     .text("id", id)
                     .text("name", name)
                     .text("kek_file", kek.string())
                     .flag("kek_made", kek_made)
                     .end());
    return;
  }
  c.io.out.put("made ledger \"" + name + "\" in " + c.options.folder + " (id " + id + ")\n");
  if (kek_made) {
    c.say("made the key file " + kek.string() +
          " (mode 0600): whoever has it can read sealed fields, and without it nobody can. Keep a "
          "copy apart from the ledger.");
  } else {
    c.say("uses the key file " + kek.string());
  }
  c.say("next: stegvis import " + c.options.folder + " FILE");
}

result<exit_code> init(context& c, std::string name, bool replicated) {
  ledger_options options;
  options.folder = c.folder();
  if (name.empty()) name = folder_name(options.folder);
  if (const auto r = check_ledger_name(name); !r) return r.error();
  const fs::path kek = kek_file_for(options.folder);
  const bool kek_made = !fs::exists(kek);
  if (const auto r = ledger::create(options); !r) return r.error();
  ledger_settings settings;
  settings.name = name;
  if (replicated) settings.durability = durability::replicated;
  write_settings(options.folder, settings);
  const auto head = head_file::open((options.folder / "head").string());
  if (!head) return head.error();
  tell_init(c, name, (*head)->id(), kek, kek_made);
  return exit_code::done;
}

command_body declare_init(CLI::App& app, common_options&) {
  const auto name = std::make_shared<std::string>();
  app.add_option("--name", *name, "what people call the ledger; else the folder's name");
  const auto replicated = std::make_shared<bool>(false);
  app.add_flag("--replicated", *replicated,
               "an event counts as recorded only once Kafka has it, too (needs a relay)");
  return [name, replicated](context& c) { return init(c, *name, *replicated); };
}

// info

struct ledger_facts {
  std::string name, id, last_recorded;
  position head, checkpoint;
  std::size_t participants = 0, subjects = 0;
  std::uint64_t disk_bytes = 0;
  bool keys = false;
  std::uint32_t epoch = 1;
  bool replicated = false;
  std::string follows{};                     // empty: it is the owner
  std::map<told_name, std::int64_t> told{};  // by relay, intake and follower, if they run
};

ledger_facts facts_of(context& c) {
  const ledger& book = c.book();
  ledger_facts f;
  f.name = ledger_name(book.folder());
  f.id = book.id();
  f.head = book.head();
  if (f.head.value > 0) f.last_recorded = to_string(book.recorded_at(f.head));
  f.participants = book.subjects("participant/").size();
  f.subjects = book.subjects("").size();
  f.keys = book.keys().has_value();
  f.checkpoint = c.owned->view()->checkpoint();
  f.disk_bytes = book.disk_bytes();
  f.epoch = book.epoch();
  const auto settings = read_settings(settings_file(book.folder()));
  f.replicated = settings && settings->durability == durability::replicated;
  f.follows = book.follows().value_or("");
  f.told = c.owned->told();
  return f;
}

std::string streams_json(const ledger_facts& f) {
  json_line line;
  for (const auto& [name, value] : f.told) line.raw(name.metric(), std::to_string(value));
  return line.object();
}

// What runs, a row each: "relay lag events".
std::vector<std::pair<std::string, std::string>> stream_rows(const ledger_facts& f) {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const auto& [name, value] : f.told) {
    std::string words = name.who + ' ' + name.what;
    std::ranges::replace(words, '_', ' ');
    rows.emplace_back(words, std::to_string(value));
  }
  return rows;
}

std::string info_json(const ledger_facts& f) {
  const auto view = json_line()
                        .text("name", journey_view_name)
                        .number("checkpoint", f.checkpoint.value)
                        .number("lag", f.head.value - f.checkpoint.value)
                        .object();
  return json_line()
      .text("name", f.name)
      .text("id", f.id)
      .number("format", ledger_format)
      .number("head", f.head.value)
      .text_or_null("last_recorded", f.last_recorded)
      .number("participants", f.participants)
      .number("subjects", f.subjects)
      .flag("keys", f.keys)
      .raw("view", view)
      .number("disk_bytes", f.disk_bytes)
      .number("epoch", f.epoch)
      .text("durability", f.replicated ? "replicated" : "local")
      .text_or_null("follows", f.follows)
      .raw("streams", streams_json(f))
      .end();
}

result<exit_code> info(context& c) {
  const ledger_facts f = facts_of(c);
  if (c.options.json) {
    c.io.out.put(info_json(f));
    return exit_code::done;
  }
  const auto row = [&](std::string_view what, const std::string& value) {
    std::string label(what);
    label.resize(std::max<std::size_t>(16, label.size() + 2), ' ');
    c.io.out.put(label + value + "\n");
  };
  row("ledger", f.name);
  row("id", f.id);
  row("head", std::to_string(f.head.value));
  row("last recorded", f.last_recorded.empty() ? "never" : f.last_recorded);
  row("participants", std::to_string(f.participants));
  row("all subjects", std::to_string(f.subjects));
  row("keys", f.keys ? "present" : "missing: sealed fields read \"erased\"");
  row("view", std::string(journey_view_name) + " at " + std::to_string(f.checkpoint.value) + ", " +
                  std::to_string(f.head.value - f.checkpoint.value) + " behind");
  row("on disk", std::to_string(f.disk_bytes) + " bytes");
  row("format", std::to_string(ledger_format));
  row("durability", f.replicated ? "replicated: synced and in Kafka" : "local: synced");
  row("epoch", std::to_string(f.epoch));
  if (!f.follows.empty()) row("follows", f.follows + ", takes no appends");
  for (const auto& [what, value] : stream_rows(f)) row(what, value);
  return exit_code::done;
}

command_body declare_info(CLI::App&, common_options&) {
  return [](context& c) { return info(c); };
}

// schema

problem no_such_type(const std::string& name) {
  return {errc::unknown_type, "\"" + name + "\" is no event type"};
}

void list_types(context& c) {
  text_table table({"type", "version", c.swedish() ? "svenska" : "english", "use"});
  for (const type_description* t : all_types()) {
    if (c.options.json) {
      c.io.out.put(json_line()
                       .text("type", t->name)
                       .number("version", t->version)
                       .text("label_sv", t->label_sv)
                       .text("label_en", t->label_en)
                       .text("use", t->use)
                       .end());
      continue;
    }
    table.add({std::string(t->name), std::to_string(t->version),
               std::string(c.swedish() ? t->label_sv : t->label_en), std::string(t->use)});
  }
  if (!c.options.json) table.print(c.io);
}

result<exit_code> schema(context& c, std::string name, bool page) {
  constexpr std::string_view prefix = "stegvis.";
  if (page) {
    if (c.options.json)
      c.io.out.put(json_line().text("page", catalogue_page()).end());
    else
      c.io.out.put(catalogue_page());
    return exit_code::done;
  }
  if (name.empty()) {
    list_types(c);
    return exit_code::done;
  }
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  const type_description* t = find_type(name);
  if (t == nullptr) return no_such_type(name);
  c.io.out.put(json_schema(*t)).put("\n");
  return exit_code::done;
}

command_body declare_schema(CLI::App& app, common_options&) {
  struct given {
    std::string type;
    bool page = false;
  };
  const auto o = std::make_shared<given>();
  app.add_option("TYPE", o->type, "an event type; without one, all are listed");
  app.add_flag("--page", o->page, "the catalogue as a Markdown page");
  return [o](context& c) { return schema(c, o->type, o->page); };
}

}  // namespace

const command init_command{"init",
                           "make a ledger in a new folder",
                           "stegvis init sample\nstegvis init sample --name \"Sample programme\"",
                           ledger_need::none,
                           true,
                           false,
                           declare_init};
const command info_command{"info",
                           "one screen about a ledger: head, keys, views, disk",
                           "stegvis info sample\nstegvis info sample --json",
                           ledger_need::open,
                           true,
                           false,
                           declare_info};
const command schema_command{
    "schema",
    "list the event types, or print one's JSON Schema",
    "stegvis schema\nstegvis schema placement_started\nstegvis schema --page > CATALOGUE.md",
    ledger_need::none,
    false,
    false,
    declare_schema};

}  // namespace stegvis
