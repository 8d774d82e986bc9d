package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Talks to a real kernel, in a process of its own, over its sockets. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class KernelTest {
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
  void aCellShowsTheValueOfItsLastExpressionWithASemicolonToo() throws IOException {
    assertThat(kernel.run("1 + 1").value()).isEqualTo("2");
    assertThat(kernel.run("1 + 1;").value()).isEqualTo("2");
    assertThat(kernel.run("int nothing = 1;").value()).isNull();
    assertThat(kernel.run("nothing = 3").value()).isNull();
  }

  @Test
  void aCellIsAnnouncedRunAndAnsweredInTheOrderOfTheProtocol() throws IOException {
    Outcome outcome = kernel.run("System.out.println(\"a\"); System.err.println(\"b\"); 3");
    // A line may come in two pieces.
    assertThat(outcome.published().stream().map(Message::type).distinct())
        .containsExactly("status", "execute_input", "stream", "execute_result");
    assertThat(outcome.stream("stdout")).isEqualTo("a\n");
    assertThat(outcome.stream("stderr")).isEqualTo("b\n");
    assertThat(outcome.reply().content())
        .containsEntry("status", "ok")
        .containsKeys("execution_count", "user_expressions", "payload");
  }

  @Test
  void aFloodOfLinesArrivesWholeAndInOrder() throws IOException {
    Outcome outcome = kernel.run("for (int i = 0; i < 100_000; i++) System.out.println(i);");
    assertThat(outcome.stream("stdout"))
        .isEqualTo(
            IntStream.range(0, 100_000).mapToObj(i -> i + "\n").collect(Collectors.joining()));
  }

  @Test
  void fiftyMegabytesOfOutputArrive() throws IOException {
    Outcome outcome =
        kernel.run(
            "String megabyte = \"x\".repeat(1 << 20);\n"
                + "for (int i = 0; i < 50; i++) System.out.print(megabyte);");
    assertThat(outcome.stream("stdout")).hasSize(50 << 20);
  }

  @Test
  void charactersOfSeveralBytesAreNeverTorn() throws IOException {
    Outcome outcome =
        kernel.run(
            """
            byte[] smile = "😀ü".getBytes("UTF-8");
            for (byte b : smile) { System.out.write(b); System.out.flush(); Thread.sleep(15); }
            System.out.write(0xff);
            """);
    assertThat(outcome.stream("stdout")).isEqualTo("😀ü\ufffd");
  }

  @Test
  void outputOfABackgroundThreadBelongsToTheCellThatStartedIt() throws IOException {
    Outcome outcome =
        kernel.run(
            "var later = new CountDownLatch(1);\n"
                + "var behind = new Thread(() -> { try { later.await(); } catch"
                + " (InterruptedException e) { } System.out.println(\"late\"); });\n"
                + "behind.start();");
    String id = String.valueOf(outcome.reply().parent().get("msg_id"));
    kernel.send(
        kernel.shell(),
        "execute_request",
        Map.of("code", "later.countDown(); behind.join();", "silent", true));
    Message message = kernel.published();
    while (!message.type().equals("stream")) {
      message = kernel.published();
    }
    assertThat(message.text("text", "")).isEqualTo("late\n");
    assertThat(message.parent()).containsEntry("msg_id", id);
  }

  @Test
  void compileErrorsShowTheLineAndAMarker() throws IOException {
    Outcome outcome = kernel.run("int good = 1;\nint bad = \"text\";");
    assertThat(outcome.status()).isEqualTo("error");
    assertThat(outcome.traceback())
        .contains("line 2: incompatible types", "int bad = \"text\";", "          ^^^^^^");
    assertThat(kernel.run("good").value()).as("what stands above has run").isEqualTo("1");
  }

  @Test
  void runtimeErrorsShowTheCellsLinesAndTheCausesAndNoFrameOfTheKernel() throws IOException {
    Outcome outcome =
        kernel.run(
            """
            void inner() { throw new IllegalStateException("bad", new RuntimeException("why")); }

            inner();
            """);
    assertThat(outcome.traceback())
        .contains("java.lang.IllegalStateException: bad")
        .containsPattern("inner \\(cell \\d+, line 1\\)")
        .containsPattern("at cell \\d+, line 3")
        .contains("caused by java.lang.RuntimeException: why")
        .doesNotContain("kilonet.kernel", "java.lang.reflect");
  }

  @Test
  void errorsInACellWithMagicsPointToTheirPlace() throws IOException {
    assertThat(kernel.run("%env A=b\nint first = 1;\nint second = nope();").traceback())
        .containsPattern("cell \\d+, line 3: cannot find symbol")
        .contains("    int second = nope();\n".strip() + ",                  ^^^^");
    assertThat(kernel.run("int early = 1;\n%time nope()").traceback())
        .containsPattern("cell \\d+, line 2: cannot find symbol")
        .contains("    %time nope(),           ^^^^");
    assertThat(kernel.run("%timeit nope()").traceback()).contains("    %timeit nope(),");
    assertThat(kernel.run("%%time\nint slow = 1;\nthrow new RuntimeException();").traceback())
        .containsPattern("at cell \\d+, line 3");
  }

  @Test
  void errorsInALoadedFileNameIt() throws IOException {
    Path file = Files.writeString(folder.resolve("bad.jsh"), "int fine = 1;\nint bad = nope();");
    assertThat(kernel.run("%load " + file).traceback())
        .contains("bad.jsh, line 2: cannot find symbol", "int bad = nope();");
    Files.writeString(file, "%env LOADED=yes\nint loaded = 7;");
    kernel.run("%load " + file);
    assertThat(kernel.run("loaded").value()).isEqualTo("7");
  }

  @Test
  void aFileThatCannotBeLoadedIsToldWhy() throws IOException {
    assertThat(kernel.run("%load nope.java").traceback())
        .contains("There is no file ", "nope.java; name one that is there.");
    assertThat(kernel.run("%load " + folder).traceback()).contains(" is no file; ");
    Path latin = Files.write(folder.resolve("latin.java"), new byte[] {'/', '/', (byte) 0xe4});
    assertThat(kernel.run("%load " + latin).traceback()).contains(" is no text in UTF-8; ");
  }

  @Test
  void variablesThatAreSetReachTheCodeOfCellsAndScripts() throws IOException {
    kernel.run("%env KILONET_QUICK=1");
    assertThat(kernel.run("System.getenv(\"KILONET_QUICK\")").value()).isEqualTo("1");
    assertThat(kernel.run("kilonet.course.StepRun.isQuick(System.getenv())").value())
        .isEqualTo("true");
    assertThat(kernel.run("%%bash\necho $KILONET_QUICK").stream("stdout")).isEqualTo("1\n");
    kernel.run("%env KILONET_QUICK=0");
    assertThat(kernel.run("%env =1").traceback()).contains("%env needs a name");
  }

  @Test
  void aLongRecordHasALineForEachComponent() throws IOException {
    kernel.run("record Pair(int a, String b) { }");
    assertThat(kernel.run("new Pair(1, \"x\")").value()).isEqualTo("Pair[a=1, b=x]");
    assertThat(kernel.run("new Pair(1, \"x\".repeat(500))").value())
        .isEqualTo("a: 1\nb: " + "x".repeat(500));
    Outcome lines = kernel.run("new Pair(1, \"epoch  loss\\n    1   0.5\\n\")");
    assertThat(lines.value()).isEqualTo("a: 1\nb:\n  epoch  loss\n      1   0.5");
    kernel.run("record Own(int a) { public String toString() { return \"a\\nb\"; } }");
    assertThat(kernel.run("new Own(1)").value()).isEqualTo("a\nb");
    assertThat(lines.of("execute_result").get(0).content().get("data").toString())
        .contains("<pre style=\"text-align:left\">epoch  loss\n    1   0.5</pre>");
  }

  @Test
  void aMagicThatFailsSaysSoInOneSentence() throws IOException {
    for (String cell :
        List.of(
            "%nothing",
            "%maven nonsense",
            "%maven --repo file:///nowhere org.example:nothing:1",
            "%%pom\n<dependency",
            "%load missing.jsh",
            "%env MISSING",
            "%time",
            "%bash exit 3")) {
      assertThat(kernel.run(cell).traceback())
          .as(cell)
          .startsWith("[MagicFailure: ")
          .endsWith(".]")
          .doesNotContain("\n", "    at ");
    }
  }

  @Test
  void framesThatRepeatOrStandAboveAreCounted() throws IOException {
    Outcome deep = kernel.run("void down() { down(); }\ndown();");
    assertThat(deep.traceback()).containsPattern("… the same \\d+ times more");
    Outcome caused =
        kernel.run("throw new IllegalStateException(\"a\", new RuntimeException(\"b\"));");
    assertThat(caused.traceback())
        .contains("caused by java.lang.RuntimeException: b", "… and 1 as above");
  }

  @Test
  void anErrorOfABackgroundThreadIsReportedAsThoseOfCells() throws IOException {
    Outcome outcome =
        kernel.run(
            "var failing = new Thread(() -> { throw new RuntimeException(\"behind\"); });\n"
                + "failing.start();\nfailing.join();");
    assertThat(outcome.stream("stderr")).contains("behind", "line 1)").doesNotContain("cells.Cell");
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
    new ProcessBuilder("kill", "-INT", String.valueOf(kernel.process.pid())).start().waitFor();
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

  @Test
  void systemExitEndsTheCellAndNotTheKernel() throws IOException {
    kernel.run("int survivor = 42;");
    Outcome outcome = kernel.run("System.exit(3);");
    assertThat(outcome.traceback()).contains("System.exit(3) ends the cell, not the kernel");
    assertThat(kernel.run("survivor").value()).isEqualTo("42");
  }

  @Test
  void cellsQueuedBehindAnErrorAreAborted() throws IOException {
    Message failing = kernel.execute("input(\"\"); throw new RuntimeException(\"x\");");
    Message queued = kernel.execute("System.out.println(\"never\")");
    kernel.receive(kernel.stdin());
    kernel.send(kernel.stdin(), "input_reply", Map.of("value", "go on"));
    assertThat(kernel.outcome(failing).status()).isEqualTo("error");
    Outcome aborted = kernel.outcome(queued);
    assertThat(aborted.status()).isEqualTo("aborted");
    assertThat(aborted.stream("stdout")).isEmpty();
    assertThat(kernel.run("1").status()).isEqualTo("ok");
  }

  @Test
  void cellsBehindAnErrorRunWhereTheClientWantsThat() throws IOException {
    Message failing =
        kernel.execute(
            "input(\"\"); throw new RuntimeException(\"x\");", Map.of("stop_on_error", false));
    Message queued = kernel.execute("11");
    kernel.receive(kernel.stdin());
    kernel.send(kernel.stdin(), "input_reply", Map.of("value", "go on"));
    assertThat(kernel.outcome(failing).status()).isEqualTo("error");
    assertThat(kernel.outcome(queued).value()).isEqualTo("11");
  }

  @Test
  void aSilentCellIsNeitherAnnouncedNorCountedNorShown() throws IOException {
    int before = kernel.run("0").reply().number("execution_count", -1);
    Outcome silent = kernel.outcome(kernel.execute("int quiet = 5; quiet", Map.of("silent", true)));
    assertThat(silent.of("execute_input")).isEmpty();
    assertThat(silent.of("execute_result")).isEmpty();
    assertThat(kernel.run("quiet").reply().number("execution_count", -1)).isEqualTo(before + 1);
  }

  @Test
  void userExpressionsAreEvaluatedEachForItself() throws IOException {
    Outcome outcome =
        kernel.outcome(
            kernel.execute(
                "int u = 6;", Map.of("user_expressions", Map.of("a", "u * 7", "b", "nope"))));
    Map<?, ?> results = (Map<?, ?>) outcome.reply().content().get("user_expressions");
    assertThat(((Map<?, ?>) ((Map<?, ?>) results.get("a")).get("data")).get("text/plain"))
        .isEqualTo("42");
    assertThat(((Map<?, ?>) results.get("b")).get("status")).isEqualTo("error");
    assertThat(outcome.status()).isEqualTo("ok");
  }

  @Test
  void aCellCanAskTheUser() throws IOException {
    Message request =
        kernel.execute(
            "String secret = password(\"PIN? \");\n"
                + "String line = new Scanner(System.in).nextLine();\n"
                + "secret + line");
    Message first = kernel.receive(kernel.stdin());
    assertThat(first.content()).containsEntry("prompt", "PIN? ").containsEntry("password", true);
    kernel.send(kernel.stdin(), "input_reply", Map.of("value", "12"));
    assertThat(kernel.receive(kernel.stdin()).content()).containsEntry("password", false);
    kernel.send(kernel.stdin(), "input_reply", Map.of("value", "äb"));
    assertThat(kernel.outcome(request).value()).isEqualTo("12äb");
  }

  @Test
  void askingFailsWithASentenceWhereTheClientCannotAnswer() throws IOException {
    Outcome outcome = kernel.outcome(kernel.execute("input(\"?\")", Map.of("allow_stdin", false)));
    assertThat(outcome.traceback()).contains("This front end cannot ask the user");
  }

  @Test
  void aDisplayIsUpdatedInPlace() throws IOException {
    Outcome outcome = kernel.run("var shown = show(\"one\"); shown.update(\"two\");");
    Map<?, ?> first = (Map<?, ?>) outcome.of("display_data").get(0).content().get("transient");
    Map<?, ?> second =
        (Map<?, ?>) outcome.of("update_display_data").get(0).content().get("transient");
    assertThat(second.get("display_id")).isEqualTo(first.get("display_id"));
  }

  @Test
  void aProgressBarLeavesOneLine() throws IOException {
    Outcome outcome = kernel.run("for (int i : ProgressBar.over(\"work\", List.of(1, 2, 3))) { }");
    List<Message> updates = outcome.of("update_display_data");
    Map<?, ?> last = (Map<?, ?>) updates.get(updates.size() - 1).content().get("data");
    assertThat(last.keySet()).isEqualTo(java.util.Set.of("text/plain"));
    assertThat(last.get("text/plain").toString()).startsWith("work: 3 of 3 in ");
  }

  @Test
  void clearOutputAndThePagerReachTheClient() throws IOException {
    Outcome outcome = kernel.run("clearOutput(true); page(\"long text\");");
    assertThat(outcome.of("clear_output").get(0).content()).containsEntry("wait", true);
    List<?> payload = (List<?>) outcome.reply().content().get("payload");
    assertThat(payload.toString()).contains("source=page", "long text");
  }

  @Test
  void completionCountsCharactersNotUtf16Units() throws IOException {
    String code = "String s = \"😀\"; \"abc\".isEmp";
    int length = code.codePointCount(0, code.length());
    Message reply = kernel.ask("complete_request", Map.of("code", code, "cursor_pos", length));
    assertThat(reply.content().get("matches")).isEqualTo(List.of("isEmpty()"));
    assertThat(reply.number("cursor_start", -1)).isEqualTo(length - "isEmp".length());
    assertThat(reply.number("cursor_end", -1)).isEqualTo(length);
  }

  @Test
  void completionKnowsWhatCellsDeclared() throws IOException {
    kernel.run("var declaredLongAgo = new ArrayList<String>();");
    Message name = kernel.ask("complete_request", Map.of("code", "declaredLon", "cursor_pos", 11));
    assertThat((List<?>) name.content().get("matches")).isEqualTo(List.of("declaredLongAgo"));
    String code = "declaredLongAgo.get(0).toLowerC";
    Message member =
        kernel.ask("complete_request", Map.of("code", code, "cursor_pos", code.length()));
    assertThat(member.content().get("matches").toString()).contains("toLowerCase(");
  }

  @Test
  void completionKnowsTheCellItselfAndWhatFollowsAMagic() throws IOException {
    assertThat(matches("var mine = List.of(1);\nmine.strea")).containsExactly("stream()");
    assertThat(matches("int mineToo = 1;\nmineTo")).containsExactly("mineToo");
    assertThat(matches("void f() { int localOne = 1; localO")).containsExactly("localOne");
    assertThat(matches("%time Math.absE")).containsExactly("absExact(");
    assertThat(matches("%env JAVA_HOM")).isSubsetOf("JAVA_HOME");
    assertThat(matches("%%bash\nech")).isEmpty();
    assertThat(matches("synchron")).containsExactly("synchronized");
    assertThat(kernel.run("mine").status()).as("only asked about, not run").isEqualTo("error");
  }

  @SuppressWarnings("unchecked")
  private static List<String> matches(String code) throws IOException {
    Message reply =
        kernel.ask("complete_request", Map.of("code", code, "cursor_pos", code.length()));
    return (List<String>) reply.content().get("matches");
  }

  @Test
  void inspectionFindsMethodsTypesAndVariables() throws IOException {
    kernel.run("List<String> names = List.of();");
    assertThat(inspect("Math.abs")).contains("int Math.abs(int a)");
    assertThat(inspect("names")).isEqualTo("List<String> names");
    assertThat(inspect("int inCell = 3;\ninCell")).isEqualTo("int inCell");
    assertThat(inspect("StringBuilder")).contains("StringBuilder");
    assertThat(
            kernel
                .ask("inspect_request", Map.of("code", "@@", "cursor_pos", 2))
                .flag("found", true))
        .isFalse();
  }

  private static String inspect(String code) throws IOException {
    Message reply =
        kernel.ask(
            "inspect_request",
            Map.of("code", code, "cursor_pos", code.length(), "detail_level", 0));
    assertThat(reply.flag("found", false)).as(code).isTrue();
    return String.valueOf(((Map<?, ?>) reply.content().get("data")).get("text/plain"));
  }

  @Test
  void completenessIsToldWithTheIndentOfTheNextLine() throws IOException {
    assertThat(complete("int x = 5;")).isEqualTo("complete");
    assertThat(complete("1 + 1")).isEqualTo("complete");
    assertThat(complete("%vars")).isEqualTo("complete");
    assertThat(complete("int 4 = 5;")).isEqualTo("invalid");
    assertThat(complete("}")).isEqualTo("invalid");
    Message incomplete =
        kernel.ask("is_complete_request", Map.of("code", "if (x) {\n  for (;;) {"));
    assertThat(incomplete.content())
        .containsEntry("status", "incomplete")
        .containsEntry("indent", "      ");
  }

  private static String complete(String code) throws IOException {
    return kernel.ask("is_complete_request", Map.of("code", code)).text("status", "");
  }

  @Test
  void commsOfUnknownTargetsAreClosedAndKnownOnesListed() throws IOException {
    kernel.run("comm(\"echo\", (line, data) -> line.listen(received -> line.send(received)));");
    kernel.send(
        kernel.shell(),
        "comm_open",
        Map.of("comm_id", "c1", "target_name", "echo", "data", Map.of()));
    kernel.send(
        kernel.shell(), "comm_msg", Map.of("comm_id", "c1", "data", Map.of("say", "hello")));
    kernel.send(
        kernel.shell(),
        "comm_open",
        Map.of("comm_id", "c2", "target_name", "nobody", "data", Map.of()));
    Message info = kernel.ask("comm_info_request", Map.of());
    assertThat(info.content().get("comms").toString()).isEqualTo("{c1={target_name=echo}}");
    List<String> seen = new ArrayList<>();
    while (seen.size() < 2) {
      Message message = kernel.published();
      if (message.type().startsWith("comm_")) {
        seen.add(message.type() + message.content().get("comm_id") + message.content().get("data"));
      }
    }
    assertThat(seen).containsExactly("comm_msgc1{say=hello}", "comm_closec2{}");
  }

  @Test
  void aWrongSignatureIsNeverExecutedAndBadMessagesHarmNobody() throws IOException {
    Message forged =
        new Message(
            List.of(),
            new LinkedHashMap<>(Map.of("msg_id", "f", "msg_type", "execute_request")),
            Map.of(),
            Map.of(),
            Map.of("code", "int forged = 1;"));
    List<byte[]> frames = new ArrayList<>(kernel.frames(forged));
    frames.set(1, "0".repeat(64).getBytes(StandardCharsets.US_ASCII));
    kernel.sendFrames(kernel.shell(), frames);
    kernel.sendFrames(kernel.shell(), List.of("no message".getBytes(StandardCharsets.UTF_8)));
    List<byte[]> broken = new ArrayList<>(new Wire("").encode(forged));
    broken.set(2, "{broken".getBytes(StandardCharsets.UTF_8));
    kernel.sendFrames(kernel.shell(), broken);
    // Signed rightly, but neither JSON nor UTF-8.
    kernel.sendFrames(kernel.shell(), kernel.frames(forged, "{\"code\": ".getBytes()));
    byte[] notUtf8 = "{\"code\": \"?\"}".getBytes(StandardCharsets.US_ASCII);
    notUtf8[10] = (byte) 0xff;
    kernel.sendFrames(kernel.shell(), kernel.frames(forged, notUtf8));
    kernel.send(kernel.shell(), "no_such_request", Map.of());
    kernel.send(kernel.control(), "no_such_request", Map.of());
    assertThat(kernel.run("forged").status()).isEqualTo("error");
    assertThat(kernel.run("5").value()).isEqualTo("5");
    assertThat(Files.readString(kernel.log)).contains("its signature is wrong", "no_such_request");
  }

  @Test
  void aCellOfTenThousandLinesRuns() throws IOException {
    String lines =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "total += " + i + ";")
            .collect(Collectors.joining("\n"));
    assertThat(kernel.run("long total = 0;\n" + lines + "\ntotal").value()).isEqualTo("49995000");
  }

  @Test
  void theHeartbeatEchoesWhileACellRuns() throws IOException {
    Message waiting = kernel.execute("input(\"\")");
    kernel.receive(kernel.stdin());
    kernel.heartbeat.send("ping");
    assertThat(kernel.heartbeat.recvStr()).isEqualTo("ping");
    kernel.send(kernel.stdin(), "input_reply", Map.of("value", "go on"));
    kernel.outcome(waiting);
  }

  @Test
  void kernelInfoNamesProtocolAndLanguage() throws IOException {
    Map<String, Object> info = kernel.ask("kernel_info_request", Map.of()).content();
    assertThat(info).containsEntry("status", "ok").containsEntry("protocol_version", "5.3");
    assertThat((Map<?, ?>) info.get("language_info")).extracting("name").isEqualTo("java");
    assertThat(info).containsKeys("banner", "help_links", "implementation");
  }

  @Test
  void jarsComeFromAMavenRepositoryWithTheirDependenciesAndABom() throws Exception {
    Path remote = TestRepository.create(folder.resolve("remote"));
    Outcome plain = kernel.run("%maven --repo " + remote.toUri() + " org.example:greeter:1.0");
    assertThat(plain.stream("stdout")).isEqualTo("added greeter-1.0.jar\nadded words-2.0.jar\n");
    assertThat(kernel.run("org.example.Greeter.greet()").value()).isEqualTo("hello from 2.0");
    Outcome bom =
        kernel.run(
            "%%pom\n<repositories><repository><id>test</id><url>"
                + remote.toUri()
                + "</url></repository></repositories>\n"
                + "<dependencyManagement><dependencies><dependency><groupId>org.example</groupId>"
                + "<artifactId>bom</artifactId><version>1</version><type>pom</type>"
                + "<scope>import</scope></dependency></dependencies></dependencyManagement>\n"
                + "<dependencies><dependency><groupId>org.example</groupId>"
                + "<artifactId>extra</artifactId></dependency></dependencies>");
    assertThat(bom.stream("stdout")).isEqualTo("added extra-3.1.jar\n");
    Outcome missing = kernel.run("%maven --repo " + remote.toUri() + " org.example:nothing:1");
    assertThat(missing.status()).isEqualTo("error");
  }

  @Test
  void aShellScriptStreamsItsOutputAndItsFailureIsAnError() throws IOException {
    Outcome outcome = kernel.run("%%bash\necho out; echo err >&2; exit 4");
    assertThat(outcome.stream("stdout")).isEqualTo("out\n");
    assertThat(outcome.stream("stderr")).isEqualTo("err\n");
    assertThat(outcome.traceback()).contains("bash ended with status 4");
  }

  @Test
  void chartsImagesTablesAndArraysHaveRichAndPlainForms() throws IOException {
    Map<?, ?> chart =
        data(
            "var c = new XYChartBuilder().width(200).height(100).title(\"t\").build();\n"
                + "c.addSeries(\"s\", new double[] {1, 2}, new double[] {3, 4});\nc");
    assertThat(chart.get("image/png").toString()).startsWith("iVBORw0KGgo");
    assertThat(chart.get("text/plain")).isEqualTo("[chart \"t\" of s]");
    assertThat(data("svg(c)").get("image/svg+xml").toString()).startsWith("<svg");
    Map<?, ?> table =
        data(
            "Table.create(tech.tablesaw.api.StringColumn.create(\"n\","
                + " IntStream.range(0, 100).mapToObj(String::valueOf)))");
    assertThat(table.get("text/html").toString())
        .contains("<th>n</th>", "<td>0</td>", "<td>…</td>", "<td>99</td>", "100 rows, 1 columns")
        .doesNotContain("<td>50</td>");
    assertThat(table.get("text/plain").toString()).contains("99");
    assertThat(data("new int[][] {{1, 2}, {3}}").get("text/plain")).isEqualTo("[[1, 2], [3]]");
    assertThat(data("record P(int a, String b) {}\nList.of(new P(1, \"<\"))").get("text/html"))
        .isEqualTo(
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td>"
                + "<td>&lt;</td></tr></tbody></table>");
    Map<?, ?> one =
        data(
            "record Run(String name, double[] loss, List<P> parts) {}\n"
                + "new Run(\"a\", new double[30], List.of(new P(1, \"\"), new P(2, \"\")))");
    assertThat(one.get("text/html").toString())
        .contains("<td>name</td><td>a</td>", "… 10 more", "<td>2 × P</td>");
    assertThat(one.get("text/plain").toString()).startsWith("Run[name=a, loss=");
    assertThat(data("latex(\"x^2\")").get("text/latex")).isEqualTo("$$x^2$$");
  }

  private static Map<?, ?> data(String cell) throws IOException {
    Outcome outcome = kernel.run(cell);
    assertThat(outcome.of("execute_result")).as(outcome.traceback()).hasSize(1);
    return (Map<?, ?>) outcome.of("execute_result").get(0).content().get("data");
  }
}
