package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Interrupts of what runs in a real kernel. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StopTest {
  @TempDir static Path folder;
  private static KernelProcess kernel;

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
    // The completion is made ready beside the first cells, and would be taken for a busy cell.
    kernel.run("1");
    kernel.ask("complete_request", Map.of("code", "Math.ab", "cursor_pos", 7));
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  @Test
  void anEndlessLoopIsInterruptedAndVariablesAreKept() throws Exception {
    kernel.run("int kept = 7;");
    Message loop = kernel.execute("System.out.println(1);\nwhile (true) { kept++; kept--; }");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    Outcome interrupted = kernel.outcome(loop);
    assertThat(interrupted.reply().content()).containsEntry("ename", "KeyboardInterrupt");
    assertThat(interrupted.traceback()).containsPattern("at cell \\d+, line 2");
    assertThat(kernel.run("kept").value()).isIn("7", "8");
    assertIdle();
  }

  @Test
  void anEndlessLoopInALambdaThatCatchesEverythingIsInterrupted() throws Exception {
    Message loop =
        kernel.execute(
            "Runnable r = () -> { System.out.println(1); while (true) { try { Thread.onSpinWait(); }"
                + " catch (Exception e) { } } };\nr.run();");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(loop).reply().content()).containsEntry("ename", "KeyboardInterrupt");
    assertIdle();
  }

  @Test
  void sleepIsInterrupted() throws Exception {
    Message sleep = kernel.execute("System.out.println(1); Thread.sleep(600_000)");
    kernel.written(sleep, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(sleep).reply().content()).containsEntry("ename", "KeyboardInterrupt");
  }

  @Test
  void aLoopInsideALibraryIsInterrupted() throws Exception {
    Message loop =
        kernel.execute(
            "org.apache.commons.io.IOUtils.copyLarge(new java.io.InputStream() {\n"
                + "  public int read() { return 1; }\n"
                + "  boolean begun;\n"
                + "  public int read(byte[] b, int o, int n) {\n"
                + "    if (!begun) { begun = true; System.out.println(1); }\n"
                + "    return n;\n"
                + "  }\n"
                + "}, java.io.OutputStream.nullOutputStream());");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(loop).reply().content()).containsEntry("ename", "KeyboardInterrupt");
    assertIdle();
  }

  @Test
  void aLibraryLoopThatCallsOnlyTheLanguageIsInterrupted() throws Exception {
    library(
        "Builds",
        "package some; public class Builds { public static void on() { System.out.println(1);"
            + " StringBuilder s = new StringBuilder(); while (s != null) { s.append(1); s.setLength(0); } } }");
    Message loop = kernel.execute("some.Builds.on()");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(loop).reply().content()).containsEntry("ename", "KeyboardInterrupt");
    library(
        "Sums",
        "package some; public class Sums { public static double s; public static void up() {"
            + " System.out.println(1); while (s < 1) { for (int i = 0; i < 9; i++) { s += i; } s = 0; } } }");
    loop = kernel.execute("some.Sums.up()");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(loop).reply().content()).containsEntry("ename", "KeyboardInterrupt");
  }

  @Test
  void aLoopThatCannotBeStoppedIsReportedInTheCell() throws Exception {
    assumeTrue(Runtime.version().feature() >= 20, "this Java can stop every thread");
    library(
        "Spins",
        "package some; public class Spins { public static volatile boolean on = true; public static"
            + " void round() { System.out.println(1); while (on) { } } }");
    Path enough = folder.resolve("enough");
    Message loop =
        kernel.execute(
            "var watch = new Thread(() -> { while (!Files.exists(Path.of(\"%s\"))) {"
                    .formatted(enough)
                + " Thread.onSpinWait(); } some.Spins.on = false; });\n"
                + "watch.start();\nsome.Spins.round()");
    kernel.written(loop, "stdout");
    kernel.interrupt();
    assertThat(kernel.written(loop, "stderr").text("text", ""))
        .startsWith("The cell has not stopped (it is in")
        .contains("some.Spins.round", "restart the kernel");
    Files.createFile(enough);
    kernel.outcome(loop);
  }

  /** Compiles a class and puts it on the class path of cells. */
  private static void library(String name, String source) throws IOException {
    Path root = folder.resolve("library-" + name);
    Path file = Files.createDirectories(root.resolve("some")).resolve(name + ".java");
    Files.writeString(file, source);
    assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, file.toString()))
        .isZero();
    assertThat(kernel.run("%jars " + root).status()).isEqualTo("ok");
  }

  @Test
  void aSignalInterruptsToo() throws Exception {
    assumeTrue(hears(kernel.process.pid(), 2), "whoever started this ignores SIGINT, and so do we");
    Message sleep = kernel.execute("System.out.println(1); Thread.sleep(600_000)");
    kernel.written(sleep, "stdout");
    // Every shell has it; a bare system has no such program.
    new ProcessBuilder("sh", "-c", "kill -INT " + kernel.process.pid()).start().waitFor();
    assertThat(kernel.outcome(sleep).reply().content()).containsEntry("ename", "KeyboardInterrupt");
  }

  /** A process started in a shell's background ignores SIGINT, and its children inherit that. */
  private static boolean hears(long process, int signal) throws IOException {
    Path status = Path.of("/proc", Long.toString(process), "status");
    if (!Files.exists(status)) {
      return true;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) >>> (signal - 1) & 1) == 0;
  }

  @Test
  void scriptsAndQuestionsAreInterrupted() throws Exception {
    Message script = kernel.execute("%%bash\necho 1\nsleep 600");
    kernel.written(script, "stdout");
    kernel.interrupt();
    assertThat(kernel.outcome(script).traceback()).contains("KeyboardInterrupt");
    Message question =
        kernel.send(
            kernel.shell(),
            "execute_request",
            Map.of("code", "input(\"? \")", "allow_stdin", true));
    assertThat(kernel.receive(kernel.stdin()).type()).isEqualTo("input_request");
    kernel.interrupt();
    assertThat(kernel.outcome(question).traceback()).contains("KeyboardInterrupt");
    assertThat(kernel.run("1 + 1").value()).isEqualTo("2");
  }

  @Test
  void anInterruptBetweenCellsHarmsNobody() throws IOException {
    kernel.interrupt();
    assertThat(kernel.run("2 + 3").value()).isEqualTo("5");
  }

  /** No thread burns a core after an interrupt: sooner or later half of a second is quiet. */
  private static void assertIdle() throws Exception {
    String half =
        "var os = (com.sun.management.OperatingSystemMXBean)"
            + " java.lang.management.ManagementFactory.getOperatingSystemMXBean();\n"
            + "long before = os.getProcessCpuTime();\nlong from = System.nanoTime();\n"
            + "Thread.sleep(500);\n"
            + "(os.getProcessCpuTime() - before) * 2 < System.nanoTime() - from";
    while (!kernel.run(half).value().equals("true")) {
      // The compilers of the JVM are at work, or a thread burns a core until the test's timeout.
    }
  }
}
