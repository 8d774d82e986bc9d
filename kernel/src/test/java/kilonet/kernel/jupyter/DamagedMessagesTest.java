package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.content.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.zeromq.ZMQ;

/** Whatever arrives, the kernel lives and answers what is in order. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class DamagedMessagesTest {
  private static final int MESSAGES = 5000;
  private static final List<String> TYPES =
      List.of(
          "kernel_info_request",
          "complete_request",
          "inspect_request",
          "is_complete_request",
          "history_request",
          "comm_info_request",
          "comm_open",
          "comm_msg",
          "comm_close",
          "input_reply",
          "interrupt_request",
          "no_such_request");

  @TempDir static Path folder;
  private static KernelProcess kernel;
  private final Random random = new Random(7);

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }

  @Test
  void fiveThousandDamagedMessagesHarmNobody() throws IOException {
    List<ZMQ.Socket> sockets = List.of(kernel.shell(), kernel.control(), kernel.stdin());
    List<byte[]> last = kernel.frames(message("kernel_info_request", Map.of()));
    for (int i = 0; i < MESSAGES; i++) {
      List<byte[]> frames = damaged(i, last);
      kernel.sendFrames(one(sockets), frames);
      last = frames;
      if (i % 500 == 499) {
        assertAlive();
      }
    }
    assertAlive();
  }

  private void assertAlive() throws IOException {
    for (ZMQ.Socket socket : List.of(kernel.shell(), kernel.control())) {
      Message request = kernel.send(socket, "kernel_info_request", Map.of());
      assertThat(kernel.reply(socket, request).text("status", "")).isEqualTo("ok");
    }
    assertThat(kernel.run("6 * 7").value()).isEqualTo("42");
  }

  private static Message message(String type, Map<String, Object> content) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("session", "test");
    header.put("msg_type", type);
    return new Message(List.of(), header, Map.of(), Map.of(), content);
  }

  private List<byte[]> damaged(int i, List<byte[]> last) {
    String type = one(TYPES);
    Message proper = message(type, Map.of("code", "Math.ab", "cursor_pos", 7));
    List<byte[]> frames = new ArrayList<>(kernel.frames(proper));
    switch (i % 12) {
      case 0 -> frames.set(1, new byte[] {'0'});
      case 1 -> frames.remove(random.nextInt(frames.size()));
      case 2 -> frames.add(random.nextInt(frames.size()), bytes(random.nextInt(50)));
      case 3 -> frames.get(random.nextInt(4) + 2)[0] ^= (byte) (1 << random.nextInt(8));
      case 4 -> {
        return kernel.frames(proper, nested(one(List.of(600, 2000, 10_000))).getBytes());
      }
      case 5 -> {
        return kernel.frames(proper, bytes(random.nextInt(200)));
      }
      case 6 -> {
        return new ArrayList<>(last);
      }
      case 7 -> {
        return kernel.frames(
            proper, one(List.of("[]", "1", "null", "{", "", "{\"code\":", "{}x")).getBytes());
      }
      case 8 -> {
        Map<String, Object> odd = new LinkedHashMap<>();
        odd.put("code", one(List.of(1, List.of(), Map.of(), true, "\uD800", "😀😀", "(((((((")));
        odd.put("cursor_pos", one(List.of(-5, 1, 1_000_000, "three", 1.5, List.of())));
        odd.put("hist_access_type", one(List.of("tail", "search", "range", 5)));
        odd.put("n", one(List.of(-1, 0, 3, "x")));
        odd.put("pattern", "*a".repeat(50));
        odd.put("comm_id", one(List.of("c", 3, Map.of())));
        odd.put("target_name", 17);
        odd.put("data", one(List.of(1, "x", List.of())));
        return kernel.frames(message(type, odd));
      }
      case 9 -> {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("msg_type", one(List.of(type, 5, List.of(), "")));
        header.put("msg_id", one(List.of(1, Map.of(), "id" + i)));
        header.put("extra", "x".repeat(random.nextInt(5000)));
        return kernel.frames(
            new Message(List.of(), header, Map.of(), Map.of(), Map.of("code", "1")));
      }
      case 10 -> {
        byte[] content = Json.bytes(Map.of("code", "abc"));
        content[10] = (byte) 0xff;
        return kernel.frames(proper, content);
      }
      default -> {
        frames.clear();
        frames.add(bytes(random.nextInt(10)));
      }
    }
    return frames;
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void aRequestMayBeLargeDeepOrOdd() throws IOException {
    Map<String, Object> deep = Json.object(nested(5000).getBytes(StandardCharsets.UTF_8));
    Message info = kernel.send(kernel.shell(), "kernel_info_request", deep);
    assertThat(kernel.reply(kernel.shell(), info).text("status", "")).isEqualTo("ok");
    String large = "x".repeat(30 << 20);
    assertThat(kernel.run("/*" + large + "*/ 5").value()).isEqualTo("5");
    Message whole = kernel.ask("is_complete_request", Map.of("code", "// " + large));
    assertThat(whole.text("status", "")).isEqualTo("complete");
    String brackets = "(".repeat(1000);
    assertThat(
            kernel
                .ask("inspect_request", Map.of("code", brackets, "cursor_pos", 1000))
                .flag("found", true))
        .isFalse();
    assertThat(
            kernel
                .ask("complete_request", Map.of("code", brackets, "cursor_pos", 1000))
                .text("status", ""))
        .isEqualTo("ok");
    String unknown = "nope(".repeat(30) + "1" + ")".repeat(30);
    assertThat(kernel.run(unknown).traceback()).contains("cannot find symbol");
    for (Object position : List.of(-3, 1, 2, 99)) {
      Message reply =
          kernel.ask("complete_request", Map.of("code", "\uD83D\uDE00", "cursor_pos", position));
      assertThat(reply.text("status", "")).isEqualTo("ok");
    }
  }

  @Test
  void completionBySeveralChannelsAtOnce() throws IOException {
    List<Message> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      kernel.execute("int many" + i + " = " + i + ";");
      Map<String, Object> question = Map.of("code", "\"\".leng", "cursor_pos", 7);
      asked.add(kernel.send(kernel.control(), "complete_request", question));
      kernel.send(kernel.shell(), "complete_request", question);
    }
    for (Message each : asked) {
      assertThat(kernel.reply(kernel.control(), each).content().get("matches"))
          .isEqualTo(List.of("length()"));
    }
    assertThat(kernel.run("many19").value()).isEqualTo("19");
  }
}
