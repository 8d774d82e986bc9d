package kilonet.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import kilonet.augment.Augmentations;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.evaluate.Calibration;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.model.Models;
import kilonet.model.Stack;
import kilonet.train.Engine;
import kilonet.train.History;
import kilonet.train.Predictions;
import kilonet.train.Recipes;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;
import org.xml.sax.InputSource;

class FigureTest {

  private static final ImageSet DIGITS = PenDigits.generate(1, 120, 7).test();

  private static final History HISTORY =
      new History(
          IntStream.rangeClosed(1, 15)
              .mapToObj(e -> RunComparisonTest.epoch(e, 99 - 20.0 / e, 99.5 - 5.0 / e))
              .toList());

  private static Map<String, Figure> figures;

  /** Every kind of figure, by name. */
  @BeforeAll
  static void draw() {
    float[][] probabilities = new float[DIGITS.size()][10];
    int[] labels = new int[DIGITS.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = DIGITS.label(i);
      probabilities[i][i % 7 == 0 ? (labels[i] + 1) % 10 : labels[i]] = 0.9f;
    }
    Predictions predictions = new Predictions(probabilities, labels);
    MultiLayerNetwork net = Engine.DL4J.network(Models.Model_3().configuration(new Sgd(0.1), 1));
    Stack.initialize(net, 1);
    figures = new LinkedHashMap<>();
    figures.put("curves", TrainingCurves.of(HISTORY));
    figures.put("one epoch", TrainingCurves.of(new History(HISTORY.epochs().subList(0, 1))));
    figures.put("rate", LearningRateChart.of(Recipes.named("model_3"), 469));
    figures.put(
        "rate and momentum",
        LearningRateChart.of(Recipes.named("model_2").schedule("onecycle(max=0.1)"), 10));
    figures.put("rate by epoch", LearningRateChart.of(HISTORY));
    figures.put(
        "range test",
        LearningRateChart.rangeTest(
            new double[] {1e-4, 1e-3, 1e-2, 1e-1, 1}, new double[] {2, 1, 0.5, 1, 1e6}, 1e-3));
    figures.put("confusion", ConfusionChart.of(ConfusionMatrix.of(predictions)));
    figures.put("reliability", ReliabilityDiagram.of(Calibration.of(predictions, 10)));
    figures.put("mistakes", Gallery.mistakes(DIGITS, predictions, 40));
    figures.put("samples", Gallery.samples(DIGITS, 8));
    figures.put(
        "augmented", Gallery.augmented(DIGITS, Augmentations.parse("rotation(15)"), 1, 4, 8));
    figures.put("filters", NetworkGallery.filters(net));
    figures.put("feature maps", NetworkGallery.featureMaps(net, DIGITS, 0));
    figures.put("receptive fields", NetworkGallery.receptiveFields(Models.Model_3(), DIGITS, 0));
    figures.put("comparison", RunComparison.of(Map.of("model_3", List.of(HISTORY, HISTORY))));
  }

  @Test
  void everyFigureIs800PixelsWideOnWhiteAndNothingTouchesItsEdge() {
    figures.forEach(
        (name, figure) -> {
          assertThat(figure.getWidth()).as(name).isEqualTo(Figure.WIDTH);
          int w = figure.getWidth();
          int h = figure.getHeight();
          for (int x = 0; x < w; x++) {
            assertThat(figure.getRGB(x, 0)).as(name).isEqualTo(Color.WHITE.getRGB());
            assertThat(figure.getRGB(x, h - 1)).as(name).isEqualTo(Color.WHITE.getRGB());
          }
          for (int y = 0; y < h; y++) {
            assertThat(figure.getRGB(0, y)).as(name).isEqualTo(Color.WHITE.getRGB());
            assertThat(figure.getRGB(w - 1, y)).as(name).isEqualTo(Color.WHITE.getRGB());
          }
        });
  }

  @Test
  void everyFigureIsWellFormedSvgWithoutPrologAndWithTextAsText() {
    figures.forEach(
        (name, figure) -> {
          String svg = figure.svg();
          assertThat(svg).as(name).startsWith("<svg").contains("</text>", "sans-serif");
          try {
            DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
          } catch (Exception e) {
            throw new AssertionError(name, e);
          }
        });
  }

