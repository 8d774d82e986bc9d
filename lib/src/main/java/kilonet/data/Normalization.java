package kilonet.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import kilonet.text.Text;

/**
 * How pixels become what a net takes: {@code (pixel / 255 - mean) / std}, channel by channel.
 *
 * <p>The statistics are those of the training images, so that no picture that is reported on has a
 * say in them. A set of images has its normalization with it ({@link ImageSet#normalization}), a
 * run writes it down, and so does the file of its net.
 *
 * @param mean of the pixels of each channel, as numbers from 0 to 1
 * @param std their standard deviations, above 0
 */
public record Normalization(List<Float> mean, List<Float> std) implements Serializable {

  /** MNIST's, as everybody rounds them; also those of the generated digits. */
  public static final Normalization MNIST = of(Mnist.MEAN, Mnist.STD);

  /** What is divided by where all pixels of a channel are the same. */
  private static final float FLAT = 1;

  private static final int LEVELS = 256;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there are none, not as many means as deviations, or they
   *     are not finite and the deviations not positive
   */
  public Normalization {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (mean.isEmpty() || mean.size() != std.size()) {
      throw new IllegalArgumentException(
          Text.of(
              "%d means and %d standard deviations are no normalization: give one of each for each"
                  + " channel.",
              mean.size(), std.size()));
    }
    for (int channel = 0; channel < mean.size(); channel++) {
      float shift = mean.get(channel);
      float scale = std.get(channel);
      if (!(scale > 0) || !Float.isFinite(scale) || !Float.isFinite(shift)) {
        throw new IllegalArgumentException(
            Text.of(
                    "Normalization by mean %s and standard deviation %s cannot be: give finite numbers, the",
                    shift, scale)
                + " second above 0.");
      }
    }
  }

  /** Of grey pictures. */
  public static Normalization of(float mean, float std) {
    return new Normalization(List.of(mean), List.of(std));
  }

  /**
   * Mean and standard deviation of the pixels of each channel, computed in whole numbers, so that
   * neither order nor machine matters; rounded to floats. Where all pixels of a channel are the
   * same it is shifted only.
   *
   * @param pixels {@code [size, channels, plane]}
   * @param channels 1 or more
   * @param plane pixels of a channel of a picture
   */
  static Normalization of(byte[] pixels, int channels, int plane) {
    long[][] counts = new long[channels][LEVELS];
    for (int start = 0, channel = 0; start < pixels.length; start += plane) {
      long[] own = counts[channel];
      for (int i = start; i < start + plane; i++) {
        own[pixels[i] & 0xFF]++;
      }
      channel = channel + 1 == channels ? 0 : channel + 1;
    }
    List<Float> mean = new ArrayList<>();
    List<Float> std = new ArrayList<>();
    for (long[] own : counts) {
      long n = 0;
      long sum = 0;
      long squares = 0;
      for (int value = 0; value < LEVELS; value++) {
        n += own[value];
        sum += own[value] * value;
        squares += own[value] * value * value;
      }
      double middle = (double) sum / n;
      double variance = (double) squares / n - middle * middle;
      mean.add((float) (middle / 255));
      std.add(variance > 1e-9 ? (float) (Math.sqrt(variance) / 255) : FLAT);
    }
    return new Normalization(mean, std);
  }

  /** Channels of the pictures that it is for. */
  public int channels() {
    return mean.size();
  }

  /** The mean of a channel. */
  public float mean(int channel) {
    return mean.get(channel);
  }

  /** The standard deviation of a channel. */
  public float std(int channel) {
    return std.get(channel);
  }

  /** What a net takes for each of the values, 0 to 255, of a pixel. */
  float[] table(int channel) {
    float[] table = new float[LEVELS];
    for (int value = 0; value < LEVELS; value++) {
      table[value] = (value * (1f / 255f) - mean(channel)) / std(channel);
    }
    return table;
  }

  /**
   * Normalizes the pixels of a picture as {@link Batches} does, to the last bit.
   *
   * @param pixels bytes from 0 to 255, {@code [channels, height, width]} from the offset on
   * @param offset the first one
   * @param length how many, as many of each channel
   */
  public float[] apply(byte[] pixels, int offset, int length) {
    float[] values = new float[length];
    int plane = length / channels();
    for (int channel = 0; channel < channels(); channel++) {
      float[] table = table(channel);
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        values[i] = table[pixels[offset + i] & 0xFF];
      }
    }
    return values;
  }
}
