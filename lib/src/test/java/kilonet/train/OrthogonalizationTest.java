package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class OrthogonalizationTest {

  /** Against the iteration as it was published, on the whole matrix. */
  @ParameterizedTest
  @CsvSource({"16, 144", "10, 9", "1, 7", "7, 1", "34, 32", "16, 16"})
  void itIsThePublishedIteration(int rows, int columns) {
    Nd4j.getRandom().setSeed(3);
    INDArray start = Nd4j.randn(DataType.DOUBLE, rows, columns);
    float[] values = new float[5 + rows * columns + 5];
    for (int i = 0; i < rows * columns; i++) {
      values[5 + i] = start.getFloat(i / columns, i % columns);
    }
    new Orthogonalization(rows, columns).apply(values, 5, 0.5);

    INDArray x = start.div(start.norm2Number());
    for (int step = 0; step < 5; step++) {
      INDArray gram = x.mmul(x.transpose());
      INDArray polynomial = gram.mul(-4.7750).add(gram.mmul(gram).mul(2.0315));
      x = x.mul(3.4445).add(polynomial.mmul(x));
    }
    for (int i = 0; i < rows * columns; i++) {
      double expected = 0.5 * x.getDouble(i / columns, i % columns);
      assertThat(values[5 + i]).isCloseTo((float) expected, within(1e-5f));
    }
    assertThat(values).startsWith(0, 0, 0, 0, 0).endsWith(0, 0, 0, 0, 0);
  }

  @ParameterizedTest
  @CsvSource({"3, 5", "5, 3"})
  void zerosStayZeros(int rows, int columns) {
    float[] values = new float[rows * columns];
    new Orthogonalization(rows, columns).apply(values, 0, 1);
    assertThat(values).containsOnly(0);
  }
}
