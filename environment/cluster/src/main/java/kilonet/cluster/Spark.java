package kilonet.cluster;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.text.Text;
import kilonet.train.Cluster;
import kilonet.train.TrainingException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;

/** Clusters of Apache Spark. */
public final class Spark implements Cluster.Kind {

  /** Stands for the master that {@code spark-submit} was given. */
  public static final String SUBMITTED = "spark-submit";

  private static final Pattern STANDALONE =
      Pattern.compile("spark://([^,/]+):([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3})");
  private static final Pattern OTHERS =
      Pattern.compile("local|local\\[([1-9]\\d{0,3}|\\*)]|spark://.+|yarn|k8s://.+");

  private static final int PATIENCE_MILLIS = 5_000;

  @Override
  public Cluster open(String master, Map<String, String> settings, Consumer<String> notice) {
    return open(master, settings, notice, Work::train);
  }

  static SparkCluster open(
      String master, Map<String, String> settings, Consumer<String> notice, Work work) {
    quieten("org.apache.spark", "off");
    quieten("org.apache.hadoop", "error");
    quieten("org.sparkproject", "error");
    SparkConf conf = conf(master, settings);
    Matcher standalone = STANDALONE.matcher(conf.get("spark.master"));
    if (standalone.matches()) {
      requireAnswer(standalone.group(1), Integer.parseInt(standalone.group(2)));
    }
    try {
      return new SparkCluster(new JavaSparkContext(conf), work, notice);
    } catch (RuntimeException e) {
      throw new TrainingException(
          Text.of(
              "%s cannot be reached (%s): see that it runs, and that this machine may speak to it.",
              conf.get("spark.master"), sentence(e)));
    }
  }

  /** What Spark is told, beside what {@code spark-submit} and the user say. */
  static SparkConf conf(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf();
    defaults().forEach((name, value) -> conf.setIfMissing((String) name, (String) value));
    settings.forEach(
        (name, value) -> {
          if (!name.startsWith("spark.")) {
            throw new IllegalArgumentException(
                Text.of(
                    "'%s' is no setting of Spark: their names begin with 'spark.', as in"
                        + " spark.executor.memory=4g.",
                    name));
          }
          conf.set(name, value);
        });
    if (!master.equals(SUBMITTED)) {
      conf.setMaster(master);
    } else if (!conf.contains("spark.master")) {
      throw new IllegalArgumentException(
          "Nothing says where the cluster is: '--cluster spark-submit' is for programs that"
              + " spark-submit starts; name the master, as in --cluster spark://host:7077.");
    }
    String where = conf.get("spark.master");
    if (!OTHERS.matcher(where).matches()) {
      throw new IllegalArgumentException(
          Text.of("'%s' is no cluster: use local[2], spark://host:7077, or spark-submit.", where));
    }
    if (isHere(where)) {
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    return conf.setIfMissing("spark.app.name", "kilonet")
        .setIfMissing("spark.ui.enabled", "false")
        .setIfMissing("spark.ui.showConsoleProgress", "false")
        // It puts large arrays at the start of a cache line, as the engine likes them.
        .setIfMissing("spark.executor.extraJavaOptions", "-XX:+UseG1GC")
        .setIfMissing("spark.executor.memory", "2g")
        // Runs have no place where they would rather be.
        .setIfMissing("spark.locality.wait", "0");
  }

  /** What is written for all programs of a machine, as Spark's own scripts read it. */
  private static Properties defaults() {
    Properties defaults = new Properties();
    Path file = Path.of(System.getenv().getOrDefault("SPARK_CONF_DIR", ""), "spark-defaults.conf");
    if (System.getenv("SPARK_CONF_DIR") != null && Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        defaults.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new IllegalArgumentException(
            Text.of("%s cannot be read (%s): mend it.", file, e.getMessage()), e);
      }
    }
    return defaults;
  }

  /** Whether all of a cluster is on this machine, so that nobody else need reach it. */
  private static boolean isHere(String master) {
    Matcher standalone = STANDALONE.matcher(master);
    try {
      return master.startsWith("local")
          || standalone.matches() && InetAddress.getByName(standalone.group(1)).isLoopbackAddress();
    } catch (IOException e) {
      return false;
    }
  }

  /** Spark itself would try for a minute. */
  private static void requireAnswer(String host, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), PATIENCE_MILLIS);
    } catch (IOException e) {
      throw new TrainingException(
          Text.of(
              "No master answers at spark://%s:%d (%s): start one there, or name another.",
              host, port, Text.reason(e)));
    }
  }

  /** What went wrong, in a line. */
  static String sentence(Throwable thrown) {
    Throwable deepest = thrown;
    while (deepest.getCause() != null && deepest instanceof SparkException) {
      deepest = deepest.getCause();
    }
    String message = String.valueOf(deepest.getMessage());
    int last = message.indexOf("most recent failure: ");
    return message.substring(Math.max(0, last)).lines().findFirst().orElse("").strip();
  }

  private static void quieten(String logger, String level) {
    String property = "org.slf4j.simpleLogger.log." + logger;
    if (System.getProperty(property) == null) {
      System.setProperty(property, level);
    }
  }
}
