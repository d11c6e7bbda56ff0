import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads a ledger's topics from the start by the rule of README.md: each event once, or proof of a
 * loss. Prints a line of JSON for each event applied and, with --standing, what stands at the end.
 * Exit: 0 done, 1 failure, 2 not understood, 4 something is missing.
 */
public class LedgerConsumer {
  static final String USAGE = "usage: LedgerConsumer --kafka BROKERS --ledger NAME"
      + " (--until POSITION | --idle SECONDS | both) [--standing] [--properties FILE]";
  static final Duration POLL = Duration.ofMillis(200);
  static final ObjectMapper JSON = new ObjectMapper();

  /** An event with the data and time that hold now. */
  static class Fact {
    long sequence;
    String id, source, type, subject, time, timeprecision;
    JsonNode recorded, data; // as it came, and after corrections

    boolean amends() {
      return type.equals("stegvis.event_corrected") || type.equals("stegvis.event_voided");
    }
  }

  static class Loss extends Exception {
    Loss(String what) { super(what); }
  }

  final Map<TopicPartition, Long> last = new HashMap<>(); // the whole state that the rule needs
  final Map<String, Fact> facts = new HashMap<>();        // by source and id
  long complete, applied, duplicates;

  static String header(ConsumerRecord<?, ?> record, String name) {
    var h = record.headers().lastHeader(name);
    return h == null ? null : new String(h.value(), StandardCharsets.UTF_8);
  }

  /** The rule. True if the event is new. */
  boolean isNew(ConsumerRecord<String, byte[]> record) throws Loss {
    String done = header(record, "complete");
    if (done != null) complete = Math.max(complete, Long.parseLong(done));
    String sequence = header(record, "ce_sequence");
    if (sequence == null) return false; // a checkpoint
    var partition = new TopicPartition(record.topic(), record.partition());
    long seen = last.getOrDefault(partition, 0L), now = Long.parseLong(sequence);
    if (now <= seen) {
      duplicates++;
      return false;
    }
    if (!Long.toString(seen).equals(header(record, "prev")))
      throw new Loss(partition + ", offset " + record.offset() + ": event " + now + " follows "
          + header(record, "prev") + ", but the last one here was " + seen);
    last.put(partition, now);
    return true;
  }

  void apply(ConsumerRecord<String, byte[]> record) throws Exception {
    var f = new Fact();
    f.sequence = Long.parseLong(header(record, "ce_sequence"));
    f.id = header(record, "ce_id");
    f.source = header(record, "ce_source");
    f.type = header(record, "ce_type");
    f.subject = header(record, "ce_subject");
    f.time = header(record, "ce_time");
    f.timeprecision = header(record, "ce_timeprecision");
    f.recorded = f.data = JSON.readTree(record.value());
    facts.put(f.source + ' ' + f.id, f);
    applied++;
    System.out.println(JSON.createObjectNode().put("sequence", f.sequence).put("type", f.type)
        .put("subject", f.subject).put("topic", record.topic())
        .put("partition", record.partition()).put("offset", record.offset()));
  }

  /** A target is `source id`, or an id alone: then of the same source. */
  Fact target(Fact amendment) {
    String name = amendment.recorded.get("target").asText();
    return facts.get(name.indexOf(' ') < 0 ? amendment.source + ' ' + name : name);
  }

  /** Folded anew from all facts: so a voided correction gives back what it had replaced. */
  List<Fact> standing() {
    var inOrder = new ArrayList<>(facts.values());
    inOrder.sort(Comparator.comparingLong(f -> f.sequence));
    var voided = inOrder.stream().filter(f -> f.type.equals("stegvis.event_voided"))
        .map(this::target).collect(Collectors.toSet());
    for (Fact f : inOrder) {
      if (!f.type.equals("stegvis.event_corrected") || voided.contains(f)) continue;
      Fact t = target(f);
      if (t == null || t.amends()) continue;
      if (f.recorded.has("data")) t.data = f.recorded.get("data"); // the whole, not a part
      if (!f.recorded.has("time")) continue;
      t.time = f.recorded.get("time").asText();
      t.timeprecision = t.time.contains("T00:00:00+") ? "day" : null;
    }
    inOrder.removeIf(f -> f.amends() || voided.contains(f));
    return inOrder;
  }

