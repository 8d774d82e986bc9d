package kilonet.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AugmentationTest {

  static Stream<Augmentation> everyKind() {
    return Stream.of(
            "rotation(7)",
            "rotation(30, bilinear)",
            "affine(degrees=10, translate=0.1, shift=2, scale=0.9..1.1, shear=5, shear_y=3)",
            "affine(degrees=10, scale=0.5..2, shear=5, interpolation=bilinear, fill=0.5)",
            "shift(2)",
            "crop(24, padding=2)",
            "crop(32, pad_if_needed=true, padding_mode=symmetric)",
            "perspective(0.5, p=1)",
            "perspective(0.5, p=1, interpolation=nearest)",
            "erasing(p=1)",
            "erasing(p=1, noise=true)",
            "cutout(8, holes=2)",
            "elastic",
            "elastic(alpha=20, sigma=0, interpolation=nearest)",
            "jitter(0.5, 0.5)",
            "noise(sigma=0.1)",
            "blur(5)",
            "normalize(0.1307, 0.3081)",
            "apply(rotation(7) + shift(2), p=0.5)",
            "choice(rotation(7), shift(2), none, p=[1, 2, 3])",
            "none")
        .map(Augmentations::parse);
  }

  private static float[] after(Augmentation augmentation, long seed, int digit) {
    Picture picture = Digits.of(digit);
    augmentation.apply(picture, new RandomStream(seed, digit));
    return Digits.pixels(picture);
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void theSameStreamGivesTheSamePictureOnWhateverThread(Augmentation augmentation) {
    List<float[]> alone =
        IntStream.range(0, 40).mapToObj(i -> after(augmentation, i, i % 10)).toList();
    List<float[]> together =
        IntStream.range(0, 40).parallel().mapToObj(i -> after(augmentation, i, i % 10)).toList();

    for (int i = 0; i < alone.size(); i++) {
      assertThat(together.get(i)).containsExactly(alone.get(i));
    }
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void whatTheSparePixelsHeldDoesNotMatter(Augmentation augmentation) {
    for (int seed = 0; seed < 20; seed++) {
      Picture picture = Digits.of(3);
      Arrays.fill(picture.spare(), Float.NaN);
      augmentation.apply(picture, new RandomStream(seed, 3));
      assertThat(Digits.pixels(picture)).containsExactly(after(augmentation, seed, 3));
    }
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void anyPictureOfAnySizeStaysFinite(Augmentation augmentation) {
    for (int[] size : new int[][] {{1, 1}, {1, 30}, {30, 1}, {2, 3}, {57, 33}}) {
      if (augmentation.toString().startsWith("crop(24") && Math.min(size[0], size[1]) < 20) {
        continue;
      }
      for (int seed = 0; seed < 20; seed++) {
        Picture picture = new Picture(size[0], size[1]);
        RandomStream random = new RandomStream(seed);
        for (int i = 0; i < size[0] * size[1]; i++) {
          picture.pixels()[i] = random.nextFloat();
        }
        augmentation.apply(picture, random);
        for (float pixel : Digits.pixels(picture)) {
          assertThat(pixel).isFinite();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void noPictureIsAllocatedInTheSteadyState(Augmentation augmentation) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Picture picture = new Picture(28, 28);
    RandomStream random = new RandomStream(1);
    byte[] digits = Digits.pixels();
    long before = 0;
    int warm = 3_000;
    int measured = 2_000;
    for (int i = 0; i < warm + measured; i++) {
      if (i == warm) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      picture.resize(28, 28);
      picture.load(digits, i % 10 * 784);
      random.set(1, 2, i);
      augmentation.apply(picture, random);
    }
    long perPicture = (threads.getCurrentThreadAllocatedBytes() - before) / measured;
    // A picture of its own would be 3,152 bytes; small values are 0 to 224, by what is compiled
    // yet.
    assertThat(perPicture).isLessThan(1_500);
  }

  @Test
  void aRotationByNothingChangesNothing() {
    for (Interpolation how : Interpolation.values()) {
      assertThat(after(new RandomRotation(0, how), 1, 4))
          .containsExactly(Digits.pixels(Digits.of(4)));
    }
  }

  @Test
  void fourQuarterTurnsAreNone() {
    for (Interpolation how : Interpolation.values()) {
      Picture picture = Digits.of(7);
      for (int i = 0; i < 4; i++) {
        RandomRotation.rotate(picture, 90, how, Fill.BLACK);
      }
      assertThat(Digits.pixels(picture)).containsExactly(Digits.pixels(Digits.of(7)));
    }
  }

  @Test
  void aPositiveAngleTurnsCounterClockwiseInARotationAndClockwiseInAnAffineMap() {
    Picture rotated = corner();
    RandomRotation.rotate(rotated, 90, Interpolation.NEAREST, Fill.BLACK);
    assertThat(Digits.pixels(rotated)).containsExactly(0, 0, 0, 0, 0, 0, 1, 0, 0);

    Picture mapped = corner();
    RandomAffine.transform(mapped, 90, 0, 0, 1, 0, 0, Interpolation.NEAREST, Fill.BLACK);
    assertThat(Digits.pixels(mapped)).containsExactly(0, 0, 1, 0, 0, 0, 0, 0, 0);
  }

  /** White at the upper left. */
  private static Picture corner() {
    Picture picture = new Picture(3, 3);
    picture.pixels()[0] = 1;
    return picture;
  }

  @Test
  void aShiftMovesByEveryWholeNumberOfPixels() {
    Set<Integer> places = new HashSet<>();
    for (int seed = 0; seed < 500; seed++) {
      Picture picture = new Picture(5, 7);
      picture.pixels()[2 * 7 + 3] = 1;
      new RandomShift(2).apply(picture, new RandomStream(seed));
      float[] pixels = Digits.pixels(picture);
      int place = IntStream.range(0, 35).filter(i -> pixels[i] == 1).findFirst().orElseThrow();
      assertThat(place % 7).isBetween(1, 5);
      places.add(place);
    }
    assertThat(places).hasSize(25);
  }

  /** As in torchvision: of the width sideways, of the height up or down. */
  @Test
  void aPictureThatIsNotSquareMovesByPartsOfItsOwnSides() {
    for (boolean sideways : new boolean[] {true, false}) {
      RandomAffine move =
          new RandomAffine(
              Range.ZERO,
              sideways ? 0.5 : 0,
              sideways ? 0 : 0.5,
              0,
              Range.ONE,
              Range.ZERO,
              Range.ZERO,
              Interpolation.NEAREST,
              0);
      Set<Integer> rows = new HashSet<>();
      Set<Integer> columns = new HashSet<>();
      for (int seed = 0; seed < 2_000; seed++) {
        Picture picture = new Picture(9, 31);
        picture.pixels()[4 * 31 + 15] = 1;
        move.apply(picture, new RandomStream(seed));
        float[] pixels = Digits.pixels(picture);
        IntStream.range(0, 9 * 31)
            .filter(i -> pixels[i] == 1)
            .forEach(
                i -> {
                  rows.add(i / 31);
                  columns.add(i % 31);
                });
      }
      assertThat(rows).hasSize(sideways ? 1 : 9);
      assertThat(columns).hasSize(sideways ? 31 : 1);
    }
  }

  /** 30% of 12 x 40 pixels are 144, a square of 12, which has to be lower than the picture. */
  @Test
  void aRectangleOfAPictureThatIsNotSquareIsAPartOfItsArea() {
    for (int height : new int[] {12, 13}) {
      Picture picture = new Picture(height, 40);
      Arrays.fill(picture.pixels(), 1);
      double part = 144.0 / (height * 40);
      new RandomErasing(1, new Range(part, part), Range.ONE, 0, false)
          .apply(picture, new RandomStream(3));
      float[] pixels = Digits.pixels(picture);
      long erased = IntStream.range(0, pixels.length).filter(i -> pixels[i] == 0).count();
      assertThat(erased).isEqualTo(height == 12 ? 0 : 144);
    }
  }

  @Test
  void aShiftIsTheSameAsACropWithPadding() {
    for (int right = -3; right <= 3; right++) {
      for (int down = -3; down <= 3; down++) {
        Picture shifted = Digits.of(6);
        Picture cropped = Digits.of(6);
        RandomShift.shift(shifted, right, down, Fill.of(0.5));
        new RandomCrop(28, 28, 3, false, RandomCrop.PaddingMode.CONSTANT, 0.5)
            .crop(cropped, -down, -right);
        assertThat(Digits.pixels(shifted)).containsExactly(Digits.pixels(cropped));
      }
    }
  }

  @Test
  void aCropThatNeedsMoreThanThePictureGrowsIt() {
    Picture picture = Digits.of(2);

    Augmentations.parse("crop([40, 30], pad_if_needed=true)").apply(picture, new RandomStream(1));

    assertThat(picture.height()).isEqualTo(40);
    assertThat(picture.width()).isEqualTo(30);
    assertThat(sum(picture)).isEqualTo(sum(Digits.of(2)));
  }

  private static double sum(Picture picture) {
    float[] pixels = Digits.pixels(picture);
    return IntStream.range(0, pixels.length).mapToDouble(i -> pixels[i]).sum();
  }

  /** torchvision's RandomErasing(p=0.3): the area lies within its range, up to rounded sides. */
  @Test
  void erasingPaintsARectangleOfTheGivenAreaAsOftenAsItIsSaidTo() {
    int erased = 0;
    for (int seed = 0; seed < 1000; seed++) {
      Picture picture = new Picture(40, 50);
      Arrays.fill(picture.pixels(), 1);
      new RandomErasing(0.3, new Range(0.1, 0.2), new Range(0.5, 2), 0, false)
          .apply(picture, new RandomStream(seed));
      int black = 2000 - (int) sum(picture);
      if (black > 0) {
        erased++;
        assertThat(black).isBetween(200 - 27, 400 + 35);
        assertThat(isRectangle(picture)).isTrue();
      }
    }
    // Five standard deviations of a binomial distribution.
    assertThat((double) erased).isCloseTo(300, within(5 * Math.sqrt(1000 * 0.3 * 0.7)));
  }

  private static boolean isRectangle(Picture picture) {
    int width = picture.width();
    float[] pixels = Digits.pixels(picture);
    int[] black = IntStream.range(0, pixels.length).filter(i -> pixels[i] == 0).toArray();
    int columns = 1;
    while (columns < black.length && black[columns] == black[0] + columns) {
      columns++;
    }
    for (int i = 0; i < black.length; i++) {
      if (black[i] != black[0] + i / columns * width + i % columns) {
        return false;
      }
    }
    return black.length % columns == 0;
  }

  @Test
  void cutOutPaintsASquareThatMayStickOut() {
    Set<Integer> areas = new HashSet<>();
    for (int seed = 0; seed < 2000; seed++) {
      Picture picture = new Picture(10, 10);
      Arrays.fill(picture.pixels(), 1);
      new CutOut(4).apply(picture, new RandomStream(seed));
      assertThat(isRectangle(picture)).isTrue();
      areas.add(100 - (int) sum(picture));
    }
    // Sides of 2 to 4 pixels at the border, 4 inside.
    assertThat(areas).containsExactlyInAnyOrder(4, 6, 8, 9, 12, 16);
  }

  @Test
  void aChoiceIsMadeByWeight() {
    Augmentation choice =
        new RandomChoice(List.of(new Normalize(1, 1), new Normalize(2, 1)), List.of(1.0, 3.0));
    int second = 0;
    for (int seed = 0; seed < 1000; seed++) {
      Picture picture = new Picture(1, 1);
      choice.apply(picture, new RandomStream(seed));
      second += picture.pixels()[0] == -2 ? 1 : 0;
    }
    assertThat((double) second).isCloseTo(750, within(5 * Math.sqrt(1000 * 0.75 * 0.25)));
  }

  @Test
  void noiseHasItsMeanAndDeviation() {
    Picture picture = new Picture(200, 200);
    new GaussianNoise(0.25, 0.5, false).apply(picture, new RandomStream(1));
    float[] pixels = Digits.pixels(picture);
    double mean = sum(picture) / pixels.length;
    double variance =
        IntStream.range(0, pixels.length)
                .mapToDouble(i -> (pixels[i] - mean) * (pixels[i] - mean))
                .sum()
            / pixels.length;

    // Five standard errors: sigma / sqrt(n), and sigma^2 sqrt(2 / n).
    assertThat(mean).isCloseTo(0.25, within(5 * 0.5 / 200));
    assertThat(variance).isCloseTo(0.25, within(5 * 0.25 * Math.sqrt(2) / 200));
  }

  @Test
  void anElasticFieldMovesPixelsButKeepsTheirRange() {
    float[] moved = after(new ElasticTransform(50, 5), 1, 8);

    assertThat(moved).isNotEqualTo(Digits.pixels(Digits.of(8)));
    for (float pixel : moved) {
      assertThat(pixel).isBetween(0f, 1f);
    }
  }

  /** In the last row the eighth pixel's source lies on the lower edge, to the last bit. */
  @Test
  void aPointOnTheFarEdgeIsOutside() {
    Picture picture = Digits.of(0);

    RandomRotation.rotate(picture, -4.838712215423584, Interpolation.NEAREST, Fill.of(0.5));

    for (int x = 0; x < 28; x++) {
      assertThat(picture.pixels()[27 * 28 + x]).isEqualTo(x <= 7 || x == 27 ? 0.5f : 0);
    }
  }

  /** Row by row with the arithmetic of the formula, without the shortcuts of the warp. */
  @Test
  void aWarpIsTheSameAsItsFormulaForAnyMap() {
    for (int seed = 0; seed < 4000; seed++) {
      RandomStream random = new RandomStream(seed);
      Picture picture = new Picture(1 + random.nextInt(12), 1 + random.nextInt(12));
      int height = picture.height();
      int width = picture.width();
      for (int i = 0; i < height * width; i++) {
        picture.pixels()[i] = random.nextFloat();
      }
      // Every other map has coefficients in eighths, whose points often lie on an edge.
      double[] m = new double[6];
      for (int i = 0; i < 6; i++) {
        double drawn = random.between(-2, 2) * (i % 3 == 2 ? 5 : 1);
        m[i] = seed % 2 == 0 ? Math.rint(drawn * 8) / 8 : drawn;
      }
      float[] before = Digits.pixels(picture);
      Interpolation how = Interpolation.values()[seed / 2 % 2];
      Warp.affine(picture, how, Fill.of(-1), m[0], m[1], m[2], m[3], m[4], m[5]);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double u = m[0] * (x + 0.5) + m[1] * (y + 0.5) + m[2];
          double v = m[3] * (x + 0.5) + m[4] * (y + 0.5) + m[5];
          double nearestEdge =
              Math.min(
                  how == Interpolation.NEAREST
                      ? Math.min(Math.abs(u - Math.rint(u)), Math.abs(v - Math.rint(v)))
                      : Math.min(toBorder(u, width), toBorder(v, height)),
                  1);
          if (seed % 2 == 1 && nearestEdge < 1e-3) {
            // Rounding may decide which side of an edge this point is on.
            continue;
          }
          float expected =
              how == Interpolation.NEAREST
                  ? pixel(before, height, width, (int) Math.floor(u), (int) Math.floor(v))
                  : lerp(before, height, width, u, v);
          assertThat(picture.pixels()[y * width + x])
              .as("seed %d, %s, pixel (%d, %d)", seed, how, x, y)
              .isCloseTo(expected, within(1e-5f));
        }
      }
    }
  }

  /** What was loaded is warped where its ink is, anything else everywhere. */
  @Test
  void aWarpLooksOnlyWhereTheInkIsAndGivesTheSameBits() {
    for (int seed = 0; seed < 3000; seed++) {
      RandomStream random = new RandomStream(seed, 7);
      int height = 1 + random.nextInt(40);
      int width = 1 + random.nextInt(40);
      byte[] bytes = new byte[height * width];
      int left = random.nextInt(width);
      int top = random.nextInt(height);
      int right = left + random.nextInt(width - left + 1);
      int bottom = top + random.nextInt(height - top + 1);
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          bytes[y * width + x] = (byte) random.nextInt(256);
        }
      }
      double[] m = new double[6];
      for (int i = 0; i < 6; i++) {
        m[i] = random.between(-2, 2) * (i % 3 == 2 ? width : 1);
      }
      // Off any picture in one step, or all of it in one place.
      m[seed % 6] *= new double[] {1, 1, 0, 1e12}[seed / 6 % 4];
      float fill = seed % 5 == 0 ? 0.5f : 0;
      Picture loaded = new Picture(height, width);
      Picture touched = new Picture(height, width);
      loaded.load(bytes, 0);
      touched.load(bytes, 0);
      touched.pixels();
      for (Picture picture : List.of(loaded, touched)) {
        Warp.affine(
            picture, Interpolation.BILINEAR, Fill.of(fill), m[0], m[1], m[2], m[3], m[4], m[5]);
      }
      assertThat(Digits.pixels(loaded)).as("seed %d", seed).containsExactly(Digits.pixels(touched));
    }
  }

  private static double toBorder(double x, int side) {
    return Math.min(Math.abs(x), Math.abs(x - side));
  }

  private static float pixel(float[] pixels, int height, int width, int x, int y) {
    return x >= 0 && x < width && y >= 0 && y < height ? pixels[y * width + x] : -1;
  }

  private static float lerp(float[] pixels, int height, int width, double u, double v) {
    if (u < 0 || u >= width || v < 0 || v >= height) {
      return -1;
    }
    double x = Math.min(Math.max(u - 0.5, 0), width - 1);
    double y = Math.min(Math.max(v - 0.5, 0), height - 1);
    double sum = 0;
    for (int j = 0; j < height; j++) {
      for (int i = 0; i < width; i++) {
        double weight = Math.max(0, 1 - Math.abs(x - i)) * Math.max(0, 1 - Math.abs(y - j));
        sum += weight * pixels[j * width + i];
      }
    }
    return (float) sum;
  }

  @Test
  void aPictureThatWouldBeSeenEdgewiseStaysAsItIs() {
    for (int[] size : new int[][] {{1, 5}, {5, 1}, {1, 1}, {4, 4}}) {
      float[] pixels = new float[size[0] * size[1]];
      Arrays.fill(pixels, 0.5f);
      Picture picture = new Picture(1, size[0], size[1]);
      for (int seed = 0; seed < 1_000; seed++) {
        System.arraycopy(pixels, 0, picture.pixels(), 0, pixels.length);
        new RandomPerspective(0.5, 1, Interpolation.NEAREST, Fill.BLACK)
            .apply(picture, new RandomStream(seed));
        float sum = 0;
        for (int i = 0; i < pixels.length; i++) {
          sum += picture.pixels()[i];
        }
        assertThat(sum).isPositive();
      }
    }
  }
}
