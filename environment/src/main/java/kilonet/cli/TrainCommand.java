package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kilonet.course.RunReport;
import kilonet.data.Datasets;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import kilonet.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet train}. */
@Command(
    name = "train",
    description =
        "Trains the net of a recipe, tests it after each epoch, and judges it by the assignment.",
    mixinStandardHelpOptions = true)
final class TrainCommand implements Runnable {

  @Mixin private RunOptions options;

  @Mixin private DataOptions data;

  @Mixin private EngineOption engine;

  @Option(names = "--seed", paramLabel = "S", description = "Seed, instead of the recipe's.")
  private Long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for the run's files (default: runs/RECIPE-seedS, with a number behind it where a"
              + " run of another recipe is).")
  private Path out;

  @Option(names = "--resume", description = "Go on where a run into this folder was stopped.")
  private boolean resume;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter print = spec.commandLine().getOut();
    Recipe chosen = options.recipe();
    chosen = seed == null ? chosen : chosen.seed(seed);
    DataOptions.Chosen images = data.load(chosen, spec.commandLine().getErr());
    chosen = images.recipe();
    DefaultFolder folders = new DefaultFolder(engine.engine(), images.images().identity());
    // What there is to go on with, the trainer judges.
    Path named = out == null || resume ? out : folders.named(out, chosen);
    Path folder = named == null ? folders.of(chosen, resume) : named;
    new RunFolder(folder).provide(RunFolder.SUMMARY);
    beginning(new RunFolder(folder)).ifPresent(spec.commandLine().getErr()::println);
    print.println(Summary.of(chosen.model()));
    print.println(
        Text.of(
            "%s on %s with the %s engine, seed %d, into %s",
            chosen.name(), chosen.data(), engine.engine(), chosen.seed(), folder));
    Trainer trainer =
        new Trainer(chosen, images.images())
            .engine(engine.engine())
            .folder(folder)
            .progress(EpochBar.onTerminal(print));
    if (resume) {
      trainer.resume();
    }
    Interruption.finishing(
        trainer::stop,
        () -> {
          Result result = trainer.run();
          plots(trainer, result, folder, spec.commandLine().getErr());
          verdict(print, result);
          print.println("Its files are in " + folder);
          LastLine.print(print, result);
        });
  }

  /** What begins anew where somebody may think that it goes on, or would have wished it to. */
  private Optional<String> beginning(RunFolder run) {
    boolean stopped = Files.exists(run.checkpoint());
    boolean finished = !stopped && isFinished(run);
    if (resume) {
      return stopped || finished
          ? Optional.empty()
          : Optional.of(
              Text.of("There is nothing to go on with in %s: the run begins anew.", run.path()));
    }
    if (stopped) {
      return Optional.of(
          Text.of(
              "The run that was stopped in %s begins anew: --resume would have gone on with it.",
              run.path()));
    }
    return finished
        ? Optional.of(
            Text.of(
                "The run in %s, which is finished, is trained again: --resume would have told it as"
                    + " it is.",
                run.path()))
        : Optional.empty();
  }

  private static boolean isFinished(RunFolder run) {
    try {
      return Files.exists(run.result()) && Json.read(run.result(), Result.class).isFinished();
    } catch (IllegalArgumentException e) {
      return true; // or damaged, which is said when it is read
    }
  }

  private static void plots(Trainer trainer, Result result, Path folder, PrintWriter err) {
    if (Interruption.isEnding()) {
      err.println(Text.of("No charts were drawn: 'kilonet report %s' draws them.", folder));
      return;
    }
    try {
      RunReport.plots(folder, result, trainer.predictions(), trainer.test());
    } catch (IllegalStateException e) {
      // No fonts on this machine: the run is as good without pictures.
      err.println("The charts were not drawn: " + e.getMessage());
    }
  }

  private static void verdict(PrintWriter print, Result result) {
    print.println(
        result.isFinished()
            ? result.isJudged()
                ? ReportCommand.verdict(result.contract())
                : Text.of(
                    "%.2f%% of %s in the last epoch; no assignment is about %s, unless the recipe has"
                        + " one.",
                    result.history().last().testAccuracy(),
                    result.definition().validates()
                        ? "the images kept out of training"
                        : "the test images",
                    Datasets.title(result.data()))
            : Text.of(
                "stopped after epoch %d of %d: go on with --resume",
                result.epochs(), result.definition().epochs()));
  }
}
