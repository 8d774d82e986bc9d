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

  private static final int STEPS = 6;
  private static final int MOST_POINTS = 512;

  // How far hands differ. Lengths are parts of the digit's height, angles radians.
  private static final float JITTER = 0.045f;
  private static final float TURN = 0.22f;
  private static final float LEAST_SLANT = -0.25f;
  private static final float MOST_SLANT = 0.55f;
  private static final float LEAST_ASPECT = 0.55f;
  private static final float MOST_ASPECT = 1.1f;
  private static final float BEND = 0.10f;
  private static final float LEAST_RADIUS = 0.75f;
  private static final float MOST_RADIUS = 1.75f;
  private static final float LEAST_EDGE = 0.9f;
  private static final float MOST_EDGE = 1.7f;
  private static final float LEAST_SIZE = 0.85f;

  private final float[] x = new float[MOST_POINTS];
  private final float[] y = new float[MOST_POINTS];
  private final boolean[] penDown = new boolean[MOST_POINTS];
  private final float[] knots = new float[128];
  private final float[] distance = new float[SIDE * SIDE];
  private final float[] ink = new float[SIDE * SIDE];
  private int points;

  /** Draws a digit into {@code [SIDE, SIDE]} bytes of an array from an offset on. */
  void draw(int digit, RandomStream random, byte[] target, int offset) {
    List<PenStrokes> ways = PenStrokes.DIGITS.get(digit);
    PenStrokes way = ways.get(random.nextInt(ways.size()));
    points = 0;
    for (float[] stroke : way.strokes()) {
      trace(stroke, random);
    }
    shape(random);
    float radius = random.between(LEAST_RADIUS, MOST_RADIUS);
    float edge = random.between(LEAST_EDGE, MOST_EDGE);
    float pressure = random.between(0.85f, 1.1f);
    fit(random.between(LEAST_SIZE, 1) * (BOX - 2 * radius));
    // MNIST centres the mass, which is known once it is drawn.
    ink(radius, edge, pressure);
    centre();
    ink(radius, edge, pressure);
    for (int i = 0; i < ink.length; i++) {
      target[offset + i] = (byte) Math.round(255 * ink[i]);
    }
  }

  /** Adds the curve through the shaken points of a stroke. */
  private void trace(float[] stroke, RandomStream random) {
    int n = stroke.length / 2;
    for (int i = 0; i < n; i++) {
      boolean corner = i > 0 && at(stroke, i, i - 1);
      for (int axis = 0; axis < 2; axis++) {
        knots[2 * i + axis] =
            corner ? knots[2 * i - 2 + axis] : stroke[2 * i + axis] + shake(random);
      }
    }
    add(knots[0], knots[1], false);
    for (int i = 0; i + 1 < n; i++) {
      if (at(stroke, i, i + 1)) {
        continue;
      }
      int before = i > 0 ? i - 1 : i;
      int after = i + 2 < n ? i + 2 : i + 1;
      for (int step = 1; step <= STEPS; step++) {
        float t = (float) step / STEPS;
        add(spline(0, before, i, after, t), spline(1, before, i, after, t), true);
      }
    }
  }

  /** Nearly a normal distribution, of three even ones, and of bounded reach. */
  private static float shake(RandomStream random) {
    float sum = random.nextFloat() + random.nextFloat() + random.nextFloat();
    return JITTER * 2 * (sum - 1.5f);
  }

  private static boolean at(float[] stroke, int i, int j) {
    return stroke[2 * i] == stroke[2 * j] && stroke[2 * i + 1] == stroke[2 * j + 1];
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

  /** Bends, stretches, slants and turns the digit about its middle. */
  private void shape(RandomStream random) {
    float bendX = random.between(-BEND, BEND);
    float bendY = random.between(-BEND, BEND);
    float aspect = random.between(LEAST_ASPECT, MOST_ASPECT);
    float slant = random.between(LEAST_SLANT, MOST_SLANT);
    float turn = random.between(-TURN, TURN);
    float cos = (float) StrictMath.cos(turn);
    float sin = (float) StrictMath.sin(turn);
    for (int i = 0; i < points; i++) {
      float px = x[i] - 0.5f;
      float py = y[i] - 0.5f;
      float bentX = (px + bendX * (4 * py * py - 1)) * aspect;
      float bentY = py + bendY * (4 * px * px - 1);
      float slanted = bentX - slant * bentY;
      x[i] = cos * slanted - sin * bentY;
      y[i] = sin * slanted + cos * bentY;
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
      x[i] = SIDE / 2f + scale * (x[i] - (left + right) / 2);
      y[i] = SIDE / 2f + scale * (y[i] - (top + bottom) / 2);
    }
  }

  /** Moves the digit by whole pixels so that its mass is in the middle. */
  private void centre() {
    float mass = 0;
    float massX = 0;
    float massY = 0;
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        float value = ink[row * SIDE + column];
        mass += value;
        massX += value * (column + 0.5f);
        massY += value * (row + 0.5f);
      }
    }
    float right = Math.round(SIDE / 2f - massX / mass);
    float down = Math.round(SIDE / 2f - massY / mass);
    for (int i = 0; i < points; i++) {
      x[i] += right;
      y[i] += down;
    }
  }

  /**
   * Fills each pixel by its distance to the nearest piece of line: full inside, soft at the edge.
   */
  private void ink(float radius, float edge, float pressure) {
    Arrays.fill(distance, Float.MAX_VALUE);
    float reach = radius + edge;
    for (int i = 1; i < points; i++) {
      if (penDown[i]) {
        measure(x[i - 1], y[i - 1], x[i], y[i], reach);
      }
    }
    for (int i = 0; i < ink.length; i++) {
      float depth =
          distance[i] < reach * reach ? 0.5f + (radius - (float) Math.sqrt(distance[i])) / edge : 0;
      ink[i] = Math.max(0, Math.min(1, pressure * depth));
    }
  }

  private void measure(float x0, float y0, float x1, float y1, float reach) {
    int left = Math.max(0, (int) (Math.min(x0, x1) - reach));
    int right = Math.min(SIDE - 1, (int) (Math.max(x0, x1) + reach));
    int top = Math.max(0, (int) (Math.min(y0, y1) - reach));
    int bottom = Math.min(SIDE - 1, (int) (Math.max(y0, y1) + reach));
    float dx = x1 - x0;
    float dy = y1 - y0;
    float lengthSquared = Math.max(dx * dx + dy * dy, 1e-12f);
    for (int row = top; row <= bottom; row++) {
      float py = row + 0.5f - y0;
      for (int column = left; column <= right; column++) {
        float px = column + 0.5f - x0;
        float along = Math.max(0, Math.min(1, (px * dx + py * dy) / lengthSquared));
        float offX = px - along * dx;
        float offY = py - along * dy;
        float squared = offX * offX + offY * offY;
        int pixel = row * SIDE + column;
        distance[pixel] = Math.min(distance[pixel], squared);
      }
    }
  }
}
