package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jupyter's debug protocol, with the messages that JupyterLab sends. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DebugTest {
  private static final String CELL =
      """
      int twice(int n) {
        int result = n * 2;
        return result;
      }
      List<String> words = new ArrayList<>(List.of("one"));
      for (int i = 0; i < 3; i++) {
        words.add("word " + twice(i));
      }
      words.size()\
      """;

  @TempDir static Path folder;
  private static KernelProcess kernel;
  private static int sequence;

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  @BeforeEach
  void attach() throws IOException {
    Map<?, ?> capabilities =
        body(
            "initialize",
            Map.of(
                "clientID",
                "jupyterlab",
                "clientName",
                "JupyterLab",
                "adapterID",
                "",
                "pathFormat",
                "path",
                "linesStartAt1",
                true,
                "columnsStartAt1",
                true));
    assertThat(capabilities.get("supportsConfigurationDoneRequest")).isEqualTo(true);
    body("attach", Map.of());
    body("setExceptionBreakpoints", Map.of("filters", List.of()));
  }

  private static Map<String, Object> ask(String command, Map<String, Object> arguments)
      throws IOException {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("seq", ++sequence);
    content.put("type", "request");
    content.put("command", command);
    content.put("arguments", arguments);
    Message reply =
        kernel.reply(kernel.control(), kernel.send(kernel.control(), "debug_request", content));
    assertThat(reply.type()).isEqualTo("debug_reply");
    assertThat(reply.content())
        .containsEntry("type", "response")
        .containsEntry("request_seq", sequence)
        .containsEntry("command", command);
    return reply.content();
  }

  private static Map<?, ?> body(String command, Map<String, Object> arguments) throws IOException {
    Map<String, Object> response = ask(command, arguments);
    assertThat(response).as(response.toString()).containsEntry("success", true);
    return (Map<?, ?>) response.get("body");
  }

  private static String dump(String code) throws IOException {
    return (String) body("dumpCell", Map.of("code", code)).get("sourcePath");
  }

  private static Map<?, ?> breakAt(String path, Integer... lines) throws IOException {
    List<Object> breakpoints = new ArrayList<>();
    for (int line : lines) {
      breakpoints.add(Map.of("line", line));
    }
    Map<?, ?> set =
        body(
            "setBreakpoints",
            Map.of(
                "breakpoints",
                breakpoints,
                "source",
                Map.of("path", path),
                "sourceModified",
                false));
    body("configurationDone", Map.of());
    return set;
  }

  /** Waits for an event. */
  private static Map<?, ?> event(String name) throws IOException {
    while (true) {
      Message message = kernel.published();
      if (message == null) {
        throw new IOException("no event " + name);
      }
      if (message.type().equals("debug_event") && name.equals(message.content().get("event"))) {
        return (Map<?, ?>) message.content().get("body");
      }
    }
  }

  private static List<Map<?, ?>> frames() throws IOException {
    return maps(body("stackTrace", Map.of("threadId", 1)).get("stackFrames"));
  }

  private static List<Map<?, ?>> maps(Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    ((List<?>) list).forEach(each -> maps.add((Map<?, ?>) each));
    return maps;
  }

  /** Names and values of a scope of the innermost frame. */
  private static Map<String, Object> scope(String name) throws IOException {
    Object frame = frames().get(0).get("id");
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map<?, ?> scope : maps(body("scopes", Map.of("frameId", frame)).get("scopes"))) {
      if (scope.get("name").equals(name)) {
        Object reference = scope.get("variablesReference");
        maps(body("variables", Map.of("variablesReference", reference)).get("variables"))
            .forEach(each -> values.put((String) each.get("name"), each.get("value")));
      }
    }
    return values;
  }

  private static String where() throws IOException {
    List<String> all = new ArrayList<>();
    frames().forEach(frame -> all.add(frame.get("name") + ":" + frame.get("line")));
    return String.join(" ", all);
  }

  private static Object evaluate(String expression) throws IOException {
    Object frame = frames().get(0).get("id");
    return body("evaluate", Map.of("expression", expression, "frameId", frame)).get("result");
  }

  private static void step(String command) throws IOException {
    body(command, Map.of("threadId", 1));
    event("continued");
  }

  private static String end(Message cell) throws IOException {
    Outcome outcome = kernel.outcome(cell);
    assertThat(outcome.status()).as(outcome.traceback()).isEqualTo("ok");
    return outcome.value();
  }

  @Test
  void kernelInfoAndDebugInfoSayWhatThereIs() throws IOException {
    Map<String, Object> info = kernel.ask("kernel_info_request", Map.of()).content();
    assertThat(info).containsEntry("debugger", true);
    assertThat(info.get("supported_features")).isEqualTo(List.of("debugger"));
    Map<?, ?> debug = body("debugInfo", Map.of());
    assertThat(debug.get("isStarted")).isEqualTo(true);
    assertThat(debug.get("hashMethod")).isEqualTo("Murmur2");
    assertThat(debug.get("stoppedThreads")).isEqualTo(List.of());
    // Front ends make the path by themselves.
    assertThat(dump("i = 1")).isEqualTo(debug.get("tmpFilePrefix") + "737182193.java");
  }

  @Test
  void aBreakpointStopsACellWhichGoesOnWhenTold() throws IOException {
    String path = dump(CELL);
    List<Map<?, ?>> set = maps(breakAt(path, 2).get("breakpoints"));
    assertThat(set.get(0).get("verified")).isEqualTo(true);
    Message cell = kernel.execute(CELL);
    Map<?, ?> stopped = event("stopped");
    assertThat(stopped.get("reason")).isEqualTo("breakpoint");
    assertThat(stopped.get("threadId")).isEqualTo(1);
    assertThat(where()).isEqualTo("twice:2 cell:7");
    assertThat(((Map<?, ?>) frames().get(0).get("source")).get("path")).isEqualTo(path);
    assertThat(scope("Locals")).containsEntry("n", "0").doesNotContainKey("result");
    assertThat(scope("Globals")).containsEntry("words", "[one]");
    assertThat(body("debugInfo", Map.of()).get("stoppedThreads")).isEqualTo(List.of(1));
    step("next");
    event("stopped");
    assertThat(where()).isEqualTo("twice:3 cell:7");
    assertThat(scope("Locals")).containsEntry("result", "0");
    step("stepOut");
    event("stopped");
    // The loop comes back to its second line by way of its first.
    assertThat(where()).isEqualTo("cell:6");
    assertThat(scope("Locals")).containsKey("i");
    step("next");
    event("stopped");
    assertThat(where()).isEqualTo("cell:7");
    step("stepIn");
    event("stopped");
    assertThat(where()).isEqualTo("twice:2 cell:7");
    breakAt(path);
    step("continue");
    assertThat(end(cell)).isEqualTo("4");
  }

  @Test
  void expressionsAreEvaluatedAmongTheVariablesOfAFrame() throws IOException {
    String code =
        """
        record Pair(int left, String right) { }
        int weigh(List<Pair> pairs, double factor) {
          long sum = 40;
          for (Pair pair : pairs) {
            sum += pair.left();
          }
          return (int) (sum * factor);
        }
        weigh(List.of(new Pair(2, "two")), 0.5)\
        """;
    String path = dump(code);
    breakAt(path, 5);
    Message cell = kernel.execute(code);
    event("stopped");
    assertThat(evaluate("sum + 1")).isEqualTo("41");
    assertThat(evaluate("pairs.get(0).right().length() + pair.left()")).isEqualTo("5");
    assertThat(evaluate("pair")).isEqualTo("Pair[left=2, right=two]");
    assertThat(evaluate("pairs.stream().mapToInt(Pair::left).sum()")).isEqualTo("2");
    assertThat(evaluate("System.out.println(sum);")).isEqualTo("null");
    assertThat(evaluate("weigh(List.of(), factor)")).as("not stopped in turn").isEqualTo("20");
    Object frame = frames().get(0).get("id");
    Map<String, Object> wrong = ask("evaluate", Map.of("expression", "nope + 1", "frameId", frame));
    assertThat(wrong).containsEntry("success", false);
    assertThat(wrong.get("message").toString()).contains("cannot find symbol");
    Map<String, Object> thrown =
        ask("evaluate", Map.of("expression", "pairs.get(7)", "frameId", frame));
    assertThat(thrown).containsEntry("success", false);
    Map<?, ?> rich =
        body("richInspectVariables", Map.of("variableName", "factor", "frameId", frame));
    assertThat(((Map<?, ?>) rich.get("data")).get("text/plain")).isEqualTo("0.5");
    body("disconnect", Map.of("restart", false, "terminateDebuggee", false));
    assertThat(end(cell)).isEqualTo("21");
  }

  @Test
  void partsOfValuesAreListed() throws IOException {
    kernel.run(
        "class Point { int x = 3; private String secret = \"s\"; }\n"
            + "var point = new Point(); var map = new TreeMap<>(Map.of(\"k\", new int[] {7, 8}));");
    List<Map<?, ?>> all = maps(body("inspectVariables", Map.of()).get("variables"));
    Map<?, ?> point = find(all, "point");
    List<Map<?, ?>> fields = parts(point);
    assertThat(find(fields, "x").get("value")).isEqualTo("3");
    assertThat(find(fields, "secret").get("value")).isEqualTo("\"s\"");
    assertThat(find(fields, "x").get("variablesReference")).isEqualTo(0);
    Map<?, ?> array = find(parts(find(all, "map")), "[\"k\"]");
    assertThat(array.get("value")).isEqualTo("int[2]");
    assertThat(array.get("type")).isEqualTo("int[]");
    // Where a type is told, JupyterLab shows it in place of the value.
    assertThat(find(fields, "x").containsKey("type")).isFalse();
    assertThat(find(parts(array), "[1]").get("value")).isEqualTo("8");
  }

  private static List<Map<?, ?>> parts(Map<?, ?> variable) throws IOException {
    Object reference = variable.get("variablesReference");
    return maps(body("variables", Map.of("variablesReference", reference)).get("variables"));
  }

  private static Map<?, ?> find(List<Map<?, ?>> variables, String name) {
    return variables.stream().filter(each -> each.get("name").equals(name)).findFirst().get();
  }

  @Test
  void lambdasConstructorsAndHandlersAreStepped() throws IOException {
    String code =
        """
        class Base {
          final int size;
          Base(int size) {
            this.size = size;
          }
        }
        class Derived extends Base {
          Derived(String text) {
            super(new StringBuilder(text.strip()).reverse().length() + (text.isEmpty() ? 1 : 0));
            System.out.print("made");
          }
        }
        int caught(String text) {
          try (var reader = new StringReader(text)) {
            if (reader.read() < 0) throw new IllegalStateException("empty");
            return new Derived(text).size;
          } catch (IllegalStateException | IOException e) {
            return -1;
          } finally {
            long spent = 5L;
          }
        }
        Function<String, Integer> sized = text -> {
          int length = caught(text);
          return switch (length) { case -1 -> 0; default -> length; };
        };
        Stream.of("ab ", "").map(sized).toList()\
        """;
    String path = dump(code);
    breakAt(path, 10, 18, 25);
    Message cell = kernel.execute(code);
    event("stopped");
    assertThat(where()).startsWith("<init>:10 caught:16 lambda:24");
    assertThat(evaluate("text + text")).isEqualTo("\"ab ab \"");
    step("continue");
    event("stopped");
    assertThat(where()).startsWith("lambda:25");
    assertThat(scope("Locals")).containsEntry("length", "2");
    step("continue");
    event("stopped");
    assertThat(where()).startsWith("caught:18 lambda:24");
    assertThat(evaluate("e.getMessage()")).isEqualTo("\"empty\"");
    body("disconnect", Map.of());
    assertThat(end(cell)).isEqualTo("[2, 0]");
  }

  @Test
  void errorsStopWhereTheyLeaveTheCellIfWanted() throws IOException {
    String code = "int half(int n) {\n  return 1 / (n - n);\n}\nhalf(3);";
    dump(code);
    body("setExceptionBreakpoints", Map.of("filters", List.of("raised")));
    Message cell = kernel.execute(code);
    assertThat(event("stopped").get("reason")).isEqualTo("exception");
    assertThat(where()).startsWith("half:2");
    Map<?, ?> info = body("exceptionInfo", Map.of("threadId", 1));
    assertThat(info.get("exceptionId")).isEqualTo("java.lang.ArithmeticException");
    body("setExceptionBreakpoints", Map.of("filters", List.of()));
    step("continue");
    Outcome outcome = kernel.outcome(cell);
    assertThat(outcome.traceback())
        .contains("ArithmeticException", "half")
        .doesNotContain("Frames");
  }

  @Test
  void aCellThatHasStoppedCanBeInterruptedAndPaused() throws IOException {
    String code = "int turns = 0;\nwhile (true) {\n  turns++;\n}";
    String path = dump(code);
    breakAt(path, 3);
    Message cell = kernel.execute(code);
    event("stopped");
    breakAt(path);
    step("continue");
    body("pause", Map.of("threadId", 1));
    assertThat(event("stopped").get("reason")).isEqualTo("pause");
    kernel.interrupt();
    assertThat(kernel.outcome(cell).traceback()).contains("KeyboardInterrupt");
    assertThat(kernel.run("turns > 0").value()).isEqualTo("true");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws IOException {
    for (String command :
        List.of("next", "stackTrace", "scopes", "source", "richInspectVariables", "nonsense")) {
      Map<String, Object> refused = ask(command, Map.of());
      assertThat(refused).as(command).containsEntry("success", false);
      assertThat(refused.get("message")).isInstanceOf(String.class);
    }
    assertThat(body("variables", Map.of("variablesReference", 77)).get("variables"))
        .isEqualTo(List.of());
    List<Map<?, ?>> set = maps(breakAt(dump("// nothing\n\n"), 1).get("breakpoints"));
    assertThat(set.get(0).get("verified")).isEqualTo(false);
    Message odd = kernel.send(kernel.control(), "debug_request", Map.of("command", 7));
    assertThat(kernel.reply(kernel.control(), odd).content()).containsEntry("success", false);
  }
}
