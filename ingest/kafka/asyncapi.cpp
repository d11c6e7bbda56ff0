#include "ingest/kafka/asyncapi.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "events/catalogue.hpp"
#include "events/json.hpp"
#include "ingest/kafka/topics.hpp"

namespace stegvis {
namespace {
// What every binding of the document is written by.
constexpr std::string_view kafka_binding = R"("bindingVersion":"0.5.0")";

constexpr std::string_view checkpoint_headers =
    R"({"type":"object","required":["ledger","epoch","complete"],"properties":{)"
    R"("ledger":{"type":"string","description":"the ledger's id, 32 hex digits"},)"
    R"("epoch":{"type":"string","pattern":"^[0-9]+$","description":"counts the ledger's owners"},)"
    R"("complete":{"type":"string","pattern":"^[0-9]+$","description":"all positions up to it are )"
    R"(in this or earlier transactions"}}})";
constexpr std::string_view event_headers =
    R"({"allOf":[{"$ref":"#/components/schemas/checkpoint_headers"},{"type":"object",)"
    R"("required":["content-type","ce_specversion","ce_id","ce_source","ce_type","ce_subject",)"
    R"("ce_time","ce_recordedtime","ce_sequence","ce_dataschema","prev"],"properties":{)"
    R"("content-type":{"type":"string","const":"application/json"},)"
    R"("ce_specversion":{"type":"string","const":"1.0"},)"
    R"("ce_id":{"type":"string","description":"with ce_source the event's name"},)"
    R"("ce_source":{"type":"string"},"ce_type":{"type":"string","description":"stegvis. and the )"
    R"(type"},"ce_subject":{"type":"string","description":"the same as the key"},)"
    R"("ce_time":{"type":"string","format":"date-time","description":"when it held"},)"
    R"("ce_timeprecision":{"type":"string","enum":["day","month","year"]},)"
    R"("ce_recordedtime":{"type":"string","format":"date-time","description":"when the ledger )"
    R"(took it"},"ce_sequence":{"type":"string","pattern":"^[0-9]{19}$","description":"its )"
    R"(position"},"ce_dataschema":{"type":"string"},"ce_copiedfrom":{"type":"string"},)"
    R"("prev":{"type":"string","pattern":"^[0-9]+$","description":"position of the event before )"
    R"(it in this partition; 0 for the first"}}}]})";
constexpr std::string_view cloud_event =
    R"({"type":"object","required":["specversion","id","source","type","subject","time"],)"
    R"("properties":{"specversion":{"type":"string","const":"1.0"},"id":{"type":"string"},)"
    R"("source":{"type":"string"},"type":{"type":"string"},"subject":{"type":"string"},)"
    R"("time":{"type":"string","format":"date-time"},"timeprecision":{"type":"string",)"
    R"("enum":["day","month","year"]},"dataschema":{"type":"string"},"data":{"type":"object"}}})";
constexpr std::string_view status =
    R"({"type":["object","null"],"description":"null, a tombstone: the person is forgotten",)"
    R"("properties":{"subject":{"type":"string"},"state":{"type":"string"}}})";
constexpr std::string_view rejection =
    R"({"type":"object","required":["topic","partition","offset","code"],"properties":{)"
    R"("topic":{"type":"string"},"partition":{"type":"integer"},"offset":{"type":"integer"},)"
    R"("source":{"type":"string"},"id":{"type":"string"},"code":{"type":"string"},)"
    R"("field":{"type":"string"},"hint":{"type":"string"}}})";

class document {
 public:
  std::string text;

  document& key(std::string_view name) {
    if (text.back() != '{') text += ',';
    append_json_text(text, name);
    text += ':';
    return *this;
  }
  document& value(std::string_view words) {
    append_json_text(text, words);
    return *this;
  }
  document& raw(std::string_view json) {
    text += json;
    return *this;
  }
  document& object(const std::function<void()>& members) {
    text += '{';
    members();
    text += '}';
    return *this;
  }
  void reference(std::string_view to) {
    object([&] { key("$ref").value(to); });
  }
};

// The schema without its own name and dialect: AsyncAPI's own applies.
std::string payload_schema(const type_description& t) {
  const std::string own = json_schema(t);
  return "{" + own.substr(own.find("\"description\""));
}

std::vector<std::string> messages_of(subject_group group) {
  std::vector<std::string> names;
  for (const auto* t : all_types())
    if (t->group == group || t->group == subject_group::any) names.emplace_back(t->name);
  names.emplace_back("checkpoint");
  return names;
}

struct channel {
  const char* id;
  std::string topic;
  const char* description;
  topic_kind kind;
  std::int32_t partitions;  // 0: the broker's or the operator's matter
  std::vector<std::string> messages;
};

// What the brokers are set to, as the binding has it: a list of policies, numbers of limits.
void put_settings(document& d, topic_kind kind) {
  d.key("topicConfiguration").object([&] {
    for (const auto& [name, value] : topic_settings(kind, 1)) {
      d.key(name);
      if (name == "cleanup.policy")
        d.raw("[\"" + value + "\"]");
      else
        d.raw(value);
    }
  });
}

