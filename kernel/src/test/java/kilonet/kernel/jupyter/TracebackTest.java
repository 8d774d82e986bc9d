package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What cells that fail show, of a real kernel. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TracebackTest {
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
            "%bash exit 3",
            "%jars [",
            "%jars {a,b",
            "%classpath {a,b",
            "%image http://",
            "%image http:///nowhere.png",
            "%%time 3 + 4\n8",
            "%%timeit 3 + 4\n8",
            "%%bash --foo\ntrue",
            "%vars x",
            "%reset x")) {
      assertThat(kernel.run(cell).traceback())
          .as(cell)
          .startsWith("[MagicFailure: ")
          .endsWith(".]")
          .doesNotContain("\n", "    at ");
    }
  }

  @Test
  void errorsWithoutANameOfTheirOwnGoByTheOneAbove() throws IOException {
    Outcome unnamed = kernel.run("throw new RuntimeException(\"x\") { };");
    assertThat(unnamed.traceback()).startsWith("[java.lang.RuntimeException: x,");
    Outcome local =
        kernel.run(
            "void f() { class Mine extends RuntimeException { }\n"
                + "  var e = new Mine(); e.addSuppressed(new Error(\"why\") { }); throw e; }\nf();");
    assertThat(local.traceback()).startsWith("[Mine,").contains("suppressed: java.lang.Error: why");
  }

  @Test
  void nothingCannotBeShownAsSomething() throws IOException {
    for (String form : List.of("html", "markdown", "latex", "svg")) {
      assertThat(kernel.run(form + "((String) null)").traceback())
          .contains("what is to be shown as ", " is null");
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
}
