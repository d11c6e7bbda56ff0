#include "api/main_status_topic.hpp"

#include <set>
#include <sstream>

#include "api/people.hpp"
#include "api/view_options.hpp"
#include "ingest/kafka/retry.hpp"
#include "ingest/kafka/topics.hpp"
#include "projections/status.hpp"

namespace stegvis {
namespace {
using namespace std::chrono_literals;
constexpr std::string_view participants = "participant/";
constexpr std::int32_t partitions = 12;
constexpr auto flush_wait = 60s;
constexpr auto look_again = 1s;

// How far the topic is: all events up to the position, as of the day.
struct written_so_far {
  position at{};
  std::optional<day> on{};
};

std::string value_of(status_answer a, std::string_view subject, position at, bool is_protected) {
  a.caseworker.clear();
  if (is_protected) a.unit.clear();
  for (auto& e : a.enrolments) {
    e.caseworker.clear();
    if (is_protected) e.unit.clear();
  }
  std::string out;
  append_status_json(a, subject, at, out);
  return out;
}

class status_writer {
 public:
  status_writer(context& c, const status_topic_options& options, people& folded)
      : c_(c),
        options_(options),
        people_(folded),
        topic_(topics_of(options.stem).status),
        producer_(options.kafka, "") {}

  result<void> run(bool& rebuild) {
    {
      kafka_admin admin(options_.kafka);
      const auto there = ensure_topic(admin, topic_, topic_kind::compacted, partitions);
      if (!there) return there.error();
      partitions_ = *there;
    }
    auto so_far = rebuild ? written_so_far{} : noted();
    while (!options_.stop.stop_requested()) {
      const auto asked = resolve_view(c_.book(), {});
      if (!asked) return asked.error();
      if (asked->known.at > so_far.at || asked->as_of != so_far.on) {
        if (const auto r = write(so_far, *asked); !r) return r.error();
        so_far = {asked->known.at, asked->as_of};
        rebuild = false;
      }
      if (options_.until_caught_up) return {};
      c_.book().wait_behind(c_.book().synced(), look_again);
    }
    return {};
  }

 private:
  std::string note_key() const { return "status/" + topic_; }

  written_so_far noted() const {
    written_so_far w;
    std::istringstream in(c_.book().note(note_key()).value_or(""));
    std::string on;
    in >> w.at.value >> on;
    w.on = parse_day(on);
    return w;
  }

  result<void> write(const written_so_far& before, const asked_view& asked) {
    if (const auto r = people_.catch_up(c_.book()); !r) return r.error();
    if (!before.on) {
      if (const auto r = write_everybody(asked); !r) return r.error();
    } else {
      if (*before.on != asked.as_of) {
        if (const auto r = write_moved_by_time(*before.on, asked); !r) return r.error();
      }
      if (const auto r = write_told(before.at, asked); !r) return r.error();
    }
    producer_.flush(flush_wait);
    c_.book().write_notes(
        {{note_key(), std::to_string(asked.known.at.value) + ' ' + to_string(asked.as_of)}}, false);
    c_.owned->tell({"status", "topic_position"}, static_cast<std::int64_t>(asked.known.at.value));
    return {};
  }

  result<void> write_everybody(const asked_view& asked) {
    return each_status(asked, [&](std::string_view subject, const journey& j) {
      send(subject, status_at(j, asked.known, asked.as_of), asked);
    });
  }

  // Dates that have come, without any event.
  result<void> write_moved_by_time(day before, const asked_view& asked) {
    return each_status(asked, [&](std::string_view subject, const journey& j) {
      auto then = status_at(j, asked.known, before);
      auto now = status_at(j, asked.known, asked.as_of);
      std::string text_then, text_now;
      then.as_of = now.as_of;
      then.beyond_cut = now.beyond_cut;
      append_status_json(then, subject, asked.known.at, text_then);
      append_status_json(now, subject, asked.known.at, text_now);
      if (text_then != text_now) send(subject, now, asked);
    });
  }

  template <class Visit>
  result<void> each_status(const asked_view& asked, Visit&& visit) {
    const auto view = c_.owned->view_at(asked.known.at);
    if (!view) return view.error();
    (*view)->each(participants, [&](std::string_view subject, const journey& j) {
      visit(subject, j);
      return !options_.stop.stop_requested();
    });
    return {};
  }

  // Whom events behind `before` are about.
  result<void> write_told(position before, const asked_view& asked) {
    std::set<std::string, std::less<>> subjects;
    const auto scanned = c_.book().scan(next(before), asked.known.at, [&](const event& e) {
      if (e.subject.starts_with(participants)) subjects.insert(e.subject);
      return true;
    });
    if (!scanned) return scanned.error();
    if (subjects.empty()) return {};
    const auto view = c_.owned->view_at(asked.known.at);
    if (!view) return view.error();
    for (const auto& subject : subjects) {
      if (c_.book().is_forgotten(subject)) {
        send_tombstone(subject);
        continue;
      }
      const auto j = (*view)->find(c_.book(), subject);
      if (!j && j.error().code == errc::forgotten)
        send_tombstone(subject);
      else if (!j)
        return j.error();
      else
        send(subject, status_at(*j, asked.known, asked.as_of), asked);
    }
    return {};
  }

  void send(std::string_view subject, const status_answer& a, const asked_view& asked) {
    if (!a.known) return;
    const auto value = value_of(a, subject, asked.known.at, people_.handling(subject).is_protected);
    static const kafka_headers headers{{"content-type", "application/json"}};
    producer_.send({topic_, partition_of(subject, partitions_)}, {subject, value, headers});
  }
  void send_tombstone(std::string_view subject) {
    static const kafka_headers none;
    producer_.send({topic_, partition_of(subject, partitions_)}, {subject, std::nullopt, none});
  }

  context& c_;
  const status_topic_options& options_;
  people& people_;
  std::string topic_;
  std::int32_t partitions_ = partitions;
  kafka_producer producer_;
};

}  // namespace

result<void> write_status_topic(context& c, const status_topic_options& options) {
  people folded;
  bool rebuild = options.rebuild;
  return retry_kafka(!options.until_caught_up, options.stop, options.say, [&]() -> result<void> {
    return status_writer(c, options, folded).run(rebuild);
  });
}

}  // namespace stegvis
