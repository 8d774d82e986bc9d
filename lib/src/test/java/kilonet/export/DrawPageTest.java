package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.model.Models;
import kilonet.model.Stack;
import kilonet.photo.DigitPhoto;
import kilonet.train.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The page's own program, run by Node.js where it is installed, computes what Java does. */
class DrawPageTest {

  private static final ImageSet TEST = Nets.DIGITS.test().first(20);

  @TempDir private Path folder;

  static Stream<String> names() {
    return Nets.all().keySet().stream();
  }

  private static String page(Export export, ImageSet test) {
    return new String(
        export.page(Path.of("page.html"), test).values().iterator().next(), StandardCharsets.UTF_8);
  }

  /** Runs a line of JavaScript with what the page has before it touches the document. */
  private String node(String page, String line) throws Exception {
    boolean there =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "node")));
    assumeTrue(there, "Node.js is not installed");
    String json = page.split("<script id=\"net\" type=\"application/json\">|</script>")[1];
    String program =
        page.substring(page.indexOf("\"use strict\""), page.indexOf("/* ---- The page ---- */"));
    Path script = folder.resolve("page.js");
    Files.writeString(
        script,
        "globalThis.document = { getElementById: () => ({ textContent: "
            + Json.line(json)
            + " }) };\n"
            + program
            + line);
    Path output = folder.resolve("output");
    int status =
        new ProcessBuilder("node", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start()
            .waitFor();
    String said = Files.readString(output);
    assertThat(status).as(said).isZero();
    return said;
  }

  private static String array(byte[] pixels) {
    return Arrays.toString(Quantization.unsigned(pixels, 0, pixels.length));
  }

  @ParameterizedTest
  @MethodSource("names")
  void thePageComputesWhatJavaComputes(String name) throws Exception {
    Export export = Export.of(Nets.all().get(name), Nets.INPUT);
    List<String> pictures =
        IntStream.range(0, TEST.size()).mapToObj(i -> array(TEST.image(i))).toList();
    String said =
        node(
            page(export, null),
            "for (const p of " + pictures + ") console.log(run(p).at(-1).join(' '));");
    String[] lines = said.strip().split("\n");
    assertThat(lines).hasSize(TEST.size());
    for (int i = 0; i < TEST.size(); i++) {
      float[] picture = Normalization.MNIST.apply(TEST.pixels(), i * 784, 784);
      float[] expected = FloatArithmetic.logits(export.net(), picture);
      String[] logits = lines[i].split(" ");
      for (int c = 0; c < 10; c++) {
        assertThat(Float.parseFloat(logits[c])).isCloseTo(expected[c], within(2e-4f));
      }
    }
  }

  /** An edge that a pooling leaves out is no part of what a number depends on. */
  @Test
  void whatANumberDependsOnEndsAtTheEdgesOfEveryLayer() throws Exception {
    Stack stack =
        Stack.of("conv-bn-relu")
            .blocks("conv 4 3x3 pad 1", "maxpool 2", "maxpool 2", "maxpool 2")
            .blocks("conv 4 3x3 pad 1", "conv 10 3x3 plain");
    String page = page(Export.of(Nets.of(stack), Nets.INPUT), null);
    String fields =
        node(
            page,
            "const last = net.operations.findLastIndex(op => op.pad[0] === 1) + 1;"
                + "for (const at of [0, 1, 2]) console.log(field(last, at, 0).join(' '));");
    // 28 rows become 14, 7 and 3: the last 4 are in no window of the last pooling.
    assertThat(fields.strip().split("\n")).containsExactly("0 16", "0 24", "7 24");
  }

  /** A drawing of some strokes, white on black, as the page keeps it. */
  private static BufferedImage drawing(Random random) {
    BufferedImage image = new BufferedImage(280, 280, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    float width = 3 + random.nextInt(25);
    graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    int strokes = 1 + random.nextInt(3);
    for (int s = 0; s < strokes; s++) {
      Path2D.Double path = new Path2D.Double();
      path.moveTo(20 + random.nextInt(240), 20 + random.nextInt(240));
      for (int p = random.nextInt(3); p >= 0; p--) {
        path.lineTo(20 + random.nextInt(240), 20 + random.nextInt(240));
      }
      graphics.draw(path);
    }
    graphics.dispose();
    return image;
  }

  @Test
  void aDrawingIsCentredAsAPhotoIs() throws Exception {
    Random random = new Random(5);
    List<BufferedImage> drawings = IntStream.range(0, 25).mapToObj(i -> drawing(random)).toList();
    StringBuilder input = new StringBuilder("[");
    for (BufferedImage image : drawings) {
      byte[] values = new byte[280 * 280];
      for (int i = 0; i < values.length; i++) {
        values[i] = (byte) (image.getRGB(i % 280, i / 280) & 0xFF);
      }
      input.append(array(values)).append(',');
    }
    String page = page(Export.of(Nets.all().get("model_2"), Nets.INPUT), null);
    String said =
        node(
            page,
            "for (const d of "
                + input
                + "]) console.log(centred(Float32Array.from(d, v => v / 255)).pixels.join(' '));");
    String[] lines = said.strip().split("\n");
    assertThat(lines).hasSize(drawings.size());
    for (int i = 0; i < lines.length; i++) {
      byte[] expected = DigitPhoto.of(drawings.get(i)).pixels();
      String[] found = lines[i].split(" ");
      for (int p = 0; p < expected.length; p++) {
        // The photo's ground is fitted, and with it all ink moves by a fraction of a step.
        assertThat(Integer.parseInt(found[p]))
            .as("drawing %s, pixel %s", i, p)
            .isCloseTo(expected[p] & 0xFF, within(2));
      }
    }
  }

  @Test
  void thePageIsSmallAndNeedsNothingElse() {
    Export export =
        Export.of(Nets.of(Models.Model_3()), Nets.INPUT)
            .provenance(new Provenance(Map.of("recipe", "\"<b>&")));
    String page = page(export, Nets.DIGITS.test());
    assertThat(page.length()).isLessThan(150_000);
    assertThat(page).doesNotContain("http:", "https:", "src=", "href=", "import ", "fetch(");
    assertThat(page).contains("content=\"&quot;&lt;b&gt;&amp;\"");
    assertThat(page).doesNotContainPattern("@[a-z_]+@");
  }

  @Test
  void whatThePageTakesForMistakesAreMistakes() throws Exception {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    String page = page(export, TEST);
    String said =
        node(
            page,
            """
            for (const m of net.mistakes) {
              const bytes = bytesOf(m.pixels), out = new Uint8Array(784);
              for (let i = 0, at = 0; i < bytes.length; i++) {
                if (bytes[i]) out[at++] = bytes[i]; else at += bytes[++i];
              }
              const l = run(out).at(-1);
              console.log(m.place, m.label, l.indexOf(Math.max(...l)), out.join(','));
            }
            """);
    List<String[]> lines = said.strip().lines().map(line -> line.split(" ")).toList();
    assertThat(lines).isNotEmpty();
    for (String[] line : lines) {
      int place = Integer.parseInt(line[0]);
      assertThat(Integer.parseInt(line[1])).isEqualTo(TEST.label(place));
      assertThat(line[2]).isNotEqualTo(line[1]);
      assertThat("[" + line[3].replace(",", ", ") + "]").isEqualTo(array(TEST.image(place)));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aPageCanBeReadBack(String name) {
    Export export =
        Export.of(Nets.all().get(name), Nets.INPUT)
            .provenance(new Provenance(Map.of("recipe", "\"<b>&amp;")));
    DrawPage.Content content = DrawPage.read(page(export, TEST));
    assertThat(content.net()).usingRecursiveComparison().isEqualTo(export.net());
    assertThat(content.normalization()).isEqualTo(Normalization.MNIST);
    assertThat(content.provenance()).isEqualTo(export.provenance());
    assertThat(content.accuracy(TEST)).isEqualTo(export.agreement(TEST).after());
    assertThatThrownBy(() -> DrawPage.read("<html>")).hasMessageContaining("holds no net");
  }

  @Test
  void aNetTooLargeForAPageIsRefused() {
    Export export = Export.of(Nets.of(Models.Model_1()), Nets.INPUT);
    assertThatThrownBy(() -> page(export, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a page may take 150,000");
  }
}
