package kilonet.model;

import kilonet.text.Text;

/**
 * What one value of a layer sees of the input, along one axis.
 *
 * <p>The recurrence is that of Dang Ha The Hien, <i>A guide to receptive field arithmetic for
 * convolutional neural networks</i> (2017), with dilation added: a kernel of {@code k} at dilation
 * {@code d} covers {@code e = d (k - 1) + 1} values of its input, so
 *
 * <pre>
 * jump'  = jump * stride
 * size'  = size + (e - 1) * jump
 * start' = start + ((e - 1) / 2 - padding) * jump
 * </pre>
 *
 * @param size pixels of the input that one value depends on (edges of the picture aside)
 * @param jump pixels of the input between two neighbouring values
 * @param start centre of the first value's receptive field in pixels; the centre of the first pixel
 *     lies at 0.5
 */
public record ReceptiveField(long size, long jump, double start) {

  /** The input itself: each pixel sees itself. */
  public static final ReceptiveField INPUT = new ReceptiveField(1, 1, 0.5);

  /**
   * The receptive field after one more layer.
   *
   * @param kernel side of the kernel or window, at least 1
   * @param stride step of the kernel, at least 1
   * @param padding values added before the first, at least 0
   * @param dilation distance between two taps of the kernel, at least 1
   * @throws IllegalArgumentException if a number is out of its range
   * @throws ArithmeticException if it has more pixels than a {@code long} can count
   */
  public ReceptiveField through(long kernel, long stride, long padding, long dilation) {
    if (kernel < 1 || stride < 1 || padding < 0 || dilation < 1) {
      throw new IllegalArgumentException(
          Text.of(
              "kernel %d, stride %d, padding %d, dilation %d: padding starts at 0, the others at 1.",
              kernel, stride, padding, dilation));
    }
    long reach = Math.multiplyExact(dilation, kernel - 1);
    return new ReceptiveField(
        Math.addExact(size, Math.multiplyExact(reach, jump)),
        Math.multiplyExact(jump, stride),
        start + (reach / 2.0 - padding) * jump);
  }

  /**
   * What a sum sees of two ways that lead to it: what the longer one sees. Where the two step by
   * other numbers of pixels, the greater one counts.
   */
  public ReceptiveField plus(ReceptiveField other) {
    ReceptiveField longer = other.size > size ? other : this;
    return new ReceptiveField(longer.size, Math.max(jump, other.jump), longer.start);
  }
}
