package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import kilonet.train.Recipe;
import kilonet.train.SampleRecipes;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/**
 * Resident memory over many steps and many networks; minutes, so only on request. With a heap that
 * is all there from the start, what grows is native memory:
 *
 * <pre>{@code
 * mvn -pl lib test -Dtest=LeakTest -Dkilonet.soak=true \
 *   -Dsurefire.jvm='-Xms512m -Xmx512m -XX:+AlwaysPreTouch --add-modules jdk.incubator.vector'
 * }</pre>
 */
@EnabledIfSystemProperty(named = "kilonet.soak", matches = "true")
@EnabledOnOs(OS.LINUX)
class LeakTest {
  private static final int BATCH = 32;

  /** For compiled code and the allocator; two kilobytes lost in each step would be 20. */
  private static final double ALLOWED_MEGABYTES = 16;

  @Test
  void memoryStaysOverTenThousandTrainingSteps() throws IOException {
    DataSet data = data();
    try (FusedNetwork network = network()) {
      assertThat(growth("training steps", 10_000, i -> network.fit(data)))
          .isLessThan(ALLOWED_MEGABYTES);
    }
  }

  @Test
  void memoryStaysOverAThousandNetworks() throws IOException {
    DataSet data = data();
    assertThat(
            growth(
                "networks",
                1_000,
                i -> {
                  try (FusedNetwork network = network()) {
                    network.fit(data);
                    network.output(data.getFeatures());
                  }
                }))
        .isLessThan(ALLOWED_MEGABYTES);
  }

  /**
   * Megabytes by which the process grows while something is done, after as many rounds as warm-up:
   * compiled code and the allocator's arenas grow at first.
   */
  private static double growth(String what, int rounds, IntConsumer each) throws IOException {
    IntStream.range(0, rounds).forEach(each);
    System.gc();
    double before = resident();
    IntStream.range(0, rounds).forEach(each);
    System.gc();
    double after = resident();
    System.out.printf(
        Locale.ROOT, "%,d %s: %.1f MB before, %.1f MB after%n", rounds, what, before, after);
    return after - before;
  }

  private static FusedNetwork network() {
    Recipe recipe = SampleRecipes.named("002/step3");
    MultiLayerConfiguration configuration =
        recipe.model().configuration(new Nesterovs(0.01, 0.9), recipe.seed());
    FusedNetwork network = new FusedNetwork(configuration);
    network.init();
    return network;
  }

  private static DataSet data() {
    INDArray labels = Nd4j.zeros(BATCH, 10);
    IntStream.range(0, BATCH).forEach(i -> labels.putScalar(i, i % 10, 1));
    return new DataSet(Nd4j.rand(BATCH, 1, 28, 28), labels);
  }

  private static double resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IOException("/proc/self/status does not give VmRSS");
  }
}
