#include "ingest/kafka/follow.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "ingest/kafka/merge.hpp"
#include "ingest/kafka/relay.hpp"
#include "ingest/kafka/retry.hpp"
#include "ingest/kafka/tails.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
using std::chrono::steady_clock;
constexpr auto offsets_wait = 15s, first_record_wait = 30s;
constexpr auto poll_wait = 100ms;
constexpr std::size_t batch_events = 5'000;
constexpr std::size_t batch_bytes = 8 << 20;

std::string note_key(const std::string& stem, std::size_t partition) {
  return "follow/" + stem + "/" + std::to_string(partition);
}

std::vector<lane_start> noted_starts(const ledger& book, const std::string& stem,
                                     std::size_t partitions) {
  std::vector<lane_start> starts(partitions);
  for (std::size_t i = 0; i < partitions; ++i) {
    std::istringstream in(book.note(note_key(stem, i)).value_or(""));
    in >> starts[i].offset >> starts[i].last.value;
  }
  return starts;
}

class follower {
 public:
  follower(ledger& book, const follow_options& options, event_partitions partitions)
      : book_(book),
        options_(options),
        partitions_(std::move(partitions)),
        consumer_(options.kafka, partitions_.names.events + ".follow"),
        merge_(book.head(), noted_starts(book, options.stem, partitions_.size())),
        lanes_(partitions_.size()) {
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      const auto bounds = consumer_.bounds_of(partitions_.at(i), offsets_wait);
      lanes_[i].next = std::max(bounds.first, merge_.resume_at(i).offset);
    }
    assign();
  }

  // Until the topics' ends are read, or for ever.
  result<void> run(bool until_end) {
    while (!options_.stop.stop_requested()) {
      if (const auto r = read_some(); !r) return r.error();
      if (const auto r = apply(); !r) return r.error();
      if (const auto r = merge_.check_complete(); !r) return r.error();
      steer();
      if (until_end && is_at_end()) break;
    }
    return {};
  }

  // What waits behind a gap at the topics' ends.
  bool has_gap() const { return !merge_.is_empty(); }
  position last() const { return merge_.last(); }
  const event_partitions& partitions() const { return partitions_; }
  // Finds the topics' ends anew, where they may have moved since they were seen; and begins.
  void assign() {
    std::map<topic_partition, std::int64_t> offsets;
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      lanes_[i].at_end = lanes_[i].paused = false;
      offsets[partitions_.at(i)] = lanes_[i].next;
    }
    consumer_.assign(offsets);
  }

 private:
  struct lane {
    std::int64_t next = 0;  // offset of the record behind the last one read
    bool at_end = false, paused = false;
  };

  result<void> read_some() {
    std::size_t bytes = 0;
    auto wait = poll_wait;
    for (std::size_t n = 0; n < batch_events && bytes < batch_bytes; ++n) {
      auto p = consumer_.poll(wait);
      if (p.what == polled::kind::nothing) break;
      wait = 0ms;
      if (p.what == polled::kind::end) {
        lanes_[partitions_.index_of(p.partition)].at_end = true;
        continue;
      }
      bytes += p.record.value ? p.record.value->size() : 0;
      if (const auto r = take(p.record); !r) return r.error();
    }
    return {};
  }

  result<void> take(const incoming_record& r) {
    const auto i = partitions_.index_of(r.from);
    lanes_[i].at_end = false;
    lanes_[i].next = r.offset + 1;
    const auto m = marks_of(r);
    if (!m) return m.error();
    if (m->marks.ledger != book_.id()) {
      return problem{errc::bad_topic, place_of(r) + " is of another ledger"};
    }
    std::string line;
    if (m->sequence) {
      auto event_line = line_of(r);
      if (!event_line) return event_line.error();
      line = std::move(*event_line);
    }
    auto added = merge_.add(i, *m, r.offset, std::move(line));
    if (!added) return problem{added.error().code, place_of(r) + ": " + added.error().message};
    return {};
  }

  result<void> apply() {
    for (;;) {
      std::vector<draft> drafts;
      while (drafts.size() < batch_events) {
        const auto next = merge_.take();
        if (!next) break;
        auto d = parse_event(parser_, next->line, {.keep_recorded = true});
        if (!d) return at(next->at, d.error());
        drafts.push_back(std::move(*d));
      }
      if (drafts.empty()) return {};
      if (const auto r = append(std::move(drafts)); !r) return r.error();
    }
  }

  result<void> append(std::vector<draft> drafts) {
    append_options how;
    how.atomic = false;
    how.until_refused = true;
    how.keep_recorded = true;
    how.following = true;
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      const auto start = merge_.resume_at(i);
      how.notes.emplace_back(note_key(options_.stem, i),
                             std::to_string(start.offset) + ' ' + std::to_string(start.last.value));
    }
    const auto first = next(book_.synced());
    const auto answers = book_.append(std::move(drafts), how);
    if (!answers) return answers.error();
    for (std::size_t i = 0; i < answers->size(); ++i) {
      const position expected{first.value + i};
      const auto& a = (*answers)[i];
      if (!a) return at(expected, a.error());
      if (a->existed) {
        return problem{errc::event_lost, "position " + std::to_string(expected.value) +
                                             " repeats the event at " +
                                             std::to_string(a->position.value)};
      }
    }
    tell();
    return {};
  }

  static problem at(position p, const problem& why) {
    return {errc::event_lost, "position " + std::to_string(p.value) + " cannot be taken: " +
                                  std::string(name_of(why.code)) + ": " + why.message};
  }

  // Partitions that are far ahead of the others wait.
  void steer() {
    for (std::size_t i = 0; i < partitions_.size(); ++i) {
      auto& paused = lanes_[i].paused;
      if (!paused && merge_.is_full(i)) {
        consumer_.pause(partitions_.at(i));
        paused = true;
      } else if (paused && merge_.has_room(i)) {
        consumer_.resume(partitions_.at(i));
        paused = false;
      }
    }
  }

  bool is_at_end() const { return std::ranges::all_of(lanes_, &lane::at_end); }

  void tell() const {
    if (options_.report) options_.report({book_.head(), merge_.told()});
  }

  ledger& book_;
  const follow_options& options_;
  event_partitions partitions_;
  kafka_consumer consumer_;
  position_merge merge_;
  std::vector<lane> lanes_;
  json_parser parser_;
};

