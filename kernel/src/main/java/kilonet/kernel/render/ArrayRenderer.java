package kilonet.kernel.render;

import java.util.Arrays;
import java.util.Locale;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** ND4J's arrays: type, shape and values, of large ones some. */
@Shows("org.nd4j.linalg.api.ndarray.INDArray")
public final class ArrayRenderer implements Renderer<INDArray> {
  /** More elements than these are summarized. */
  private static final long ELEMENTS = 500;

  private static final int DIGITS = 4;

  /** A renderer. */
  public ArrayRenderer() {}

  @Override
  public Class<INDArray> type() {
    return INDArray.class;
  }

  @Override
  public MimeBundle render(INDArray array) {
    String head =
        array.dataType().toString().toLowerCase(Locale.ROOT) + Arrays.toString(array.shape());
    return MimeBundle.of(
        "text/plain",
        array.isEmpty()
            ? head + " (empty)"
            : head + "\n" + array.toString(ELEMENTS, false, DIGITS));
  }
}
