#include "ingest/kafka/intake.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "events/personal_number.hpp"
#include "ingest/kafka/boxes.hpp"
#include "ingest/kafka/retry.hpp"
#include "ingest/kafka/topics.hpp"
#include "ingest/kafka/wire.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr std::size_t batch_records = 2'000, batch_bytes = 8 << 20;
constexpr auto poll_wait = 100ms;
constexpr auto flush_wait = 30s;
constexpr std::int32_t intake_partitions = 6;  // if the topic is to be made
constexpr std::int64_t from_beginning = -2;    // librdkafka's OFFSET_BEGINNING

std::string note_key(const topic_partition& p) {
  return "intake/" + p.topic + "/" + std::to_string(p.partition);
}

// A record, and what it was found to be.
struct taken_record {
  topic_partition from;
  std::int64_t offset;
  std::string source, id;  // as far as they may be repeated
  std::optional<problem> wrong;
};

// A name may be told again only if it is one.
std::string harmless(std::string_view text) {
  return valid_id(text) && !contains_personal_number(text) ? std::string(text) : std::string();
}

std::string rejected_value(const taken_record& r) {
  std::string out = "{\"topic\":";
  append_json_text(out, r.from.topic);
  out += ",\"partition\":" + std::to_string(r.from.partition);
  out += ",\"offset\":" + std::to_string(r.offset);
  const auto text = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += ",\"" + std::string(key) + "\":";
    append_json_text(out, value);
  };
  text("source", r.source);
  text("id", r.id);
  text("code", name_of(r.wrong->code));
  text("field", r.wrong->field);
  text("hint", hint_of(r.wrong->code));
  return out + "}";
}

class intake {
 public:
  intake(ledger& book, const intake_options& options, std::int32_t partitions,
         intake_report& report)
      : book_(book),
        options_(options),
        report_(report),
        names_(topics_of(options.stem)),
        consumer_(reading(options.kafka), names_.intake),
        rejects_(options.kafka, "") {
    if (options.until_caught_up) {
      read_all(partitions);
      return;
    }
    consumer_.subscribe(
        names_.intake, [this](const topic_partition& p) { return start_of(p); },
        [this](const auto& gone) { forget(gone); });
  }

  result<void> run() {
    while (!options_.stop.stop_requested()) {
      gather();
      if (const auto r = append(); !r) return r.error();
      if (options_.until_caught_up && at_end()) break;
    }
    return {};
  }

 private:
  // Who wants to know that everything is through reads all partitions, whoever has them by the
  // group: a member that died keeps its share for a while. What both read is taken once.
  void read_all(std::int32_t partitions) {
    std::map<topic_partition, std::int64_t> offsets;
    for (std::int32_t i = 0; i < partitions; ++i) {
      const topic_partition p{names_.intake, i};
      offsets[p] = start_of(p);
    }
    consumer_.assign(offsets);
  }

  static kafka_settings reading(kafka_settings s) {
    s.properties.emplace("auto.offset.reset", "earliest");
    s.properties.emplace("session.timeout.ms", "10000");
    return s;
  }

  // During poll: a partition that came to this intake.
  std::int64_t start_of(const topic_partition& p) {
    open_.insert(p);
    const auto noted = book_.note(note_key(p));
    return noted ? std::stoll(*noted) : from_beginning;
  }
  // Another intake reads them from where the ledger is; what was read of them here is dropped.
  void forget(const std::vector<topic_partition>& gone) {
    std::vector<taken_record> kept;
    std::vector<draft> drafts;
    std::size_t at = 0;
    for (auto& r : records_) {
      const bool stays = std::ranges::find(gone, r.from) == gone.end();
      if (!r.wrong && stays) drafts.push_back(std::move(drafts_[at]));
      if (!r.wrong) ++at;
      if (stays) kept.push_back(std::move(r));
    }
    records_ = std::move(kept);
    drafts_ = std::move(drafts);
    for (const auto& p : gone) {
      open_.erase(p);
      ended_.erase(p);
    }
  }

  bool at_end() const { return !open_.empty() && open_ == ended_; }

  void gather() {
    std::size_t bytes = 0;
    auto wait = poll_wait;
    while (records_.size() < batch_records && bytes < batch_bytes) {
      auto p = consumer_.poll(wait);
      if (p.what == polled::kind::nothing) return;
      if (p.what == polled::kind::end) {
        ended_.insert(p.partition);
        continue;
      }
      wait = 0ms;
      bytes += p.record.value ? p.record.value->size() : 0;
      ended_.erase(p.record.from);
      take(p.record);
    }
  }

  void take(const incoming_record& r) {
    ++report_.records;
    taken_record t{r.from, r.offset, {}, {}, std::nullopt};
    auto d = parsed(r, t);
    if (d)
      drafts_.push_back(std::move(*d));
    else
      t.wrong = d.error();
    records_.push_back(std::move(t));
  }

