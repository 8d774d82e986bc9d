package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kilonet.data.Normalization;
import kilonet.export.Int8Arithmetic.Rounding;
import kilonet.export.Int8Operation.Grid;
import kilonet.export.Int8Operation.Rescaling;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import org.junit.jupiter.api.Test;

/** Values worked out by hand. */
class Int8ArithmeticTest {

  private static final Shape PIXELS = new Shape(1, 1, 3);

  /** Sums w = (2, -3) over two neighbours, less a zero of 10, plus a bias of 7. */
  private static Int8Operation.Convolution convolution(Grid out, Rescaling rescaling) {
    Window window = new Window(1, 2, 1, 1, 0, 0, 1, 1);
    Operation.Convolution source =
        new Operation.Convolution(
            PIXELS, new Shape(1, 1, 2), window, 1, new float[2], new float[1], 1);
    return new Int8Operation.Convolution(
        source,
        new Grid(1, 10),
        out,
        new byte[] {2, -3},
        new float[] {1},
        new int[] {7},
        rescaling);
  }

  private static int[] run(Int8Operation operation, int... pixels) {
    Int8Net net = new Int8Net(PIXELS, operation.in(), List.of(operation));
    return new Int8Arithmetic(net, Rounding.FIXED_POINT).logits(pixels);
  }

  @Test
  void aSumIsRescaledRoundedAndCut() {
    // 3 / 4 of the sum, and 20 for zero.
    Rescaling threeQuarters = new Rescaling(new int[] {3}, 2);
    Grid grid = new Grid(4f / 3, 20);
    // 7 + 2 * (30 - 10) - 3 * (11 - 10) = 44 -> 33 + 20; 7 + 2 * 1 - 3 * (10 - 10) = 9 -> 6.75
    assertThat(run(convolution(grid, threeQuarters), 30, 11, 10)).containsExactly(53, 27);
    // 7 + 2 * -10 - 3 * 245 = -748 -> below 0; 7 + 2 * 245 - 3 * -10 = 527 -> 395 + 20
    assertThat(run(convolution(grid, threeQuarters), 0, 255, 0)).containsExactly(0, 255);
    // 7 + 0 - 3 * 3 = -2 -> -1.5 -> -1 and 20: a half is rounded up; 7 + 6 - 3 * 5 = -2 again
    assertThat(run(convolution(grid, threeQuarters), 10, 13, 15)).containsExactly(19, 19);
  }

  @Test
  void aLogitIsRoundedAwayFromZeroAndNotCut() {
    Rescaling half = new Rescaling(new int[] {1}, 1);
    // 44 / 2; 9 / 2
    assertThat(run(convolution(Grid.LOGITS, half), 30, 11, 10)).containsExactly(22, 5);
    // 7 - 3 * 4 = -5 -> -2.5 -> -3; 7 + 2 * 4 - 3 * 300 = -885 -> -442.5 -> -443
    assertThat(run(convolution(Grid.LOGITS, half), 10, 14, 310)).containsExactly(-3, -443);
  }

  @Test
  void factorsGetThirtyOneBits() {
    Rescaling one = Rescaling.of(1.0);
    assertThat(one.shift()).isEqualTo(30);
    assertThat(one.multipliers()).containsExactly(1 << 30);
    Rescaling two = Rescaling.of(0.003, 0.001);
    assertThat(two.multipliers()[0] / Math.scalb(1.0, two.shift()))
        .isBetween(0.003 - 1e-12, 0.003 + 1e-12);
    assertThat(two.multipliers()[0]).isGreaterThanOrEqualTo(1 << 30);
    // What is just below a power of two must not become 2^31.
    assertThat(Rescaling.of(Math.nextDown(1.0)).multipliers()[0]).isPositive();
    assertThat(Rescaling.of(1e-30).shift()).isEqualTo(46);
  }

  @Test
  void aRangeIsWidenedToHoldZero() {
    assertThat(Grid.over(2, 5.1f)).isEqualTo(new Grid(0.02f, 0));
    assertThat(Grid.over(-1, 4.1f)).isEqualTo(new Grid(0.02f, 50));
    assertThat(Grid.over(0, 0)).isEqualTo(new Grid(1, 0));
  }

  @Test
  void withoutTrainingImagesThereIsNone() {
    FoldedNet net = Folding.of(Nets.leaky(), Nets.INPUT);
    assertThatThrownBy(() -> Quantization.of(net, Normalization.MNIST, null))
        .hasMessageContaining("Without training images there is no int8");
    assertThatThrownBy(() -> Quantization.of(net, Normalization.MNIST, Nets.DIGITS.train()))
        .hasMessageContaining("leaky ReLU");
  }
}
