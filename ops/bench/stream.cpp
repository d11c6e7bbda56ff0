// The relay against a bare transactional producer that sends the same records in the same batches,
// made beforehand; a follower's catch-up; and how long an append takes to reach a consumer.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "events/ledger.hpp"
#include "ingest/kafka/follow.hpp"
#include "ingest/kafka/relay.hpp"
#include "ingest/kafka/topics.hpp"
#include "ingest/kafka/wire.hpp"
#include "ops/bench/measure.hpp"

namespace stegvis::bench {
namespace {
constexpr std::size_t batch_records = 20'000;
constexpr int latency_appends = 200;
constexpr auto between_appends = std::chrono::milliseconds(20);

std::unique_ptr<ledger> open_made(const std::filesystem::path& folder) {
  ledger_options options;
  options.folder = folder;
  if (!std::filesystem::exists(folder)) ledger::create(options).value();
  return std::move(ledger::open(options).value());
}

event_partitions topics_for(kafka_admin& admin, const std::string& stem) {
  event_partitions p{topics_of(stem), 12};
  ensure_topic(admin, p.names.events, topic_kind::history, p.persons).value();
  ensure_topic(admin, p.names.reference, topic_kind::history, 1).value();
  return p;
}

double bare_rate(const ledger& book, const kafka_settings& kafka, const std::string& stem) {
  kafka_admin admin(kafka);
  const auto partitions = topics_for(admin, stem);
  std::vector<topic_record> records(book.head().value);
  std::vector<std::size_t> homes;
  book.scan({1}, book.head(),
            [&](const event& e) {
              make_event_record(e, {book.id(), 1, {e.position.value - 1}, e.position},
                                records[e.position.value - 1]);
              homes.push_back(partitions.index_of(e.subject));
              return true;
            })
      .value();
  kafka_producer producer(kafka, stem);
  producer.init();
  const double s = seconds_of([&] {
    for (std::size_t at = 0; at < records.size(); at += batch_records) {
      producer.begin();
      const auto end = std::min(records.size(), at + batch_records);
      for (auto i = at; i < end; ++i) {
        producer.send(partitions.at(homes[i]), records[i].borrowed());
      }
      producer.commit();
    }
  });
  return static_cast<double>(records.size()) / s;
}

double relay_rate(ledger& book, const kafka_settings& kafka, const std::string& stem) {
  {
    kafka_admin admin(kafka);
    topics_for(admin, stem);
  }
  relay_options o;
  o.kafka = kafka;
  o.stem = stem;
  o.until_caught_up = true;
  const double s = seconds_of([&] { run_relay(book, o).value(); });
  return static_cast<double>(book.head().value) / s;
}

double follow_rate(const std::filesystem::path& folder, const kafka_settings& kafka,
                   const std::string& stem) {
  follow_options o;
  o.kafka = kafka;
  o.stem = stem;
  o.until_caught_up = true;
  ledger_options options;
  options.folder = folder;
  make_follower(options, o).value();
  const auto copy = std::move(ledger::open(options).value());
  const double s = seconds_of([&] { run_follower(*copy, o).value(); });
  return static_cast<double>(copy->head().value) / s;
}

// From before an append until a consumer has the record, at a steady load.
std::vector<double> latencies(ledger& book, const kafka_settings& kafka, const std::string& stem) {
  using clock = std::chrono::steady_clock;
  std::stop_source stop;
  relay_options o;
  o.kafka = kafka;
  o.stem = stem;
  o.stop = stop.get_token();
  std::jthread relay([&] { (void)run_relay(book, o); });
  kafka_consumer consumer(kafka, stem + ".latency");
  const event_partitions partitions{topics_of(stem), 12};
  std::map<topic_partition, std::int64_t> ends;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    ends[partitions.at(i)] = consumer.bounds_of(partitions.at(i), std::chrono::seconds(15)).end;
  }
  consumer.assign(ends);
  const auto first = book.head();
  std::vector<clock::time_point> begun(latency_appends);
  std::jthread appender([&] {
    json_parser parser;
    for (int i = 0; i < latency_appends; ++i) {
      const auto n = std::to_string(i);
      const auto line = R"({"specversion":"1.0","source":"/bench","id":"l-)" + n +
                        R"(","type":"stegvis.participant_enrolled","subject":"participant/b-)" + n +
                        R"(","time":"2018-03-01T00:00:00+01:00","timeprecision":"day",)" +
                        R"("data":{"enrolment":"e-1","unit":"unit/a"}})";
      std::vector<draft> one;
      one.push_back(parse_event(parser, line, {}).value());
      begun[static_cast<std::size_t>(i)] = clock::now();
      book.append(std::move(one), {}).value();
      std::this_thread::sleep_for(between_appends);
    }
  });
  std::vector<double> ms;
  const auto deadline = clock::now() + std::chrono::seconds(60);
  while (ms.size() < latency_appends && clock::now() < deadline) {
    const auto p = consumer.poll(std::chrono::milliseconds(100));
    if (p.what != polled::kind::record) continue;
    const auto m = marks_of(p.record);
    if (!m || !m->sequence || *m->sequence <= first) continue;
    const auto i = m->sequence->value - first.value - 1;
    ms.push_back(std::chrono::duration<double, std::milli>(clock::now() - begun[i]).count());
  }
  appender.join();
  stop.request_stop();
  return ms;
}

}  // namespace

void run_stream(std::uint64_t participants, const std::string& brokers) {
  const kafka_settings kafka{brokers, {}};
  const work_folder folder("stream");
  const auto book = open_made(folder.path() / "ledger");
  import_lines(*book, simulated_lines(participants));
  std::printf("%lu events\n", book->head().value);
  const std::string run = "bench-" + std::to_string(std::rand()) + book->id().substr(0, 8);
  std::vector<double> ratios, relayed, bare;
  for (int i = 0; i < 3; ++i) {
    const auto n = run + '-' + std::to_string(i);
    bare.push_back(bare_rate(*book, kafka, n + "-bare"));
    relayed.push_back(relay_rate(*book, kafka, n));
  }
  print({"relay", median(relayed), "bare transactional producer, same batches", median(bare), 0.9});
  print({"follower's catch-up", follow_rate(folder.path() / "copy", kafka, run + "-0"), "the relay",
         median(relayed), 0});
  const auto ms = latencies(*book, kafka, run + "-0");
  std::printf(
      "append to consumer, 50 a second: p50 %.0f ms, p99 %.0f ms (%zu events; a batch waits "
      "100 ms)\n",
      percentile(ms, 0.5), percentile(ms, 0.99), ms.size());
}

}  // namespace stegvis::bench