void put_channel(document& d, const channel& c) {
  d.key(c.id).object([&] {
    d.key("address").value(c.topic);
    d.key("description").value(c.description);
    d.key("messages").object([&] {
      for (const auto& m : c.messages) d.key(m).reference("#/components/messages/" + m);
    });
    d.key("bindings").object([&] {
      d.key("kafka").object([&] {
        d.key("topic").value(c.topic);
        if (c.partitions > 0) d.key("partitions").raw(std::to_string(c.partitions));
        if (c.kind != topic_kind::passing) put_settings(d, c.kind);
        d.raw(",").raw(kafka_binding);
      });
    });
  });
}

struct message {
  std::string name;
  std::string_view title, headers, payload, key;  // names of schemas; empty: none
};

void put_message(document& d, const message& m) {
  d.key(m.name).object([&] {
    d.key("name").value(m.name);
    d.key("title").value(m.title);
    if (!m.headers.empty())
      d.key("headers").reference("#/components/schemas/" + std::string(m.headers));
    if (!m.payload.empty())
      d.key("payload").reference("#/components/schemas/" + std::string(m.payload));
    if (m.key.empty()) return;
    d.key("bindings").object([&] {
      d.key("kafka").object([&] {
        d.key("key").object([&] {
          d.key("type").value("string");
          d.key("description").value(m.key);
        });
        d.raw(",").raw(kafka_binding);
      });
    });
  });
}

void put_operation(document& d, const char* name, const char* action, const char* of,
                   const char* summary) {
  d.key(name).object([&] {
    d.key("action").value(action);
    d.key("channel").reference("#/channels/" + std::string(of));
    d.key("summary").value(summary);
  });
}

void put_operations(document& d) {
  put_operation(d, "relay_events", "send", "events", "every event of a person, in ledger order");
  put_operation(d, "relay_reference", "send", "reference", "every other event, in ledger order");
  put_operation(d, "tell_status", "send", "status", "a participant's status when it changes");
  put_operation(d, "take_in", "receive", "intake", "facts from other systems");
  put_operation(d, "reject", "send", "rejected", "what was refused, and why");
}

void put_components(document& d) {
  d.key("messages").object([&] {
    for (const auto* t : all_types())
      put_message(d, {std::string(t->name), t->label_en, "event_headers", t->name, "the subject"});
    put_message(d, {"checkpoint", "How far the topic is complete", "checkpoint_headers", {}, {}});
    put_message(d, {"status", "Where a participant stands", {}, "status", "the participant"});
    put_message(d, {"fact", "A CloudEvent in structured mode", {}, "cloud_event", "the subject"});
    put_message(d, {"rejection", "A record that was refused", {}, "rejection", {}});
  });
  d.key("schemas").object([&] {
    for (const auto* t : all_types()) d.key(t->name).raw(payload_schema(*t));
    d.key("checkpoint_headers").raw(checkpoint_headers);
    d.key("event_headers").raw(event_headers);
    d.key("status").raw(status);
    d.key("cloud_event").raw(cloud_event);
    d.key("rejection").raw(rejection);
  });
}

std::vector<channel> channels_of(std::string_view stem, std::int32_t partitions) {
  const auto names = topics_of(stem);
  return {{"events", names.events, "Events of persons: personal data.", topic_kind::history,
           partitions, messages_of(subject_group::person)},
          {"reference", names.reference, "All other events.", topic_kind::history, 1,
           messages_of(subject_group::reference)},
          {"status",
           names.status,
           "Each participant's status, the last one kept.",
           topic_kind::compacted,
           0,
           {"status"}},
          {"intake",
           names.intake,
           "Facts from other systems, as CloudEvents in either mode.",
           topic_kind::passing,
           0,
           {"fact"}},
          {"rejected",
           names.rejected,
           "What of the intake was refused; never a value.",
           topic_kind::passing,
           1,
           {"rejection"}}};
}
}  // namespace

std::string asyncapi_document(std::string_view stem, std::int32_t partitions,
                              std::string_view version) {
  document d;
  d.object([&] {
    d.key("asyncapi").value("3.0.0");
    d.key("info").object([&] {
      d.key("title").value("stegvis: topics of " + std::string(stem));
      d.key("version").value(version);
      d.key("description")
          .value(
              "Events leave as CloudEvents in Kafka's binary mode. A consumer reads committed "
              "records only and ignores those with ce_sequence at or below its last one of the "
              "partition; prev other than its last one is proof of a loss.");
    });
    d.key("defaultContentType").value("application/json");
    d.key("channels").object([&] {
      for (const auto& c : channels_of(stem, partitions)) put_channel(d, c);
    });
    d.key("operations").object([&] { put_operations(d); });
    d.key("components").object([&] { put_components(d); });
  });
  return std::move(d.text);
}

}  // namespace stegvis
