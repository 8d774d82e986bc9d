package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.data.PenDigits;
import kilonet.data.Sha256;
import kilonet.train.ModelFile;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.SampleRecipes;
import kilonet.train.Trainer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same recipe gives the same bits in vectors of any width, without them, and on any number of
 * threads: each in a process of its own, as it would be on another machine.
 */
class EngineBitsTest {
  @TempDir private Path folder;

  @Test
  void aRunHasTheSameBitsWhateverTheVectorsAndTheThreads() throws Exception {
    List<String> module = List.of("--add-modules", "jdk.incubator.vector");
    Map<String, List<String>> machines = new LinkedHashMap<>();
    machines.put("widest", module);
    machines.put("256 bits", with(module, "-XX:MaxVectorSize=32"));
    machines.put("128 bits", with(module, "-XX:MaxVectorSize=16"));
    machines.put("no module", List.of());
    int[] threads = {2, 1, 8, 3};
    Map<String, String> said = new LinkedHashMap<>();
    int next = 0;
    for (Map.Entry<String, List<String>> machine : machines.entrySet()) {
      said.put(machine.getKey(), run(machine.getValue(), threads[next++]));
    }
    assertThat(said.get("no module")).contains("--add-modules jdk.incubator.vector");
    String expected = digests(said.get("widest"));
    assertThat(expected.lines()).hasSize(4);
    for (Map.Entry<String, String> one : said.entrySet()) {
      assertThat(digests(one.getValue())).as(one.getKey()).isEqualTo(expected);
    }
  }

  private static List<String> with(List<String> options, String more) {
    List<String> all = new ArrayList<>(options);
    all.add(more);
    return all;
  }

  private static String digests(String said) {
    return String.join("\n", said.lines().filter(line -> line.startsWith("bits ")).toList());
  }

  private String run(List<String> options, int threads) throws IOException, InterruptedException {
    String all = System.getProperty("surefire.test.class.path");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    // The vector kernels from the first step on, so that they are what is compared.
    command.add("-Dkilonet.kernels=" + (options.isEmpty() ? "plain" : "vector"));
    command.addAll(
        List.of(
            "-cp",
            all == null ? System.getProperty("java.class.path") : all,
            Training.class.getName(),
            Files.createTempDirectory(folder, "run").toString(),
            Integer.toString(threads)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  /** Trains three nets on a few digits and says the digests of what came out. */
  static final class Training {
    private Training() {}

    public static void main(String[] arguments) throws IOException {
      for (Recipe recipe :
          List.of(
              Recipes.named("model_3"),
              SampleRecipes.named("002/step3"),
              SampleRecipes.named("record/small"),
              Recipes.named("model_3").name("residual").model(residual()))) {
        Path run = Path.of(arguments[0]).resolve(recipe.name());
        Result result =
            new Trainer(
                    recipe.data(Recipe.DIGITS).epochs(2).batch(48), PenDigits.generate(200, 40, 1))
                .threads(Integer.parseInt(arguments[1]))
                .folder(run)
                .run();
        String history =
            result.history().csv().lines().map(EngineBitsTest::withoutTimes).toList().toString();
        System.out.println(
            "bits " + recipe.name() + " " + Sha256.hex(parameters(run)) + " " + history);
      }
    }

    private static kilonet.model.Stack residual() {
      return kilonet.model.Stack.of("conv-bn-relu-dropout")
          .dropout(0.1)
          .blocks("conv 8 3x3", "maxpool 2", "conv 8 3x3 pad 1", "conv 8 3x3 pad 1 no relu")
          .blocks("add 2 relu", "conv 12 3x3 stride 2 pad 1 groups 4", "add 1 through 1x1 stride 2")
          .blocks("conv 12 3x3 pad 1", "add 2", "global avgpool", "conv 10 1x1 plain");
    }

    private static byte[] parameters(Path run) throws IOException {
      MultiLayerNetwork network = ModelFile.read(run.resolve("model.zip"));
      float[] all = network.params().reshape(network.numParams()).toFloatVector();
      return Arrays.toString(all).getBytes(StandardCharsets.UTF_8);
    }
  }

  /** A line of the history but for its last two columns, which are seconds and images a second. */
  private static String withoutTimes(String line) {
    String[] columns = line.split(",");
    return String.join(",", Arrays.copyOf(columns, columns.length - 2));
  }
}
