package kilonet.train;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import kilonet.text.Numbers;
import kilonet.text.Text;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * The epochs of a run so far.
 *
 * @param epochs in their order
 */
public record History(@JsonValue List<EpochResult> epochs) {

  /** Keeps a copy. */
  @JsonCreator
  public History {
    epochs = List.copyOf(epochs);
  }

  /** This history and one more epoch. */
  History plus(EpochResult epoch) {
    List<EpochResult> more = new ArrayList<>(epochs);
    more.add(epoch);
    return new History(more);
  }

  /** Whether the epochs are numbered from 1 without a gap and all their figures are finite. */
  boolean isComplete() {
    for (int i = 0; i < epochs.size(); i++) {
      if (epochs.get(i).epoch() != i + 1 || !epochs.get(i).isFinite()) {
        return false;
      }
    }
    return true;
  }

  /** One figure of every epoch. */
  public List<Double> each(ToDoubleFunction<EpochResult> figure) {
    return epochs.stream().map(figure::applyAsDouble).toList();
  }

  /** The last epoch. */
  public EpochResult last() {
    return epochs.get(epochs.size() - 1);
  }

  /** The epochs as comma-separated values with a line of names. */
  public String csv() {
    StringBuilder text =
        new StringBuilder(
            "epoch,train_loss,train_accuracy,test_loss,test_accuracy,raw_test_accuracy,"
                + "learning_rate,seconds,images_per_second\n");
    for (EpochResult e : epochs) {
      text.append(
          Text.of(
              "%d,%s,%s,%s,%s,%s,%s,%.3f,%.1f%n",
              e.epoch(),
              e.trainLoss(),
              e.trainAccuracy(),
              e.testLoss(),
              e.testAccuracy(),
              e.rawTestAccuracy(),
              e.learningRate(),
              e.seconds(),
              e.imagesPerSecond()));
    }
    return text.toString().replace("\r\n", "\n");
  }

  /** The epochs as a table of Tablesaw, one row each. */
  public Table table() {
    return Numbers.plain(
        Table.create(
            "history",
            IntColumn.create("epoch", epochs.stream().mapToInt(EpochResult::epoch).toArray()),
            column("train loss", EpochResult::trainLoss),
            column("train accuracy", EpochResult::trainAccuracy),
            column("test loss", EpochResult::testLoss),
            column("test accuracy", EpochResult::testAccuracy),
            column("learning rate", EpochResult::learningRate),
            column("seconds", EpochResult::seconds)));
  }

  private DoubleColumn column(String name, ToDoubleFunction<EpochResult> figure) {
    return DoubleColumn.create(name, epochs.stream().mapToDouble(figure).toArray());
  }

  /** The epochs as lines of text below a line of names. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("epoch    train loss  train %     test loss   test %");
    for (EpochResult e : epochs) {
      text.append(
          Text.of(
              "\n%5d    %10.4f  %7.2f    %10.4f  %7.2f",
              e.epoch(), e.trainLoss(), e.trainAccuracy(), e.testLoss(), e.testAccuracy()));
    }
    return text.toString();
  }
}
