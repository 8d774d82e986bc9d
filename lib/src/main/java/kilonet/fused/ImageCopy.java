package kilonet.fused;

import java.util.Arrays;
import kilonet.layer.Shape;
import org.bytedeco.javacpp.FloatPointer;

/** Puts images that lie one after the other into the lanes of a group. */
final class ImageCopy {
  private final Layout layout;
  private final int[] pixels;
  private final float[][] staging;
  private final FloatPointer[] sources;
  private volatile boolean spoilt;

  /**
   * Prepares it.
   *
   * @param layout where the images go
   * @param threads how many threads copy
   */
  ImageCopy(Layout layout, int threads) {
    this.layout = layout;
    Shape shape = layout.shape();
    pixels = new int[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      int area = shape.height() * shape.width();
      pixels[i] = layout.at(i / area, i % area / shape.width(), i % shape.width());
    }
    staging = new float[threads][];
    sources = new FloatPointer[threads];
  }

  /** Says where the images are: the first number of the first one. */
  void from(FloatPointer images) {
    spoilt = false;
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new FloatPointer(images);
    }
  }

  /**
   * Copies a group.
   *
   * @param first the number of its first image
   * @param size how many images it has; lanes without an image become 0
   * @param to the memory, and where the group starts there
   */
  void run(int first, int size, float[] to, int at, int part, int parts, int thread) {
    if (staging[thread] == null) {
      staging[thread] = new float[Layout.LANES * pixels.length];
    }
    float[] from = staging[thread];
    sources[thread].position((long) first * pixels.length).get(from, 0, size * pixels.length);
    Arrays.fill(from, size * pixels.length, from.length, 0);
    if (part == 0 && !isFinite(from)) {
      spoilt = true;
    }
    int length = pixels.length;
    int end = TapSum.share(length, part + 1, parts);
    for (int p = TapSum.share(length, part, parts); p < end; p++) {
      int target = at + pixels[p];
      for (int l = 0; l < Layout.LANES; l++) {
        to[target + l] = from[l * length + p];
      }
    }
  }

  /**
   * Whether an image that was copied since {@link #from} has a value that is no finite number. Not
   * every such value is seen in what comes of it: a maximum or a ReLU makes a number of minus
   * infinity, and a pooling leaves out rows that fill no window.
   */
  boolean spoilt() {
    return spoilt;
  }

  /** Nothing else is 0 when it is multiplied by 0. Of four sums, none waits for the one before. */
  private static boolean isFinite(float[] values) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    // A multiple of the lanes.
    for (int i = 0; i < values.length; i += 4) {
      a += values[i] * 0;
      b += values[i + 1] * 0;
      c += values[i + 2] * 0;
      d += values[i + 3] * 0;
    }
    return a + b + c + d == 0;
  }
}
