package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a step of training leaves to the garbage collector, in a process of its own: how the kernels
 * were compiled depends on all nets that a process has had, and one that runs thousands of tests
 * has had more than any other.
 */
class GarbageTest {
  private static final long GRADIENT = 64 * 1024;

  /** The updater of DL4J, applied once, comes on top. */
  private static final long STEP = 72 * 1024;

  /** As many as a busy machine may need to compile. */
  private static final int ROUNDS = 30;

  @Test
  void aStepMakesLittleGarbage() throws Exception {
    String all = System.getProperty("surefire.test.class.path");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-Dkilonet.kernels=vector",
            "-cp",
            all == null ? System.getProperty("java.class.path") : all,
            Steps.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("little garbage");
  }

  /** Trains until a step leaves little; tells who allocates where none does. */
  static final class Steps {
    private Steps() {}

    public static void main(String[] arguments) throws IOException {
      FusedNetwork network = new FusedNetwork(FusedNetworkTest.tinyNet(0.9, Activation.RELU));
      network.init();
      DataSet data = FusedNetworkTest.data(new Random(7), 64);
      Runnable gradient =
          () -> {
            network.setInput(data.getFeatures());
            network.setLabels(data.getLabels());
            network.computeGradientAndScore();
          };
      Runnable step = () -> network.fit(data);
      // Until the compiler has seen which objects never leave their method: on a busy machine late.
      for (int round = 0; round < ROUNDS; round++) {
        garbage(step, 2_000);
        long gradients = garbage(gradient, 200);
        long steps = garbage(step, 200);
        System.out.println("bytes: a gradient " + gradients + ", a step " + steps);
        if (gradients < GRADIENT && steps < STEP) {
          System.out.println("little garbage");
          System.exit(0);
        }
      }
      System.out.println(allocators(step));
      System.exit(1);
    }
  }

  /** Bytes that all threads allocate while something is done once, in the mean of many times. */
  private static long garbage(Runnable work, int times) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = allocated(threads);
    for (int i = 0; i < times; i++) {
      work.run();
    }
    return (allocated(threads) - before) / times;
  }

  private static long allocated(ThreadMXBean threads) {
    return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
        .map(bytes -> Math.max(0, bytes))
        .sum();
  }

  /** Which lines of ours allocate, with how often the flight recorder saw each. */
  private static List<String> allocators(Runnable step) throws IOException {
    Path file = Files.createTempFile("garbage", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ObjectAllocationInNewTLAB").withStackTrace();
      recording.start();
      garbage(step, 2_000);
      recording.stop();
      recording.dump(file);
    }
    Map<String, Integer> seen = new TreeMap<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getStackTrace() != null) {
        event.getStackTrace().getFrames().stream()
            .map(GarbageTest::name)
            .filter(name -> name.startsWith("kilonet."))
            .findFirst()
            .ifPresent(name -> seen.merge(name, 1, Integer::sum));
      }
    }
    Files.delete(file);
    return seen.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .limit(20)
        .map(Object::toString)
        .toList();
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName()
        + "."
        + frame.getMethod().getName()
        + ":"
        + frame.getLineNumber();
  }
}
