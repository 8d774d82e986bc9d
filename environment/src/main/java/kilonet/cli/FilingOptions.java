package kilonet.cli;

import java.nio.file.Path;
import kilonet.train.Runs;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How runs share the machine, what computes, and where their results are kept. */
final class FilingOptions {

  @Mixin private EngineOption engine;

  @Mixin private JobsOption jobs;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description =
          "Keep the results of finished runs there too, as RECIPE/seed-S.json, and take what is"
              + " there as finished; notebooks/results is where the reports look.")
  private Path results;

  /** Tells the runs. */
  void apply(Runs runs) {
    runs.engine(engine.engine()).jobs(jobs.jobs()).results(results);
  }
}
