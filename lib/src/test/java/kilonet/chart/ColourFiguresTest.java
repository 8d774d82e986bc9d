package kilonet.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import kilonet.augment.Augmentations;
import kilonet.data.ImageSet;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.evaluate.Mistake;
import kilonet.model.Stack;
import kilonet.train.Predictions;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.learning.config.Sgd;

/** Pictures of coloured pictures, with names of classes. */
class ColourFiguresTest {

  private static final List<String> NAMES = List.of("sky", "a name of many letters", "grass");

  /** 15 pictures of 12 x 9 pixels, each all of its class's colour. */
  private static ImageSet patches(String name) {
    int plane = 12 * 9;
    byte[] pixels = new byte[15 * 3 * plane];
    byte[] labels = new byte[15];
    for (int i = 0; i < 15; i++) {
      labels[i] = (byte) (i % 3);
      int channel = new int[] {2, 0, 1}[i % 3];
      Arrays.fill(pixels, (i * 3 + channel) * plane, (i * 3 + channel + 1) * plane, (byte) 200);
    }
    return new ImageSet(name, 3, 12, 9, NAMES, pixels, labels);
  }

  private static MultiLayerNetwork network() {
    Stack stack = net();
    MultiLayerNetwork network = new MultiLayerNetwork(stack.configuration(new Sgd(0.1), 1));
    network.init();
    Stack.initialize(network, 3);
    return network;
  }

  private static Stack net() {
    return Stack.of("conv-bn-relu")
        .input(3, 12, 9)
        .conv(5, 3, 1)
        .conv(4, 3, 2, 1, 1)
        .globalAveragePool()
        .plain(3, 1);
  }

  private static Predictions wrong() {
    float[][] probabilities = new float[15][];
    int[] labels = new int[15];
    for (int i = 0; i < 15; i++) {
      labels[i] = i % 3;
      probabilities[i] = new float[] {0.1f, 0.7f, 0.2f};
    }
    return new Predictions(probabilities, labels, NAMES);
  }

  private static BufferedImage image(Figure figure) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(figure.png()));
  }

  private static int count(BufferedImage image, int rgb) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xFFFFFF) == rgb ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void coloursAreShownAsTheyAre() throws IOException {
    BufferedImage samples = image(Gallery.samples(patches("patches"), 2));
    // Two pictures a class, each 12 x 9 pixels, enlarged twice.
    for (int rgb : new int[] {0x0000C8, 0xC80000, 0x00C800}) {
      assertThat(count(samples, rgb)).isEqualTo(2 * 12 * 9 * 4);
    }
    BufferedImage mistakes = image(Gallery.mistakes(patches("patches"), wrong(), 4));
    assertThat(count(mistakes, 0xC80000)).isZero();
    assertThat(count(mistakes, 0x0000C8)).isPositive();
  }

  @Test
  void allPicturesOfColoursAreDrawn() throws IOException {
    ImageSet set = patches("patches");
    MultiLayerNetwork network = network();
    Map<String, Figure> figures =
        Map.of(
            "augmented",
            Gallery.augmented(set, Augmentations.parse("hflip + jitter(hue=0.5)"), 1, 3, 4),
            "filters",
            NetworkGallery.filters(network),
            "maps",
            NetworkGallery.featureMaps(network, set, 1),
            "fields",
            NetworkGallery.receptiveFields(net(), set, 1),
            "explained",
            Gallery.explained(network, set, wrong(), 5),
            "confusion",
            ConfusionChart.of(ConfusionMatrix.of(wrong())));
    for (Map.Entry<String, Figure> figure : figures.entrySet()) {
      assertThat(image(figure.getValue()).getWidth()).as(figure.getKey()).isEqualTo(Figure.WIDTH);
    }
  }

  /** A hundred classes, as CIFAR-100 has, still make a matrix of the usual width. */
  @Test
  void manyClassesFitIntoOneMatrix() throws IOException {
    int[][] counts = new int[100][100];
    for (int i = 0; i < 100; i++) {
      counts[i][i] = 3;
      counts[i][(7 * i + 3) % 100]++;
    }
    List<String> names = IntStream.range(0, 100).mapToObj(i -> "class number " + i).toList();
    BufferedImage matrix = image(ConfusionChart.of(new ConfusionMatrix(counts, names)));
    assertThat(matrix.getWidth()).isEqualTo(Figure.WIDTH);
    assertThat(matrix.getHeight()).isLessThan(1_000);
  }

  @Test
  void tablesNameTheClasses() {
    ConfusionMatrix matrix = ConfusionMatrix.of(wrong());
    assertThat(matrix.perClass().stringColumn("class").asList()).isEqualTo(NAMES);
    assertThat(matrix.perClass().doubleColumn("recall").asDoubleArray()).containsExactly(0, 100, 0);
    assertThat(matrix.mostConfusedTable(5).stringColumn("true").asList())
        .containsExactly("sky", "grass");
    assertThat(Mistake.table(Mistake.all(wrong()), NAMES).stringColumn("predicted").get(0))
        .isEqualTo("a name of many letters");
    assertThat(matrix.toString().lines().map(String::stripTrailing))
        .containsExactly(
            "      true \\ predicted   sky a name of many letters grass",
            "                   sky     .                      5     .",
            "a name of many letters     .                      5     .",
            "                 grass     .                      5     .");
  }
}
