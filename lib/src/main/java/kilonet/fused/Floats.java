package kilonet.fused;

import kilonet.layer.Shape;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's arrays as the engine reads them: floats that lie side by side. */
final class Floats {

  private Floats() {}

  /** The shape of one image; null where these are no images that the engine knows. */
  static Shape shape(INDArray images) {
    if (images.dataType() != DataType.FLOAT) {
      return null;
    }
    if (images.rank() == 4) {
      return new Shape((int) images.size(1), (int) images.size(2), (int) images.size(3));
    }
    return images.rank() == 2 ? new Shape((int) images.size(1), 1, 1) : null;
  }

  /** The array itself if its elements lie in C order, side by side, as floats; a copy else. */
  static INDArray plain(INDArray array) {
    boolean side =
        array.dataType() == DataType.FLOAT
            && array.ordering() == 'c'
            && Nd4j.getExecutioner() != null
            && array.length() > 0
            && sideBySide(array);
    return side ? array : array.castTo(DataType.FLOAT).dup('c');
  }

  private static boolean sideBySide(INDArray array) {
    long expected = 1;
    for (int i = array.rank() - 1; i >= 0; i--) {
      if (array.size(i) != 1 && array.stride(i) != expected) {
        return false;
      }
      expected *= array.size(i);
    }
    return true;
  }

  /** The first number of an array whose numbers lie side by side. */
  static FloatPointer pointer(INDArray array) {
    Pointer start = array.data().addressPointer();
    return new FloatPointer(start).getPointer(array.offset() - array.data().offset());
  }

  /** Says which image has a number that is none, where one has. */
  static void refuseUnlessFinite(INDArray images) {
    long size = images.length() / images.size(0);
    float[] one = new float[(int) size];
    for (int i = 0; i < images.size(0); i++) {
      pointer(images).getPointer(i * size).get(one);
      for (float value : one) {
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException(
              "Image "
                  + i
                  + " of the batch, counted from 0, has the value "
                  + value
                  + "; all values have to be finite numbers.");
        }
      }
    }
  }
}