// The first record of any partition: whose ledger it is.
result<record_marks> first_marks(const follow_options& o, const event_partitions& partitions) {
  kafka_consumer consumer(o.kafka, partitions.names.events + ".first");
  std::map<topic_partition, std::int64_t> offsets;
  std::set<topic_partition> open;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    offsets[partitions.at(i)] = consumer.bounds_of(partitions.at(i), offsets_wait).first;
    open.insert(partitions.at(i));
  }
  consumer.assign(offsets);
  const auto deadline = steady_clock::now() + first_record_wait;
  while (!open.empty() && steady_clock::now() < deadline && !o.stop.stop_requested()) {
    const auto p = consumer.poll(poll_wait);
    if (p.what == polled::kind::end) open.erase(p.partition);
    if (p.what != polled::kind::record) continue;
    const auto m = marks_of(p.record);
    if (!m) return m.error();
    return m->marks;
  }
  return problem{errc::bad_topic, partitions.names.events + " and " + partitions.names.reference +
                                      " are empty: there is nothing to follow yet"};
}

problem gap_behind(position last) {
  return {errc::event_lost,
          "position " + std::to_string(last.value + 1) + " is in no topic, but later ones are"};
}

result<promoted> take_over(ledger& book, const follow_options& o, follower& f) {
  kafka_producer producer(o.kafka, transactional_id(book, o.stem));
  producer.init();  // from here on the old owner's relay is fenced
  f.assign();
  if (const auto r = f.run(true); !r) return r.error();
  if (f.has_gap()) return gap_behind(f.last());
  const auto ends = read_tails(book, o.kafka, f.partitions());
  if (ends.wrong) return *ends.wrong;
  const auto newest = std::ranges::max(ends.tails, {}, &partition_tail::epoch).epoch;
  promoted done{book.head(), std::max(newest, book.epoch()) + 1};
  topic_record checkpoint;
  make_checkpoint({book.id(), done.epoch, {}, done.head}, checkpoint);
  producer.begin();
  for (std::size_t i = 0; i < f.partitions().size(); ++i) {
    producer.send(f.partitions().at(i), checkpoint.borrowed());
  }
  producer.commit();
  book.promote(done.epoch);
  return done;
}
}  // namespace

result<void> make_follower(const ledger_options& folder, const follow_options& options) {
  return retry_kafka(false, options.stop, options.say, [&]() -> result<void> {
    const auto partitions = find_event_partitions(options.kafka, options.stem);
    if (!partitions) return partitions.error();
    const auto marks = first_marks(options, *partitions);
    if (!marks) return marks.error();
    return ledger::create_follower(folder, {marks->ledger, marks->epoch}, options.stem);
  });
}

result<position> run_follower(ledger& book, const follow_options& options) {
  if (!book.follows()) {
    return problem{errc::fenced, "this ledger is the owner of its events; it follows nobody"};
  }
  const auto attempt = [&]() -> result<position> {
    auto partitions = find_event_partitions(options.kafka, options.stem);
    if (!partitions) return partitions.error();
    follower f(book, options, std::move(*partitions));
    if (const auto r = f.run(options.until_caught_up); !r) return r.error();
    if (options.until_caught_up && !options.stop.stop_requested() && f.has_gap()) {
      return gap_behind(f.last());
    }
    return book.head();
  };
  return retry_kafka(!options.until_caught_up, options.stop, options.say, attempt);
}

result<promoted> promote(ledger& book, const follow_options& options) {
  if (!book.follows()) {
    return problem{errc::fenced, "this ledger is the owner of its events already"};
  }
  return retry_kafka(false, options.stop, options.say, [&]() -> result<promoted> {
    auto partitions = find_event_partitions(options.kafka, options.stem);
    if (!partitions) return partitions.error();
    follower f(book, options, std::move(*partitions));
    if (const auto r = f.run(true); !r) return r.error();
    return take_over(book, options, f);
  });
}

}  // namespace stegvis
