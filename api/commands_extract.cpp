// All that is held about a person, and who has read it.
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>

#include "api/commands.hpp"
#include "api/extract.hpp"
#include "api/json_line.hpp"
#include "api/view_options.hpp"

namespace stegvis {
namespace {

struct extract_arguments {
  std::string subject, file;
};

// For its owner alone; under its name only once it is whole.
void write_private(const std::filesystem::path& file, std::string_view bytes) {
  const std::filesystem::path part = file.string() + ".part";
  std::filesystem::remove(part);
  const descriptor opened(::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!opened) throw world_error("cannot write " + part.string() + ": " + std::strerror(errno));
  output out(opened.get());
  out.put(bytes).flush();
  std::filesystem::rename(part, file);
}

result<exit_code> extract_person(context& c, const extract_arguments& given) {
  if (!is_person(given.subject)) {
    return problem{errc::bad_argument, "an extract is about a person: participant/ID or staff/ID"};
  }
  if (const auto r = check_subject(c.book(), given.subject); !r) return r.error();
  if (const auto r = record_read(c, "extract", given.subject); !r) return r.error();
  const auto bytes = extract_of(*c.owned, given.subject);
  if (!bytes) return bytes.error();
  write_private(c.path(given.file), *bytes);
  if (c.options.json) {
    c.io.out.put(json_line().text("file", given.file).number("bytes", bytes->size()).end());
  } else {
    c.say("wrote extract.json, utdrag.html and extract.html to " + given.file);
  }
  return exit_code::done;
}

command_body declare_extract(CLI::App& app, common_options&) {
  const auto o = std::make_shared<extract_arguments>();
  app.add_option("SUBJECT", o->subject, "whom it is about")->required();
  app.add_option("-o,--output", o->file, "the ZIP file, for its owner alone to read")->required();
  return [o](context& c) { return extract_person(c, *o); };
}

}  // namespace

const command extract_command{
    "extract",
    "give a person all that is held about them, and who has read it (ZIP)",
    "stegvis extract sample participant/p-000017 -o p-000017.zip",
    ledger_need::open,
    true,
    false,
    declare_extract};

}  // namespace stegvis
