package kilonet.export;

import java.util.List;
import kilonet.layer.Shape;

/**
 * A net in whole numbers: weights in 8 bits by output channel, activations in 8 bits by tensor.
 *
 * @param input the shape of a picture
 * @param grid what a pixel from 0 to 255 stands for, as the first operation reads it
 * @param operations one or more; the last one makes the logits
 */
public record Int8Net(Shape input, Int8Operation.Grid grid, List<Int8Operation> operations) {

  /** Copies the list. */
  public Int8Net {
    operations = List.copyOf(operations);
  }

  /** How many logits there are. */
  public int classes() {
    return operations.get(operations.size() - 1).source().out().size();
  }
}
