// Events one by one into the ledger, and out of it as they stand.
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/view_options.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

// append

struct append_arguments {
  std::string file;
  bool atomic = false;
  bool accept_clock = false;
  std::optional<std::uint64_t> expected_version;
};

// "-" is the command's own standard input, which is not closed.
result<descriptor> open_input(context& c, const std::string& file) {
  descriptor opened(file == "-" ? ::fcntl(c.io.in, F_DUPFD_CLOEXEC, 0)
                                : ::open(c.path(file).c_str(), O_RDONLY | O_CLOEXEC));
  if (opened) return opened;
  problem p{errc::bad_file, std::strerror(errno)};
  p.file = file;
  return p;
}

// The id that a refused line gives, so that its sender can tell which it was.
std::string id_in(json_parser& parser, std::string_view line) {
  std::string id;
  const auto document = parser.parse(line);
  if (!document || document->type() != json_type::object) return id;
  document->each_member([&](std::string_view key, const json_value& value) {
    if (key == "id" && value.type() == json_type::text) id = value.text();
    return key != "id";
  });
  return id;
}

// The ledger takes nothing more: going on with the next line is no use.
bool ends_all(errc code) {
  return code == errc::poisoned || code == errc::clock_behind;
}

class append_run {
 public:
  append_run(context& c, const append_arguments& given) : c_(c), given_(given) {}

  result<exit_code> line_by_line(line_input& lines);
  result<exit_code> as_batch(line_input& lines);

 private:
  result<draft> parse(const numbered_line& line);
  result<appended> append_one(draft d);
  void accepted(const std::string& id, const appended& a);
  void rejected(const std::string& id, problem p, std::size_t line);
  void rejected(const numbered_line& line, const problem& p) {
    rejected(line.too_long ? std::string() : id_in(parser_, line.text), p, line.number);
  }
  exit_code finish();

  context& c_;
  const append_arguments& given_;
  json_parser parser_;
  std::uint64_t taken_ = 0;
  exit_code ending_ = exit_code::done;
};

result<draft> append_run::parse(const numbered_line& line) {
  if (line.too_long) return problem{errc::too_large, "a line of over 1 MiB"};
  return parse_event(parser_, line.text, {});
}

result<appended> append_run::append_one(draft d) {
  append_options options;
  options.accept_clock = given_.accept_clock;
  // Of the first line; each one taken moves the journey on by one.
  if (given_.expected_version)
    options.expected = {{d.event.subject, {*given_.expected_version + taken_}}};
  std::vector<draft> one;
  one.push_back(std::move(d));
  const auto answers = c_.book().append(std::move(one), options);
  if (!answers) return answers.error();
  return answers->front();
}

void append_run::accepted(const std::string& id, const appended& a) {
  ++taken_;
  const std::string_view what = a.pending ? "pending" : a.existed ? "exists" : "appended";
  if (a.pending) {
    if (ending_ == exit_code::done) ending_ = exit_code::broker;
    c_.complain("stegvis: " + id +
                " is on this disk, but not yet in Kafka; does the relay run? "
                "Send it again to learn when it is");
  }
  if (c_.options.json) {
    c_.io.out.put(
        json_line().text("id", id).number("position", a.position.value).text("result", what).end());
  } else {
    c_.io.out.put(std::to_string(a.position.value) + ' ' + std::string(what) + ' ' + id + '\n');
  }
  c_.io.out.flush();
}

void append_run::rejected(const std::string& id, problem p, std::size_t line) {
  const auto code = exit_code_of(p.code);
  const bool special = code == exit_code::conflict || code == exit_code::key;
  if (ending_ == exit_code::done || special) ending_ = special ? code : exit_code::partial;
  p.line = line;
  if (given_.file != "-") p.file = given_.file;
  if (!c_.options.json) {
    c_.complain("stegvis: " + to_string(p));
    return;
  }
  c_.io.out.put(json_line()
                    .text_or_null("id", id)
                    .text("result", "rejected")
                    .text("code", name_of(p.code))
                    .text_or_null("field", p.field)
                    .text("message", to_string(p))
                    .number("line", line)
                    .end());
  c_.io.out.flush();
}

exit_code append_run::finish() {
  if (!c_.stop.stop_requested()) return ending_;
  c_.complain("stegvis: interrupted: " + std::to_string(taken_) +
              " events are in the ledger; sending all lines again is safe");
  return exit_code::interrupted;
}

