package kilonet.evaluate;

import java.util.List;
import kilonet.text.Numbers;
import kilonet.train.History;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * How much better a net does on what it is trained on than on the test set, at the end of an epoch.
 * Training figures are taken with augmentation and dropout while the net changes, so that a gap
 * below 0 is usual and says nothing bad.
 *
 * @param epoch its number, from 1
 * @param accuracy train less test accuracy in percent points; above 0 where the net overfits
 * @param loss test less train loss in nats; above 0 where the net overfits
 */
public record TrainTestGap(int epoch, double accuracy, double loss) {

  /** The gap of each epoch. */
  public static List<TrainTestGap> of(History history) {
    return history.epochs().stream()
        .map(
            e ->
                new TrainTestGap(
                    e.epoch(), e.trainAccuracy() - e.testAccuracy(), e.testLoss() - e.trainLoss()))
        .toList();
  }

  /** Accuracies and gap of each epoch as a table of Tablesaw. */
  public static Table table(History history) {
    List<TrainTestGap> gaps = of(history);
    return Numbers.plain(
        Table.create(
            "gap",
            IntColumn.create("epoch", gaps.stream().mapToInt(TrainTestGap::epoch).toArray()),
            DoubleColumn.create(
                "train accuracy",
                history.epochs().stream().mapToDouble(e -> e.trainAccuracy()).toArray()),
            DoubleColumn.create(
                "test accuracy",
                history.epochs().stream().mapToDouble(e -> e.testAccuracy()).toArray()),
            DoubleColumn.create(
                "accuracy gap", gaps.stream().mapToDouble(TrainTestGap::accuracy).toArray()),
            DoubleColumn.create(
                "loss gap", gaps.stream().mapToDouble(TrainTestGap::loss).toArray())));
  }
}
