package kilonet.kernel.magic;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import kilonet.kernel.repl.Repl;

/** {@code %%bash} and {@code %bash}: run a script of the shell. */
final class BashMagic implements Magic {
  private final Map<String, String> environment;

  BashMagic(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public List<String> names() {
    return List.of("bash");
  }

  @Override
  public String help() {
    return "%%bash above a script, or %bash COMMAND: runs it in bash; a status other than 0 is an"
        + " error.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("bash");
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread out = copy(process.getInputStream(), System.out);
    Thread err = copy(process.getErrorStream(), System.err);
    try {
      try (OutputStream script = process.getOutputStream()) {
        script.write(call.text().getBytes(StandardCharsets.UTF_8));
      }
      int status = process.waitFor();
      out.join();
      err.join();
      if (status != 0) {
        throw new MagicFailure("bash ended with status " + status + ".");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
    return Repl.NOTHING;
  }

  private static Thread copy(InputStream from, PrintStream to) {
    Thread thread =
        new Thread(
            () -> {
              byte[] buffer = new byte[8192];
              try (from) {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                  to.write(buffer, 0, n);
                }
              } catch (IOException e) {
                // The process was killed.
              } finally {
                to.flush();
              }
            },
            "bash-output");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
