package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import kilonet.data.TrainTest;
import kilonet.train.Runs;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How runs share the machine, what computes, and where their results are kept. */
final class FilingOptions {

  @Mixin private EngineOption engine;

  @Mixin private PlaceOptions place;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description =
          "Keep the results of finished runs there too, as RECIPE/seed-S.json, and take what is"
              + " there as finished; notebooks/results is where the reports look. A result of other"
              + " data, or of more images or epochs, is never replaced.")
  private Path results;

  /** Where runs on some images go if no folder is named. */
  DefaultFolder folders(TrainTest images) {
    return new DefaultFolder(engine.engine(), images.identity());
  }

  /**
   * Tells the runs, and has work done with them; Ctrl-C ends it with whole files.
   *
   * @param err where it is said how runs elsewhere stand
   */
  void open(Runs runs, PrintWriter err, Runnable work) {
    runs.engine(engine.engine()).results(results);
    place.open(
        err,
        where -> {
          where.of(runs);
          Interruption.finishing(runs::stop, work);
        });
  }
}
