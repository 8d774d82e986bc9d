package kilonet.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;
import kilonet.text.Check;
import kilonet.train.Cluster;
import kilonet.train.Runs;
import picocli.CommandLine.Option;

/** {@code --jobs} and {@code --cluster}: where runs are done. */
final class PlaceOptions {

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description = "Runs at a time on this machine (default: 1).")
  private Integer jobs;

  @Option(
      names = "--cluster",
      paramLabel = "MASTER",
      description =
          "Have the runs done by Apache Spark: local[2] for processors of this machine,"
              + " spark://HOST:7077 for a cluster's, spark-submit for where that program sends them.")
  private String master;

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description = "A setting of Spark, such as spark.executor.memory=4g; may be given again.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** What runs are told. */
  interface Place {

    void of(Runs runs);
  }

  /** What is done while the place is there. */
  interface Working {

    void at(Place place);
  }

  /** Runs at a time on this machine. */
  int jobs() {
    return jobs == null ? 1 : Check.between("--jobs", jobs, 1, 256);
  }

  /** Opens the place, has work done there, and closes it. */
  void open(PrintWriter err, Working working) {
    int jobs = jobs();
    if (master == null) {
      if (!settings.isEmpty()) {
        throw new IllegalArgumentException("--conf is for --cluster: give both, or neither.");
      }
      working.at(runs -> runs.jobs(jobs));
      return;
    }
    if (this.jobs != null) {
      throw new IllegalArgumentException(
          "--jobs is for this machine, and a cluster does as many runs as it has processors: give"
              + " one of --jobs and --cluster.");
    }
    Cluster.Kind kind =
        ServiceLoader.load(Cluster.Kind.class)
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "Spark is not part of this program: start it as environment/kilonet, which"
                            + " fetches it (0.1 GB, once) where --cluster is asked for."));
    StandingLine line = StandingLine.of(err);
    try (Cluster cluster = kind.open(master, settings, line::say)) {
      working.at(runs -> runs.cluster(cluster, line));
    } finally {
      line.pause();
    }
  }
}
