package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import kilonet.train.Runs;
import kilonet.train.Sweep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet sweep}. */
@Command(
    name = "sweep",
    description =
        "Trains a recipe with several seeds; what is finished already is not trained again.",
    mixinStandardHelpOptions = true)
final class SweepCommand implements Runnable {

  private static final Pattern RANGE = Pattern.compile("(\\d{1,9})(?:\\.\\.(\\d{1,9}))?");

  @Mixin private RunOptions options;

  @Mixin private DataOptions data;

  @Mixin private FilingOptions filing;

  @Option(
      names = "--seeds",
      required = true,
      paramLabel = "1..10",
      description = "Seeds: a range, or several numbers and ranges joined by commas.")
  private String seeds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for the seeds' folders (default: runs/sweep-RECIPE, with a number behind it where"
              + " runs of another recipe are).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter print = spec.commandLine().getOut();
    List<Long> numbers = parse(seeds);
    Recipe chosen = options.recipe();
    DataOptions.Chosen images = data.load(chosen, spec.commandLine().getErr());
    chosen = images.recipe();
    List<DefaultFolder.Seeds> own = List.of(new DefaultFolder.Seeds(chosen, ""));
    DefaultFolder folders = filing.folders(images.images());
    Path folder = out != null ? folders.named(out, own) : folders.of("sweep", chosen, own);
    new RunFolder(folder).provide(RunFolder.SUMMARY);
    Runs runs =
        Sweep.runs(chosen, images.images(), numbers, folder)
            .watcher(
                new Runs.Watcher() {
                  @Override
                  public void finished(Result result, boolean earlier, Duration left) {
                    print.println(
                        Text.of(
                            "seed %d: test accuracy %.2f%%, last epochs %s, %.0f s",
                            result.seed(),
                            result.history().last().testAccuracy(),
                            ReportCommand.percents(result.contract().lastFive()),
                            result.seconds()));
                  }

                  @Override
                  public void taught(Result teacher) {
                    print.println(taughtBy(teacher));
                  }
                });
    filing.open(runs, spec.commandLine().getErr(), () -> report(runs.runAll(), folder));
  }

  private void report(List<Result> results, Path folder) {
    PrintWriter print = spec.commandLine().getOut();
    Sweep sweep = Sweep.of(results);
    RunFolder.replace(folder.resolve("sweep.json"), Json.pretty(sweep));
    print.println(
        Text.of(
            "%s on %s over %d seeds: %s, lowest of all last epochs %.2f%%, %s",
            sweep.recipe(),
            sweep.data(),
            sweep.seeds().size(),
            sweep.spread().text("%", 3),
            sweep.lowest(),
            results.get(0).isJudged()
                ? Text.of("assignment met by %d", sweep.met())
                : "no assignment is about these images"));
    LastLine.print(print, sweep);
  }

  /** A line about a teacher that is trained. */
  static String taughtBy(Result teacher) {
    return Text.of(
        "teacher %s: test accuracy %.2f%%, %,d parameters",
        teacher.recipe(), teacher.history().last().testAccuracy(), teacher.parameters());
  }

  static List<Long> parse(String text) {
    List<Long> numbers = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher range = RANGE.matcher(part.strip());
      if (!range.matches()) {
        throw new IllegalArgumentException(
            Text.of(
                "'%s' are no seeds: write a range such as 1..10, or numbers joined by commas.",
                text));
      }
      long first = Long.parseLong(range.group(1));
      long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
      if (last < first || last - first > 9_999) {
        throw new IllegalArgumentException(
            Text.of(
                "The range %s runs backwards or is longer than 10,000 seeds: write it as 1..10.",
                part.strip()));
      }
      for (long seed = first; seed <= last; seed++) {
        if (!numbers.contains(seed)) {
          numbers.add(seed);
        }
      }
    }
    return numbers;
  }
}
