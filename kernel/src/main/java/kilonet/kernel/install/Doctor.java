package kilonet.kernel.install;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what is missing for notebooks to run. */
final class Doctor {
  private final PrintWriter out;
  private boolean well = true;

  private Doctor(PrintWriter out) {
    this.out = out;
  }

  /**
   * Looks at Java, Jupyter and the installed kernel.
   *
   * @return whether nothing is missing
   */
  static boolean examine(Path folder, PrintWriter out) throws IOException, InterruptedException {
    Doctor doctor = new Doctor(out);
    doctor.java();
    doctor.jupyter();
    doctor.kernel(new KernelSpec(folder));
    return doctor.well;
  }

  private void say(boolean good, String what, String remedy) {
    well &= good;
    out.println((good ? "ok       " : "MISSING  ") + what + (good ? "" : "; " + remedy));
  }

  private void java() {
    say(
        Runtime.version().feature() >= 17
            && ModuleLayer.boot().findModule("jdk.jshell").isPresent(),
        "a JDK: Java " + Runtime.version() + " in " + System.getProperty("java.home"),
        "install a JDK, 17 or newer");
  }

  private void jupyter() {
    String path = System.getenv("PATH");
    for (String name : List.of("jupyter-lab", "jupyter-notebook", "jupyter")) {
      for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
        if (!folder.isBlank() && Files.isExecutable(Path.of(folder, name))) {
          say(true, "Jupyter: " + Path.of(folder, name), "");
          return;
        }
      }
    }
    say(
        false,
        "Jupyter",
        "install it with apt install jupyter-notebook, or pip install jupyterlab; VS Code brings"
            + " its own");
  }

  private static Optional<String> refusal(List<String> command)
      throws IOException, InterruptedException {
    int end = command.indexOf("-cp");
    return end < 0 || !Files.isExecutable(Path.of(command.get(0)))
        ? Optional.empty()
        : KernelSpec.refusal(command.subList(0, end));
  }

  private void kernel(KernelSpec spec) throws IOException, InterruptedException {
    List<String> command = spec.installedCommand();
    if (command.isEmpty()) {
      say(false, "a kernel in " + spec.folder(), "run this jar with install");
      return;
    }
    say(true, "a kernel in " + spec.folder(), "");
    say(
        Files.isExecutable(Path.of(command.get(0))),
        "its Java: " + command.get(0),
        "run install again with the Java that is to be used");
    Optional<String> unable = refusal(command);
    say(
        unable.isEmpty(),
        unable.map(said -> "a JVM that starts: " + said).orElse("its JVM starts"),
        "run install again, with options of --jvm-arg that this Java knows");
    boolean archive = false;
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < command.size(); i++) {
      String word = command.get(i);
      archive |= word.startsWith("-XX:SharedArchiveFile=");
      String jars =
          word.startsWith("-Dkilonet.classpath=")
              ? word.substring("-Dkilonet.classpath=".length())
              : i > 0 && command.get(i - 1).equals("-cp") ? word : null;
      if (jars != null) {
        for (String jar : jars.split(File.pathSeparator)) {
          if (!Files.exists(Path.of(jar)) && !missing.contains(jar)) {
            missing.add(jar);
          }
        }
        if (jars.contains("nd4j-cuda-")) {
          String refusal = Gpu.refusal(Gpu.capabilities());
          out.println(refusal == null ? "ok       a GPU for ND4J" : "note     " + refusal);
        }
      }
    }
    say(
        missing.isEmpty(),
        "its jars" + (missing.isEmpty() ? "" : ": " + String.join(", ", missing)),
        "run install again");
    if (!archive) {
      out.println("note     no archive of classes: the kernel starts, but slower");
    }
  }
}
