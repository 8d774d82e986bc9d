package kilonet.cli;

import kilonet.text.Check;
import picocli.CommandLine.Option;

/** {@code --jobs}. */
final class JobsOption {

  @Option(
      names = "--jobs",
      defaultValue = "1",
      paramLabel = "N",
      description = "Runs at a time (default: ${DEFAULT-VALUE}).")
  private int jobs;

  int jobs() {
    return Check.between("--jobs", jobs, 1, 256);
  }
}