result<exit_code> append_run::line_by_line(line_input& lines) {
  while (const auto line = lines.next()) {
    auto d = parse(*line);
    if (!d) {
      rejected(*line, d.error());
      continue;
    }
    const std::string id = d->event.id;
    const auto answer = append_one(std::move(*d));
    if (!answer && ends_all(answer.error().code)) return answer.error();
    if (answer)
      accepted(id, *answer);
    else
      rejected(id, answer.error(), line->number);
  }
  return finish();
}

result<exit_code> append_run::as_batch(line_input& lines) {
  std::vector<draft> drafts;
  std::vector<std::string> ids;
  while (const auto line = lines.next()) {
    auto d = parse(*line);
    if (!d) {
      rejected(*line, d.error());
      continue;
    }
    if (drafts.size() == batch_events_max) {
      return problem{errc::too_large, "more than 10000 events in one batch"};
    }
    ids.push_back(d->event.id);
    drafts.push_back(std::move(*d));
  }
  if (c_.stop.stop_requested() || ending_ != exit_code::done) {
    c_.complain("stegvis: nothing was appended");
    return c_.stop.stop_requested() ? exit_code::interrupted : ending_;
  }
  if (drafts.empty()) return exit_code::done;
  append_options options;
  options.accept_clock = given_.accept_clock;
  if (given_.expected_version) {
    const auto& subject = drafts.front().event.subject;
    if (!std::ranges::all_of(drafts, [&](const draft& d) { return d.event.subject == subject; }))
      return problem{errc::bad_argument, "an expected version needs events of one subject"};
    options.expected = {{subject, {*given_.expected_version}}};
  }
  const auto answers = c_.book().append(std::move(drafts), options);
  if (!answers) {
    if (ends_all(answers.error().code)) return answers.error();
    c_.complain("stegvis: nothing was appended");
    rejected(std::string(), answers.error(), 0);
    return ending_;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) accepted(ids[i], (*answers)[i].value());
  return ending_;
}

result<exit_code> append(context& c, const append_arguments& given) {
  const auto file = open_input(c, given.file);
  if (!file) return file.error();
  line_input lines(file->get(), c.stop);
  append_run run(c, given);
  return given.atomic ? run.as_batch(lines) : run.line_by_line(lines);
}

command_body declare_append(CLI::App& app, common_options&) {
  const auto o = std::make_shared<append_arguments>();
  app.add_option("FILE", o->file, "events as NDJSON; - is standard input")->required();
  app.add_flag("--atomic", o->atomic, "all lines in one batch, or none");
  app.add_option("--expected-version", o->expected_version,
                 "append only if the journey has so many events")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  app.add_flag("--accept-clock", o->accept_clock, "append though the clock lies behind the ledger");
  return [o](context& c) { return append(c, *o); };
}

// export

struct export_arguments {
  std::string from, to, subject, file = "-";
};

// The first position recorded at or after what `from` names.
result<position> first_position(ledger& book, const std::string& from) {
  if (from.empty()) return position{1};
  if (const auto date = parse_day(from)) {
    const auto before = book.resolve_cut(to_string(*date + -1));
    if (!before) return before.error();
    return next(*before);
  }
  if (const auto time = parse_recorded_time(from)) {
    const auto before = book.resolve_cut(to_string(recorded_time{time->us - 1}));
    if (!before) return before.error();
    return next(*before);
  }
  const auto at = book.resolve_cut(from);
  if (!at) return at.error();
  return position{std::max<std::uint64_t>(1, at->value)};
}

result<position> last_position(ledger& book, const std::string& to) {
  if (to.empty()) return book.head();
  return book.resolve_cut(to);
}

// Lines for a file that appears under its name only when it is whole.
class export_target {
 public:
  export_target(context& c, const std::string& file) : c_(c), written_(c.io.out) {
    if (file == "-") return;
    file_ = c.path(file);
    part_ = file_.string() + ".part";
    opened_ = descriptor(::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!opened_) throw world_error("cannot write " + part_.string() + ": " + std::strerror(errno));
    written_ = output(opened_.get());
  }
  ~export_target() {
    std::error_code gone;
    if (!part_.empty()) fs::remove(part_, gone);
  }

  bool is_file() const { return !file_.empty(); }
  void put(std::string_view line) {
    target().put(line);
    ++lines_;
  }
  std::uint64_t lines() const { return lines_; }
  void finish() {
    target().flush();
    if (!is_file()) return;
    fs::rename(part_, file_);
    part_.clear();
  }

