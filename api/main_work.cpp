// An evaluation shared out among machines: the owner puts the question, workers count the
// partitions of `.events` that their group gives them, and whoever has all counts finishes them.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "api/commands.hpp"
#include "api/evaluation_output.hpp"
#include "api/evaluation_question.hpp"
#include "api/json_line.hpp"
#include "api/main_stream_options.hpp"
#include "api/main_work_facts.hpp"
#include "api/version.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;

result<std::string> read_whole(const context& c, const std::string& file) {
  std::error_code failed;
  const auto size = fs::file_size(c.path(file), failed);
  problem unreadable(errc::bad_file, "cannot be read");
  unreadable.file = file;
  if (failed || size > shared_file_bytes_max) return unreadable;
  std::ifstream in(c.path(file), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) return unreadable;
  return text;
}

// work question

struct ask_arguments {
  question_arguments asked;
  std::string definition, file, stem;
};

result<exit_code> ask(context& c, const ask_arguments& given) {
  const auto d = find_definition(c, given.definition);
  if (!d) return d.error();
  const auto q = question_of(c, given.asked);
  if (!q) return q.error();
  const auto facts = facts_about(c, exclusion_types());
  if (!facts) return facts.error();
  auto shared = share_question(*d, *facts, *q);
  if (!shared) return shared.error();
  shared->build = STEGVIS_VERSION;
  shared->topics = given.stem;
  if (shared->topics.empty()) {
    const auto settings = read_settings(settings_file(c.folder()));
    if (!settings) return settings.error();
    shared->topics = settings->stem.empty() ? topic_stem(ledger_name(c.folder())) : settings->stem;
  }
  write_private_file(c.path(given.file), to_json(*shared) + "\n");
  if (c.options.json)
    c.io.out.put(json_line()
                     .text("result", "asked")
                     .text("file", given.file)
                     .text("question", hash_of(*shared))
                     .number("cut", shared->cut)
                     .end());
  c.say("wrote " + given.file + ": the question, and who is left out of it (personal data)");
  c.say("next, on each machine: stegvis work count " + given.file +
        " --kafka BROKERS --out FOLDER");
  return exit_code::done;
}

command_body declare_ask(CLI::App& app, common_options&) {
  const auto o = std::make_shared<ask_arguments>();
  app.add_option("DEFINITION", o->definition, "a shipped definition, or a TOML file")->required();
  declare_question(app, o->asked);
  app.add_option("--name", o->stem, "NAME of the topics; else [kafka] name, or the ledger's");
  app.add_option("-o,--out", o->file, "FILE for the question; mode 0600")->required();
  return [o](context& c) { return ask(c, *o); };
}

// What `work count` and `work finish` have in common.

struct work_arguments {
  std::shared_ptr<stream_arguments> stream;
  std::string question, keys, transfer_key;
  unsigned threads = 0;
  std::uint64_t at_once = work_records_max;
};

void declare_work(CLI::App& app, work_arguments& into) {
  app.add_option("QUESTION", into.question, "a file that `work question` wrote")->required();
  into.stream = declare_stream(app, false);
  auto* const keys = app.add_option("--keys", into.keys,
                                    "FILE of `keys export`, for definitions that read what is "
                                    "sealed; nothing of it is stored");
  auto* const transfer =
      app.add_option("--transfer-key", into.transfer_key, "key FILE that it was locked with");
  keys->needs(transfer);
  transfer->needs(keys);
  app.add_option("--threads", into.threads, "threads; else one for each core")
      ->check(CLI::Range(1U, 1024U));
  app.add_option("--at-once", into.at_once,
                 "records of a partition in memory, with their journeys (500000); of more it is "
                 "read again for the rest")
      ->check(CLI::Range(1U, 100'000'000U));
}

struct work {
  shared_question asked;
  evaluation_question question;
  work_source source;
};

