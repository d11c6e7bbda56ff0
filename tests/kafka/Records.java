import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Writes records in transactions, as the lines of stdin say: {"topic", "partition", "key", "value",
 * "headers"}, all but the topic optional; {"end": "commit"} or {"end": "abort"}; and outside of
 * transactions {"create": topic, "partitions", "settings"}; the latter two print a line when done.
 * {"read": topic, "from": brokers} prints the committed values of its partition 0 as an array. Arguments: the brokers, the transactional id, properties KEY=VALUE.
 */
public class Records {
  static byte[] bytes(JsonNode text) {
    return text == null || text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8);
  }

  static ProducerRecord<byte[], byte[]> record(JsonNode line) {
    Integer partition = line.has("partition") ? line.get("partition").asInt() : null;
    var r = new ProducerRecord<>(
        line.get("topic").asText(), partition, bytes(line.get("key")), bytes(line.get("value")));
    if (line.has("headers"))
      line.get("headers").fields().forEachRemaining(
          h -> r.headers().add(h.getKey(), bytes(h.getValue())));
    return r;
  }

  static void create(String[] args, JsonNode line) throws Exception {
    var settings = new HashMap<String, String>();
    line.get("settings").fields().forEachRemaining(
        s -> settings.put(s.getKey(), s.getValue().asText()));
    var topic = new NewTopic(line.get("create").asText(),
        Optional.of(line.get("partitions").asInt()), Optional.empty()).configs(settings);
    try (var admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  static KafkaConsumer<String, String> reader(JsonNode line) {
    Map<String, Object> settings = Map.of("bootstrap.servers", line.get("from").asText(),
        "isolation.level", "read_committed", "enable.auto.commit", "false");
    var texts = new StringDeserializer();
    return new KafkaConsumer<>(settings, texts, texts);
  }

  static void readAll(KafkaConsumer<String, String> consumer, List<TopicPartition> of,
      Consumer<ConsumerRecord<String, String>> visit) {
    consumer.assign(of);
    consumer.seekToBeginning(of);
    var ends = consumer.endOffsets(of);
    while (of.stream().anyMatch(p -> consumer.position(p) < ends.get(p)))
      consumer.poll(Duration.ofMillis(100)).forEach(visit);
  }

  static String read(ObjectMapper json, JsonNode line) throws Exception {
    var values = new ArrayList<String>();
    try (var consumer = reader(line)) {
      readAll(consumer, List.of(new TopicPartition(line.get("read").asText(), 0)),
          r -> values.add(r.value()));
    }
    return json.writeValueAsString(values);
  }

  static String lastValues(ObjectMapper json, JsonNode line) throws Exception {
    var values = new HashMap<String, String>();
    try (var consumer = reader(line)) {
      var of = consumer.partitionsFor(line.get("last").asText()).stream()
          .map(p -> new TopicPartition(p.topic(), p.partition())).toList();
      readAll(consumer, of, r -> {
        if (r.key() != null) values.put(r.key(), r.value());  // checkpoints have none
      });
    }
    return json.writeValueAsString(values);
  }

  static Properties settings(String[] args) {
    var p = new Properties();
    p.put("bootstrap.servers", args[0]);
    p.put("transactional.id", args[1]);
    p.put("key.serializer", ByteArraySerializer.class.getName());
    p.put("value.serializer", ByteArraySerializer.class.getName());
    for (int i = 2; i < args.length; i++) {
      String[] pair = args[i].split("=", 2);
      p.put(pair[0], pair[1]);
    }
    return p;
  }

  public static void main(String[] args) throws Exception {
    var json = new ObjectMapper();
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<byte[], byte[]>(settings(args))) {
      producer.initTransactions();
      boolean open = false;
      for (String text; (text = in.readLine()) != null; ) {
        JsonNode line = json.readTree(text);
        if (line.has("create")) create(args, line);
        if (line.has("create") || line.has("read") || line.has("last")) {
          System.out.println(line.has("create") ? "created"
              : line.has("read") ? read(json, line) : lastValues(json, line));
          continue;
        }
        if (!open) producer.beginTransaction();
        open = !line.has("end");
        if (open) producer.send(record(line));
        else if (line.get("end").asText().equals("commit")) producer.commitTransaction();
        else { producer.flush(); producer.abortTransaction(); }
        if (!open) System.out.println(line.get("end").asText());
      }
    }
    System.exit(0);
  }
}
