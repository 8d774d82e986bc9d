package kilonet.photo;

import java.awt.Rectangle;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Pixels of ink that hang together. */
final class Blob {

  final int[] pixels;
  final Rectangle box;
  final double mass;
  final float peak;
  final boolean atEdge;
  final List<Rectangle> parts;

  Blob(
      int[] pixels, Rectangle box, double mass, float peak, boolean atEdge, List<Rectangle> parts) {
    this.parts = parts;
    this.pixels = pixels;
    this.box = box;
    this.mass = mass;
    this.peak = peak;
    this.atEdge = atEdge;
  }

  /** What cannot be the digit counts little: an edge of the paper, a shadow that comes in. */
  double score() {
    return atEdge ? mass / 20 : mass;
  }

  static int longer(Rectangle box) {
    return Math.max(box.width, box.height);
  }

  /** A part of the same digit: a detached bar of a 5, a stroke that the pen skipped. */
  boolean belongsTo(Blob main) {
    int gap = Math.max(1, longer(main.box) / 7);
    Rectangle near = new Rectangle(main.box);
    near.grow(gap, gap);
    return mass > 0.01 * main.mass && (main.atEdge || !atEdge) && near.intersects(box);
  }

  /** This and another as one. */
  Blob with(Blob other) {
    int[] all = Arrays.copyOf(pixels, pixels.length + other.pixels.length);
    System.arraycopy(other.pixels, 0, all, pixels.length, other.pixels.length);
    return new Blob(
        all,
        box.union(other.box),
        mass + other.mass,
        Math.max(peak, other.peak),
        atEdge || other.atEdge,
        Stream.concat(parts.stream(), other.parts.stream()).toList());
  }
}
