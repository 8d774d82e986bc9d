package kilonet.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What torchvision makes of a coloured picture, and what this library does; see colour.py. */
class ColourTest {

  private static final int HEIGHT = 6;
  private static final int WIDTH = 7;
  private static final int PLANE = HEIGHT * WIDTH;
  private static final Fill FILL = Fill.of(51 / 255.0, 102 / 255.0, 204 / 255.0);

  /** One operation and its result. */
  record Case(String operation, float[] p, float[] result) {

    @Override
    public String toString() {
      return operation + Arrays.toString(p);
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = ColourTest.class.getResourceAsStream("/kilonet/oracle/colour.tsv")) {
      List<String> lines =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      return lines.stream()
          .map(line -> line.split("\t"))
          .map(cells -> new Case(cells[0], numbers(cells[1]), numbers(cells[2])));
    }
  }

  private static float[] numbers(String text) {
    String[] words = text.isBlank() ? new String[0] : text.strip().split(" ");
    float[] numbers = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      numbers[i] = Float.parseFloat(words[i]);
    }
    return numbers;
  }

  private static Picture picture() {
    byte[] bytes = new byte[3 * PLANE];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * i * 13 + i * 71 + 29);
    }
    int[][] special = {{100, 100, 100}, {0, 0, 0}, {255, 255, 255}, {255, 0, 0}, {255, 255, 0}};
    for (int i = 0; i < special.length; i++) {
      for (int channel = 0; channel < 3; channel++) {
        bytes[channel * PLANE + i] = (byte) special[i][channel];
      }
    }
    Picture picture = new Picture(3, HEIGHT, WIDTH);
    picture.load(bytes, 0);
    return picture;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void thePixelsAreTorchvisions(Case wanted) {
    Picture picture = picture();
    apply(wanted, picture);
    assertThat(picture.size()).isEqualTo(wanted.result.length);
    for (int i = 0; i < wanted.result.length; i++) {
      assertThat(picture.pixels()[i]).as("value %s", i).isCloseTo(wanted.result[i], within(2e-6f));
    }
  }

  private static void apply(Case wanted, Picture picture) {
    float[] p = wanted.p;
    RandomStream random = new RandomStream(1);
    switch (wanted.operation) {
      case "hflip" -> new RandomHorizontalFlip(1).apply(picture, random);
      case "vflip" -> new RandomVerticalFlip(1).apply(picture, random);
      case "grayscale" -> new RandomGrayscale(1).apply(picture, random);
      case "brightness" -> ColorJitter.blend(picture, p[0], 0);
      case "contrast" -> ColorJitter.contrast(picture, p[0]);
      case "saturation" -> Colours.saturate(picture, p[0]);
      case "hue" -> Colours.turn(picture, p[0]);
      case "jitter" -> ColorJitter.jitter(picture, new int[] {2, 0, 3, 1}, p[0], p[1], p[2], p[3]);
      case "normalize" ->
          new Normalize(Fill.of(0.49, 0.48, 0.45), Fill.of(0.25, 0.24, 0.26))
              .apply(picture, random);
      case "erase" ->
          CoarseDropout.paint(picture, FILL, (int) p[0], (int) p[1], (int) p[2], (int) p[3]);
      case "blur" -> new GaussianBlur(3, new Range(p[1], p[1])).apply(picture, random);
      case "rotate" -> RandomRotation.rotate(picture, p[0], Interpolation.NEAREST, FILL);
      case "affine" ->
          RandomAffine.transform(
              picture, p[0], p[1], p[2], p[3], p[4], p[5], Interpolation.NEAREST, FILL);
      default ->
          new RandomCrop(6, 7, 2, false, RandomCrop.PaddingMode.CONSTANT, FILL)
              .crop(picture, (int) (p[1] - p[0]), (int) (p[2] - p[0]));
    }
  }

  /** Each channel by itself is what becomes of a grey picture of the same pixels. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rotation(30)",
        "rotation(30, bilinear)",
        "affine(degrees=20, shift=1, scale=0.8..1.2, shear=8, interpolation=bilinear, fill=0.4)",
        "shift(2)",
        "crop(5, padding=1, padding_mode=reflect)",
        "perspective(0.5, p=1)",
        "perspective(0.5, p=1, interpolation=nearest)",
        "erasing(p=1)",
        "cutout(3, holes=2)",
        "coarse_dropout(max_holes=2, max_height=3, max_width=2, min_height=1, p=1)",
        "elastic",
        "elastic(alpha=20, sigma=0, interpolation=nearest)",
        "blur(3)",
        "jitter(brightness=0.5)",
        "hflip(p=1) + vflip(p=1)"
      })
  void channelsDoNotMix(String line) {
    Augmentation augmentation = Augmentations.parse(line);
    Picture coloured = picture();
    byte[] bytes = coloured.bytes().clone();
    augmentation.apply(coloured, new RandomStream(5));
    int plane = coloured.plane();
    for (int channel = 0; channel < 3; channel++) {
      Picture grey = new Picture(HEIGHT, WIDTH);
      grey.load(bytes, channel * PLANE);
      augmentation.apply(grey, new RandomStream(5));
      assertThat(Arrays.copyOfRange(coloured.pixels(), channel * plane, (channel + 1) * plane))
          .containsExactly(Arrays.copyOf(grey.pixels(), plane));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1)",
        "jitter(saturation=0.7..1.5, hue=-0.1..0.2)",
        "hflip",
        "hflip(p=0.3)",
        "vflip",
        "grayscale",
        "grayscale(p=0.2)",
        "cutout(8, value=[0.49, 0.48, 0.45])",
        "crop(32, padding=4, fill=[0.49, 0.48, 0.45])",
        "coarse_dropout(max_holes=1, max_height=16, max_width=16, value=[0.4, 0.5, 0.6])",
        "coarse_dropout(min_height=4, min_width=2, p=1)",
        "normalize(mean=[0.49, 0.48, 0.45], std=[0.25, 0.24, 0.26])"
      })
  void whatIsWrittenReadsBack(String line) {
    Augmentation augmentation = Augmentations.parse(line);
    assertThat(augmentation).hasToString(line);
    assertThat(Augmentations.parse(augmentation.toString())).isEqualTo(augmentation);
  }

  @Test
  void holesLieInThePicture() {
    CoarseDropout dropout = new CoarseDropout(2, 4, 1, 3, 2, 9, Fill.of(0.5), 1);
    for (int seed = 0; seed < 200; seed++) {
      Picture picture = new Picture(3, 5, 6);
      Arrays.fill(picture.pixels(), 1);
      dropout.apply(picture, new RandomStream(seed));
      int holes = 0;
      for (int i = 0; i < picture.size(); i++) {
        holes += picture.pixels()[i] == 0.5f ? 1 : 0;
      }
      // 2 rows of 2 pixels at least, if they lie apart or not; 3 channels.
      assertThat(holes).isBetween(3 * 2, 3 * 30);
    }
    Picture same = new Picture(3, 5, 6);
    Arrays.fill(same.pixels(), 1);
    new CoarseDropout(1, 1, 1, 1, 1, 1, Fill.BLACK, 0).apply(same, new RandomStream(1));
    assertThat(same.pixels()).containsOnly(1);
  }

  @Test
  void aGreyPictureHasNoColoursToChange() {
    Picture grey = Digits.of(3);
    new RandomGrayscale(1).apply(grey, new RandomStream(1));
    new ColorJitter(0, 0, 0.9, 0.5).apply(grey, new RandomStream(1));
    assertThat(Digits.pixels(grey)).containsExactly(Digits.pixels(Digits.of(3)));
  }

  @Test
  void aFillMustFitTheChannels() {
    Augmentation augmentation = Augmentations.parse("shift(1, fill=[0.1, 0.2, 0.3])");
    assertThatThrownBy(() -> augmentation.apply(Digits.of(1), new RandomStream(1)))
        .hasMessage(
            "A fill of 3 values, [0.1, 0.2, 0.3], does not fit a picture of 1 channel: give one"
                + " value, or one for each channel.");
    assertThatThrownBy(() -> Augmentations.parse("shift(1, fill=[0.1, 2, 0.3])"))
        .hasMessageContaining("RandomShift's fill is 2: give a number from 0 to 1.");
    assertThatThrownBy(() -> Augmentations.parse("jitter(hue=0.6)"))
        .hasMessageContaining("hue is -0.6: give a number from -0.5 to 0.5.");
    assertThatThrownBy(() -> Augmentations.parse("coarse_dropout(max_holes=2, min_holes=3)"))
        .hasMessageContaining("CoarseDropout's min_holes is 3: give a whole number from 1 to 2.");
  }

  @Test
  void cutMixOfColoursCutsAllChannelsAlike() {
    float[] features = new float[2 * 3 * 4];
    for (int i = 0; i < features.length; i++) {
      features[i] = i;
    }
    float[] labels = {1, 0, 0, 1};
    CutMix.cut(new BatchAugmentation.Batch(features, labels, 2, 3, 2, 2, 2), 0, 0, 1, 1);
    // The upper left pixel of each of the three channels has changed places.
    assertThat(features)
        .containsExactly(
            12, 1, 2, 3, 16, 5, 6, 7, 20, 9, 10, 11, 0, 13, 14, 15, 4, 17, 18, 19, 8, 21, 22, 23);
    assertThat(labels).containsExactly(0.75f, 0.25f, 0.25f, 0.75f);
  }
}
