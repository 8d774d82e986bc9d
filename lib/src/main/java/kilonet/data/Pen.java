package kilonet.data;

import java.util.Arrays;
import java.util.List;
import kilonet.augment.RandomStream;

/** Draws one digit after the other with shaky hand; what it works in is reused. */
final class Pen {

  /** Rows, and columns, of an image. */
  static final int SIDE = 28;

  /** The digit with its ink fits into a box of this side. */
  private static final float BOX = 20;

  /** Room around the image, so that nothing is cut off before the mass is centred. */
  private static final int MARGIN = 6;

  private static final int CANVAS = SIDE + 2 * MARGIN;
  private static final int MOST_POINTS = 512;
  private static final float PIECES_PER_HEIGHT = 14;

  // How far hands differ: so far that a linear model gets about 92 %, as it does on MNIST.
  // Lengths are parts of the digit's height or pixels, angles radians.
  private static final float JITTER = 0.025f;
  private static final float WARP = 0.16f;
  private static final float LEAST_ASPECT = 0.5f;
  private static final float MOST_ASPECT = 1.25f;
  private static final float LEAST_SLANT = -0.3f;
  private static final float MOST_SLANT = 0.65f;
  private static final float MOST_TURN = 0.4f;
  private static final float LEAST_RADIUS = 0.7f;
  private static final float MOST_RADIUS = 1.6f;
  private static final float LEAST_EDGE = 0.9f;
  private static final float MOST_EDGE = 1.7f;
  private static final float LEAST_SIZE = 0.65f;
  private static final float LEAST_PRESSURE = 0.85f;
  private static final float MOST_PRESSURE = 1.15f;

  private final float[] x = new float[MOST_POINTS];
  private final float[] y = new float[MOST_POINTS];
  private final boolean[] penDown = new boolean[MOST_POINTS];
  private final float[] knots = new float[128];
  private final float[] warp = new float[14];
  private final float[] distance = new float[CANVAS * CANVAS];
  private final float[] ink = new float[CANVAS * CANVAS];
  private int points;

  /** Draws a digit into {@code [SIDE, SIDE]} bytes of an array from an offset on. */
  void draw(int digit, RandomStream random, byte[] target, int offset) {
    List<PenStrokes> ways = PenStrokes.DIGITS.get(digit);
    PenStrokes way = ways.get(random.nextInt(ways.size()));
    points = 0;
    for (float[] stroke : way.strokes()) {
      trace(stroke, random);
    }
    bend(random);
    slantAndTurn(random);
    float radius = random.between(LEAST_RADIUS, MOST_RADIUS);
    fit(random.between(LEAST_SIZE, 1) * (BOX - 2 * radius));
    ink(
        radius,
        random.between(LEAST_EDGE, MOST_EDGE),
        random.between(LEAST_PRESSURE, MOST_PRESSURE));
    cut(target, offset);
  }

  /** Adds the curve through the shaken points of a stroke. */
  private void trace(float[] stroke, RandomStream random) {
    int n = stroke.length / 2;
    for (int i = 0; i < n; i++) {
      boolean corner = i > 0 && isCorner(stroke, i - 1);
      for (int axis = 0; axis < 2; axis++) {
        knots[2 * i + axis] =
            corner ? knots[2 * i - 2 + axis] : stroke[2 * i + axis] + JITTER * nearlyNormal(random);
      }
    }
    add(knots[0], knots[1], false);
    for (int i = 0; i + 1 < n; i++) {
      if (isCorner(stroke, i)) {
        continue;
      }
      int before = i > 0 ? i - 1 : i;
      int after = i + 2 < n ? i + 2 : i + 1;
      float dx = knots[2 * i + 2] - knots[2 * i];
      float dy = knots[2 * i + 3] - knots[2 * i + 1];
      int pieces = 1 + (int) (PIECES_PER_HEIGHT * (float) Math.sqrt(dx * dx + dy * dy));
      for (int piece = 1; piece <= pieces; piece++) {
        float t = (float) piece / pieces;
        add(spline(0, before, i, after, t), spline(1, before, i, after, t), true);
      }
    }
  }

  /** Whether a point is written twice. */
  private static boolean isCorner(float[] stroke, int i) {
    return stroke[2 * i] == stroke[2 * i + 2] && stroke[2 * i + 1] == stroke[2 * i + 3];
  }

  /** The sum of three even distributions, of mean 0, standard deviation 1 and bounded reach. */
  private static float nearlyNormal(RandomStream random) {
    return 2 * (random.nextFloat() + random.nextFloat() + random.nextFloat() - 1.5f);
  }

