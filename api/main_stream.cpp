// The commands that bind a ledger to Kafka: relay, intake, follow, reconcile.
#include <mutex>
#include <thread>

#include "api/commands.hpp"
#include "api/json_line.hpp"
#include "api/main_status_topic.hpp"
#include "api/main_stream_options.hpp"
#include "api/version.hpp"
#include "ingest/kafka/asyncapi.hpp"
#include "ingest/kafka/follow.hpp"
#include "ingest/kafka/intake.hpp"
#include "ingest/kafka/reconcile.hpp"
#include "ingest/kafka/relay.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {
namespace {

// A line of what went wrong for now.
std::function<void(const std::string&)> sayer(const context& c, std::string who) {
  return [&c, who = std::move(who)](const std::string& what) {
    c.say("stegvis " + who + ": " + what + "; it tries again");
  };
}

// Who was asked to stop while no broker answered has stopped; nothing is wrong with that.
bool stopped_meanwhile(const context& c, const problem& p, bool until_caught_up) {
  return c.stop.stop_requested() && p.code == errc::broker && !until_caught_up;
}

exit_code ended(const context& c, bool until_caught_up) {
  return c.stop.stop_requested() && until_caught_up ? exit_code::interrupted : exit_code::done;
}

// relay

void tell_relay(context& c, const relay_report& r) {
  auto& told = *c.owned;
  told.tell({"relay", "position"}, static_cast<std::int64_t>(r.sent.value));
  told.tell({"relay", "transactions_total"}, static_cast<std::int64_t>(r.transactions));
  for (const auto& [why, count] : r.restarts) {
    told.tell({"relay", "restarts_total{reason=\"" + why + "\"}"},
              static_cast<std::int64_t>(count));
  }
}

struct relay_arguments {
  std::shared_ptr<stream_arguments> stream;
  std::int32_t partitions = 0;
  bool no_status = false, rebuild_status = false;
};

// The status topic beside the relay, until both have caught up or are stopped.
class status_beside {
 public:
  status_beside(context& c, const stream_settings& s, const relay_arguments& given)
      : c_(c), stop_with_relay_(c.stop, [this] { stop_.request_stop(); }) {
    if (given.no_status) return;
    options_ = {s.kafka,
                s.stem,
                given.rebuild_status,
                given.stream->until_caught_up,
                stop_.get_token(),
                sayer(c, "status topic")};
    if (!options_.until_caught_up) thread_ = std::jthread([this] { write(); });
  }
  // Once the relay has ended: `finish` writes what is left to be written.
  result<void> end(bool finish) {
    if (thread_.joinable()) {
      stop_.request_stop();
      thread_.join();
    } else if (finish && !options_.stem.empty()) {
      write();
    }
    return ended_;
  }
  ~status_beside() { stop_.request_stop(); }

 private:
  void write() {
    try {
      ended_ = write_status_topic(c_, options_);
    } catch (const std::exception& e) {
      ended_ = problem{errc::broker, e.what()};
    }
    if (!ended_) c_.complain("stegvis: the status topic: " + to_string(ended_.error()));
  }

  context& c_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> stop_with_relay_;
  status_topic_options options_;
  result<void> ended_;
  std::jthread thread_;  // last: it uses the others
};

result<exit_code> relay(context& c, const relay_arguments& all) {
  const auto& given = *all.stream;
  const auto s = settings_for(c, given);
  if (!s) return s.error();
  if (c.book().follows()) {
    return problem{errc::follower, "this ledger follows " + *c.book().follows()};
  }
  relay_options o;
  o.kafka = s->kafka;
  o.stem = s->stem;
  o.partitions = all.partitions > 0 ? all.partitions : s->from_file.partitions;
  o.until_caught_up = given.until_caught_up;
  o.stop = c.stop;
  o.say = sayer(c, "relay");
  o.report = [&c](const relay_report& r) { tell_relay(c, r); };
  c.say("relays to " + s->stem + ".events and " + s->stem + ".reference at " + s->kafka.brokers);
  status_beside status(c, *s, all);
  const auto sent = run_relay(c.book(), o);
  const auto status_ended = status.end(sent && !c.stop.stop_requested());
  if (!sent) {
    if (stopped_meanwhile(c, sent.error(), given.until_caught_up)) return exit_code::done;
    return sent.error();
  }
  if (!status_ended) return status_ended.error();
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "relayed")
                     .text("topics", s->stem)
                     .number("position", sent->value)
                     .number("head", c.book().synced().value)
                     .end());
  } else {
    c.io.out.put("relayed up to position " + std::to_string(sent->value) + " of " +
                 std::to_string(c.book().synced().value) + '\n');
  }
  return ended(c, given.until_caught_up);
}

