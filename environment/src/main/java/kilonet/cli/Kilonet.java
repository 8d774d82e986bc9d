package kilonet.cli;

import java.io.File;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import kilonet.data.DataException;
import kilonet.text.Text;
import kilonet.text.Version;
import kilonet.train.TrainingException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code kilonet}. */
@Command(
    name = "kilonet",
    versionProvider = Kilonet.Named.class,
    description = "Tiny convolutional nets on the JVM.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      TrainCommand.class,
      RecipesCommand.class,
      SummaryCommand.class,
      EvaluateCommand.class,
      LrFindCommand.class,
      SweepCommand.class,
      AblateCommand.class,
      SearchCommand.class,
      ReproduceCommand.class,
      PredictCommand.class,
      ExportCommand.class,
      ReportCommand.class,
      CourseCommand.class,
      BenchCommand.class,
      DataCommand.class,
    })
public final class Kilonet implements Runnable {

  /** What {@code --version} says. */
  static final class Named implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"kilonet " + Version.NUMBER};
    }
  }

  /** Exit status of a check that failed or work that could not be done. */
  static final int FAILED = 1;

  /** Exit status of a command that was not understood. */
  static final int USAGE = 2;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Show where in the program an error arose.")
  private boolean stacktrace;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Without a command, the usage is shown, and it counts as wrong usage. */
  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "No command was given: try train, summary or --help.");
  }

  /** Runs a command and ends the process with its exit status. */
  public static void main(String[] arguments) {
    // Other libraries' messages and numbers, too, are to be the same on every machine.
    Locale.setDefault(Locale.ROOT);
    StandardError.connect();
    quieten("org.slf4j.simpleLogger.defaultLogLevel", "warn");
    // Deeplearning4j warns of the output size of every LossLayer, which it takes to be zero.
    quieten("org.slf4j.simpleLogger.log.org.deeplearning4j.nn.conf.inputs.InputType", "error");
    quieten("java.awt.headless", "true");
    // It would leave a page about the machine in the folder where the memory ran out.
    quieten("org.deeplearning4j.crash.reporting.enabled", "false");
    StandardOutput output = StandardOutput.connect();
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    if (!Text.isLegible(System.getProperty("user.dir") + String.join("", arguments))) {
      err.println(
          Text.of(
              "kilonet: the name of a file, or of the folder that this is, has letters that Java does"
                  + " not read in this locale (%s): set LC_ALL=C.UTF-8 and begin again.",
              System.getProperty("sun.jnu.encoding")));
      System.exit(USAGE);
    }
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    int status = execute(out, err, arguments);
    out.flush();
    System.exit(output.failure().map(why -> unwritten(why, err)).orElse(status));
  }

  private static int unwritten(String why, PrintWriter err) {
    err.println(
        Text.of(
            "kilonet: standard output could not be written (%s), so that a part of it is lost: make"
                + " room or write it elsewhere, and begin again.",
            why));
    return FAILED;
  }

  private static void quieten(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** Runs a command. */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    Kilonet kilonet = new Kilonet();
    IExecutionExceptionHandler failed =
        (exception, command, parsed) -> kilonet.explain(exception, command);
    IParameterExceptionHandler misused =
        (exception, parsed) -> {
          CommandLine command = exception.getCommandLine();
          err.println(command.getCommandSpec().qualifiedName() + ": " + exception.getMessage());
          if (!CommandLine.UnmatchedArgumentException.printSuggestions(exception, err)) {
            err.println(Text.of("Try '%s --help'.", command.getCommandSpec().qualifiedName()));
          }
          return USAGE;
        };
    try {
      return new CommandLine(kilonet)
          .setOut(out)
          .setErr(err)
          .registerConverter(Path.class, Kilonet::path)
          .registerConverter(File.class, text -> path(text).toFile())
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setExecutionExceptionHandler(failed)
          .setParameterExceptionHandler(misused)
          .execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      // Picocli lets errors pass.
      return kilonet.explain(e, err);
    }
  }

  /** A path that was given; nothing, as an unset variable of a shell gives it, is none. */
  static Path path(String text) {
    if (text.isBlank()) {
      throw new CommandLine.TypeConversionException(
          "it names no file or folder, but nothing: give its name, or leave it out.");
    }
    return Path.of(text);
  }

  private int explain(Error error, PrintWriter err) {
    if (stacktrace) {
      error.printStackTrace(err);
    } else if (error instanceof LinkageError) {
      err.println(
          Text.of(
              "kilonet: a part of the program is missing or does not fit this machine (%s): build"
                  + " or install it again.",
              firstLine(error)));
    } else {
      err.println(
          Text.of(
              "kilonet: the memory does not suffice (%s): take a smaller net, batch or picture, or"
                  + " give Java more with -Xmx.",
              firstLine(error)));
    }
    return FAILED;
  }

  private static String firstLine(Throwable thrown) {
    String message = thrown.getMessage();
    return message == null || message.isBlank()
        ? thrown.getClass().getSimpleName()
        : message.lines().findFirst().orElseThrow().strip();
  }

  /** Whether a state is one of the library's own, which has its sentence. */
  private static boolean isThrownHere(Exception exception) {
    StackTraceElement[] frames = exception.getStackTrace();
    return frames.length > 0 && frames[0].getClassName().startsWith("kilonet.");
  }

  /** Whether memory did not suffice, Java's or that of ND4J's native code. */
  private static boolean isAboutMemory(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError || firstLine(cause).contains("bad_alloc")) {
        return true;
      }
    }
    return false;
  }

  private int explain(Exception exception, CommandLine command) {
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    boolean ours =
        exception instanceof IllegalArgumentException
            || exception instanceof DataException
            || exception instanceof TrainingException
            || exception instanceof UncheckedIOException
            || exception instanceof IllegalStateException && isThrownHere(exception);
    if (stacktrace) {
      exception.printStackTrace(err);
    } else if (ours) {
      String sentence = String.valueOf(exception.getMessage());
      err.println(name + ": " + sentence + Hint.of(sentence, command.getCommandSpec()));
    } else if (isAboutMemory(exception)) {
      return explain(new OutOfMemoryError(firstLine(exception)), err);
    } else {
      err.println(
          Text.of(
              "%s: something unforeseen happened (%s): run it again with --stacktrace and report"
                  + " that.",
              name, exception));
    }
    return exception instanceof IllegalArgumentException ? USAGE : FAILED;
  }
}
