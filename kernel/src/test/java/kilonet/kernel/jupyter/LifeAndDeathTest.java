package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a kernel begins and ends. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class LifeAndDeathTest {
  @TempDir Path folder;

  @Test
  void historyOutlivesTheKernelAndShutdownEndsIt() throws Exception {
    try (KernelProcess first = new KernelProcess(folder, builder -> {}).ready()) {
      first.run("int remembered = 6 * 7;");
      first.run("remembered");
      Message request = first.send(first.control(), "shutdown_request", Map.of("restart", true));
      assertThat(first.reply(first.control(), request).content())
          .containsEntry("status", "ok")
          .containsEntry("restart", true);
      assertThat(first.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(first.process.exitValue()).isEqualTo(0);
    }
    try (KernelProcess second = new KernelProcess(folder, builder -> {}).ready()) {
      Message tail =
          second.ask(
              "history_request",
              Map.of("hist_access_type", "tail", "n", 2, "output", true, "raw", true));
      List<?> entries = (List<?>) tail.content().get("history");
      assertThat(entries.toString())
          .isEqualTo("[[1, 1, [int remembered = 6 * 7;, null]], [1, 2, [remembered, 42]]]");
      Message search =
          second.ask(
              "history_request",
              Map.of("hist_access_type", "search", "pattern", "int rem*", "raw", true));
      assertThat((List<?>) search.content().get("history")).hasSize(1);
      assertThat(second.run("remembered").status()).as("only the text lives on").isEqualTo("error");
    }
  }

  @Test
  void anInterruptBeforeTheFirstCellIsNoFailure() throws Exception {
    try (KernelProcess kernel = new KernelProcess(folder, builder -> {}).ready()) {
      for (int i = 0; i < 100; i++) {
        kernel.interrupt();
      }
      assertThat(kernel.run("6 * 7").value()).isEqualTo("42");
      assertThat(Files.readString(kernel.log)).doesNotContain("failed");
    }
  }

  @Test
  void aMachineWhoseNameHasNoAddressResolvesArtifactsInSilence() throws Exception {
    Path hosts = Files.createFile(folder.resolve("hosts"));
    Path remote = TestRepository.create(folder.resolve("remote"));
    try (KernelProcess kernel =
        new KernelProcess(
                folder, builder -> builder.command().add(1, "-Djdk.net.hosts.file=" + hosts))
            .ready()) {
      KernelProcess.Outcome added =
          kernel.run("%maven --repo " + remote.toUri() + " org.example:greeter:1.0");
      assertThat(added.status()).isEqualTo("ok");
      assertThat(added.stream("stderr")).doesNotContain("UnknownHostException");
      assertThat(Files.readString(kernel.log)).doesNotContain("UnknownHostException");
    }
  }

  @Test
  void aKernelEndsWithTheProcessThatStartedIt() throws Exception {
    Process parent = new ProcessBuilder("sleep", "600").start();
    try (KernelProcess kernel =
        new KernelProcess(
                folder,
                builder ->
                    builder.environment().put("JPY_PARENT_PID", String.valueOf(parent.pid())))
            .ready()) {
      assertThat(kernel.run("1").value()).isEqualTo("1");
      parent.destroyForcibly();
      assertThat(kernel.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aConnectionFileThatCannotBeUsedIsNamedInOneSentence() throws Exception {
    assertThat(end(folder.resolve("missing.json")))
        .contains("missing.json cannot be read")
        .doesNotContain("\tat ");
    Path broken = Files.writeString(folder.resolve("broken.json"), "{\"shell_port\": ");
    assertThat(end(broken)).contains("is not a JSON object").doesNotContain("\tat ");
    Path incomplete =
        Files.writeString(folder.resolve("incomplete.json"), "{\"shell_port\": 99999}");
    assertThat(end(incomplete)).contains("gives 99999 as shell_port", "1 to 65535");
    assertThat(end(folder)).as("a folder").contains("cannot be read").doesNotContain("\tat ");
    Path notUtf8 = Files.write(folder.resolve("bytes.json"), new byte[] {(byte) 0xff, '{'});
    assertThat(end(notUtf8)).contains("is not a JSON object").doesNotContain("\tat ");
    Path pigeon = Files.writeString(folder.resolve("pigeon.json"), "{\"transport\": \"pigeon\"}");
    assertThat(end(pigeon)).contains("transport pigeon", "only tcp and ipc are known");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String ports =
          "{'shell_port':P,'control_port':P,'iopub_port':P,'stdin_port':P,'hb_port':P,'key':'k'}"
              .replace('\'', '"')
              .replace("P", String.valueOf(taken.getLocalPort()));
      Path busy = Files.writeString(folder.resolve("busy.json"), ports);
      assertThat(end(busy)).contains("another program has it").doesNotContain("\tat ");
    }
  }

  private String end(Path connectionFile) throws IOException, InterruptedException {
    Process process =
        KernelProcess.builder(folder, connectionFile.toString()).redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).isEqualTo(1);
    return text;
  }
}
