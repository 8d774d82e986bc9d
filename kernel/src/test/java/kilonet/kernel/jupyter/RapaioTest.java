package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/** What notebooks of rapaio's kernel, scripts of JShell and files of Java ask of a kernel. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RapaioTest {
  @TempDir static Path folder;
  private static KernelProcess kernel;

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> builder.directory(folder.toFile())).ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  private static Outcome run(String cell) throws IOException {
    Outcome outcome = kernel.run(cell);
    assertThat(outcome.status()).as(cell + outcome.traceback()).isEqualTo("ok");
    return outcome;
  }

  private static Map<?, ?> shown(String cell, String type) throws IOException {
    List<Message> messages = run(cell).of(type);
    assertThat(messages).as(cell).hasSize(1);
    return (Map<?, ?>) messages.get(0).content().get("data");
  }

  @Test
  void theFormComesFirstOrBehind() throws IOException {
    assertThat(shown("display(\"text/markdown\", \"*x*\")", "display_data"))
        .isEqualTo(Map.of("text/markdown", "*x*", "text/plain", "*x*"));
    assertThat(shown("display(\"html\", \"<b>x</b>\")", "display_data").get("text/html"))
        .isEqualTo("<b>x</b>");
    assertThat(shown("display(\"<b>y</b>\", \"text/html\")", "display_data").get("text/html"))
        .isEqualTo("<b>y</b>");
    assertThat(shown("display(\"html\", \"text/html\")", "display_data").get("text/html"))
        .as("a text and its form, as in IJava")
        .isEqualTo("html");
    assertThat(shown("display(\"md\", List.of(1))", "display_data"))
        .as("lists have no Markdown")
        .isEqualTo(Map.of("text/plain", "[1]"));
    assertThat(shown("display(null, \"text/html\")", "display_data").get("text/plain"))
        .isEqualTo("null");
    assertThat(kernel.run("display(\"nonsense\", 5)").traceback())
        .contains("nonsense is no MIME type; write one such as text/html");
  }

  @Test
  void whatIsShownIsReplacedInAForm() throws IOException {
    run("String id = display(\"text/markdown\", \"a\");");
    assertThat(shown("updateDisplay(id, \"html\", \"<i>b</i>\")", "update_display_data"))
        .isEqualTo(Map.of("text/html", "<i>b</i>", "text/plain", "<i>b</i>"));
    assertThat(shown("updateDisplay(id, \"<i>c</i>\", \"text/html\")", "update_display_data"))
        .isEqualTo(Map.of("text/html", "<i>c</i>", "text/plain", "<i>c</i>"));
  }

  @Test
  void javaBetweenBracesIsFilledIn() throws IOException {
    String listed =
        run("String v = \"1.0\";\n%dependency /add some:thing:\\{v}\n%dependency /list").stream(
            "stdout");
    assertThat(listed).isEqualTo("some:thing:1.0\n");
    run("String module = \"dependency\", cmd = \"/list\";");
    assertThat(run("%\\{module} \\{cmd}").stream("stdout")).isEqualTo(listed);
    run("%env FILLED=\\{Map.of(\"}\", 1).get(\"}\")}-\\{new int[] {4}[0]} \\\\{v}");
    assertThat(run("System.getenv(\"FILLED\")").value()).isEqualTo("1-4 \\{v}");
    assertThat(run("int a = 7\n% 4;\na").value()).as("a rest").isEqualTo("3");
    assertThat(kernel.run("%env A=\\{nowhere}").traceback())
        .contains("cannot find symbol", "line 1");
    assertThat(kernel.run("%env A=\\{v").traceback()).contains("A brace is missing behind");
    assertThat(
            kernel
                .ask("is_complete_request", Map.of("code", "%\\{module} \\{cmd}"))
                .text("status", ""))
        .isEqualTo("complete");
  }

  @Test
  void variablesOfTheEnvironmentAreSetWithAndWithoutASign() throws IOException {
    run("%env FIRST a value with = in it\n%env SECOND = two\n%env THIRD=three\n%env FOURTH  f");
    assertThat(
            run("System.getenv(\"FIRST\") + System.getenv(\"SECOND\") + System.getenv(\"THIRD\")"
                    + " + System.getenv(\"FOURTH\")")
                .value())
        .isEqualTo("a value with = in ittwothreef");
  }

  private static void file(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text, StandardCharsets.UTF_8);
  }

  @Test
  void commandsOfJshellInScriptsDoWhatTheySay() throws IOException {
    file("inner.jsh", "int inner = 4;\n");
    file(
        "outer.jsh",
        "/set feedback silent\n/open PRINTING\n/open inner.jsh\n// remark\n/env\n"
            + "int half = inner\n/2;\nString text = \"\"\"\n  /exit\n  \"\"\";\n/exit 0\nint never = 1;\n");
    run("%load outer.jsh");
    assertThat(run("half + text.strip()").value()).isEqualTo("2/exit");
    assertThat(kernel.run("never").traceback()).contains("cannot find symbol");
    file("listing.jsh", "int listed = 1;\n/vars\n");
    assertThat(shown("%load listing.jsh", "execute_result").get("text/plain").toString())
        .contains("int listed = 1");
  }

  @Test
  void filesOfAPackageAndWithMarksAreLoaded() throws IOException {
    file(
        "Loaded.java",
        "\ufeff/* package of; */ package a.b;\nimport java.util.zip.CRC32;\n"
            + "public class Loaded { public long v() { return new CRC32().getValue() + 8; } }\n");
    run("%load Loaded.java");
    assertThat(run("new Loaded().v()").value()).isEqualTo("8");
    file("marked.jsh", "\ufeff%env MARKED=yes\nint marked\u00a0= 3;\n");
    run("%load marked.jsh");
    assertThat(run("System.getenv(\"MARKED\") + marked").value()).isEqualTo("yes3");
  }
}
