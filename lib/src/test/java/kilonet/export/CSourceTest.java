package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a C compiler makes of the source gives the bits that Java computes. */
class CSourceTest {

  private static final ImageSet TEST = Nets.DIGITS.test().first(30);

  private static final List<String> COMPILER =
      List.of("gcc", "-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror");

  @TempDir private Path folder;

  static Stream<String> names() {
    return Nets.all().keySet().stream();
  }

  private static boolean isThere(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  @BeforeAll
  static void needsACompiler() {
    assumeTrue(isThere("gcc"), "gcc is not installed");
  }

  /** Compiles and asks about the test images; one line each: the class, then the logits. */
  private List<String[]> run(Map<Path, byte[]> files, String name) throws Exception {
    Export.write(files);
    String macro = "-D" + CSource.prefix(name).toUpperCase(Locale.ROOT) + "_";
    List<String> command = new ArrayList<>(COMPILER);
    command.addAll(
        List.of(macro + "MAIN", macro + "PROBABILITIES", name + ".c", "-o", "net", "-lm"));
    finish(command, null);
    Path pixels = folder.resolve("pixels");
    Files.write(pixels, TEST.pixels());
    return finish(List.of(folder.resolve("net").toString()), pixels)
        .lines()
        .map(line -> line.split(" "))
        .toList();
  }

  private String finish(List<String> command, Path input) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    int status = builder.start().waitFor();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(status).as(said).isZero();
    return said;
  }

  @ParameterizedTest
  @MethodSource("names")
  void wholeNumbersAreTheSame(String name) throws Exception {
    Export export = Export.of(Nets.all().get(name), Nets.INPUT).int8(Nets.DIGITS.train());
    List<String[]> lines = run(export.c(folder.resolve("net.c")), "net");
    Int8Arithmetic arithmetic =
        new Int8Arithmetic(export.quantized(), Int8Arithmetic.Rounding.FIXED_POINT);
    assertThat(lines).hasSize(TEST.size());
    for (int i = 0; i < TEST.size(); i++) {
      int[] logits = arithmetic.logits(Quantization.unsigned(TEST.pixels(), i * 784, 784));
      String[] expected = Arrays.stream(logits).mapToObj(Integer::toString).toArray(String[]::new);
      assertThat(Arrays.copyOfRange(lines.get(i), 1, 11)).as("picture %s", i).isEqualTo(expected);
      int best = 0;
      for (int c = 1; c < 10; c++) {
        best = logits[c] > logits[best] ? c : best;
      }
      assertThat(lines.get(i)[0]).isEqualTo(Integer.toString(best));
    }
  }

  private void assertSameFloats(MultiLayerNetwork network, String file) throws Exception {
    Export export = Export.of(network, Nets.INPUT);
    List<String[]> lines = run(export.c(folder.resolve(file + ".c")), file);
    assertThat(lines).hasSize(TEST.size());
    for (int i = 0; i < TEST.size(); i++) {
      float[] picture = Normalization.MNIST.apply(TEST.pixels(), i * 784, 784);
      float[] logits = FloatArithmetic.logits(export.net(), picture);
      for (int c = 0; c < 10; c++) {
        assertThat(Float.parseFloat(lines.get(i)[c + 1]))
            .as("picture %s, class %s", i, c)
            .isEqualTo(logits[c]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void floatsAreTheSame(String name) throws Exception {
    assertSameFloats(Nets.all().get(name), "net");
  }

  @Test
  void leakyReluIsTheSameAndAFileMayHaveAnyName() throws Exception {
    assertSameFloats(Nets.leaky(), "7 leaky-nets");
  }

  @Test
  void anIdxFileMayBeGivenAsItIs() throws Exception {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT).int8(Nets.DIGITS.train());
    List<String[]> plain = run(export.c(folder.resolve("net.c")), "net");
    Path idx = folder.resolve("idx");
    byte[] content = new byte[16 + TEST.pixels().length];
    content[2] = 8;
    content[3] = 3;
    System.arraycopy(TEST.pixels(), 0, content, 16, TEST.pixels().length);
    Files.write(idx, content);
    String said = finish(List.of(folder.resolve("net").toString()), idx);
    assertThat(said.lines().map(line -> line.split(" ")).toList())
        .usingRecursiveComparison()
        .isEqualTo(plain);
  }
}
