package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

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
  void systemExitEndsTheCellAndNotTheKernel() throws IOException {
    kernel.run("int survivor = 42;");
    Outcome outcome = kernel.run("System.exit(3);");
    assertThat(outcome.traceback()).contains("System.exit(3) ends the cell, not the kernel");
    assertThat(kernel.run("Runtime.getRuntime().halt(0)").traceback())
        .contains("Runtime.halt(0) ends the cell, not the kernel");
    assertThat(kernel.run("Runtime.getRuntime().exit(1);").traceback())
        .contains("Runtime.exit(1) ends the cell");
    assertThat(kernel.run("survivor").value()).isEqualTo("42");
  }

  @Test
  void cellsQueuedBehindAnErrorAreAborted() throws IOException {
    Message failing = kernel.execute("input(\"\"); throw new RuntimeException(\"x\");");
    Message queued = kernel.execute("System.out.println(\"never\")");
    kernel.receive(kernel.stdin());
    kernel.hasRead();
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
    kernel.hasRead();
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
  void userExpressionsWithoutAValueShowNothing() throws IOException {
    Outcome outcome =
        kernel.outcome(
            kernel.execute(
                "0",
                Map.of(
                    "user_expressions",
                    Map.of(
                        "declared", "int q = 3;",
                        "empty", "",
                        "printed", "System.out.println(1)",
                        "timed", "%time 3"))));
    Map<?, ?> results = (Map<?, ?>) outcome.reply().content().get("user_expressions");
    for (Object name : results.keySet()) {
      Map<?, ?> result = (Map<?, ?>) results.get(name);
      assertThat(result.get("status")).as(name + "").isEqualTo("ok");
      assertThat(result.get("data"))
          .as(name + "")
          .isEqualTo(name.equals("timed") ? Map.of("text/plain", "3") : Map.of());
    }
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
