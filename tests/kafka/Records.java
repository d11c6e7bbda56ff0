import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes records in transactions, as the lines of stdin say: {"topic", "partition", "key", "value",
 * "headers"}, all but the topic optional; {"end": "commit"} or {"end": "abort"}; and outside of
 * transactions {"create": topic, "partitions", "settings"}. The latter two print a line when done. Arguments: the brokers, the transactional id, properties KEY=VALUE.
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
        if (line.has("create")) {
          create(args, line);
          System.out.println("created");
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
