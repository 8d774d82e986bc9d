package kilonet.augment;

import java.util.Arrays;
import kilonet.text.Check;
import kilonet.text.Numbers;

/**
 * Changes brightness, contrast, saturation and hue by random amounts, in random order.
 *
 * <p>torchvision's {@code ColorJitter(brightness, contrast, saturation, hue)} on tensors.
 * Brightness multiplies the pixels; contrast moves them from (or to) the mean of the picture in
 * grey; saturation moves each from (or to) its own grey; hue turns the circle of colours. All are
 * kept within 0 and 1. Saturation and hue leave a grey picture as it is.
 *
 * @param brightness the range of the brightness factor, 0 or greater
 * @param contrast the range of the contrast factor, 0 or greater
 * @param saturation the range of the saturation factor, 0 or greater
 * @param hue the range of the turn of the hue, within -0.5 to 0.5 of a whole turn
 */
public record ColorJitter(Range brightness, Range contrast, Range saturation, Range hue)
    implements Augmentation {

  /**
   * The orders of four things, by the alphabet: the first is 0, 1, 2, 3, the seventh 1, 0, 2, 3.
   */
  private static final int[][] ORDERS = new int[24][];

  static {
    int next = 0;
    for (int digits = 0; digits < 256; digits++) {
      int[] order = {digits >> 6, digits >> 4 & 3, digits >> 2 & 3, digits & 3};
      if (Arrays.stream(order).distinct().count() == order.length) {
        ORDERS[next++] = order;
      }
    }
  }

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public ColorJitter {
    Check.notNegative("ColorJitter's least brightness", brightness.low());
    Check.notNegative("ColorJitter's least contrast", contrast.low());
    Check.notNegative("ColorJitter's least saturation", saturation.low());
    Check.between("ColorJitter's least hue", hue.low(), -0.5, 0.5);
    Check.between("ColorJitter's largest hue", hue.high(), -0.5, 0.5);
  }

  /** Of brightness and contrast alone. */
  public ColorJitter(Range brightness, Range contrast) {
    this(brightness, contrast, Range.ONE, Range.ZERO);
  }

  /**
   * Factors from {@code max(0, 1 - x)} to {@code 1 + x}; colours stay.
   *
   * @param brightness by how much the brightness changes at most, 0 or more
   * @param contrast by how much the contrast changes at most, 0 or more
   */
  public ColorJitter(double brightness, double contrast) {
    this(brightness, contrast, 0, 0);
  }

  /**
   * Factors from {@code max(0, 1 - x)} to {@code 1 + x}.
   *
   * @param brightness by how much the brightness changes at most, 0 or more
   * @param contrast by how much the contrast changes at most, 0 or more
   * @param saturation by how much the saturation changes at most, 0 or more
   * @param hue by how much of a turn the hue changes at most, 0 to 0.5
   */
  public ColorJitter(double brightness, double contrast, double saturation, double hue) {
    this(
        about("ColorJitter's brightness", brightness),
        about("ColorJitter's contrast", contrast),
        about("ColorJitter's saturation", saturation),
        Range.plusMinus(Check.notNegative("ColorJitter's hue", hue)));
  }

  /** The factors that are off 1 by at most an amount, but not negative. */
  static Range about(String what, double amount) {
    Check.notNegative(what, amount);
    return new Range(Math.max(0, 1 - amount), 1 + amount);
  }

  /** Draws the order, then an amount of each, and changes the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    boolean colours = !saturation.equals(Range.ONE) || !hue.equals(Range.ZERO);
    // Without colours one of two orders is drawn, as it was before there were any.
    int[] order = ORDERS[colours ? random.nextInt(ORDERS.length) : 6 * random.nextInt(2)];
    float bright = (float) brightness.draw(random);
    float strong = (float) contrast.draw(random);
    float vivid = colours ? (float) saturation.draw(random) : 1;
    float turn = colours ? (float) hue.draw(random) : 0;
    jitter(picture, order, bright, strong, vivid, turn);
  }

  /** Changes a picture: brightness 0, contrast 1, saturation 2 and hue 3, in an order. */
  static void jitter(
      Picture picture, int[] order, float bright, float strong, float vivid, float turn) {
    for (int what : order) {
      switch (what) {
        case 0 -> blend(picture, bright, 0);
        case 1 -> contrast(picture, strong);
        case 2 -> Colours.saturate(picture, vivid);
        default -> Colours.turn(picture, turn);
      }
    }
  }

  static void contrast(Picture picture, float factor) {
    blend(picture, factor, Colours.meanOfGrey(picture));
  }

  static void blend(Picture picture, float factor, float other) {
    float[] pixels = picture.pixels();
    int n = picture.size();
    for (int i = 0; i < n; i++) {
      pixels[i] = Colours.blend(pixels[i], factor, other);
    }
  }

  /** As a number, as far as that reads back as the same range. */
  private static String spelled(Range range) {
    // The difference from 1, without the last bits that the subtraction has spoilt.
    double amount = Math.rint((range.high() - 1) * 1e12) / 1e12;
    return amount >= 0 && range.equals(about("", amount))
        ? Numbers.text(amount)
        : Numbers.text(range.low()) + ".." + Numbers.text(range.high());
  }

  @Override
  public String toString() {
    return Spelling.of("jitter")
        .with("brightness", spelled(brightness), "0")
        .with("contrast", spelled(contrast), "0")
        .with("saturation", spelled(saturation), "0")
        .with("hue", hue.either(), "0")
        .toString();
  }
}
