package kilonet.augment;

/**
 * Arithmetic of red, green and blue, as torchvision has it on tensors. A picture of another number
 * of channels has no colours: its grey is what it is.
 */
final class Colours {

  private static final int RGB = 3;
  private static final float RED = 0.2989f;
  private static final float GREEN = 0.587f;
  private static final float BLUE = 0.114f;

  private Colours() {}

  static boolean has(Picture picture) {
    return picture.channels() == RGB;
  }

  /** {@code factor * value + (1 - factor) * other}, kept within 0 and 1. */
  static float blend(float value, float factor, float other) {
    float blended = factor * value + (1 - factor) * other;
    return blended < 0 ? 0 : blended > 1 ? 1 : blended;
  }

  private static float grey(float[] pixels, int i, int plane) {
    return RED * pixels[i] + GREEN * pixels[i + plane] + BLUE * pixels[i + 2 * plane];
  }

  /** The mean of the picture in grey. */
  static float meanOfGrey(Picture picture) {
    float[] pixels = picture.pixels();
    int plane = picture.plane();
    int n = has(picture) ? plane : picture.size();
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += has(picture) ? grey(pixels, i, plane) : pixels[i];
    }
    return (float) (sum / n);
  }

  /** Moves every pixel from (or to) its own grey; a factor of 0 makes the picture grey. */
  static void saturate(Picture picture, float factor) {
    if (!has(picture)) {
      return;
    }
    float[] pixels = picture.pixels();
    int plane = picture.plane();
    for (int i = 0; i < plane; i++) {
      float grey = grey(pixels, i, plane);
      pixels[i] = blend(pixels[i], factor, grey);
      pixels[i + plane] = blend(pixels[i + plane], factor, grey);
      pixels[i + 2 * plane] = blend(pixels[i + 2 * plane], factor, grey);
    }
  }

  /**
   * Turns the hue of every pixel, by way of hue, saturation and value (Smith: <i>Color gamut
   * transform pairs</i>, 1978).
   *
   * @param turn -0.5 to 0.5 of the circle of colours
   */
  static void turn(Picture picture, float turn) {
    if (!has(picture) || turn == 0) {
      return;
    }
    float[] pixels = picture.pixels();
    int plane = picture.plane();
    for (int i = 0; i < plane; i++) {
      float red = pixels[i];
      float green = pixels[i + plane];
      float blue = pixels[i + 2 * plane];
      float value = Math.max(red, Math.max(green, blue));
      float range = value - Math.min(red, Math.min(green, blue));
      if (range == 0) {
        continue;
      }
      float saturation = range / value;
      float fromRed = (value - red) / range;
      float fromGreen = (value - green) / range;
      float fromBlue = (value - blue) / range;
      float sixths =
          value == red
              ? fromBlue - fromGreen
              : value == green ? 2 + fromRed - fromBlue : 4 + fromGreen - fromRed;
      float hue = (sixths / 6 + 1) % 1 + turn;
      float sector = (hue - (float) Math.floor(hue)) * 6;
      int whole = (int) sector;
      float part = sector - whole;
      float least = within(value * (1 - saturation));
      float falling = within(value * (1 - saturation * part));
      float rising = within(value * (1 - saturation * (1 - part)));
      int place = whole % 6;
      pixels[i] = pick(place, value, falling, least, least, rising, value);
      pixels[i + plane] = pick(place, rising, value, value, falling, least, least);
      pixels[i + 2 * plane] = pick(place, least, least, rising, value, value, falling);
    }
  }

  private static float within(float value) {
    return value < 0 ? 0 : value > 1 ? 1 : value;
  }

  private static float pick(int place, float a, float b, float c, float d, float e, float f) {
    return switch (place) {
      case 0 -> a;
      case 1 -> b;
      case 2 -> c;
      case 3 -> d;
      case 4 -> e;
      default -> f;
    };
  }
}
