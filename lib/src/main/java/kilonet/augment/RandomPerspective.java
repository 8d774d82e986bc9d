package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Numbers;

/**
 * Looks at the picture from aside: its corners move inwards, each by an amount drawn evenly.
 *
 * <p>torchvision's {@code RandomPerspective(distortion_scale, p, interpolation, fill)}; the
 * coefficients are solved for in 64 bits, there in 32, so that a nearest neighbour may differ where
 * a point lies on the edge between two pixels.
 *
 * @param distortionScale how far a corner may move, 0 to 1, as a part of half the picture's side
 * @param p how likely the picture is changed, 0 to 1
 * @param interpolation how a pixel is found between pixels
 * @param fill what comes from outside the picture, values from 0 to 1
 */
public record RandomPerspective(
    double distortionScale, double p, Interpolation interpolation, Fill fill)
    implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomPerspective {
    Check.between("RandomPerspective's distortionScale", distortionScale, 0, 1);
    Check.between("RandomPerspective's p", p, 0, 1);
    fill.ofPixels("RandomPerspective's fill");
  }

  /** Filled with one value for all channels. */
  public RandomPerspective(
      double distortionScale, double p, Interpolation interpolation, double fill) {
    this(distortionScale, p, interpolation, Fill.of(fill));
  }

  /** Bilinear and filled black, as torchvision has it. */
  public RandomPerspective(double distortionScale, double p) {
    this(distortionScale, p, Interpolation.BILINEAR, Fill.BLACK);
  }

  /** Draws whether the picture is changed, then x and y of each corner, clockwise from top left. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() >= p) {
      return;
    }
    int width = picture.width();
    int height = picture.height();
    int insetX = (int) (distortionScale * (width / 2));
    int insetY = (int) (distortionScale * (height / 2));
    int x0 = random.nextInt(insetX + 1);
    int y0 = random.nextInt(insetY + 1);
    int x1 = width - 1 - random.nextInt(insetX + 1);
    int y1 = random.nextInt(insetY + 1);
    int x2 = width - 1 - random.nextInt(insetX + 1);
    int y2 = height - 1 - random.nextInt(insetY + 1);
    int x3 = random.nextInt(insetX + 1);
    int y3 = height - 1 - random.nextInt(insetY + 1);
    warp(picture, x0, y0, x1, y1, x2, y2, x3, y3, interpolation, fill);
  }

  /**
   * Moves the centres of the corner pixels, clockwise from top left, to points.
   *
   * <p>A picture stays as it is where points lie so that it would be seen edgewise.
   *
   * <p>The map of the unit square onto the four points is that of Heckbert: <i>Fundamentals of
   * texture mapping and image warping</i>, 1989; its inverse is the adjugate matrix. As in
   * torchvision, points are numbered by pixels and not by their centres.
   */
  static void warp(
      Picture picture,
      double x0,
      double y0,
      double x1,
      double y1,
      double x2,
      double y2,
      double x3,
      double y3,
      Interpolation interpolation,
      Fill fill) {
    double dx1 = x1 - x2;
    double dx2 = x3 - x2;
    double dy1 = y1 - y2;
    double dy2 = y3 - y2;
    double sx = x0 - x1 + x2 - x3;
    double sy = y0 - y1 + y2 - y3;
    double det = dx1 * dy2 - dx2 * dy1;
    if (det == 0) {
      return;
    }
    double g = (sx * dy2 - dx2 * sy) / det;
    double h = (dx1 * sy - sx * dy1) / det;
    double a = x1 - x0 + g * x1;
    double b = x3 - x0 + h * x3;
    double d = y1 - y0 + g * y1;
    double e = y3 - y0 + h * y3;
    double w = picture.width() - 1;
    double t = picture.height() - 1;
    double last = a * e - b * d;
    if (last == 0) {
      return;
    }
    Warp.perspective(
        picture,
        interpolation,
        fill,
        w * (e - y0 * h) / last,
        w * (x0 * h - b) / last,
        w * (b * y0 - x0 * e) / last,
        t * (y0 * g - d) / last,
        t * (a - x0 * g) / last,
        t * (x0 * d - a * y0) / last,
        (d * h - e * g) / last,
        (b * g - a * h) / last);
  }

  @Override
  public String toString() {
    return Spelling.of("perspective")
        .with(Numbers.text(distortionScale))
        .with("p", p, 0.5)
        .with("interpolation", interpolation, Interpolation.BILINEAR)
        .with("fill", fill)
        .toString();
  }
}
