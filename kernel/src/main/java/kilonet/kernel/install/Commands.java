package kilonet.kernel.install;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.content.Version;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of the kernel's jar. */
@Command(
    name = "kilonet-kernel",
    description = "A Jupyter kernel for Java, with the Kilonet library on its class path.",
    mixinStandardHelpOptions = true,
    versionProvider = Commands.Named.class)
public final class Commands {
  private Commands() {}

  /** What {@code --version} says. */
  static final class Named implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"kilonet-kernel " + Version.NUMBER};
    }
  }

  /**
   * Runs a command.
   *
   * @param args the command line
   * @return the exit status: 0, 1 for a failure, 2 for bad usage
   */
  public static int run(String[] args) {
    // A kernel that starts has no use for a command line parser and its time.
    if (args.length == 2 && args[0].equals("run")) {
      return Launch.kernel(Path.of(args[1]));
    }
    if (args.length == 1 && args[0].equals("rehearse")) {
      return Launch.rehearse();
    }
    CommandLine line = new CommandLine(new Commands());
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          command.getErr().println(sentence(exception));
          return 1;
        });
    return args.length == 0 ? usage(line) : line.execute(args);
  }

  /** What went wrong: of files, Java often names the file alone. */
  static String sentence(Exception exception) {
    if (!(exception instanceof FileSystemException failure)) {
      return exception.getMessage() == null ? exception.toString() : exception.getMessage();
    }
    String reason = "it is no folder";
    if (failure instanceof AccessDeniedException) {
      reason = "no permission";
    } else if (failure instanceof NoSuchFileException) {
      reason = "there is no such place";
    } else if (failure.getReason() != null) {
      reason = failure.getReason();
    }
    return failure.getFile()
        + " cannot be read or written ("
        + reason
        + "): choose a folder of yours with --prefix DIR.";
  }

  private static int usage(CommandLine line) {
    line.usage(line.getErr());
    return 2;
  }

  @Command(name = "run", description = "Runs the kernel; Jupyter does this.")
  private int run(
      @Parameters(paramLabel = "CONNECTION_FILE", description = "Written by Jupyter.") Path file) {
    return Launch.kernel(file);
  }

  /** Where a kernel is installed. */
  private static final class Place {
    private static final class Where {
      @Option(names = "--user", description = "For this user; the default.")
      boolean user;

      @Option(
          names = "--sys-prefix",
          description = "In the Python environment that is active (venv, Conda).")
      boolean sysPrefix;

      @Option(
          names = "--prefix",
          paramLabel = "DIR",
          description = "Below DIR/share/jupyter/kernels.")
      Path prefix;
    }

    @ArgGroup private Where where;

    @Option(
        names = "--name",
        paramLabel = "NAME",
        defaultValue = "kilonet",
        description = "Name of the kernel; ${DEFAULT-VALUE} if not given.")
    private String name;

    Path folder() throws IOException {
      if (!name.matches("[a-zA-Z0-9._-]+")) {
        throw new IOException(
            "The name " + name + " is no kernel name; use letters, digits, dots, _ and -.");
      }
      Path data =
          where == null || where.user
              ? KernelSpec.userData()
              : (where.sysPrefix ? KernelSpec.pythonPrefix() : where.prefix)
                  .toAbsolutePath()
                  .resolve("share")
                  .resolve("jupyter");
      return data.resolve("kernels").resolve(name);
    }
  }

  /** Backends of ND4J. */
  enum Backend {
    cpu,
    cuda
  }

  @Command(
      name = "install",
      description = "Installs the kernel for Jupyter.",
      mixinStandardHelpOptions = true)
  private int install(
      @Mixin Place place,
      @Option(
              names = "--display-name",
              paramLabel = "TEXT",
              defaultValue = "Java (Kilonet)",
              description = "What Jupyter's menus show; ${DEFAULT-VALUE} if not given.")
          String displayName,
      @Option(
              names = "--backend",
              paramLabel = "BACKEND",
              defaultValue = "cpu",
              description = "ND4J's backend, cpu or cuda; ${DEFAULT-VALUE} if not given.")
          Backend backend,
      @Option(
              names = "--jvm-arg",
              paramLabel = "ARG",
              description = "An option for the kernel's JVM, such as -Xmx4g; may be repeated.")
          List<String> jvmArgs)
      throws IOException, InterruptedException {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    KernelSpec spec = new KernelSpec(place.folder());
    spec.install(
        displayName, backend == Backend.cuda, jvmArgs == null ? new ArrayList<>() : jvmArgs);
    out.println("installed in " + spec.folder());
    return 0;
  }

  @Command(
      name = "uninstall",
      description = "Removes an installed kernel.",
      mixinStandardHelpOptions = true)
  private int uninstall(@Mixin Place place) throws IOException {
    KernelSpec spec = new KernelSpec(place.folder());
    spec.uninstall();
    System.out.println("removed " + spec.folder());
    return 0;
  }

  @Command(
      name = "doctor",
      description = "Says what is missing for notebooks to run.",
      mixinStandardHelpOptions = true)
  private int doctor(@Mixin Place place) throws IOException, InterruptedException {
    return Doctor.examine(place.folder(), new PrintWriter(System.out, true, StandardCharsets.UTF_8))
        ? 0
        : 1;
  }
}