result<work> work_for(const context& c, const work_arguments& given) {
  const auto text = read_whole(c, given.question);
  if (!text) return text.error();
  auto asked = question_from_json(*text, given.question);
  if (!asked) return asked.error();
  if (asked->build != STEGVIS_VERSION)
    return problem{errc::newer_version, "the question was put by stegvis " + asked->build +
                                            ", this is " STEGVIS_VERSION
                                            ": only the same version counts the same"};
  auto q = asked_by(*asked);
  if (!q) return q.error();
  q->threads = given.threads;
  q->stop = c.stop;
  auto stream = *given.stream;
  if (stream.stem.empty()) stream.stem = asked->topics;
  const auto s = settings_for(c, stream);
  if (!s) return s.error();
  work made{std::move(*asked), std::move(*q), {s->kafka, {}, {}, {}, given.at_once}};
  if (!given.keys.empty()) {
    made.source.keys = c.path(given.keys);
    made.source.transfer_key = c.path(given.transfer_key);
  }
  try {
    auto partitions = find_event_partitions(s->kafka, s->stem);
    if (!partitions) return partitions.error();
    made.source.partitions = std::move(*partitions);
  } catch (const kafka_error& e) {
    return problem{errc::broker, e.what()};
  }
  return made;
}

// work count

struct count_arguments {
  work_arguments work;
  std::string group, out;
};

class counter {
 public:
  counter(context& c, const count_arguments& given, const work& w, work_facts& facts)
      : c_(c), given_(given), work_(w), facts_(facts), hash_(hash_of(w.asked)) {}

  result<void> count(std::int32_t partition, const std::function<bool()>& still) {
    const auto file = file_of(partition);
    if (is_there(file, partition)) return tell(partition, file, "there");
    auto scans = facts_.count(partition, work_.question, still);
    if (!scans) return scans.error();
    if (!*scans) return {};
    partition_counts counts{hash_, static_cast<std::uint64_t>(partition),
                            static_cast<std::uint64_t>(work_.source.partitions.persons),
                            std::move(**scans)};
    write_private_file(c_.path(file), to_json(counts) + "\n");
    return tell(partition, file, "counted");
  }
  std::string group() const {
    const auto stem =
        given_.group.empty() ? work_.source.partitions.names.events + ".work" : given_.group;
    return stem + "." + hash_.substr(0, 16);
  }

 private:
  std::string file_of(std::int32_t partition) const {
    char name[32];
    std::snprintf(name, sizeof name, "partition-%03d.json", partition);
    return given_.out + "/" + name;
  }
  // Left by a worker that was stopped, or that shares this folder.
  bool is_there(const std::string& file, std::int32_t partition) const {
    std::error_code none;
    if (!fs::exists(c_.path(file), none)) return false;
    const auto text = read_whole(c_, file);
    const auto counts = text ? partition_counts_from_json(*text, file) : text.error();
    return counts && counts->question == hash_ &&
           counts->partition == static_cast<std::uint64_t>(partition);
  }
  result<void> tell(std::int32_t partition, const std::string& file, const char* what) {
    if (c_.options.json)
      c_.io.out
          .put(json_line()
                   .text("result", what)
                   .number("partition", static_cast<std::uint64_t>(partition))
                   .text("file", file)
                   .end())
          .flush();
    else
      c_.say("partition " + std::to_string(partition) + ": " + what + ", " + file);
    return {};
  }

  context& c_;
  const count_arguments& given_;
  const work& work_;
  work_facts& facts_;
  std::string hash_;
};

// What Kafka's failures are told as.
template <class F>
auto with_kafka(F&& does) -> decltype(does()) {
  try {
    return does();
  } catch (const kafka_error& e) {
    return problem{errc::broker, e.what()};
  }
}

