package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZMQ;

/** Messages in the form in which VS Code's Jupyter extension sends them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class VsCodeTest {
  private static final Map<String, Object> CELL =
      Map.of(
          "deletedCells",
          List.of(),
          "recordTiming",
          false,
          "cellId",
          "vscode-notebook-cell:/home/ada/a%20b.ipynb#W0sZmlsZQ%3D%3D");

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

  /** Sends a message with the fields that this client adds, and an empty buffer behind it. */
  private static Message send(ZMQ.Socket socket, String type, Map<String, Object> content) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("date", "2026-11-26T02:00:00.123Z");
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("msg_type", type);
    header.put("session", "9f1c6a5e-vscode");
    header.put("username", "");
    header.put("version", "5.2");
    header.put("subshell_id", null);
    Message message = new Message(List.of(), header, Map.of(), CELL, content);
    List<byte[]> frames = new ArrayList<>(kernel.frames(message));
    frames.add(new byte[0]);
    kernel.sendFrames(socket, frames);
    return message;
  }

  private static Message ask(String type, Map<String, Object> content) throws IOException {
    return kernel.reply(kernel.shell(), send(kernel.shell(), type, content));
  }

  private static Message execute(String code) {
    return send(
        kernel.shell(),
        "execute_request",
        Map.of(
            "code",
            code,
            "silent",
            false,
            "store_history",
            true,
            "stop_on_error",
            false,
            "allow_stdin",
            true));
  }

  @Test
  void cellsRunAlsoBehindAnError() throws IOException {
    Message wrong = execute("int[] none = {};\nnone[0]");
    Message right = execute("none.length + 1");
    Outcome failed = kernel.outcome(wrong);
    assertThat(failed.status()).isEqualTo("error");
    assertThat(failed.traceback()).contains("ArrayIndexOutOfBoundsException");
    assertThat(kernel.outcome(right).value()).isEqualTo("1");
  }

  @Test
  void completionsAreResolvedByInspection() throws IOException {
    kernel.outcome(execute("String greeting = \"hello\";"));
    String code = "greeting.toUpp";
    Map<String, Object> found =
        ask("complete_request", Map.of("code", code, "cursor_pos", code.length())).content();
    assertThat((List<?>) found.get("matches"))
        .anyMatch(match -> match.toString().startsWith("toUpperCase("));
    assertThat(found).containsEntry("cursor_start", 9).containsEntry("cursor_end", 14);
    Map<?, ?> metadata = (Map<?, ?>) found.get("metadata");
    assertThat((List<?>) metadata.get("_jupyter_types_experimental")).isNotEmpty();
    for (String resolved : List.of("greeting.toUpperCase", "greeting.toUpperCase()")) {
      Map<String, Object> shown =
          ask(
                  "inspect_request",
                  Map.of(
                      "code",
                      resolved,
                      "cursor_pos",
                      "greeting.toUpperCase".length(),
                      "detail_level",
                      0))
              .content();
      assertThat(shown).as(resolved).containsEntry("found", true);
      assertThat(((Map<?, ?>) shown.get("data")).get("text/plain").toString())
          .contains("toUpperCase");
    }
  }

  @Test
  void aMessageInterruptsACell() throws IOException {
    Message cell = execute("System.out.println(\"begun\");\nwhile (true) { }");
    kernel.written(cell, "stdout");
    Message interrupt = send(kernel.control(), "interrupt_request", Map.of());
    assertThat(kernel.reply(kernel.control(), interrupt).content()).containsEntry("status", "ok");
    assertThat(kernel.outcome(cell).traceback()).contains("KeyboardInterrupt");
  }

  @Test
  void whatElseItAsksWhenANotebookIsOpenedIsAnswered() throws IOException {
    assertThat(ask("kernel_info_request", Map.of()).content()).containsEntry("status", "ok");
    assertThat(
            ask("comm_info_request", Map.of("target_name", "jupyter.widget"))
                .content()
                .get("comms"))
        .isEqualTo(Map.of());
    Map<String, Object> silent =
        ask(
                "execute_request",
                Map.of(
                    "code",
                    "",
                    "silent",
                    true,
                    "store_history",
                    false,
                    "stop_on_error",
                    false,
                    "allow_stdin",
                    false,
                    "user_expressions",
                    Map.of()))
            .content();
    assertThat(silent).containsEntry("status", "ok");
    assertThat(ask("is_complete_request", Map.of("code", "for (;;) {")).content())
        .containsEntry("status", "incomplete");
  }
}
