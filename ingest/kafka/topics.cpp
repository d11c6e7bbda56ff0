#include "ingest/kafka/topics.hpp"

#include <algorithm>

#include "events/types.hpp"

namespace stegvis {
namespace {
constexpr std::size_t stem_bytes_max = 200;

bool fits(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string value_of(const topic_description& t, const std::string& setting) {
  const auto found = t.settings.find(setting);
  return found == t.settings.end() ? std::string() : found->second;
}

problem unfit(const std::string& topic, const std::string& setting, const std::string& is,
              const std::string& wanted) {
  return {errc::bad_topic, topic + " has " + setting + "=" + is + ", which " + wanted +
                               "; set it with kafka-configs --alter --topic " + topic};
}

result<void> check_history(const std::string& name, const topic_description& t,
                           std::int32_t brokers) {
  const auto cleanup = value_of(t, "cleanup.policy");
  if (cleanup.find("compact") != cleanup.npos)
    return unfit(name, "cleanup.policy", cleanup, "drops events; it must be delete");
  for (const char* limit : {"retention.ms", "retention.bytes"}) {
    const auto value = value_of(t, limit);
    if (value != "-1") return unfit(name, limit, value, "drops events; it must be -1");
  }
  const auto in_sync = value_of(t, "min.insync.replicas");
  if (brokers > 1 && in_sync == "1")
    return unfit(name, "min.insync.replicas", in_sync,
                 "loses events with one broker; it must be 2 or more");
  if (brokers > 1 && t.replicas < 2)
    return problem{errc::bad_topic, name + " has one replica; on a cluster it must have more"};
  return {};
}

result<void> check(const std::string& name, const topic_description& t, topic_kind kind,
                   std::int32_t brokers) {
  if (kind == topic_kind::history) return check_history(name, t, brokers);
  const auto cleanup = value_of(t, "cleanup.policy");
  if (kind == topic_kind::compacted && cleanup != "compact")
    return unfit(name, "cleanup.policy", cleanup, "is not compact");
  return {};
}

result<std::int32_t> partitions_of(kafka_admin& admin, const std::string& name) {
  const auto there = admin.describe(name);
  if (!there) return problem{errc::bad_topic, "there is no topic " + name};
  return there->partitions;
}

}  // namespace

std::map<std::string, std::string> topic_settings(topic_kind kind, std::int32_t replicas) {
  std::map<std::string, std::string> s;
  if (replicas > 1) s["min.insync.replicas"] = "2";
  if (kind == topic_kind::compacted) s["cleanup.policy"] = "compact";
  if (kind != topic_kind::history) return s;
  s["cleanup.policy"] = "delete";
  s["retention.ms"] = s["retention.bytes"] = "-1";
  return s;
}

topic_names topics_of(std::string_view stem) {
  const std::string s(stem);
  return {s + ".events", s + ".reference", s + ".status", s + ".intake", s + ".intake.rejected"};
}

std::string topic_stem(std::string_view ledger_name) {
  static constexpr std::pair<std::string_view, char> letters[] = {
      {"\u00e5", 'a'}, {"\u00e4", 'a'}, {"\u00f6", 'o'}, {"\u00c5", 'a'},
      {"\u00c4", 'a'}, {"\u00d6", 'o'}, {"\u00e9", 'e'}};
  std::string stem;
  while (!ledger_name.empty() && stem.size() < stem_bytes_max) {
    const auto* known = std::ranges::find_if(
        letters, [&](const auto& l) { return ledger_name.starts_with(l.first); });
    const bool swedish = known != std::end(letters);
    const char c = swedish ? known->second : ledger_name.front();
    ledger_name.remove_prefix(swedish ? known->first.size() : 1);
    if (c >= 'A' && c <= 'Z')
      stem += static_cast<char>(c - 'A' + 'a');
    else if (fits(c))
      stem += c;
    else if (!stem.empty() && stem.back() != '-')
      stem += '-';
  }
  while (stem.ends_with('-')) stem.pop_back();
  return stem.empty() ? "stegvis" : stem;
}

result<void> check_stem(std::string_view stem) {
  if (stem.empty() || stem.size() > stem_bytes_max || !std::ranges::all_of(stem, fits)) {
    return problem{errc::bad_argument,
                   "the name of topics is 1 to 200 letters, digits, dots, dashes or underscores"};
  }
  return {};
}

result<std::int32_t> ensure_topic(kafka_admin& admin, const std::string& name, topic_kind kind,
                                  std::int32_t partitions) {
  const auto brokers = admin.brokers();
  const auto there = admin.describe(name);
  if (there) {
    if (const auto r = check(name, *there, kind, brokers); !r) return r.error();
    return there->partitions;
  }
  new_topic fresh{name, partitions, std::min(brokers, 3), {}};
  fresh.settings = topic_settings(kind, fresh.replicas);
  admin.create(fresh);
  return partitions;
}

result<event_partitions> find_event_partitions(const kafka_settings& settings,
                                               const std::string& stem) {
  kafka_admin admin(settings);
  event_partitions p;
  p.names = topics_of(stem);
  const auto persons = partitions_of(admin, p.names.events);
  if (!persons) return persons.error();
  if (const auto one = partitions_of(admin, p.names.reference); !one) return one.error();
  p.persons = *persons;
  return p;
}

topic_partition event_partitions::at(std::size_t index) const {
  const auto i = static_cast<std::int32_t>(index);
  return i == persons ? topic_partition{names.reference, 0} : topic_partition{names.events, i};
}

std::size_t event_partitions::index_of(std::string_view subject) const {
  return static_cast<std::size_t>(is_person(subject) ? partition_of(subject, persons) : persons);
}

std::size_t event_partitions::index_of(const topic_partition& p) const {
  return static_cast<std::size_t>(p.topic == names.reference ? persons : p.partition);
}

}  // namespace stegvis
