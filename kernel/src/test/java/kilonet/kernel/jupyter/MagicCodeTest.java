package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What magics make of the Java in them, and Java of the magics in it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MagicCodeTest {
  @TempDir static Path folder;
  private static KernelProcess kernel;

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  @Test
  void timeitTakesWhateverACellMayHold() throws IOException {
    kernel.run("int x = 0; void nothing() { }");
    for (String code :
        List.of(
            "%%timeit\nint s = 0;\nfor (int i = 0; i < 3; i++) s += i;\ns",
            "%timeit Math.sqrt(2); // comment",
            "%timeit Math.sqrt(2) // comment",
            "%timeit new int[]{1, 2}",
            "%timeit switch (3) { case 3 -> 5; default -> 6; }",
            "%timeit x = 5",
            "%timeit x++;",
            "%timeit nothing()",
            "%timeit nothing();",
            "%%timeit\nint s = 0;\nif (s > 0) { s++; }")) {
      Outcome outcome = kernel.run(code);
      assertThat(outcome.status()).as(code + outcome.traceback()).isEqualTo("ok");
      assertThat(outcome.value()).as(code).contains(" rounds of ");
    }
    assertThat(kernel.run("%timeit // nothing").traceback()).contains("%timeit needs code");
  }

  @Test
  void errorsInTimedCodeQuoteItAsItWasWritten() throws IOException {
    assertThat(kernel.run("%%timeit\nint zero = 0;\n\n1 / zero").traceback())
        .contains("line 4)    1 / zero")
        .doesNotContain("Timing.measure");
    assertThat(kernel.run("%timeit 1 / (2 - 2)").traceback())
        .contains("%timeit 1 / (2 - 2)")
        .doesNotContain("Timing.measure");
    assertThat(kernel.run("%%timeit\nint one = 1;\none + nope").traceback())
        .contains("line 3: cannot find symbol")
        .contains("    one + nope,           ^^^^");
  }

  @Test
  void noNameOfANotebookHidesWhatAMagicBecomes() throws IOException {
    kernel.run("int kilonet = 3; String java = \"\"; class List { }");
    try {
      assertThat(kernel.run("%timeit 3 + 4").value()).contains(" rounds of ");
      kernel.run("class kilonet { }\nclass Timing { } class Notebook { }");
      assertThat(kernel.run("%timeit 3 + 4").value()).contains(" rounds of ");
      Outcome said = kernel.run("var said = %bash echo \"a  b\" 'c'\nsaid");
      assertThat(said.stream("stdout")).as(said.traceback()).isEqualTo("a  b c\n");
    } finally {
      kernel.run("%reset");
    }
  }

  @Test
  void errorsBesideAMagicThatIsAValuePointToTheCell() throws IOException {
    assertThat(kernel.run("String home = %env HOME\nnope()").traceback())
        .contains("line 2: cannot find symbol,     nope(),     ^^^^");
    assertThat(kernel.run("undeclared = %env HOME").traceback())
        .contains("    undeclared = %env HOME,     ^^^^^^^^^^,")
        .doesNotContain("lineMagic");
  }

  @Test
  void bracesAreFilledInWhereAMagicIsAValueOrStandsInBrackets() throws IOException {
    Outcome loop =
        kernel.run("for (int i = 0; i < 2; i++) {\n  %bash echo \\{i} \\{i + \"}\"};\n}");
    assertThat(loop.stream("stdout")).as(loop.traceback()).isEqualTo("0 0}\n1 1}\n");
    kernel.run("String ver = \"1\"; char sign = 'c';");
    Outcome behind = kernel.run("var r = %bash echo \\{sign}\\{ver} '\\\\{ver}' \"q\"");
    assertThat(behind.stream("stdout")).as(behind.traceback()).isEqualTo("c1 \\{ver} q\n");
    assertThat(kernel.run("var r = %bash echo \\{ver").traceback())
        .contains("A brace is missing behind");
  }
}
