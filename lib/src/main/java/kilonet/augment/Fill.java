package kilonet.augment;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;

/**
 * What a place without a picture is painted with: one value for all channels, or one for each.
 *
 * @param values one, or as many as a picture has channels; 0 is black, 1 is white
 */
public record Fill(List<Double> values) {

  /** Black. */
  public static final Fill BLACK = of(0);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if there is none, or one is no finite number
   */
  public Fill {
    // So that -0 and 0 are the same.
    values = values.stream().map(value -> value + 0.0).toList();
    if (values.isEmpty()) {
      throw new IllegalArgumentException(
          "A fill has no values: give one, or one for each channel.");
    }
    values.forEach(value -> Check.finite("A value to fill with", value));
  }

  /** One value for all channels. */
  public static Fill of(double value) {
    return new Fill(List.of(value));
  }

  /** A value for each channel, such as red, green and blue. */
  public static Fill of(double... values) {
    return new Fill(Arrays.stream(values).boxed().toList());
  }

  /** Checks that all values are those of pixels, 0 to 1. */
  Fill ofPixels(String what) {
    for (int i = 0; i < values.size(); i++) {
      Check.between(what, values.get(i), 0, 1);
    }
    return this;
  }

  /**
   * The value for a channel of a picture.
   *
   * @throws IllegalArgumentException if there are several values, and not as many as channels
   */
  float at(Picture picture, int channel) {
    if (values.size() == 1) {
      return values.get(0).floatValue();
    }
    if (values.size() != picture.channels()) {
      throw new IllegalArgumentException(
          Text.of(
              "A fill of %d values, %s, does not fit a picture of %d channel%s: give one value, or one"
                  + " for each channel.",
              values.size(), this, picture.channels(), picture.channels() == 1 ? "" : "s"));
    }
    return values.get(channel).floatValue();
  }

  /** A number, or several in brackets. */
  @Override
  public String toString() {
    return values.size() == 1
        ? Numbers.text(values.get(0))
        : values.stream().map(Numbers::text).collect(Collectors.joining(", ", "[", "]"));
  }
}