command_body declare_relay(CLI::App& app, common_options&) {
  const auto given = std::make_shared<relay_arguments>();
  given->stream = declare_stream(app, true);
  app.add_option("--partitions", given->partitions, "of NAME.events, when it is made (12)")
      ->check(CLI::Range(1, 256));
  app.add_flag("--no-status", given->no_status, "leave NAME.status alone");
  app.add_flag("--rebuild-status", given->rebuild_status, "write everybody to NAME.status anew");
  return [given](context& c) { return relay(c, *given); };
}

// intake

void tell_intake(context& c, const intake_report& r) {
  c.owned->tell({"intake", "records_total"}, static_cast<std::int64_t>(r.records));
  c.owned->tell({"intake", "lag_records"}, static_cast<std::int64_t>(r.lag));
  for (const auto& [code, count] : r.rejected) {
    c.owned->tell({"intake", "rejected_total{code=\"" + code + "\"}"},
                  static_cast<std::int64_t>(count));
  }
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [code, count] : counts) sum += count;
  return sum;
}

void say_intake(context& c, const intake_report& r) {
  const auto rejected = sum_of(r.rejected);
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "taken")
                     .number("records", r.records)
                     .number("appended", r.appended)
                     .number("exists", r.exists)
                     .number("rejected", rejected)
                     .end());
    return;
  }
  c.io.out.put(std::to_string(r.records) + " records: " + std::to_string(r.appended) +
               " appended, " + std::to_string(r.exists) + " existed, " + std::to_string(rejected) +
               " rejected\n");
  for (const auto& [code, count] : r.rejected) {
    c.complain("stegvis: " + std::to_string(count) + " rejected: " + code);
  }
}

result<exit_code> take_in(context& c, const stream_arguments& given) {
  const auto s = settings_for(c, given);
  if (!s) return s.error();
  if (s->from_file.allow_clear && !s->kafka.properties.contains("security.protocol")) {
    return problem{errc::bad_argument,
                   "intake.allow_clear needs TLS: set \"security.protocol\" in [kafka.properties]"};
  }
  intake_options o;
  o.kafka = s->kafka;
  o.stem = s->stem;
  o.allow_clear = s->from_file.allow_clear;
  o.until_caught_up = given.until_caught_up;
  o.stop = c.stop;
  o.say = sayer(c, "intake");
  o.report = [&c](const intake_report& r) { tell_intake(c, r); };
  c.say("takes events in from " + s->stem + ".intake at " + s->kafka.brokers);
  const auto taken = run_intake(c.book(), o);
  if (!taken) {
    if (stopped_meanwhile(c, taken.error(), given.until_caught_up)) return exit_code::done;
    return taken.error();
  }
  say_intake(c, *taken);
  if (c.stop.stop_requested()) return ended(c, given.until_caught_up);
  return taken->rejected.empty() ? exit_code::done : exit_code::partial;
}

command_body declare_intake(CLI::App& app, common_options&) {
  const auto given = declare_stream(app, true);
  return [given](context& c) { return take_in(c, *given); };
}

// follow

struct follow_arguments {
  std::shared_ptr<stream_arguments> stream;
  bool promote = false;
};

