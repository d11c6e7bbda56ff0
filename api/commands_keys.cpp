// The keys of a ledger: away and back, under another key-encryption key, and the public one.
#include <CLI/CLI.hpp>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {

struct transfer_arguments {
  std::string file, transfer_key;
};

void tell_counts(context& c, std::string_view what, const transfer_arguments& given,
                 const key_store::counts& n) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", what)
                     .text("file", given.file)
                     .number("keys", n.keys)
                     .number("identifiers", n.identifiers)
                     .end());
    return;
  }
  c.io.out.put(std::string(what) + ' ' + std::to_string(n.keys) + " keys and " +
               std::to_string(n.identifiers) + " identifiers\n");
}

result<exit_code> export_keys(context& c, const transfer_arguments& given) {
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto n = (*keys)->export_keys(c.path(given.file), c.path(given.transfer_key));
  if (!n) return n.error();
  tell_counts(c, "exported", given, *n);
  c.say("the file opens with " + given.transfer_key + " only: send the two by different ways");
  return exit_code::done;
}

result<exit_code> import_keys(context& c, const transfer_arguments& given) {
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto forgotten = [&c](std::string_view subject) { return c.book().is_forgotten(subject); };
  const auto n = (*keys)->import_keys(c.path(given.file), c.path(given.transfer_key), forgotten);
  if (!n) return n.error();
  tell_counts(c, "imported", given, *n);
  return exit_code::done;
}

command_body declare_transfer(CLI::App& app, const char* file, const char* key,
                              result<exit_code> (*body)(context&, const transfer_arguments&)) {
  const auto o = std::make_shared<transfer_arguments>();
  app.add_option("FILE", o->file, file)->required();
  app.add_option("--transfer-key", o->transfer_key, key)->required();
  return [o, body](context& c) { return body(c, *o); };
}

command_body declare_export_keys(CLI::App& app, common_options&) {
  return declare_transfer(app, "the file to write", "key file it is locked with; made if missing",
                          export_keys);
}

command_body declare_import_keys(CLI::App& app, common_options&) {
  return declare_transfer(app, "a file that `keys export` wrote", "key file it was locked with",
                          import_keys);
}

result<exit_code> rotate(context& c, const std::string& file) {
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto path = c.path(file);
  const auto log = c.owned->access();
  if (!log) return log.error();
  if (const auto r = (*keys)->rotate_kek(path); !r) return r.error();
  if (const auto r = (*log)->rotate_kek(path); !r) return r.error();
  if (c.options.json) {
    c.io.out.put(json_line().text("result", "rotated").text("kek_file", path.string()).end());
  } else {
    c.io.out.put("the ledger's keys are now locked with " + file + "\n");
  }
  c.say("from now on: STEGVIS_KEK_FILE=" + path.string() + " stegvis ..., or move it to " +
        c.options.folder + ".kek");
  return exit_code::done;
}

command_body declare_rotate(CLI::App& app, common_options&) {
  const auto file = std::make_shared<std::string>();
  app.add_option("KEK_FILE", *file, "the new key-encryption key's file; made if missing")
      ->required();
  return [file](context& c) { return rotate(c, *file); };
}

result<exit_code> show_public(context& c) {
  const auto keys = c.book().keys();
  if (!keys) return keys.error();
  const auto text = base64url(as_text((*keys)->public_key()));
  if (c.options.json) {
    c.io.out.put(json_line().text("algorithm", "x25519").text("public_key", text).end());
  } else {
    c.io.out.put(text + "\n");
  }
  return exit_code::done;
}

command_body declare_public(CLI::App&, common_options&) {
  return [](context& c) { return show_public(c); };
}

}  // namespace

const command keys_export_command{
    "keys export",
    "write all keys to a file, locked with a transfer key",
    "stegvis keys export sample sample.keys --transfer-key transfer.key",
    ledger_need::open,
    true,
    false,
    declare_export_keys};
const command keys_import_command{
    "keys import",
    "take keys from such a file",
    "stegvis keys import copy sample.keys --transfer-key transfer.key",
    ledger_need::open,
    true,
    false,
    declare_import_keys};
const command keys_rotate_command{"keys rotate",
                                  "lock the keys with another key-encryption key",
                                  "stegvis keys rotate sample new.kek",
                                  ledger_need::open,
                                  true,
                                  false,
                                  declare_rotate};
const command keys_public_command{"keys public",
                                  "print the public key to which senders encrypt",
                                  "stegvis keys public sample",
                                  ledger_need::open,
                                  true,
                                  false,
                                  declare_public};

}  // namespace stegvis
