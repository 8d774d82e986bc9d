package kilonet.layer;

/**
 * The shape of one picture's values.
 *
 * @param channels at least 1
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record Shape(int channels, int height, int width) {

  /** How many values there are. */
  public int size() {
    return Math.multiplyExact(channels, area());
  }

  /** How many values a channel has. */
  public int area() {
    return Math.multiplyExact(height, width);
  }

  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }
}
