package kilonet.augment;

import java.util.Arrays;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * One picture in work, grey or of several channels, each a plane of its own: two buffers of pixels,
 * of which one is current and the other is where the next augmentation may write before it calls
 * {@link #swap}. Reused from picture to picture, so that nothing is allocated in the steady state.
 */
public final class Picture {

  /** What each of the 8-bit values is, which is faster looked up than converted. */
  private static final float[] VALUES = new float[256];

  static {
    for (int i = 0; i < 256; i++) {
      VALUES[i] = i * (1f / 255f);
    }
  }

  /** No side, shift, padding or hole that somebody asks for is longer, in pixels. */
  static final int LONGEST = 10_000;

  private final int channels;
  private int height;
  private int width;
  private float[] pixels;
  private float[] spare;
  private final float[][] scratch = new float[5][0];
  private final Frame frame = new Frame();

  /** What was loaded, as long as nobody has asked for it as numbers. */
  private byte[] bytes = {};

  private boolean isLoaded;

  /**
   * A black grey picture.
   *
   * @throws IllegalArgumentException if a side is not positive
   */
  public Picture(int height, int width) {
    this(1, height, width);
  }

  /**
   * A black picture.
   *
   * @param channels 1 for grey; 3 for red, green and blue
   * @throws IllegalArgumentException if a number is not positive
   */
  public Picture(int channels, int height, int width) {
    this.channels = Check.atLeast("The number of channels", channels, 1);
    resize(height, width);
  }

  /** Channels: 1 for grey; 3 for red, green and blue. */
  public int channels() {
    return channels;
  }

  /** Pixels of one channel. */
  public int plane() {
    return height * width;
  }

  /** Values of all channels. */
  public int size() {
    return channels * height * width;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /**
   * The current pixels, {@code [channels, height, width]}, in {@code [0, 1]}; the array may be
   * longer than the picture.
   */
  public float[] pixels() {
    if (isLoaded) {
      isLoaded = false;
      int n = size();
      for (int i = 0; i < n; i++) {
        pixels[i] = VALUES[bytes[i] & 0xFF];
      }
    }
    return pixels;
  }

  /** The 8-bit pixels, if the picture was loaded and not changed since; else null. */
  byte[] bytes() {
    return isLoaded ? bytes : null;
  }

  /** The value, 0 to 1, of an 8-bit pixel. */
  static float value(byte pixel) {
    return VALUES[pixel & 0xFF];
  }

  /** A channel in a frame, as long as the next call of this method is not made. */
  Frame framed(int channel, float fill) {
    frame.take(this, channel, fill);
    return frame;
  }

  /** The other buffer, as long as {@link #pixels}; what is in it is of no meaning. */
  public float[] spare() {
    return spare;
  }

  /** Makes the spare buffer the current one. */
  public void swap() {
    float[] former = pixels;
    pixels = spare;
    spare = former;
    isLoaded = false;
  }

  /** A buffer for the next pixels of a size; the current pixels stay what they are. */
  float[] spare(int height, int width) {
    int n = Math.multiplyExact(channels, Math.multiplyExact(height, width));
    if (spare.length < n) {
      pixels = Arrays.copyOf(pixels, n);
      spare = new float[n];
    }
    return spare;
  }

  /** Makes the spare buffer, which holds a picture of this size, the current one. */
  void swap(int height, int width) {
    this.height = height;
    this.width = width;
    swap();
  }

  /** One of five buffers, 0 to 4, of at least that length for what an augmentation notes down. */
  float[] scratch(int which, int length) {
    if (scratch[which].length < length) {
      scratch[which] = new float[length];
    }
    return scratch[which];
  }

  /**
   * Sets the size; the pixels are of no meaning until they are written.
   *
   * @throws IllegalArgumentException if a side is not positive
   */
  public void resize(int height, int width) {
    if (height <= 0 || width <= 0) {
      throw new IllegalArgumentException(
          Text.of(
              "A picture of %d x %d pixels cannot be: give both sides at least 1.", height, width));
    }
    this.height = height;
    this.width = width;
    isLoaded = false;
    int n = Math.multiplyExact(channels, Math.multiplyExact(height, width));
    if (pixels == null || pixels.length < n) {
      pixels = new float[n];
      spare = new float[n];
    }
  }

  /**
   * Reads 8-bit pixels, 0 to 255, {@code [channels, height, width]} of the present size, out of an
   * array from an offset on.
   */
  public void load(byte[] source, int offset) {
    int n = size();
    if (bytes.length < n) {
      bytes = new byte[n];
    }
    System.arraycopy(source, offset, bytes, 0, n);
    isLoaded = true;
  }
}
