package kilonet.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What torchvision makes of digits, and what this library makes of them; see geometry.py. */
class GeometryOracleTest {

  /** One operation on one digit, and the pixels that torchvision gives. */
  record Case(String operation, int[] box, boolean bytes, int digit, double[] p, float[] result) {

    Picture picture() {
      return Digits.of(digit, box[0], box[1], box[2], box[3]);
    }

    @Override
    public String toString() {
      return operation + Arrays.toString(p) + " of " + digit + " in " + Arrays.toString(box);
    }
  }

  static Stream<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    ByteBuffer results = ByteBuffer.wrap(results()).order(ByteOrder.LITTLE_ENDIAN);
    for (String line : index().lines().filter(line -> !line.startsWith("#")).toList()) {
      String[] cells = line.split("\t");
      int[] box = Arrays.stream(numbers(cells[1])).mapToInt(side -> (int) side).toArray();
      double[] digits = numbers(cells[3]);
      double[] p = numbers(cells[4]);
      boolean bytes = cells[2].equals("u8");
      boolean crop = cells[0].startsWith("crop");
      int n = crop ? (int) (p[3] * p[4]) : (box[1] - box[0]) * (box[3] - box[2]);
      for (int digit = (int) digits[0]; digit < digits[1]; digit++) {
        float[] result = new float[n];
        for (int i = 0; i < n; i++) {
          result[i] = bytes ? (results.get() & 0xFF) / 255f : results.getFloat();
        }
        cases.add(new Case(cells[0], box, bytes, digit, p, result));
      }
    }
    assertThat(results.hasRemaining()).isFalse();
    return cases.stream();
  }

  static Stream<Case> perspectives() throws IOException {
    return cases().filter(wanted -> wanted.operation().equals("perspective") && !wanted.bytes());
  }

  private static String index() throws IOException {
    try (InputStream in =
        GeometryOracleTest.class.getResourceAsStream("/kilonet/oracle/geometry.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static byte[] results() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (InputStream in =
        new GZIPInputStream(
            GeometryOracleTest.class.getResourceAsStream("/kilonet/oracle/geometry.bin.gz"))) {
      in.transferTo(bytes);
    }
    return bytes.toByteArray();
  }

  private static double[] numbers(String cell) {
    return Arrays.stream(cell.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nearestNeighboursAreTorchvisionsAndAllElseIsWithinOneTenThousandth(Case wanted) {
    Picture picture = wanted.picture();

    apply(wanted, picture);

    float[] pixels = Digits.pixels(picture);
    assertThat(pixels).hasSameSizeAs(wanted.result());
    for (int i = 0; i < pixels.length; i++) {
      if (wanted.bytes()) {
        assertThat(Math.round(pixels[i] * 255))
            .as("pixel %d", i)
            .isEqualTo(Math.round(wanted.result()[i] * 255));
      } else {
        assertThat(pixels[i]).as("pixel %d", i).isCloseTo(wanted.result()[i], within(1e-4f));
      }
    }
  }

  private static void apply(Case wanted, Picture picture) {
    double[] p = wanted.p();
    Interpolation how = wanted.bytes() ? Interpolation.NEAREST : Interpolation.BILINEAR;
    double value = wanted.bytes() ? p[p.length - 1] / 255 : p[p.length - 1];
    Fill fill = Fill.of(value);
    switch (wanted.operation()) {
      case "rotate" -> RandomRotation.rotate(picture, p[0], how, fill);
      case "affine" ->
          RandomAffine.transform(picture, p[0], p[1], p[2], p[3], p[4], p[5], how, fill);
      case "perspective" ->
          Warp.perspective(picture, how, fill, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
      case "elastic_bilinear" -> elastic(picture, p[0], Interpolation.BILINEAR, p[1]);
      case "elastic_nearest" -> elastic(picture, p[0], Interpolation.NEAREST, p[1]);
      case "blur" ->
          new GaussianBlur((int) p[0], new Range(p[1], p[1])).apply(picture, new RandomStream(1));
      case "brightness" -> ColorJitter.blend(picture, (float) p[0], 0);
      case "contrast" -> ColorJitter.contrast(picture, (float) p[0]);
      case "normalize" -> new Normalize(p[0], p[1]).apply(picture, new RandomStream(1));
      default -> crop(wanted.operation().substring("crop_".length()), picture, p);
    }
  }

  private static void crop(String mode, Picture picture, double[] p) {
    RandomCrop.PaddingMode paddingMode =
        RandomCrop.PaddingMode.valueOf(mode.toUpperCase(Locale.ROOT));
    new RandomCrop((int) p[3], (int) p[4], (int) p[0], false, paddingMode, p[5] / 255)
        .crop(picture, (int) (p[1] - p[0]), (int) (p[2] - p[0]));
  }

  private static void elastic(Picture picture, double amplitude, Interpolation how, double fill) {
    int height = picture.height();
    int width = picture.width();
    int n = height * width;
    float[] field = new float[2 * n];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double phase = x / 3.0 + y / 5.0;
        field[y * width + x] = (float) (amplitude * Math.sin(phase) * width / 2);
        field[n + y * width + x] = (float) (amplitude * Math.cos(phase) * height / 2);
      }
    }
    Warp.displaced(picture, how, Fill.of(fill), field, 0, n);
  }

  @ParameterizedTest
  @MethodSource("perspectives")
  void theCoefficientsOfAPerspectiveAreTorchvisions(Case wanted) {
    Picture picture = wanted.picture();
    double[] p = wanted.p();
    RandomPerspective.warp(
        picture,
        p[8],
        p[9],
        p[10],
        p[11],
        p[12],
        p[13],
        p[14],
        p[15],
        Interpolation.BILINEAR,
        Fill.BLACK);
    for (int i = 0; i < wanted.result().length; i++) {
      assertThat(picture.pixels()[i]).isCloseTo(wanted.result()[i], within(1e-4f));
    }
  }
}