  static ObjectNode line(Fact f) {
    var line = JSON.createObjectNode().put("sequence", f.sequence).put("id", f.id)
        .put("source", f.source).put("type", f.type).put("subject", f.subject)
        .put("time", f.time);
    if (f.timeprecision != null) line.put("timeprecision", f.timeprecision);
    return line.set("data", f.data);
  }

  static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    var found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) throw new IllegalStateException("no topic " + topic);
    return found.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
  }

  /**
   * Where to stop once `complete` has reached the wanted position: it is then in the topics, but
   * another partition may show it a moment later, so its end counts open transactions in.
   */
  static Map<TopicPartition, Long> ends(Properties settings, Set<TopicPartition> of)
      throws Exception {
    try (var admin = Admin.create(settings)) {
      var latest = of.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest()));
      return admin.listOffsets(latest).all().get().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
    }
  }

  void read(Properties settings, String ledger, long until, long idleMs) throws Exception {
    try (var consumer = new KafkaConsumer<String, byte[]>(settings)) {
      var all = new HashSet<>(partitions(consumer, ledger + ".events"));
      all.addAll(partitions(consumer, ledger + ".reference"));
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = null;
      for (long heard = System.nanoTime(); ; ) {
        var records = consumer.poll(POLL);
        for (var record : records)
          if (isNew(record) && Long.parseLong(header(record, "ce_sequence")) <= until)
            apply(record);
        if (!records.isEmpty()) heard = System.nanoTime();
        if (ends == null && complete >= until) ends = ends(settings, all);
        if (ends != null && ends.entrySet().stream()
            .allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) return;
        if (System.nanoTime() - heard <= idleMs * 1_000_000) continue;
        if (until == Long.MAX_VALUE) return;
        throw new IllegalStateException("complete to " + complete + ", and nothing more comes");
      }
    }
  }

  static Properties settings(Map<String, String> options) throws Exception {
    var p = new Properties();
    if (options.containsKey("--properties")) // TLS, SASL
      try (var file = new FileReader(options.get("--properties"))) { p.load(file); }
    p.put("bootstrap.servers", options.get("--kafka"));
    p.put("isolation.level", "read_committed");
    p.put("enable.auto.commit", "false");
    p.put("allow.auto.create.topics", "false");
    p.put("request.timeout.ms", "10000");
    p.put("default.api.timeout.ms", "15000");
    p.put("key.deserializer", StringDeserializer.class.getName());
    p.put("value.deserializer", ByteArrayDeserializer.class.getName());
    return p;
  }

  static Map<String, String> options(String[] args) {
    var options = new HashMap<String, String>();
    var known = Set.of("--kafka", "--ledger", "--until", "--idle", "--properties");
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--standing")) options.put(args[i], "");
      else if (known.contains(args[i]) && i + 1 < args.length) options.put(args[i], args[++i]);
      else return Map.of();
    }
    return options;
  }

  static int run(Map<String, String> options) {
    long until = Long.parseLong(options.getOrDefault("--until", "" + Long.MAX_VALUE));
    long idle = Long.parseLong(options.getOrDefault("--idle", "" + (1 << 30)));
    var it = new LedgerConsumer();
    try {
      it.read(settings(options), options.get("--ledger"), until, idle * 1000);
      if (options.containsKey("--until") && it.complete >= until && it.applied < until)
        throw new Loss("only " + it.applied + " of the events up to " + until + " are there");
    } catch (Loss loss) {
      System.err.println("loss: " + loss.getMessage());
      return 4;
    } catch (Exception e) {
      System.err.println("LedgerConsumer: " + e + (e.getCause() == null ? "" : ": " + e.getCause()));
      return 1;
    }
    if (options.containsKey("--standing"))
      it.standing().forEach(f -> System.out.println(line(f)));
    System.err.println(it.applied + " events applied, " + it.duplicates
        + " duplicates ignored, complete to " + it.complete);
    return 0;
  }

  public static void main(String[] args) {
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
    var options = options(args);
    boolean ends = options.containsKey("--until") || options.containsKey("--idle");
    boolean understood = options.containsKey("--kafka") && options.containsKey("--ledger") && ends
        && options.getOrDefault("--until", "0").matches("\\d{1,18}")
        && options.getOrDefault("--idle", "0").matches("\\d{1,9}");
    if (!understood) System.err.println(USAGE);
    System.exit(understood ? run(options) : 2);
  }
}
