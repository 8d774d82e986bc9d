package kilonet.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kilonet.text.TermParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "rotation(7)",
        "rotation(-3..10, interpolation=bilinear, fill=0.5)",
        "rotation(5..5)",
        "rotation(7) + shift(2) + erasing(p=0.25)",
        "affine(degrees=10, shift=2, scale=0.9..1.1, shear=5)",
        "affine(degrees=0, translate=[0.1, 0.2], shear=-5..3, shear_y=4, fill=1)",
        "affine(degrees=10, translate=0.1, scale=1.2)",
        "shift(2, fill=0.1)",
        "crop(28, padding=2)",
        "crop([20, 24], pad_if_needed=true, padding_mode=reflect)",
        "perspective(0.3, p=1, interpolation=nearest)",
        "perspective(0.3)",
        "erasing(p=0.5, scale=0.1..0.2, ratio=1, value=0.5)",
        "erasing(p=1, noise=true)",
        "cutout(8, holes=2)",
        "elastic(alpha=34, sigma=4)",
        "jitter(brightness=0.2, contrast=0.5..0.7)",
        "jitter(contrast=1.5)",
        "jitter",
        "noise(sigma=0.05)",
        "noise(sigma=0.05, mean=0.1, clip=false)",
        "blur(5)",
        "blur(3, sigma=0.8)",
        "normalize(mean=0.1307, std=0.3081)",
        "apply(rotation(7), p=0.5)",
        "apply(rotation(7) + shift(1), p=0.3)",
        "choice(rotation(7), shift(2) + blur(3), none)",
        "choice(rotation(7), none, p=[0.7, 0.3])",
        "apply(choice(apply(none, p=1), cutout(3)), p=1e-5) + shift(1)",
      })
  void aLineReadsAndWritesTheSame(String line) {
    assertThat(Augmentations.parse(line)).hasToString(line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotation( degrees = 7.0 ,fill=.0)+shift(pixels=2) | rotation(7) + shift(2)",
        "affine(10, 0.1) | affine(degrees=10, translate=0.1)",
        "affine(10, scale=1, shift=0) | affine(degrees=10)",
        "rotation(-7..7) | rotation(7)",
        "jitter(0.2) | jitter(brightness=0.2)",
        "jitter(0.8..1.2) | jitter(brightness=0.2)",
        "erasing | erasing(p=0.5)",
        "choice(none, none, p=[2, 2]) | choice(none, none)",
      })
  void aLineIsMadeCanonical(String line, String canonical) {
    assertThat(Augmentations.parse(line)).hasToString(canonical);
  }

  @Test
  void aBlankLineIsNone() {
    assertThat(Augmentations.parse("  ")).isEqualTo(new Identity());
  }

  @Test
  void linesMeanWhatConstructorsMean() {
    assertThat(Augmentations.parse("rotation(7)")).isEqualTo(new RandomRotation(7));
    assertThat(Augmentations.parse("affine(10, 0.1, scale=0.9..1.1, shear=5)"))
        .isEqualTo(new RandomAffine(10, 0.1, new Range(0.9, 1.1), 5));
    assertThat(Augmentations.parse("affine(10, shift=2)"))
        .isEqualTo(new RandomAffine(10).withShift(2));
    assertThat(Augmentations.parse("crop(28, 4)")).isEqualTo(new RandomCrop(28, 4));
    assertThat(Augmentations.parse("perspective")).isEqualTo(new RandomPerspective(0.5, 0.5));
    assertThat(Augmentations.parse("elastic")).isEqualTo(new ElasticTransform(50, 5));
    assertThat(Augmentations.parse("jitter(0.2, 0.3)")).isEqualTo(new ColorJitter(0.2, 0.3));
    assertThat(Augmentations.parse("blur(3)")).isEqualTo(new GaussianBlur(3));
    assertThat(Augmentations.parse("erasing(0.25)")).isEqualTo(new RandomErasing(0.25));
    assertThat(Augmentations.parse("rotation(7) + shift(2)"))
        .isEqualTo(new Compose(new RandomRotation(7), new RandomShift(2)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotate(7) | At position 1 of 'rotate(7)': no augmentation is called 'rotate'; there are none, rotation, affine, shift, crop, perspective, erasing, cutout, coarse_dropout, hflip, vflip, grayscale, elastic, jitter, noise, blur, normalize, apply, choice.",
        "shift(2) + rotation(-7) | At position 12 of 'shift(2) + rotation(-7)': RandomRotation's degrees is -7: give a finite number, 0 or greater.",
        "rotation(NaN) | At position 10 of 'rotation(NaN)': degrees of rotation must be a number or a range, such as 0.9..1.1.",
        "rotation | At position 1 of 'rotation': rotation needs degrees: give a number or a range, such as 0.9..1.1.",
        "rotation(10..-10) | At position 1 of 'rotation(10..-10)': The range 10..-10 runs backwards: give the lower bound first.",
        "rotation(7, fill=2) | At position 1 of 'rotation(7, fill=2)': RandomRotation's fill is 2: give a number from 0 to 1.",
        "rotation(7, cubic) | At position 13 of 'rotation(7, cubic)': interpolation of rotation must be one of nearest, bilinear.",
        "rotation(7) + | At position 14 of 'rotation(7) +': a name is missing.",
        "rotation(7) shift(2) | At position 13 of 'rotation(7) shift(2)': 'shift(2)' is too much here: join two terms by '+', or end.",
        "affine(10, scale=0..1) | At position 1 of 'affine(10, scale=0..1)': RandomAffine's least scale is 0: give a finite number greater than 0.",
        "affine(10, shear=90) | At position 1 of 'affine(10, shear=90)': RandomAffine's shear is -90..90 degrees: stay between -90 and 90.",
        "affine(10, translate=[1, 2, 3]) | At position 12 of 'affine(10, translate=[1, 2, 3])': translate of affine must be one number or two, such as [1, 2].",
        "crop(0) | At position 1 of 'crop(0)': RandomCrop's height is 0: give a whole number from 1 to 10000.",
        "crop([28, 0]) | At position 1 of 'crop([28, 0])': RandomCrop's width is 0: give a whole number from 1 to 10000.",
        "shift(1.5) | At position 7 of 'shift(1.5)': pixels of shift is 1.5: give a whole number.",
        "erasing(p=1.5) | At position 1 of 'erasing(p=1.5)': RandomErasing's p is 1.5: give a number from 0 to 1.",
        "blur(4) | At position 1 of 'blur(4)': GaussianBlur's kernelSize is 4: give an odd number, so that the kernel has a middle.",
        "cutout(0) | At position 1 of 'cutout(0)': CutOut's size is 0: give a whole number from 1 to 10000.",
        "jitter(-0.1) | At position 1 of 'jitter(-0.1)': ColorJitter's brightness is -0.1: give a finite number, 0 or greater.",
        "normalize(0.1, 0) | At position 1 of 'normalize(0.1, 0)': Normalize's std is 0: give a finite number greater than 0.",
        "choice() | At position 1 of 'choice()': RandomChoice has no augmentations: give at least one.",
        "choice(none, p=[1, 2]) | At position 1 of 'choice(none, p=[1, 2])': RandomChoice has 1 augmentations and 2 weights: give one weight for each.",
        "choice(none, p=[0]) | At position 1 of 'choice(none, p=[0])': The sum of RandomChoice's weights is 0: give a finite number greater than 0.",
        "choice(7) | At position 8 of 'choice(7)': choice takes no number here.",
        "apply(p=0.5) | At position 1 of 'apply(p=0.5)': apply takes one augmentation and p: write 'apply(rotation(7) + shift(2), p=0.5)'.",
        "apply(rotation(-1)) | At position 7 of 'apply(rotation(-1))': RandomRotation's degrees is -1: give a finite number, 0 or greater.",
        "rotation(1e39) | At position 1 of 'rotation(1e39)': The lower bound of a range is -1e39: give a number from -1e9 to 1e9.",
        "affine(3, scale=1..1e10) | At position 1 of 'affine(3, scale=1..1e10)': The upper bound of a range is 1e10: give a number from -1e9 to 1e9.",
        "shift(2147483647) | At position 1 of 'shift(2147483647)': RandomShift's pixels is 2147483647: give a whole number from 0 to 10000.",
        "affine(0, shift=1073741824) | At position 1 of 'affine(0, shift=1073741824)': RandomAffine's shift is 1073741824: give a whole number from 0 to 10000.",
        "crop(28, padding=2147483647) | At position 1 of 'crop(28, padding=2147483647)': RandomCrop's padding is 2147483647: give a whole number from 0 to 10000.",
        "blur(3, sigma=1e-50) | At position 1 of 'blur(3, sigma=1e-50)': GaussianBlur's least sigma is 0: give a finite number greater than 0.",
        "affine(3, scale=1e-50..1) | At position 1 of 'affine(3, scale=1e-50..1)': RandomAffine's least scale is 0: give a finite number greater than 0.",
        "blur(100001) | At position 1 of 'blur(100001)': GaussianBlur's kernelSize is 100001: give a whole number from 1 to 1001.",
        "elastic(1, 1e9) | At position 1 of 'elastic(1, 1e9)': ElasticTransform's sigma is 1e9: give a number from 0 to 125.",
        "erasing(value=1, noise=true) | At position 1 of 'erasing(value=1, noise=true)': RandomErasing's value says nothing where noise is painted: leave one of them out.",
        "none(1) | At position 6 of 'none(1)': none takes no arguments.",
      })
  void aLineThatCannotBeReadIsASentenceWithItsPosition(String line, String sentence) {
    assertThatThrownBy(() -> Augmentations.parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @Test
  void badArgumentsOfConstructorsAreSentences() {
    assertThatThrownBy(() -> new RandomRotation(Double.NaN))
        .hasMessage("RandomRotation's degrees is NaN: give a finite number, 0 or greater.");
    assertThatThrownBy(() -> new RandomRotation(-1))
        .hasMessage("RandomRotation's degrees is -1: give a finite number, 0 or greater.");
    assertThatThrownBy(() -> new RandomAffine(Double.POSITIVE_INFINITY))
        .hasMessage("RandomAffine's degrees is Infinity: give a finite number, 0 or greater.");
    assertThatThrownBy(Compose::new)
        .hasMessage("Compose has no augmentations: give at least one, or use Identity for none.");
    assertThatThrownBy(() -> new Range(0, Double.NaN))
        .hasMessage("The upper bound of a range is NaN: give a number from -1e9 to 1e9.");
    assertThatThrownBy(() -> new RandomCrop(32, 1).apply(Digits.of(0), new RandomStream(1)))
        .hasMessage(
            "RandomCrop cannot cut 32 x 32 pixels out of 28 x 28 with a padding of 1: make the piece smaller or the padding larger.");
  }

  static Stream<Integer> seeds() {
    return IntStream.range(0, 300).boxed();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyAugmentationIsTheSameAfterWritingAndReading(int seed) {
    Augmentation drawn = draw(new RandomStream(seed), 3);

    Augmentation read = Augmentations.parse(drawn.toString());

    assertThat(read).isEqualTo(drawn).hasToString(drawn.toString());
  }

  /** Any augmentation; several only inside apply and choice or as the outermost. */
  private static Augmentation draw(RandomStream random, int depth) {
    int terms = 1 + random.nextInt(2);
    List<Augmentation> list = new ArrayList<>();
    for (int i = 0; i < terms; i++) {
      list.add(drawTerm(random, depth));
    }
    return list.size() == 1 ? list.get(0) : new Compose(list);
  }

  private static Augmentation drawTerm(RandomStream random, int depth) {
    Interpolation how = Interpolation.values()[random.nextInt(2)];
    double part = random.nextDouble();
    double fill = random.nextInt(2) * random.nextDouble();
    Range range = new Range(part, part + random.nextDouble() * random.nextInt(2));
    Range degrees = new Range(-part * random.nextInt(2), part * 9);
    return switch (random.nextInt(depth > 0 ? 15 : 13)) {
      case 0 -> new RandomRotation(degrees, how, fill);
      case 1 ->
          new RandomAffine(
              degrees, part, fill, random.nextInt(3), range, degrees, degrees, how, fill);
      case 2 -> new RandomShift(random.nextInt(4), fill);
      case 3 ->
          new RandomCrop(
              1 + random.nextInt(30),
              1 + random.nextInt(30),
              random.nextInt(3),
              random.nextBoolean(),
              RandomCrop.PaddingMode.values()[random.nextInt(4)],
              fill);
      case 4 -> new RandomPerspective(part, fill, how, fill);
      case 5 ->
          random.nextBoolean()
              ? new RandomErasing(part, new Range(part / 2, part), range, fill * 1e-9, false)
              : new RandomErasing(part, new Range(part / 2, part), range, 0, true);
      case 6 -> new CutOut(1 + random.nextInt(9), 1 + random.nextInt(2), fill * 1e9);
      case 7 -> new ElasticTransform(part * 100, part * 1e-4, how, fill);
      case 8 ->
          random.nextBoolean()
              ? new ColorJitter(range, degrees.high() > 1 ? range : Range.ONE)
              : new ColorJitter(part, fill);
      case 9 -> new GaussianNoise(-part, fill, random.nextBoolean());
      case 10 -> new GaussianBlur(1 + 2 * random.nextInt(5), range);
      case 11 -> new Normalize(-part, part + 1);
      case 12 -> new Identity();
      case 13 -> new RandomApply(draw(random, depth - 1), part);
      default ->
          new RandomChoice(
              List.of(draw(random, depth - 1), draw(random, depth - 1)), List.of(part, 1.0));
    };
  }

  @Test
  void aTextOfAnythingIsReadOrRefusedWithASentence() {
    String letters = "rotation(7,.+-=[]) shift ae1";
    for (int seed = 0; seed < 3000; seed++) {
      RandomStream random = new RandomStream(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        int from = random.nextInt(letters.length());
        text.append(letters, from, Math.min(letters.length(), from + 1 + random.nextInt(9)));
      }
      try {
        TermParser.parse(text.toString(), "+");
        Augmentations.parse(text.toString());
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("At position ").hasMessageEndingWith(".");
      }
    }
  }
}