void say_follow(context& c, position head, const std::string& stem) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "followed")
                     .text("topics", stem)
                     .number("position", head.value)
                     .end());
  } else {
    c.io.out.put("complete up to position " + std::to_string(head.value) + '\n');
  }
}

void say_promoted(context& c, const promoted& p) {
  if (c.options.json) {
    c.io.out.put(json_line()
                     .text("result", "promoted")
                     .number("position", p.head.value)
                     .number("epoch", p.epoch)
                     .number("possibly_lost_from", p.head.value + 1)
                     .end());
    return;
  }
  c.io.out.put("this ledger is the owner now, under epoch " + std::to_string(p.epoch) + '\n');
  c.io.out.put("all up to position " + std::to_string(p.head.value) +
               " is here; if the old owner " + "acknowledged position " +
               std::to_string(p.head.value + 1) +
               " or later with durability local, that was not relayed and is not here\n");
  c.say("next: stegvis keys import " + c.options.folder +
        " FILE --transfer-key FILE; stegvis relay " + c.options.folder);
}

follow_options options_for(context& c, const stream_settings& s, bool until_caught_up) {
  follow_options o;
  o.kafka = s.kafka;
  o.stem = s.stem;
  o.until_caught_up = until_caught_up;
  o.stop = c.stop;
  o.say = sayer(c, "follow");
  o.report = [&c](const follow_report& r) {
    if (c.owned == nullptr) return;
    c.owned->tell({"follow", "position"}, static_cast<std::int64_t>(r.head.value));
    c.owned->tell({"follow", "told_position"}, static_cast<std::int64_t>(r.told.value));
  };
  return o;
}

// Before there is a ledger: makes it.
result<exit_code> make_copy(context& c, const stream_settings& s) {
  ledger_options made;
  made.folder = c.folder();
  if (const auto r = make_follower(made, options_for(c, s, true)); !r) return r.error();
  ledger_settings settings;
  settings.name = s.stem;
  settings.brokers = s.kafka.brokers;
  settings.stem = s.stem;
  write_settings(made.folder, settings);
  c.say("made a ledger that follows " + s.stem + " in " + c.options.folder + " (no keys)");
  return exit_code::done;
}

result<exit_code> follow(context& c, const follow_arguments& given) {
  const auto s = settings_for(c, *given.stream);
  if (!s) return s.error();
  if (c.owned == nullptr) return make_copy(c, *s);
  const std::unique_lock alone(c.owned->following(), std::try_to_lock);
  if (!alone)
    return problem{errc::locked, "this ledger follows its topics already; stop that first"};
  const auto o = options_for(c, *s, given.stream->until_caught_up);
  if (given.promote) {
    const auto done = promote(c.book(), o);
    if (!done) return done.error();
    say_promoted(c, *done);
    return exit_code::done;
  }
  const auto head = run_follower(c.book(), o);
  if (!head) {
    if (stopped_meanwhile(c, head.error(), given.stream->until_caught_up)) return exit_code::done;
    return head.error();
  }
  say_follow(c, *head, s->stem);
  return ended(c, given.stream->until_caught_up);
}

command_body declare_follow(CLI::App& app, common_options&) {
  const auto given = std::make_shared<follow_arguments>();
  given->stream = declare_stream(app, true);
  app.add_flag("--promote", given->promote,
               "make this ledger the owner: a new epoch, the old owner's relay is fenced");
  return [given](context& c) { return follow(c, *given); };
}

// reconcile

