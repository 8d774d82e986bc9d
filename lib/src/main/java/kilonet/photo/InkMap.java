package kilonet.photo;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kilonet.data.Resampling;

/**
 * How far each pixel of a photo differs from its {@link Ground}, in the direction of the ink, and
 * which of them are a digit.
 */
final class InkMap {

  /** Photos are worked on at no more pixels along a side. */
  private static final int LARGEST = 480;

  /** Black differs from white by that much in three colours, which shall count as 1. */
  private static final float SQRT_3 = (float) Math.sqrt(3);

  /** A digit of no more pixels along its longer side is a small one. */
  private static final int FEW_PIXELS = 30;

  /** Of 1: the least difference from the ground that can be ink. */
  private static final float LEAST_CONTRAST = 0.1f;

  /** What is not the digit but as heavy and as large, in parts of it, may be another one. */
  private static final double ANOTHER_MASS = 0.25;

  private static final double ANOTHER_SIDE = 0.4;

  /** Width to height: MNIST's digits are at most as wide as high, a broad pen's a little more. */
  private static final double WIDEST = 1.4;

  /** The bar of a 5 or the stroke of a 4 may be a part, and is not nearly as high as the digit. */
  private static final double TALL_PART = 0.7;

  /** Of its box, a bold digit fills less. */
  private static final double MOST_INK = 0.72;

  /** Of full ink; a blurred digit changes by half of it in a twentieth of its side. */
  private static final double LEAST_SHARPNESS = 0.35;

  private final int width;
  private final int height;
  private final double photoScale;
  private final float[] ink;
  private final float noise;

  /** What looks like ink and is no part of the digit. */
  private List<Blob> others = List.of();

  private InkMap(int width, int height, double photoScale, float[] ink, float noise) {
    this.width = width;
    this.height = height;
    this.photoScale = photoScale;
    this.ink = ink;
    this.noise = noise;
  }

  int width() {
    return width;
  }

  static InkMap of(BufferedImage image) {
    int wide = image.getWidth();
    int high = image.getHeight();
    float[][] colours = colours(image);
    double scale = Math.max(1, (double) Math.max(wide, high) / LARGEST);
    int width = (int) Math.max(1, Math.round(wide / scale));
    int height = (int) Math.max(1, Math.round(high / scale));
    if (scale > 1) {
      for (int c = 0; c < 3; c++) {
        colours[c] = Resampling.of(colours[c], high, wide, height, width);
      }
    }
    float noise = Ground.subtract(colours, width, height);
    float[] ink = project(colours, noise);
    return new InkMap(width, height, scale, ink, noise / SQRT_3);
  }

  /**
   * Red, green and blue from 0 to 1; what is transparent becomes the ground that shows the rest.
   */
  private static float[][] colours(BufferedImage image) {
    int wide = image.getWidth();
    int[] argb = image.getRGB(0, 0, wide, image.getHeight(), null, 0, wide);
    double light = 0;
    double opaque = 1e-9;
    for (int p : argb) {
      int alpha = p >>> 24;
      light += alpha * ((p >> 16 & 0xFF) + (p >> 8 & 0xFF) + (p & 0xFF)) / (3.0 * 255);
      opaque += alpha;
    }
    float ground = light / opaque > 0.5 ? 0 : 1;
    float[][] colours = new float[3][argb.length];
    for (int i = 0; i < argb.length; i++) {
      float alpha = (argb[i] >>> 24) / 255f;
      for (int c = 0; c < 3; c++) {
        colours[c][i] = alpha * (argb[i] >> 8 * c & 0xFF) / 255f + (1 - alpha) * ground;
      }
    }
    return colours;
  }

