package kilonet.augment;

/** How a pixel is found between the pixels of the source, as Pillow and torchvision do it. */
public enum Interpolation {
  /** The pixel in whose square the point lies. */
  NEAREST,
  /** A weighted mean of the four pixels around the point. */
  BILINEAR
}
