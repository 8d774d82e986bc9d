package kilonet.train;

import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The numbers of an ND4J vector in a Java array and back. What decides a run is computed in Java:
 * ND4J's native code adds up in another order on another processor, and calling it takes longer
 * than a few thousand numbers take.
 */
final class PlainNumbers {

  private PlainNumbers() {}

  /**
   * Copies a vector.
   *
   * @param vector a whole array, or a view of numbers that lie side by side
   * @param to of the same length
   */
  static void get(INDArray vector, float[] to) {
    if (vector.dataType() == DataType.FLOAT) {
      FloatBuffer buffer = vector.data().asNioFloat();
      buffer.get(start(vector, buffer), to);
    } else {
      System.arraycopy(vector.ravel().toFloatVector(), 0, to, 0, to.length);
    }
  }

  /** Copies numbers into a vector of the same length, of which holds what {@link #get} says. */
  static void put(float[] from, INDArray vector) {
    if (vector.dataType() == DataType.FLOAT) {
      FloatBuffer buffer = vector.data().asNioFloat();
      buffer.put(start(vector, buffer), from);
    } else {
      vector.assign(Nd4j.createFromArray(from).reshape(vector.shape()));
    }
  }

  /** The place of the first number; the buffer of a view begins before it. */
  private static int start(INDArray vector, FloatBuffer buffer) {
    return buffer.position() + (int) (vector.offset() - vector.data().offset());
  }
}
