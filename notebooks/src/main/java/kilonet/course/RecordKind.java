package kilonet.course;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import kilonet.chart.Axis;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Result;

/** What a record is about. */
enum RecordKind {
  SURE("The surest net", "all of at least 10 seeds", true, 10),
  SMALL("The smallest net", "at least 9 of 10 seeds", true, 9),
  EPOCHS("The fewest epochs", "at least 9 of 10 seeds", false, 9),
  CLOCK("The least time", "at least 9 of 10 seeds", false, 9),
  TINY("The best net below 1,000 parameters", "at least 9 of 10 seeds", false, 9, 1_000, 98.5);

  /** A record stands with so many seeds at least. */
  static final int SEEDS = 10;

  final String title;
  final String share;
  final boolean lastFive;
  final int ofTen;

  /** Parameters must be below this. */
  final long parametersBelow;

  /** Test accuracy must be at least this, in percent. */
  final double accuracy;

  RecordKind(String title, String share, boolean lastFive, int ofTen) {
    this(title, share, lastFive, ofTen, Contract.PARAMETERS_BELOW, Contract.ACCURACY);
  }

  RecordKind(
      String title,
      String share,
      boolean lastFive,
      int ofTen,
      long parametersBelow,
      double accuracy) {
    this.title = title;
    this.share = share;
    this.lastFive = lastFive;
    this.ofTen = ofTen;
    this.parametersBelow = parametersBelow;
    this.accuracy = accuracy;
  }

  /** The name of its recipe. */
  String recipe() {
    return "record/" + file();
  }

  /** What its files are called, such as {@code small}. */
  String file() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether a run reaches what is asked for. */
  boolean met(Result result) {
    return lastFive
        ? result.contract().met()
        : result.data().equals(Recipe.MNIST)
            && !result.definition().validates()
            && result.parameters() < parametersBelow
            && result.epochs() <= Contract.EPOCHS_UP_TO
            && Measurements.last(result) >= accuracy;
  }

  /** Whether enough seeds reach it. */
  boolean stands(Measurements measured) {
    int seeds = measured.runs().size();
    return seeds >= SEEDS && SEEDS * measured.count(this::met) >= (long) ofTen * seeds;
  }

  /** What is asked for, in words. */
  String goal() {
    return Text.of(
        lastFive
            ? "with fewer than %,d parameters, %s%% or more in each of the last five of at most"
                + " %d epochs"
            : "with fewer than %,d parameters, %s%% or more after the last of at most %d epochs",
        parametersBelow,
        Axis.number(accuracy),
        Contract.EPOCHS_UP_TO);
  }

  /** What the record is, in words. */
  String figure(Measurements measured, Map<Long, Double> processes) {
    Result first = measured.runs().get(0);
    return switch (this) {
      case SURE, TINY ->
          Text.of("mean accuracy of the last epoch %s%%", measured.over(Measurements::last));
      case SMALL -> Text.of("%,d parameters", first.parameters());
      case EPOCHS -> Text.of("%d epochs", first.definition().epochs());
      case CLOCK ->
          Text.of(
              "%.1f seconds of training on average%s",
              measured.seconds() / measured.runs().size(),
              processes.isEmpty()
                  ? ""
                  : Text.of(
                      ", %.1f seconds (%.1f at most) from the start of the process to its end",
                      processes.values().stream().mapToDouble(s -> s).average().orElseThrow(),
                      Collections.max(processes.values())));
    };
  }
}