 private:
  output& target() { return is_file() ? written_ : c_.io.out; }

  context& c_;
  fs::path file_, part_;
  descriptor opened_;
  output written_;
  std::uint64_t lines_ = 0;
};

result<void> export_journey(context& c, const std::string& subject, position from, position to,
                            export_target& target) {
  const auto events = c.book().journey(subject, from, to);
  if (!events) return events.error();
  if (events->empty() && c.book().version(subject).value == 0) {
    return problem{errc::unknown_subject, subject};
  }
  if (const auto r = record_read(c, "export", subject); !r) return r.error();
  std::string line;
  for (const event& e : *events) {
    line.clear();
    append_canonical(e, line);
    target.put(line += '\n');
  }
  return {};
}

// Persons with an event in the range.
result<listing> exported_in(const ledger& book, position from, position to) {
  listing shown{from, to, std::nullopt, {}};
  if (from.value == 1 && to == book.head()) {
    for (const char* kind : {"participant/", "staff/"}) {
      for (auto& subject : book.subjects(kind)) shown.subjects.push_back(std::move(subject));
    }
    return shown;
  }
  std::set<std::string, std::less<>> found;
  const auto scanned = book.scan(from, to, [&](const event& e) {
    if (is_person(e.subject)) found.insert(e.subject);
    return true;
  });
  if (!scanned) return scanned.error();
  shown.subjects.assign(found.begin(), found.end());
  return shown;
}

result<void> export_range(context& c, position from, position to, export_target& target) {
  const auto persons = exported_in(c.book(), from, to);
  if (!persons) return persons.error();
  if (const auto r = record_list(c, "export", *persons); !r) return r.error();
  std::string line;
  const auto whole = to < from ? 0 : to.value - from.value + 1;
  progress_line shown(c.io, "events", c.options.quiet);
  const auto scanned = c.book().scan(from, to, [&](const event& e) {
    line.clear();
    append_canonical(e, line);
    target.put(line += '\n');
    if (target.is_file()) shown.show(target.lines(), {target.lines(), whole});
    return !c.stop.stop_requested();
  });
  if (!scanned) return scanned.error();
  return {};
}

result<exit_code> export_events(context& c, const export_arguments& given) {
  const auto from = first_position(c.book(), given.from);
  if (!from) return from.error();
  const auto to = last_position(c.book(), given.to);
  if (!to) return to.error();
  export_target target(c, given.file);
  const auto done = given.subject.empty() ? export_range(c, *from, *to, target)
                                          : export_journey(c, given.subject, *from, *to, target);
  if (!done) return done.error();
  if (c.stop.stop_requested()) {
    c.complain("stegvis: interrupted; the export is not whole");
    return exit_code::interrupted;
  }
  target.finish();
  if (c.options.json && target.is_file()) {
    c.io.out.put(json_line()
                     .text("file", given.file)
                     .number("exported", target.lines())
                     .number("from", from->value)
                     .number("to", to->value)
                     .end());
  } else if (target.is_file()) {
    c.say("exported " + std::to_string(target.lines()) + " events up to position " +
          std::to_string(to->value) + " to " + given.file);
  }
  return exit_code::done;
}

command_body declare_export(CLI::App& app, common_options&) {
  const auto o = std::make_shared<export_arguments>();
  app.add_option("--from", o->from, "first position, date or time of recording");
  app.add_option("--to", o->to, "last position, date or time of recording");
  app.add_option("--subject", o->subject, "only this subject's events");
  app.add_option("-o,--output", o->file, "write to this file; - is standard output");
  return [o](context& c) { return export_events(c, *o); };
}

}  // namespace

const command append_command{"append",
                             "append events, each on its own, answered as soon as it is on disk",
                             "stegvis append sample event.ndjson\n"
                             "some-system | stegvis append sample - --json\n"
                             "stegvis append sample change.ndjson --atomic --expected-version 12",
                             ledger_need::open,
                             true,
                             false,
                             declare_append};
const command export_command{
    "export",
    "print events as they stand, sealed fields sealed",
    "stegvis export sample > sample.ndjson\n"
    "stegvis export sample --from 2018-01-01 --to 2018-12-31 -o 2018.ndjson\n"
    "stegvis export sample --subject participant/p-000017",
    ledger_need::open,
    true,
    false,
    declare_export};

}  // namespace stegvis
