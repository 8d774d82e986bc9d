package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Cells that use up what there is. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ExhaustionTest {
  @TempDir Path folder;

  private KernelProcess small() throws IOException {
    return new KernelProcess(
            folder, builder -> builder.command().replaceAll(a -> a.replace("-Xmx512m", "-Xmx96m")))
        .ready();
  }

  @Test
  void afterTheHeapWasFullTheNextCellAnswers() throws IOException {
    try (KernelProcess kernel = small()) {
      kernel.run("int kept = 7;");
      Outcome full =
          kernel.run(
              "{ Map<Integer, String> m = new HashMap<>(); for (int i = 0;; i++) m.put(i, \"\" + i); }");
      assertThat(full.traceback()).contains("OutOfMemoryError");
      assertThat(kernel.run("kept").value()).isEqualTo("7");
    }
  }

  @Test
  void whereVariablesFillTheHeapTheKernelEnds() throws Exception {
    try (KernelProcess kernel = small()) {
      kernel.execute(
          "Map<Integer, String> map = new HashMap<>();\nfor (int i = 0;; i++) map.put(i, \"\" + i);");
      // Where not even the reply finds room, the end is all that Jupyter needs to start anew.
      assertThat(kernel.process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void cellsMayCloseAndDamageWhatIsNotTheirs() throws IOException {
    try (KernelProcess kernel = small()) {
      kernel.run("new PrintWriter(System.out).close();");
      assertThat(kernel.run("System.out.print(\"heard\");").stream("stdout")).isEqualTo("heard");
      kernel.run("try (var s = new Scanner(System.in)) { }");
      Message request = kernel.execute("new Scanner(System.in).nextLine()");
      assertThat(kernel.receive(kernel.stdin()).type()).isEqualTo("input_request");
      kernel.send(kernel.stdin(), "input_reply", Map.of("value", "line"));
      assertThat(kernel.outcome(request).value()).isEqualTo("line");
      String large = "x".repeat(66_000);
      assertThat(kernel.run("String s = \"" + large + "\";").traceback())
          .contains("constant string too long");
      assertThat(kernel.run("1 + 1").value()).isEqualTo("2");
      assertThat(kernel.run("Object o = null;\no.toString()").traceback())
          .contains("because \"o\" is null")
          .containsPattern("line 2");
      Outcome comm =
          kernel.run(
              "comm(\"bad\", (line, data) -> { throw new RuntimeException(\"in comm\"); });");
      assertThat(comm.status()).isEqualTo("ok");
      Message open =
          kernel.send(
              kernel.shell(),
              "comm_open",
              Map.of("comm_id", "b", "target_name", "bad", "data", Map.of()));
      Message message = kernel.published();
      while (!message.type().equals("stream")) {
        message = kernel.published();
      }
      assertThat(message.text("text", "")).contains("in comm");
      assertThat(message.parent()).containsEntry("msg_id", open.header().get("msg_id"));
      kernel.run("Map<String, Object> odd = new HashMap<>();");
      assertThat(
              kernel
                  .run(
                      "display(new MimeBundle(Map.of(\"text/plain\", new Object() { public String toString() { throw new RuntimeException(\"no text\"); } }), Map.of()));")
                  .traceback())
          .contains("no text");
      assertThat(kernel.run("2").value()).isEqualTo("2");
    }
  }

  @Test
  void theCompilerKnowsTheOptionsOfTheJvm() throws IOException {
    KernelProcess options =
        new KernelProcess(
            folder,
            builder ->
                builder
                    .command()
                    .addAll(
                        1,
                        java.util.List.of(
                            "--add-modules=jdk.incubator.vector",
                            "--enable-preview",
                            "--add-exports=java.base/sun.security.x509=ALL-UNNAMED")));
    try (options) {
      options.ready();
      assertThat(
              options
                  .run("import jdk.incubator.vector.*;\nFloatVector.SPECIES_128.length()")
                  .value())
          .isEqualTo("4");
      assertThat(options.run("sun.security.x509.X500Name.class.getSimpleName()").value())
          .isEqualTo("X500Name");
      // Patterns of switch were a preview in 17.
      Outcome preview =
          options.run(
              "Object x = 5;\nString kind = switch (x) { case Integer i -> \"int\" + i; default -> \"\"; };\nkind");
      assertThat(preview.value()).as(preview.traceback()).isEqualTo("int5");
    }
  }
}
