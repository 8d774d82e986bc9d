package kilonet.course;

import kilonet.chart.Axis;
import kilonet.data.Datasets;
import kilonet.data.Mnist;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.EpochResult;
import kilonet.train.Result;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The assignment's demands beside what a run came to. */
public final class Verdict {

  private Verdict() {}

  /**
   * A row a demand: what is asked for, what this run came to, and whether that is enough.
   *
   * @param run one epoch or more
   */
  public static Table of(Result run) {
    Table table =
        Table.create(
            "verdict",
            StringColumn.create("demand"),
            StringColumn.create("asked for"),
            StringColumn.create("this run"),
            StringColumn.create("met"));
    row(
        table,
        "data",
        "all of MNIST",
        Text.of(
            "%,d training and %,d test images of %s%s",
            run.trainImages(),
            run.testImages(),
            Datasets.title(run.data()),
            StepRun.isQuick(run) ? " (QUICK MODE)" : ""),
        run.data().equals(Mnist.NAME) && !StepRun.isQuick(run));
    row(
        table,
        "parameters",
        Text.of("fewer than %,d", Contract.PARAMETERS_BELOW),
        Text.of("%,d", run.parameters()),
        run.parameters() < Contract.PARAMETERS_BELOW);
    row(
        table,
        "epochs",
        "at most " + Contract.EPOCHS_UP_TO,
        Integer.toString(run.epochs()),
        run.epochs() <= Contract.EPOCHS_UP_TO);
    for (EpochResult e : Contract.last(run.history().epochs())) {
      row(
          table,
          "test accuracy of epoch " + e.epoch(),
          Text.of("at least %s%%", Axis.number(Contract.ACCURACY)),
          Text.of("%.2f%%", e.testAccuracy()),
          e.testAccuracy() >= Contract.ACCURACY);
    }
    return table;
  }

  private static void row(Table table, String demand, String asked, String found, boolean met) {
    table.stringColumn(0).append(demand);
    table.stringColumn(1).append(asked);
    table.stringColumn(2).append(found);
    table.stringColumn(3).append(met ? "yes" : "no");
  }
}