  result<draft> parsed(const incoming_record& r, taken_record& into) {
    const auto line = line_of(r);
    if (!line) return line.error();
    read_name(*line, into);
    auto d = parse_boxed_event(parser_, *line, book_, options_.allow_clear);
    if (d && !r.key.empty() && r.key != d->event.subject) {
      return problem{errc::bad_record, "the record's key is not its subject", "/subject"};
    }
    return d;
  }

  // As far as it can be read, so that the sender finds what was refused.
  void read_name(const std::string& line, taken_record& into) {
    const auto j = parser_.parse(line);
    if (!j || j->type() != json_type::object) return;
    j->each_member([&](std::string_view key, json_value v) {
      if (v.type() != json_type::text) return true;
      if (key == "source") into.source = harmless(v.text());
      if (key == "id") into.id = harmless(v.text());
      return true;
    });
  }

  std::map<topic_partition, std::int64_t> next_offsets() const {
    std::map<topic_partition, std::int64_t> next;
    for (const auto& r : records_) next[r.from] = r.offset + 1;
    return next;
  }

  // Behind a rejection the offset is noted only once the rejection is out.
  result<void> append() {
    if (records_.empty()) return {};
    const auto next = next_offsets();
    std::vector<std::pair<std::string, std::string>> notes;
    for (const auto& [p, offset] : next) notes.emplace_back(note_key(p), std::to_string(offset));
    bool clean = std::ranges::none_of(records_, [](const auto& r) { return r.wrong.has_value(); });
    if (!drafts_.empty()) {
      append_options how;
      how.atomic = false;
      if (clean) how.notes = notes;
      const auto answers = book_.append(std::move(drafts_), how);
      if (!answers) return answers.error();
      clean = count(*answers) && clean;
    }
    if (!clean) {
      reject();
      book_.write_notes(notes, true);
    }
    records_.clear();
    drafts_.clear();
    try {
      consumer_.commit(next);
    } catch (const kafka_error& e) {
      // The ledger knows; what the broker knows is for those who watch the lag.
      if (e.kind != kafka_failure::retry) throw;
    }
    report_.lag = 0;
    for (const auto& [p, offset] : next) {
      report_.lag +=
          static_cast<std::uint64_t>(std::max<std::int64_t>(0, consumer_.known_end(p) - offset));
    }
    if (options_.report) options_.report(report_);
    return {};
  }

  // Says whether none was refused.
  bool count(const std::vector<result<appended>>& answers) {
    std::size_t at = 0;
    bool all = true;
    for (auto& r : records_) {
      if (r.wrong) continue;
      const auto& a = answers[at++];
      if (a) {
        ++(a->existed ? report_.exists : report_.appended);
        continue;
      }
      r.wrong = a.error();
      all = false;
    }
    return all;
  }

  void reject() {
    for (const auto& r : records_) {
      if (!r.wrong) continue;
      ++report_.rejected[std::string(name_of(r.wrong->code))];
      const auto value = rejected_value(r);
      const kafka_headers headers{{"content-type", "application/json"},
                                  {"code", std::string(name_of(r.wrong->code))}};
      rejects_.send({names_.rejected, 0}, {{}, value, headers});
    }
    rejects_.flush(flush_wait);
  }

  ledger& book_;
  const intake_options& options_;
  intake_report& report_;
  topic_names names_;
  std::vector<taken_record> records_;
  std::vector<draft> drafts_;  // of those that are not wrong, in order
  std::set<topic_partition> open_, ended_;
  json_parser parser_;
  kafka_consumer consumer_;  // behind what its callbacks use
  kafka_producer rejects_;
};

// The number of partitions of `.intake`.
result<std::int32_t> ensure_topics(const intake_options& options) {
  kafka_admin admin(options.kafka);
  const auto names = topics_of(options.stem);
  const auto in = ensure_topic(admin, names.intake, topic_kind::passing, intake_partitions);
  if (!in) return in.error();
  const auto out = ensure_topic(admin, names.rejected, topic_kind::passing, 1);
  if (!out) return out.error();
  return *in;
}
}  // namespace

result<intake_report> run_intake(ledger& book, const intake_options& options) {
  if (const auto keys = book.keys(); !keys) return keys.error();
  if (const auto followed = book.follows()) {
    return problem{errc::follower, "this ledger follows " + *followed};
  }
  intake_report report;
  const auto attempt = [&]() -> result<void> {
    const auto partitions = ensure_topics(options);
    if (!partitions) return partitions.error();
    return intake(book, options, *partitions, report).run();
  };
  const auto ended = retry_kafka(!options.until_caught_up, options.stop, options.say, attempt);
  if (!ended) return ended.error();
  return report;
}

}  // namespace stegvis
