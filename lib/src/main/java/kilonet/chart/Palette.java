package kilonet.chart;

import java.awt.Color;
import java.util.List;

/**
 * The colours of all charts, on a white ground. People who see no red, no green or no blue can tell
 * them apart: they are those of Okabe and Ito, <i>Color universal design</i> (2008); the scales
 * grow steadily darker, so that they survive a black and white print.
 */
public final class Palette {

  /** What everything is drawn on. */
  public static final Color GROUND = Color.WHITE;

  /** Text, and the ink of digits. */
  public static final Color INK = new Color(0x22, 0x22, 0x22);

  /** Text of less weight. */
  public static final Color MUTED = new Color(0x59, 0x59, 0x59);

  /** Lines of a grid and frames. */
  public static final Color GRID = new Color(0xDD, 0xDD, 0xDD);

  /** What belongs to training. */
  public static final Color TRAIN = new Color(0xE6, 0x9F, 0x00);

  /** What belongs to testing. */
  public static final Color TEST = new Color(0x00, 0x72, 0xB2);

  /** The goal, a suggestion, whatever is marked. */
  public static final Color MARK = new Color(0xD5, 0x5E, 0x00);

  /**
   * One colour for each of several things that are compared, used in turn; none is {@link #MARK}.
   */
  public static final List<Color> SERIES =
      List.of(
          TEST,
          new Color(0x00, 0x9E, 0x73),
          new Color(0xCC, 0x79, 0xA7),
          TRAIN,
          new Color(0x56, 0xB4, 0xE9),
          INK);

  private static final Color NEUTRAL = new Color(0xF4, 0xF4, 0xF4);
  private static final Color DARK_BLUE = new Color(0x00, 0x2F, 0x5B);
  private static final Color DARK_RED = new Color(0x8A, 0x2B, 0x00);

  private Palette() {}

  /**
   * A scale from white over blue to dark blue.
   *
   * @param value from 0 to 1; what lies beyond gets the colour of the end
   */
  public static Color sequential(double value) {
    return scale(value, GROUND, TEST, DARK_BLUE);
  }

  /**
   * A scale from white over vermilion to dark red, for counts of errors.
   *
   * @param value from 0 to 1; what lies beyond gets the colour of the end
   */
  public static Color errors(double value) {
    return scale(value, GROUND, MARK, DARK_RED);
  }

  /**
   * A scale for signed values: blue below, light grey at, and vermilion above 0.
   *
   * @param value from -1 to 1; what lies beyond gets the colour of the end
   */
  public static Color diverging(double value) {
    return value < 0
        ? scale(-value, NEUTRAL, TEST, DARK_BLUE)
        : scale(value, NEUTRAL, MARK, DARK_RED);
  }

  /**
   * A pixel of a digit as ink on paper.
   *
   * @param value from 0, paper, to 1, ink
   */
  public static Color ink(double value) {
    return mix(GROUND, Color.BLACK, clip(value));
  }

  /** Black or white, whichever can be read on a ground; their contrast is 4.5 or more. */
  public static Color textOn(Color ground) {
    return luminance(ground) > 0.179 ? Color.BLACK : Color.WHITE;
  }

  /** Relative luminance from 0, black, to 1, white, as WCAG 2.1 defines it. */
  static double luminance(Color color) {
    return 0.2126 * linear(color.getRed())
        + 0.7152 * linear(color.getGreen())
        + 0.0722 * linear(color.getBlue());
  }

  private static double linear(int value) {
    double c = value / 255.0;
    return c <= 0.03928 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }

  private static Color scale(double value, Color low, Color middle, Color high) {
    double v = clip(value);
    return v < 0.6 ? mix(low, middle, v / 0.6) : mix(middle, high, (v - 0.6) / 0.4);
  }

  private static double clip(double value) {
    return Math.max(0, Math.min(1, value));
  }

  private static Color mix(Color from, Color to, double share) {
    return new Color(
        (int) Math.round(from.getRed() + share * (to.getRed() - from.getRed())),
        (int) Math.round(from.getGreen() + share * (to.getGreen() - from.getGreen())),
        (int) Math.round(from.getBlue() + share * (to.getBlue() - from.getBlue())));
  }

  /** The colour with an opacity from 0 to 255. */
  static Color transparent(Color color, int alpha) {
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
  }
}
