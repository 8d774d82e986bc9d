package kilonet.cli;

import java.nio.file.Path;
import java.util.List;
import kilonet.course.Execution;
import kilonet.course.NewCourse;
import kilonet.course.Reports;
import kilonet.course.StepRun;
import kilonet.text.Text;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet course}. */
@Command(
    name = "course",
    description =
        "An answer of your own to the assignment: three notebooks, each beside a text that says"
            + " what the step wants and claims.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class CourseCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "No command was given: use new DIR, run DIR or check DIR.");
  }

  @Command(
      name = "new",
      description = "Makes a folder with three notebooks and their texts to fill in.",
      mixinStandardHelpOptions = true)
  void create(@Parameters(paramLabel = "DIR", description = "The folder.") Path folder) {
    NewCourse.write(folder);
    line("new")
        .getOut()
        .println(
            Text.of(
                "%s: fill in nets and texts of three steps, then 'kilonet course run %s'.",
                folder, folder));
  }

  @Command(
      name = "run",
      description =
          "Executes the notebooks in Jupyter, writes their opening blocks and reports, and checks"
              + " them.",
      mixinStandardHelpOptions = true)
  int execute(@Parameters(paramLabel = "DIR", description = "The notebooks' folder.") Path folder) {
    CommandLine line = line("run");
    List<String> unread = Reports.texts(folder);
    if (!unread.isEmpty()) {
      return ReportCommand.tell(line, folder, unread, "");
    }
    Execution.run(folder, said -> line.getErr().println(said));
    List<String> problems = Reports.write(folder, StepRun.isQuick(System.getenv()));
    return problems.isEmpty() ? check(folder) : ReportCommand.tell(line, folder, problems, "");
  }

  @Command(
      name = "check",
      description =
          "Fails where blocks, outputs or reports say something else than the files of results, or"
              + " where a claim is not true.",
      mixinStandardHelpOptions = true)
  int check(@Parameters(paramLabel = "DIR", description = "The notebooks' folder.") Path folder) {
    return ReportCommand.check(line("check"), folder);
  }

  private CommandLine line(String name) {
    return spec.commandLine().getSubcommands().get(name);
  }
}
