#include "ingest/kafka/relay.hpp"

#include <sstream>

#include "ingest/kafka/relay_machine.hpp"
#include "ingest/kafka/retry.hpp"
#include "ingest/kafka/tails.hpp"
#include "ingest/kafka/topics.hpp"
#include "ingest/kafka/wire.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr auto stop_check = 200ms;

relay_time now() {
  return std::chrono::duration_cast<relay_time>(
      std::chrono::steady_clock::now().time_since_epoch());
}

std::string note_key(const std::string& stem, std::string_view what) {
  return "relay/" + stem + "/" + std::string(what);
}

// "confirmed last last last ..."
relay_note read_note(const ledger& book, const std::string& stem) {
  relay_note note;
  std::istringstream in(book.note(note_key(stem, "sent")).value_or(""));
  in >> note.confirmed.value;
  for (position p; in >> p.value;) note.lasts.push_back(p);
  return note;
}

std::string text_of(const relay_machine& machine) {
  std::string text = std::to_string(machine.sent().value);
  for (const auto last : machine.lasts()) text += ' ' + std::to_string(last.value);
  return text;
}

class relay {
 public:
  relay(ledger& book, const relay_options& options, event_partitions partitions)
      : book_(book),
        options_(options),
        partitions_(std::move(partitions)),
        machine_(book.epoch(), partitions_.size(), read_note(book, options.stem),
                 options.until_caught_up) {}

  result<position> run() {
    while (!options_.stop.stop_requested()) {
      const auto step = machine_.next(now(), book_.synced());
      if (step.what == relay_step::kind::stop) {
        if (step.why) return *step.why;
        break;
      }
      if (step.what == relay_step::kind::wait) {
        wait(step);
        continue;
      }
      try {
        if (const auto r = take(step); !r) return r.error();
      } catch (const kafka_error& e) {
        restart(e);
      }
    }
    return machine_.sent();
  }

 private:
  void wait(const relay_step& step) const {
    const auto at_most = std::min<relay_time>(step.wait, stop_check);
    const auto seen = step.for_events ? book_.synced() : position{~std::uint64_t{0}};
    book_.wait_behind(seen, at_most);
  }

  result<void> take(const relay_step& step) {
    switch (step.what) {
      case relay_step::kind::connect:
        producer_.reset();  // before the new one: it would be fenced and say so
        producer_ = std::make_unique<kafka_producer>(options_.kafka,
                                                     transactional_id(book_, options_.stem));
        producer_->init();
        machine_.connected();
        return {};
      case relay_step::kind::read_tails: {
        auto found = read_tails(book_, options_.kafka, partitions_);
        machine_.tails_read(found.tails, book_.synced(), std::move(found.wrong));
        confirm();
        return {};
      }
      case relay_step::kind::send:
        return send(step);
      case relay_step::kind::checkpoint:
        return checkpoint(step);
      case relay_step::kind::wait:
      case relay_step::kind::stop:
        break;
    }
    return {};
  }

  result<void> send(const relay_step& step) {
    auto lasts = machine_.lasts();
    bool begun = false;
    record_marks marks{book_.id(), book_.epoch(), {}, machine_.sent()};
    held_.assign(partitions_.size(), std::nullopt);
    const auto scanned = book_.scan_synced(step.from, step.to, [&](const event& e) {
      const auto i = partitions_.index_of(e.subject);
      if (e.position <= lasts[i]) return true;
      if (!begun) producer_->begin();
      begun = true;
      if (held_[i])
        producer_->send(partitions_.at(i), held_[i]->borrowed());
      else
        held_[i].emplace();
      marks.prev = lasts[i];
      make_event_record(e, marks, *held_[i]);
      lasts[i] = e.position;
      return true;
    });
    if (!scanned) return scanned.error();
    send_held(step.to);
    commit(step, lasts, begun);
    return {};
  }