  /** The share of each difference that goes the way of the strong ones. */
  private static float[] project(float[][] differences, float noise) {
    int n = differences[0].length;
    double[] way = new double[3];
    for (int i = 0; i < n; i++) {
      double square = 0;
      for (int c = 0; c < 3; c++) {
        square += differences[c][i] * differences[c][i];
      }
      if (square > 9 * noise * noise) {
        for (int c = 0; c < 3; c++) {
          way[c] += square * differences[c][i];
        }
      }
    }
    double length = Math.sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
    float[] ink = new float[n];
    if (length > 0) {
      for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          sum += differences[c][i] * way[c];
        }
        ink[i] = (float) Math.max(0, sum / length / SQRT_3);
      }
    }
    return ink;
  }

  /** The digit with the parts beside it, or null where there is none. */
  Blob digit() {
    float most = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        most = Math.max(most, blurred(x, y));
      }
    }
    float threshold = Math.max(4 * noise, 0.25f * most);
    if (most < LEAST_CONTRAST || most < 5 * noise) {
      return null;
    }
    List<Blob> blobs = blobs(threshold);
    Blob main = null;
    for (Blob blob : blobs) {
      main = main == null || blob.score() > main.score() ? blob : main;
    }
    if (main == null || Blob.longer(main.box) < 5) {
      return null;
    }
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Blob blob : List.copyOf(blobs)) {
        if (blob != main && blob.belongsTo(main)) {
          blobs.remove(blob);
          blobs.remove(main);
          main = main.with(blob);
          blobs.add(main);
          grown = true;
        }
      }
    }
    blobs.remove(main);
    others = blobs;
    return main;
  }

  /**
   * Why this may be no single digit, as a sentence, or null. A net gives one of ten answers to
   * whatever it is shown, and may be sure of it.
   *
   * @param inkOfDigit its ink from 0 to 1
   * @param box where it is
   */
  String doubt(Blob digit, float[] inkOfDigit, Rectangle box) {
    double beside = others.stream().filter(b -> !b.atEdge).mapToDouble(b -> b.mass).sum();
    boolean another =
        others.stream()
            .anyMatch(
                b ->
                    !b.atEdge
                        && b.mass > ANOTHER_MASS * digit.mass
                        && Blob.longer(b.box) > ANOTHER_SIDE * Blob.longer(digit.box));
    if (another || beside > digit.mass) {
      return "There is more than one digit, or something beside it: show one digit alone.";
    }
    if (box.width > WIDEST * box.height || sideBySide(digit)) {
      return "This is wider than a digit, or two digits that are close: show one digit alone.";
    }
    int solid = 0;
    for (float value : inkOfDigit) {
      solid += value > 0.5f ? 1 : 0;
    }
    // A bar may be a 1, unless it goes on outside the picture and is broad.
    double least = digit.atEdge ? 0.3 : 0.5;
    if (Math.min(box.width, box.height) > least * Blob.longer(box)
        && solid > MOST_INK * box.width * box.height) {
      return "This is a filled area and has no strokes: show one digit alone.";
    }
    if (sharpness(box) < LEAST_SHARPNESS * digit.peak) {
      return "This has no edges, as a shadow or a gradient has none: show one digit alone.";
    }
    return null;
  }

  /** Whether two parts that are nearly as high as the whole stand beside each other. */
  private static boolean sideBySide(Blob digit) {
    List<Rectangle> high =
        digit.parts.stream().filter(part -> part.height > TALL_PART * digit.box.height).toList();
    return high.stream()
        .anyMatch(left -> high.stream().anyMatch(right -> left.x + left.width <= right.x));
  }

  /**
   * The steepest change of ink over a twentieth of the digit's longer side, rounded up: of a small
   * one the blur of the camera and of making it smaller takes a whole pixel, however sharp it is.
   */
  private double sharpness(Rectangle box) {
    int reach = (Blob.longer(box) + DigitPhoto.BOX - 1) / DigitPhoto.BOX;
    float most = 0;
    for (int y = box.y - reach; y < box.y + box.height; y++) {
      for (int x = box.x - reach; x < box.x + box.width; x++) {
        float here = at(x, y);
        most = Math.max(most, Math.abs(at(x + reach, y) - here));
        most = Math.max(most, Math.abs(at(x, y + reach) - here));
      }
    }
    return most;
  }

  /** Ink at a place; what lies outside the picture goes on as its edge does. */
  private float at(int x, int y) {
    int inX = Math.max(0, Math.min(width - 1, x));
    int inY = Math.max(0, Math.min(height - 1, y));
    return ink[inY * width + inX];
  }

  /** Over three by three pixels, so that a speck is not taken for ink. */
  private float blurred(int x, int y) {
    float sum = 0;
    int count = 0;
    for (int dy = -1; dy <= 1; dy++) {
      for (int dx = -1; dx <= 1; dx++) {
        if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) {
          sum += ink[(y + dy) * width + x + dx];
          count++;
        }
      }
    }
    return sum / count;
  }

  private List<Blob> blobs(float threshold) {
    List<Blob> blobs = new ArrayList<>();
    boolean[] seen = new boolean[ink.length];
    int[] stack = new int[ink.length];
    for (int start = 0; start < ink.length; start++) {
      if (seen[start] || ink[start] < threshold) {
        continue;
      }
      int size = 0;
      int done = 0;
      stack[size++] = start;
      seen[start] = true;
      Rectangle box = new Rectangle(start % width, start / width, 1, 1);
      double mass = 0;
      boolean atEdge = false;
      while (done < size) {
        int i = stack[done++];
        int x = i % width;
        int y = i / width;
        box.add(new Rectangle(x, y, 1, 1));
        mass += ink[i];
        atEdge |= x == 0 || y == 0 || x == width - 1 || y == height - 1;
        for (int dy = -1; dy <= 1; dy++) {
          for (int dx = -1; dx <= 1; dx++) {
            int j = (y + dy) * width + x + dx;
            if (x + dx >= 0
                && x + dx < width
                && y + dy >= 0
                && y + dy < height
                && !seen[j]
                && ink[j] >= threshold) {
              seen[j] = true;
              stack[size++] = j;
            }
          }
        }
      }
      int[] pixels = Arrays.copyOf(stack, size);
      blobs.add(new Blob(pixels, box, mass, peak(pixels), atEdge, List.of(box)));
    }
    return blobs;
  }

  /** Nearly the strongest ink: nine of ten pixels have less. */
  private float peak(int[] pixels) {
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ink[pixels[i]];
    }
    Arrays.sort(values);
    return values[(int) (0.9 * (values.length - 1))];
  }

  /** The digit's ink from 0 to 1, soft edges included, and nothing else. */
  float[] inkOf(Blob blob) {
    int reach = 1 + Blob.longer(blob.box) / 40;
    float floor = Math.max(0.02f * blob.peak, 2 * noise);
    float[] result = new float[ink.length];
    for (int i : blob.pixels) {
      int x = i % width;
      int y = i / width;
      for (int v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
        for (int u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
          int j = v * width + u;
          if (ink[j] > floor) {
            result[j] = Math.min(1, ink[j] / blob.peak);
          }
        }
      }
    }
    return result;
  }

  /** The least box that holds all ink but its faintest edge. */
  Rectangle bounds(float[] inkOfDigit, Blob blob) {
    Rectangle box = new Rectangle(blob.box);
    // A faint pixel is part of a digit of 20 pixels, and the blur around one of 200.
    boolean small = Blob.longer(box) <= FEW_PIXELS;
    float edge = Math.max(small ? 0.03f : 0.25f, 3 * noise / blob.peak);
    for (int i = 0; i < inkOfDigit.length; i++) {
      if (inkOfDigit[i] > edge) {
        box.add(new Rectangle(i % width, i / width, 1, 1));
      }
    }
    return box;
  }

  Rectangle inPhoto(Rectangle box) {
    return new Rectangle(
        (int) Math.round(box.x * photoScale),
        (int) Math.round(box.y * photoScale),
        (int) Math.round(box.width * photoScale),
        (int) Math.round(box.height * photoScale));
  }
}