  @Test
  void aFigureIsSavedByItsNamesEnding(@TempDir Path folder) throws Exception {
    Figure figure = TrainingCurves.loss(HISTORY);
    figure.save(folder.resolve("loss.png"));
    figure.save(folder.resolve("loss.SVG"));
    BufferedImage read = ImageIO.read(folder.resolve("loss.png").toFile());
    assertThat(read.getWidth()).isEqualTo(800);
    assertThat(read.getRGB(100, 100)).isEqualTo(figure.getRGB(100, 100));
    assertThat(Files.readString(folder.resolve("loss.SVG"), StandardCharsets.UTF_8))
        .isEqualTo(figure.svg());
    assertThatThrownBy(() -> figure.save(folder.resolve("loss.gif")))
        .hasMessageContaining("let it end in .png or .svg");
  }

  @Test
  void theSameFigureIsTheSameBytes() throws Exception {
    assertThat(TrainingCurves.of(HISTORY).png()).isEqualTo(TrainingCurves.of(HISTORY).png());
    BufferedImage large =
        ImageIO.read(new ByteArrayInputStream(TrainingCurves.loss(HISTORY).png(2)));
    assertThat(large.getWidth()).isEqualTo(1600);
  }

  @Test
  void badArgumentsGiveASentence() {
    assertThatThrownBy(() -> TrainingCurves.of(new History(List.of())))
        .hasMessageContaining("no epoch to draw");
    assertThatThrownBy(() -> LearningRateChart.rangeTest(new double[1], new double[2], 1))
        .hasMessageContaining("1 rates, 2 losses");
    assertThatThrownBy(
            () ->
                LearningRateChart.of(Recipes.named("model_2").schedule("plateau(metric=loss)"), 10))
        .hasMessageContaining("draw its history instead");
    assertThatThrownBy(
            () -> Gallery.mistakes(DIGITS, new Predictions(new float[0][], new int[0]), 4))
        .hasMessageContaining("0 predictions");
  }

  @Test
  void onTheAccuracyAxisHalvingTheErrorsIsAStepOfOneSize() {
    Axis axis = Axis.accuracy(90, 99.5);
    double step = axis.at().applyAsDouble(99.2) - axis.at().applyAsDouble(98.4);
    assertThat(axis.at().applyAsDouble(99.6) - axis.at().applyAsDouble(99.2))
        .isCloseTo(step, within(1e-9));
    assertThat(axis.ticks()).contains(90, 95, 98, 99, 99.2, 99.4, 99.6).doesNotContain(50);
    assertThat(axis.start()).isLessThan(axis.at().applyAsDouble(90));
    assertThat(Axis.accuracy(100).at().applyAsDouble(100)).isFinite();
  }

  @Test
  void numbersAreWrittenInAsFewDigitsAsItTakes() {
    assertThat(List.of(0.1, 0.0035, 4e-6, 1.25e-5, 12_000.0, 0.0, 1.0))
        .extracting(Axis::number)
        .containsExactly("0.1", "0.0035", "4e-6", "1.25e-5", "12,000", "0", "1");
  }

  @Test
  void scalesGetDarkerAndTextOnThemCanBeRead() {
    for (int i = 0; i < 20; i++) {
      double v = i / 20.0;
      assertThat(Palette.luminance(Palette.errors(v)))
          .isGreaterThan(Palette.luminance(Palette.errors(v + 0.05)));
      assertThat(Palette.luminance(Palette.sequential(v)))
          .isGreaterThan(Palette.luminance(Palette.sequential(v + 0.05)));
      Color ground = Palette.errors(v);
      double a = Palette.luminance(ground) + 0.05;
      double b = Palette.luminance(Palette.textOn(ground)) + 0.05;
      assertThat(Math.max(a, b) / Math.min(a, b)).as("contrast at %s", v).isGreaterThan(4.5);
    }
  }

  @Test
  void whatDrawingLacksIsNamed() {
    Throwable library =
        new UnsatisfiedLinkError(
            "/usr/lib/jvm/java-21/lib/libfontmanager.so: libharfbuzz.so.0: cannot open shared object"
                + " file: No such file or directory");
    assertThat(Figure.whatIsMissing(new RuntimeException(library)))
        .startsWith("Charts need the library libharfbuzz.so.0, and this machine lacks it: install")
        .contains("libharfbuzz0b");
    assertThat(Figure.whatIsMissing(new NoClassDefFoundError("sun.font.SunFontManager")))
        .startsWith("Charts need a font, and Java finds none: install");
  }
}
