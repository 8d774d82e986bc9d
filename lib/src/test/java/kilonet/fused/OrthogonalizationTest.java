package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
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

  /** Of any size, with what lies beside the rows of no account. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 9", "2, 3", "7, 7", "8, 4", "9, 5", "16, 17", "33, 30", "48, 44"})
  void allKernelsGiveTheSameBits(int rows, int columns) {
    Random random = new Random(7);
    int pitch = (rows + Kernels.DOUBLES - 1) / Kernels.DOUBLES * Kernels.DOUBLES;
    double[] matrix = new double[rows * columns];
    double[] transposed = new double[columns * pitch];
    Arrays.fill(transposed, Double.NaN);
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = random.nextGaussian();
      transposed[i % columns * pitch + i / columns] = matrix[i];
    }
    double[] expected = new double[rows * pitch];
    double[] result = new double[rows * pitch];
    KernelChoice.plain()
        .symmetricProduct(matrix, columns, transposed, rows, columns, expected, pitch);
    KernelChoice.fastest()
        .symmetricProduct(matrix, columns, transposed, rows, columns, result, pitch);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        double exact = 0;
        for (int k = 0; k < columns; k++) {
          exact += matrix[i * columns + k] * matrix[j * columns + k];
        }
        assertThat(expected[i * pitch + j]).isCloseTo(exact, within(1e-12));
        assertThat(result[i * pitch + j]).isEqualTo(expected[i * pitch + j]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 5", "5, 3"})
  void zerosStayZeros(int rows, int columns) {
    float[] values = new float[rows * columns];
    new Orthogonalization(rows, columns).apply(values, 0, 1);
    assertThat(values).containsOnly(0);
  }
}