result<exit_code> count_partitions(context& c, const count_arguments& given) {
  const auto w = work_for(c, given.work);
  if (!w) return w.error();
  fs::create_directories(c.path(given.out));
  const auto running = [&c] { return !c.stop.stop_requested(); };
  const auto facts = with_kafka([&] { return work_facts::read(w->source, w->asked, running); });
  if (!facts) return facts.error();
  counter counting(c, given, *w, **facts);
  share_options sharing{w->source.kafka, w->source.partitions, counting.group(), c.stop};
  c.say("counts with the group " + counting.group() + " into " + given.out +
        " (exact counts: personal data)");
  const auto done =
      share_partitions(sharing, [&](std::int32_t partition, const std::function<bool()>& still) {
        return counting.count(partition, still);
      });
  if (!done) return done.error();
  if (c.stop.stop_requested()) return exit_code::interrupted;
  c.say("the group is through; next: stegvis work finish " + given.work.question +
        " FILE... with the counts of all partitions");
  return exit_code::done;
}

command_body declare_count(CLI::App& app, common_options&) {
  const auto o = std::make_shared<count_arguments>();
  declare_work(app, o->work);
  app.add_option("--group", o->group,
                 "NAME that the consumer group's begins with; another one does all anew "
                 "(NAME.events.work)");
  app.add_option("-o,--out", o->out, "FOLDER for a file of exact counts each partition; mode 0600")
      ->required();
  return [o](context& c) { return count_partitions(c, *o); };
}

// work finish

struct finish_arguments {
  work_arguments work;
  std::vector<std::string> files;
  std::string out;
  bool unsuppressed = false;
};

result<std::vector<counted_scan>> read_counts(const context& c, const finish_arguments& given,
                                              const work& w) {
  std::vector<partition_counts> counts;
  for (const auto& file : given.files) {
    const auto text = read_whole(c, file);
    if (!text) return text.error();
    auto one = partition_counts_from_json(*text, file);
    if (!one) return one.error();
    counts.push_back(std::move(*one));
  }
  return add_partitions(std::move(counts), given.files, w.asked,
                        static_cast<std::uint64_t>(w.source.partitions.persons));
}

result<exit_code> finish_counts(context& c, const finish_arguments& given) {
  auto w = work_for(c, given.work);
  if (!w) return w.error();
  w->question.suppress = !given.unsuppressed;
  const auto persons = read_counts(c, given, *w);
  if (!persons) return persons.error();
  const auto running = [&c] { return !c.stop.stop_requested(); };
  const auto facts = with_kafka([&] { return work_facts::read(w->source, w->asked, running); });
  if (!facts) return facts.error();
  auto r = (*facts)->finish(w->question, *persons);
  if (c.stop.stop_requested()) return exit_code::interrupted;
  if (!r) return r.error();
  return show_result(c, std::move(*r), given.out);
}

command_body declare_finish(CLI::App& app, common_options&) {
  const auto o = std::make_shared<finish_arguments>();
  declare_work(app, o->work);
  app.add_option("FILE", o->files, "the counts of all partitions, once each")->required();
  app.add_option("-o,--out", o->out, "folder for report.html, result.json and CSV tables");
  app.add_flag("--unsuppressed", o->unsuppressed,
               "the named role only: no disclosure control, and the report says so");
  return [o](context& c) { return finish_counts(c, *o); };
}

}  // namespace

const command work_question_command{
    "work question",
    "put an evaluation to workers: a file for machines that count it together",
    "stegvis work question sample retention --as-recorded 2020-01-31 --out question.json",
    ledger_need::open,
    true,
    false,
    declare_ask};
const command work_count_command{
    "work count",
    "count partitions of Kafka for a question, together with all others that do",
    "stegvis work count question.json --kafka kafka1:9092 --out counts\n"
    "stegvis work count question.json --kafka kafka1:9092 --out counts --keys keys.file "
    "--transfer-key transfer.key",
    ledger_need::none,
    false,
    false,
    declare_count};
const command work_finish_command{
    "work finish",
    "finish the counts of all partitions as one result",
    "stegvis work finish question.json counts/*.json --kafka kafka1:9092 --out report",
    ledger_need::none,
    false,
    false,
    declare_finish};

}  // namespace stegvis
