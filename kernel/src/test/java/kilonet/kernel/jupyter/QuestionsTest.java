package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a real kernel answers while a cell is typed. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class QuestionsTest {
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
}