  private float spline(int axis, int before, int i, int after, float t) {
    float p0 = knots[2 * before + axis];
    float p1 = knots[2 * i + axis];
    float p2 = knots[2 * i + 2 + axis];
    float p3 = knots[2 * after + axis];
    return 0.5f
        * (2 * p1
            + t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0))));
  }

  private void add(float px, float py, boolean down) {
    x[points] = px;
    y[points] = py;
    penDown[points] = down;
    points++;
  }

  /** Bends the paper: moves every point by random polynomials of the third degree. */
  private void bend(RandomStream random) {
    for (int i = 0; i < warp.length; i++) {
      warp[i] = random.between(-WARP, WARP);
    }
    for (int i = 0; i < points; i++) {
      // Centred and doubled, so that the box is [-1, 1].
      float u = 2 * x[i] - 1;
      float v = 2 * y[i] - 1;
      x[i] = 0.5f * (u + polynomial(0, u, v));
      y[i] = 0.5f * (v + polynomial(warp.length / 2, u, v));
    }
  }

  private float polynomial(int from, float u, float v) {
    return warp[from] * u * u
        + warp[from + 1] * u * v
        + warp[from + 2] * v * v
        + warp[from + 3] * u * u * u
        + warp[from + 4] * u * u * v
        + warp[from + 5] * u * v * v
        + warp[from + 6] * v * v * v;
  }

  private void slantAndTurn(RandomStream random) {
    float aspect = random.between(LEAST_ASPECT, MOST_ASPECT);
    float slant = random.between(LEAST_SLANT, MOST_SLANT);
    float turn = random.between(-MOST_TURN, MOST_TURN);
    // StrictMath gives the same bits on every machine.
    float cos = (float) StrictMath.cos(turn);
    float sin = (float) StrictMath.sin(turn);
    for (int i = 0; i < points; i++) {
      float slanted = aspect * x[i] - slant * y[i];
      x[i] = cos * slanted - sin * y[i];
      y[i] = sin * slanted + cos * y[i];
    }
  }

  /** Scales so that the longer side has a length in pixels, and puts the box in the middle. */
  private void fit(float length) {
    float left = x[0];
    float right = x[0];
    float top = y[0];
    float bottom = y[0];
    for (int i = 1; i < points; i++) {
      left = Math.min(left, x[i]);
      right = Math.max(right, x[i]);
      top = Math.min(top, y[i]);
      bottom = Math.max(bottom, y[i]);
    }
    float scale = length / Math.max(right - left, bottom - top);
    for (int i = 0; i < points; i++) {
      x[i] = CANVAS / 2f + scale * (x[i] - (left + right) / 2);
      y[i] = CANVAS / 2f + scale * (y[i] - (top + bottom) / 2);
    }
  }

  /**
   * Fills each pixel by its distance to the nearest piece of line: full inside, soft at the edge.
   */
  private void ink(float radius, float edge, float pressure) {
    float reach = radius + edge / 2;
    float farthest = reach * reach;
    Arrays.fill(distance, farthest);
    for (int i = 1; i < points; i++) {
      if (penDown[i]) {
        measure(x[i - 1], y[i - 1], x[i], y[i], reach);
      }
    }
    for (int i = 0; i < ink.length; i++) {
      float depth = distance[i] < farthest ? (reach - (float) Math.sqrt(distance[i])) / edge : 0;
      ink[i] = Math.min(1, pressure * Math.min(1, depth));
    }
  }

  /** Notes the squared distance to a piece of line wherever it is the least so far. */
  private void measure(float x0, float y0, float x1, float y1, float reach) {
    int left = Math.max(0, (int) (Math.min(x0, x1) - reach));
    int right = Math.min(CANVAS - 1, (int) (Math.max(x0, x1) + reach));
    int top = Math.max(0, (int) (Math.min(y0, y1) - reach));
    int bottom = Math.min(CANVAS - 1, (int) (Math.max(y0, y1) + reach));
    float dx = x1 - x0;
    float dy = y1 - y0;
    float perLength = 1 / Math.max(dx * dx + dy * dy, 1e-12f);
    for (int row = top; row <= bottom; row++) {
      float py = row + 0.5f - y0;
      for (int column = left; column <= right; column++) {
        float px = column + 0.5f - x0;
        float along = Math.max(0, Math.min(1, (px * dx + py * dy) * perLength));
        float offX = px - along * dx;
        float offY = py - along * dy;
        int pixel = row * CANVAS + column;
        distance[pixel] = Math.min(distance[pixel], offX * offX + offY * offY);
      }
    }
  }

  /** Cuts the image out of the canvas so that the mass of the ink is in its middle. */
  private void cut(byte[] target, int offset) {
    float mass = 0;
    float massX = 0;
    float massY = 0;
    for (int row = 0; row < CANVAS; row++) {
      for (int column = 0; column < CANVAS; column++) {
        float value = ink[row * CANVAS + column];
        mass += value;
        massX += value * (column + 0.5f);
        massY += value * (row + 0.5f);
      }
    }
    int left = start(massX / mass);
    int top = start(massY / mass);
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        target[offset + row * SIDE + column] =
            (byte) Math.round(255 * ink[(top + row) * CANVAS + left + column]);
      }
    }
  }

  private static int start(float middle) {
    return Math.max(0, Math.min(2 * MARGIN, Math.round(middle - SIDE / 2f)));
  }
}
