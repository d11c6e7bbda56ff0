import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;

/** Keys on stdin, one a line, and a partition count: prints where the Java client puts each. */
public class Partitions {
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[0]);
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String key; (key = in.readLine()) != null; )
      System.out.println(
          BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), count));
  }
}
