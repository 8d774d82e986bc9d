package kilonet.model;

/**
 * The models of the three steps: a large net that works, a small net of the right size, and the
 * small net that reaches the goal.
 */
public final class Models {

  private Models() {}

  /**
   * Step 1, the plain working skeleton.
   *
   * <ul>
   *   <li>Only 3 x 3 convolutions: two of them see what a 5 x 5 sees with fewer weights.
   *   <li>Channels double on the way (16, 32, 64), because a digit has few kinds of edges and many
   *       kinds of parts.
   *   <li>One max pooling after two convolutions: edges are found at full resolution, parts at
   *       half.
   *   <li>A head of the size of what is left (8 x 8): every position has weights of its own, which
   *       is where more than half of all parameters go, and what Step 2 removes.
   *   <li>Convolutions have biases, because no batch norm follows that would supply them.
   *   <li>No batch norm, no dropout: this step shows what the bare net does, overfitting included.
   * </ul>
   */
  public static Stack Model_1() {
    return Stack.of("conv-relu")
        .withBias()
        .conv(16)
        .conv(32)
        .maxPool(2)
        .conv(32)
        .conv(64)
        .plain(10, 8);
  }

  /**
   * Step 2, the right size: 6,754 parameters.
   *
   * <ul>
   *   <li>Global average pooling and a 1 x 1 convolution take the place of the large head: 160
   *       weights instead of 40,970.
   *   <li>Batch norm after each convolution: small nets train faster and to a better end with it;
   *       the convolutions lose their biases, because batch norm has its own.
   *   <li>Pooling right after the first convolution: full resolution is where the arithmetic is,
   *       and the first layer's edges survive at half of it.
   *   <li>The receptive field before the global pooling is 20 pixels, the box that MNIST fits its
   *       digits into: each value there has seen a whole digit, and more would see black.
   *   <li>Channels grow slowly (10, 12, 14, 14, 16): the weights of a convolution grow with the
   *       product of its channels, and 8,000 is soon spent.
   * </ul>
   */
  public static Stack Model_2() {
    return Stack.of("conv-bn-relu")
        .conv(10)
        .maxPool(2)
        .conv(12)
        .conv(14)
        .conv(14)
        .conv(16)
        .globalAveragePool()
        .plain(10, 1);
  }

  /**
   * Step 3, the final net: 7,806 parameters.
   *
   * <ul>
   *   <li>The stack of Step 2, which is of the right depth: its receptive field is a digit's size.
   *   <li>The widest layers come last (16, 16, 16), and nearly all of the 8,000 parameters are
   *       spent: augmentation shows the net more kinds of strokes than MNIST holds, and the late
   *       layers are where kinds are told apart.
   *   <li>Dropout of 2% in every block: of 0, 2 and 5% it gave the lowest loss on 5,000 images that
   *       were kept out of training, with two seeds. A net this small hardly overfits.
   * </ul>
   */
  public static Stack Model_3() {
    return Stack.of("conv-bn-relu-dropout")
        .dropout(0.02)
        .conv(10)
        .maxPool(2)
        .conv(12)
        .conv(16)
        .conv(16)
        .conv(16)
        .globalAveragePool()
        .plain(10, 1);
  }
}
