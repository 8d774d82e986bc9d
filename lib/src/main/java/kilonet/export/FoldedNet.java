package kilonet.export;

import java.util.List;
import kilonet.export.Operation.Convolution;
import kilonet.layer.Shape;

/**
 * A net for inference: operations one after the other, the last of which makes one logit a class.
 *
 * @param input the shape of a picture
 * @param operations one or more; each takes what the one before makes
 */
public record FoldedNet(Shape input, List<Operation> operations) {

  /** Copies the list. */
  public FoldedNet {
    operations = List.copyOf(operations);
  }

  /** How many logits there are. */
  public int classes() {
    return operations.get(operations.size() - 1).out().size();
  }

  /** How many weights and biases there are. */
  public int numbers() {
    int all = 0;
    for (Operation operation : operations) {
      if (operation instanceof Convolution convolution) {
        all += convolution.weights().length + convolution.bias().length;
      }
    }
    return all;
  }

  /** The multiply-adds of a picture. */
  public long multiplyAdds() {
    long all = 0;
    for (Operation operation : operations) {
      if (operation instanceof Convolution c) {
        all += (long) c.weights().length * c.out().area();
      }
    }
    return all;
  }
}