  // Only a partition's last record tells that it is complete up to the batch's end: should a commit
  // ever take effect in part, no record tells more than is true.
  void send_held(position complete) {
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (!held_[i]) continue;
      set_complete(complete, *held_[i]);
      producer_->send(partitions_.at(i), held_[i]->borrowed());
    }
  }

  result<void> checkpoint(const relay_step& step) {
    producer_->begin();
    make_checkpoint({book_.id(), book_.epoch(), {}, machine_.sent()}, record_);
    for (const auto i : step.partitions) {
      producer_->send(partitions_.at(i), record_.borrowed());
    }
    commit(step, machine_.lasts(), true);
    return {};
  }

  void commit(const relay_step& step, const std::vector<position>& lasts, bool begun) {
    if (begun) {
      producer_->commit();
      ++report_.transactions;
    }
    machine_.committed(step, lasts, now());
    confirm();
  }

  void confirm() {
    if (machine_.sent() > report_.sent) {
      book_.write_notes({{note_key(options_.stem, "sent"), text_of(machine_)}}, false);
    }
    report_.sent = machine_.sent();
    book_.confirm(machine_.sent());
    tell();
  }

  void restart(const kafka_error& e) {
    static constexpr std::string_view reasons[] = {"retry", "fenced", "refused"};
    producer_.reset();
    ++report_.restarts[std::string(reasons[static_cast<std::size_t>(e.kind)])];
    machine_.failed(e.kind, e.what(), now());
    if (e.kind == kafka_failure::retry && options_.say) options_.say(e.what());
    tell();
  }

  void tell() const {
    if (options_.report) options_.report(report_);
  }

  ledger& book_;
  const relay_options& options_;
  event_partitions partitions_;
  relay_machine machine_;
  std::unique_ptr<kafka_producer> producer_;
  topic_record record_;
  std::vector<std::optional<topic_record>> held_;  // the last one of each partition, not sent yet
  relay_report report_;
};

// Makes the topics or checks them, and that there are as many partitions as when they were made.
result<event_partitions> partitions_for(ledger& book, const relay_options& o) {
  kafka_admin admin(o.kafka);
  event_partitions p;
  p.names = topics_of(o.stem);
  const auto persons = ensure_topic(admin, p.names.events, topic_kind::history, o.partitions);
  if (!persons) return persons.error();
  const auto noted = noted_partitions(book, o.stem);
  if (*persons > partitions_max || (noted && *noted != *persons)) {
    return problem{errc::bad_topic, p.names.events + " has " + std::to_string(*persons) +
                                        " partitions, it had " +
                                        std::to_string(noted.value_or(o.partitions)) +
                                        ": keys have moved; relay under another name (--name)"};
  }
  const auto one = ensure_topic(admin, p.names.reference, topic_kind::history, 1);
  if (!one) return one.error();
  if (*one != 1) return problem{errc::bad_topic, p.names.reference + " must have one partition"};
  if (!noted) {
    book.write_notes({{note_key(o.stem, "partitions"), std::to_string(*persons)}}, true);
  }
  p.persons = *persons;
  return p;
}
}  // namespace

std::string transactional_id(const ledger& book, const std::string& stem) {
  return stem + ".relay." + book.id();
}

std::optional<std::int32_t> noted_partitions(const ledger& book, const std::string& stem) {
  const auto text = book.note(note_key(stem, "partitions"));
  return text ? std::optional(std::stoi(*text)) : std::nullopt;
}

result<position> run_relay(ledger& book, const relay_options& options) {
  if (const auto followed = book.follows()) {
    return problem{errc::follower, "this ledger follows " + *followed};
  }
  return retry_kafka(!options.until_caught_up, options.stop, options.say,
                     [&]() -> result<position> {
                       auto partitions = partitions_for(book, options);
                       if (!partitions) return partitions.error();
                       return relay(book, options, std::move(*partitions)).run();
                     });
}

}  // namespace stegvis
