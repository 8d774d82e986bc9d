package kilonet.export;

import kilonet.data.Mnist;

/**
 * How pixels become what a net takes: {@code (pixel / 255 - mean) / std}.
 *
 * @param mean of pixels from 0 to 1
 * @param std their standard deviation, above 0
 */
public record Normalization(float mean, float std) {

  /** MNIST's, with which all recipes train. */
  public static final Normalization MNIST = new Normalization(Mnist.MEAN, Mnist.STD);

  /**
   * Normalizes pixels as {@link kilonet.data.Batches} does, to the last bit.
   *
   * @param pixels bytes from 0 to 255
   * @param offset the first pixel
   * @param length how many
   */
  public float[] apply(byte[] pixels, int offset, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = ((pixels[offset + i] & 0xFF) * (1f / 255f) - mean) / std;
    }
    return values;
  }
}