void say_reconciled(context& c, const reconciled& r) {
  if (c.options.json) {
    json_line line;
    line.text("result", r.clean() ? "ok" : "different")
        .number("relayed", r.relayed.value)
        .number("waiting", r.waiting)
        .number("events", r.events)
        .number("repeated", r.repeated)
        .number("checkpoints", r.checkpoints)
        .number("missing", r.missing)
        .number("extra", r.extra)
        .number("changed", r.changed);
    if (r.first_wrong) line.number("first_wrong", r.first_wrong->value).text("what", r.what);
    c.io.out.put(line.end());
    return;
  }
  const auto row = [&](std::string what, std::uint64_t n) {
    what.resize(12, ' ');
    c.io.out.put(what + std::to_string(n) + '\n');
  };
  row("relayed", r.relayed.value);
  row("waiting", r.waiting);
  row("events", r.events);
  row("repeated", r.repeated);
  row("checkpoints", r.checkpoints);
  row("missing", r.missing);
  row("extra", r.extra);
  row("changed", r.changed);
  c.io.out.put(r.clean() ? "OK\n" : "FAILED\n");
}

result<exit_code> reconcile_topics(context& c, const stream_arguments& given) {
  const auto s = settings_for(c, given);
  if (!s) return s.error();
  progress_line shown(c.io, "records", c.options.quiet);
  reconcile_options o;
  o.kafka = s->kafka;
  o.stem = s->stem;
  o.stop = c.stop;
  o.progress = [&shown](std::uint64_t records) { shown.show(records, {}); };
  const auto r = reconcile(c.book(), o);
  if (!r) return r.error();
  if (c.stop.stop_requested()) return exit_code::interrupted;
  say_reconciled(c, *r);
  if (r->clean()) return exit_code::done;
  const std::string what =
      "position " + std::to_string(r->first_wrong->value) + " is the first: " + r->what;
  c.io.out.flush();
  c.complain("stegvis: " + what);
  report_exit(exit_code::verification_failed, "topics_differ", what, c);
  return exit_code::verification_failed;
}

command_body declare_reconcile(CLI::App& app, common_options&) {
  const auto given = declare_stream(app, false);
  return [given](context& c) { return reconcile_topics(c, *given); };
}

// schema topics

command_body declare_topics(CLI::App& app, common_options&) {
  struct given {
    std::string stem = "ledger";
    std::int32_t partitions = 12;
  };
  const auto o = std::make_shared<given>();
  app.add_option("--name", o->stem, "NAME of the topics (NAME.events ...); ledger");
  app.add_option("--partitions", o->partitions, "of NAME.events (12)")
      ->check(CLI::Range(1, partitions_max));
  return [o](context& c) -> result<exit_code> {
    if (const auto r = check_stem(o->stem); !r) return r.error();
    c.io.out.put(asyncapi_document(o->stem, o->partitions, STEGVIS_VERSION)).put("\n");
    return exit_code::done;
  };
}

}  // namespace

const command relay_command{"relay",
                            "send every event to Kafka, and go on as events come",
                            "stegvis relay sample --kafka 127.0.0.1:9092\n"
                            "stegvis relay sample --kafka 127.0.0.1:9092 --until-caught-up",
                            ledger_need::open,
                            true,
                            false,
                            declare_relay};
const command intake_command{"intake",
                             "take events in from Kafka, and go on as records come",
                             "stegvis intake sample --kafka 127.0.0.1:9092",
                             ledger_need::open,
                             true,
                             false,
                             declare_intake};
const command follow_command{
    "follow",
    "rebuild a ledger from Kafka and follow its owner; or take over from it",
    "stegvis follow copy --name sample --kafka 127.0.0.1:9092\n"
    "stegvis follow copy --until-caught-up\n"
    "stegvis follow copy --promote",
    ledger_need::made,
    true,
    false,
    declare_follow};
const command reconcile_command{
    "reconcile",
    "prove that Kafka holds every event that was relayed, unchanged and in order",
    "stegvis reconcile sample --kafka 127.0.0.1:9092",
    ledger_need::open,
    true,
    true,
    declare_reconcile};

const command schema_topics_command{"schema topics",
                                    "print the topics of a ledger as an AsyncAPI document",
                                    "stegvis schema topics --name sample > asyncapi.json",
                                    ledger_need::none,
                                    false,
                                    false,
                                    declare_topics};

}  // namespace stegvis
