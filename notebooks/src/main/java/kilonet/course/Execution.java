package kilonet.course;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import kilonet.text.Text;

/** Executes the notebooks of a course in their order, each in a kernel of its own, by Jupyter. */
public final class Execution {

  private Execution() {}

  /**
   * Executes all notebooks of a folder, in place.
   *
   * @param folder the notebooks'
   * @param said is told line by line how it goes on
   * @throws IllegalArgumentException if the folder is not there, or holds no notebooks
   * @throws IllegalStateException if Jupyter or the kernel is missing, or a notebook fails
   */
  public static void run(Path folder, Consumer<String> said) {
    for (Path notebook : Reports.notebooks(folder)) {
      said.accept(Text.of("executing %s", notebook));
      execute(notebook, said);
    }
  }

  private static void execute(Path notebook, Consumer<String> said) {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Nbconvert.COMMAND,
                    "--log-level=WARN",
                    "--to=notebook",
                    "--execute",
                    "--inplace",
                    "--ExecutePreprocessor.timeout=-1",
                    "--ExecutePreprocessor.record_timing=False",
                    notebook.toAbsolutePath().toString()))
            .redirectErrorStream(true);
    builder.environment().put("KILONET_PROGRESS", "1");
    Process process;
    try {
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new IllegalStateException(
          Text.of(
              "%s cannot be executed, because %s is missing: %s.",
              notebook, Nbconvert.COMMAND, Nbconvert.TO_INSTALL),
          e);
    }
    try {
      NbconvertLog log = new NbconvertLog(said);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        lines.lines().forEach(log::line);
      }
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            log.kernelIsMissing()
                ? Text.of(
                    "%s cannot be executed, because Jupyter does not know its kernel: install it"
                        + " with 'java -jar kernel/target/kilonet-kernel.jar install'.",
                    notebook)
                : Text.of(
                    "%s could not be executed to its end: mend the cell that is named above.",
                    notebook));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while executing " + notebook, e);
    } finally {
      process.destroy();
    }
  }
}
