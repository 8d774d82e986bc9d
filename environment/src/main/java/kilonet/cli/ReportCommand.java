package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import kilonet.course.Reports;
import kilonet.course.RunReport;
import kilonet.course.StepRun;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Json;
import kilonet.train.ModelFile;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet report}. */
@Command(
    name = "report",
    description =
        "Writes a page about a run, with charts: report.html and report.md. Or writes and checks"
            + " what the notebooks' folder says about its results.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {

  /** One of four. */
  private static final class Task {
    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run.")
    private Path run;

    @Option(
        names = "--write",
        paramLabel = "NOTEBOOKS",
        description =
            "Writes the opening blocks of the notebooks in this folder, reports/ and the README's"
                + " table, all from the files in results/.")
    private Path write;

    @Option(
        names = "--check",
        paramLabel = "NOTEBOOKS",
        description =
            "Fails where blocks, outputs, reports or the README say something else than the files"
                + " in results/, or where a claim is not true.")
    private Path check;

    @Option(
        names = "--blank",
        paramLabel = "NOTEBOOKS",
        description =
            "Takes outputs and figures out of the notebooks in this folder: for copies that are to"
                + " be run.")
    private Path blank;
  }

  @ArgGroup(multiplicity = "1")
  private Task task;

  @Mixin private DataOptions data;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (task.run != null) {
      Result result = Json.read(new RunFolder(task.run).result(), Result.class);
      Path model = new RunFolder(task.run).model();
      TrainTest images = data.load(result, ModelFile.form(model), spec.commandLine().getErr());
      out.println(RunReport.write(task.run, images));
      return 0;
    }
    data.requireNone("the report of a run, RUN_DIR");
    if (task.blank != null) {
      Reports.blank(task.blank);
      out.println(Text.of("%s: outputs and figures are taken out.", task.blank));
      return 0;
    }
    if (task.check != null) {
      return check(spec.commandLine(), task.check);
    }
    List<String> problems = Reports.write(task.write, isQuick(task.write));
    return tell(spec.commandLine(), task.write, problems, "opening blocks and reports are written");
  }

  private static boolean isQuick(Path folder) {
    return StepRun.isQuick(System.getenv()) || StepRun.isQuick(folder);
  }

  /** Checks a folder of notebooks and tells how it stands; returns the exit status. */
  static int check(CommandLine line, Path folder) {
    boolean quick = isQuick(folder);
    List<String> problems = Reports.check(folder, quick);
    Reports.goal(folder, quick)
        .map(goal -> quick ? "Quick mode: nothing is judged." : verdict(goal.contract()))
        .ifPresent(line.getOut()::println);
    return tell(line, folder, problems, "notebooks, results and reports agree");
  }

  /** Tells what does not hold, or that all is well; returns the exit status. */
  static int tell(CommandLine line, Path folder, List<String> problems, String well) {
    String name = line.getCommandSpec().qualifiedName();
    problems.forEach(problem -> line.getErr().println(name + ": " + problem));
    line.getOut()
        .println(
            problems.isEmpty()
                ? Text.of("%s: %s.", folder, well)
                : Text.of(
                    "%s: %d thing%s to mend.",
                    folder, problems.size(), problems.size() == 1 ? "" : "s"));
    return problems.isEmpty() ? 0 : Kilonet.FAILED;
  }

  /** Accuracies as everywhere, with two digits. */
  static String percents(List<Double> accuracies) {
    return accuracies.stream()
        .map(accuracy -> Text.of("%.2f%%", accuracy))
        .collect(Collectors.joining(", "));
  }

  static String verdict(Contract contract) {
    return contract.met()
        ? Text.of(
            "The assignment is met: %d parameters, %d epochs, last %d at %s.",
            contract.params(),
            contract.epochs(),
            contract.lastFive().size(),
            percents(contract.lastFive()))
        : "The assignment is not met. " + String.join(" ", contract.misses());
  }
}
