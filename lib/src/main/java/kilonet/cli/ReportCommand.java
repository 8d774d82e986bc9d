package kilonet.cli;

import java.nio.file.Path;
import kilonet.report.RunReport;
import kilonet.train.Json;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet report}. */
@Command(
    name = "report",
    description = "Writes a page about a run, with charts: report.html and report.md.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Runnable {

  @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run.")
  private Path folder;

  @Mixin private DataOptions data;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    Result result = Json.read(new RunFolder(folder).result(), Result.class);
    Path page = RunReport.write(folder, data.load(result.data()));
    spec.commandLine().getOut().println(page);
  }
}
