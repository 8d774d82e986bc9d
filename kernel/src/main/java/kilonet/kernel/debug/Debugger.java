package kilonet.kernel.debug;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import kilonet.kernel.CellFrames;
import kilonet.kernel.CellFrames.Frame;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.repl.Repl;

/**
 * Answers Jupyter's debug requests, which are those of the Debug Adapter Protocol and some more.
 * Cells that run while a front end is attached are loaded so that they tell where they are; what
 * was loaded before, and libraries, run on at full speed and are stepped over.
 */
public final class Debugger {
  /** Sends an event to all front ends. */
  public interface Events {
    /**
     * Sends it.
     *
     * @param content as the protocol writes it
     */
    void publish(Map<String, Object> content);
  }

  /** What a request asks for cannot be done. */
  private static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message, null, false, false);
    }
  }

  private static final int SEED = 0xc70f6907;
  private static final String SUFFIX = ".java";

  /** Cells whose source is remembered. */
  private static final int SOURCES = 2000;

  private final Repl repl;
  private final Rendering rendering;
  private final Events events;
  private final Threads threads = new Threads(this::stopped);
  private final Values values = new Values();
  private final String prefix;
  private final Map<String, String> sources =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > SOURCES;
        }
      };
  private final List<Frame> asked = new ArrayList<>();
  private int sequence;

  /**
   * A debugger that nobody is attached to.
   *
   * @param repl runs the cells
   * @param rendering shows values
   * @param events tells front ends
   */
  public Debugger(Repl repl, Rendering rendering, Events events) {
    this.repl = repl;
    this.rendering = rendering;
    this.events = events;
    prefix =
        System.getProperty("java.io.tmpdir")
            + java.io.File.separator
            + "kilonet_"
            + ProcessHandle.current().pid()
            + java.io.File.separator;
  }

  /**
   * A cell begins, on this thread.
   *
   * @param code the cell
   */
  public void cellBegins(String code) {
    CellFrames.clear();
    threads.isCell(Thread.currentThread());
    repl.debugAs(threads.isOn() ? path(code) : null);
  }

  private synchronized String path(String code) {
    String path = prefix + Murmur.hash(code, SEED) + SUFFIX;
    sources.put(path, code);
    return path;
  }

  /**
   * Answers a request.
   *
   * @param request as the protocol writes it
   * @return the response, of success or not
   */
  public Map<String, Object> answer(Map<String, Object> request) {
    String command = String.valueOf(request.get("command"));
    Map<?, ?> arguments = request.get("arguments") instanceof Map<?, ?> map ? map : Map.of();
    try {
      Map<String, Object> body = body(command, arguments);
      Map<String, Object> response = response(request);
      response.put("success", true);
      response.put("body", body);
      return response;
    } catch (Refused e) {
      return refusal(request, e.getMessage());
    }
  }

  /**
   * The answer to a request that takes too long.
   *
   * @param request as the protocol writes it
   * @return a response that says so
   */
  public Map<String, Object> noAnswer(Map<String, Object> request) {
    return refusal(request, "There was no answer in time.");
  }

  private Map<String, Object> response(Map<String, Object> request) {
    Map<String, Object> response = message("response");
    response.put("request_seq", request.get("seq") instanceof Number seq ? seq.intValue() : 0);
    response.put("command", String.valueOf(request.get("command")));
    return response;
  }

  private Map<String, Object> refusal(Map<String, Object> request, String sentence) {
    Map<String, Object> response = response(request);
    response.put("success", false);
    response.put("message", sentence);
    response.put("body", Map.of("error", Map.of("id", 1, "format", sentence)));
    return response;
  }

  private synchronized Map<String, Object> message(String type) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("seq", ++sequence);
    message.put("type", type);
    return message;
  }

  private void event(String name, Map<String, Object> body) {
    Map<String, Object> event = message("event");
    event.put("event", name);
    event.put("body", body);
    events.publish(event);
  }

  private void stopped(int thread, String reason, Throwable thrown) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("reason", reason);
    body.put("threadId", thread);
    body.put("preserveFocusHint", false);
    body.put("allThreadsStopped", false);
    if (thrown != null) {
      body.put("text", Values.text(thrown));
    }
    event("stopped", body);
  }

  private Map<String, Object> body(String command, Map<?, ?> arguments) throws Refused {
    return switch (command) {
      case "initialize" -> capabilities();
      case "attach", "launch" -> attach();
      case "disconnect", "terminate" -> {
        threads.end();
        forget();
        yield Map.of();
      }
      case "configurationDone" -> Map.of();
      case "debugInfo" -> info();
      case "dumpCell" -> Map.of("sourcePath", path(text(arguments, "code")));
      case "source" -> source(arguments);
      case "setBreakpoints" -> setBreakpoints(arguments);
      case "setExceptionBreakpoints" -> setErrors(arguments);
      case "setFunctionBreakpoints", "modules" -> Map.of(breakpointsOrModules(command), List.of());
      case "threads" -> Map.of("threads", threadList());
      case "stackTrace" -> stackTrace(arguments);
      case "scopes" -> scopes(arguments);
      case "variables" ->
          Map.of("variables", values.variables(number(arguments, "variablesReference")));
      case "inspectVariables" -> Map.of("variables", notebookVariables());
      case "richInspectVariables" -> inspect(arguments);
      case "evaluate" -> evaluate(arguments);
      case "exceptionInfo" -> errorInfo(arguments);
      case "pause" -> {
        threads.pause();
        yield Map.of();
      }
      case "continue" -> {
        go(arguments, Threads.Step.CONTINUE);
        yield Map.of("allThreadsContinued", false);
      }
      case "next" -> go(arguments, Threads.Step.NEXT);
      case "stepIn" -> go(arguments, Threads.Step.IN);
      case "stepOut" -> go(arguments, Threads.Step.OUT);
      default -> throw new Refused("The command " + command + " is not known here.");
    };
  }

  private static String breakpointsOrModules(String command) {
    return command.equals("modules") ? command : "breakpoints";
  }

  private static Map<String, Object> capabilities() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("supportsConfigurationDoneRequest", true);
    body.put("supportsEvaluateForHovers", true);
    body.put("supportsExceptionInfoRequest", true);
    body.put("supportsTerminateRequest", true);
    body.put("supportsModulesRequest", false);
    body.put(
        "exceptionBreakpointFilters",
        List.of(
            Map.of("filter", "raised", "label", "Errors that leave a method", "default", false),
            Map.of("filter", "uncaught", "label", "Errors that leave the cell", "default", false)));
    return body;
  }

  private Map<String, Object> attach() {
    threads.begin();
    event("initialized", Map.of());
    return Map.of();
  }

  private Map<String, Object> info() {
    List<Object> breakpoints = new ArrayList<>();
    threads
        .breakpoints()
        .forEach(
            (source, lines) ->
                breakpoints.add(
                    Map.of(
                        "source",
                        source,
                        "breakpoints",
                        lines.stream().map(line -> Map.of("line", line)).toList())));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("isStarted", threads.isOn());
    body.put("hashMethod", "Murmur2");
    body.put("hashSeed", Integer.toUnsignedLong(SEED));
    body.put("tmpFilePrefix", prefix);
    body.put("tmpFileSuffix", SUFFIX);
    body.put("breakpoints", breakpoints);
    body.put("stoppedThreads", threads.stopped().stream().map(Threads.Stopped::thread).toList());
    body.put("richRendering", true);
    body.put("exceptionPaths", List.of("Java exceptions"));
    body.put("copyToGlobals", false);
    return body;
  }

  private synchronized Map<String, Object> source(Map<?, ?> arguments) throws Refused {
    String code = sources.get(path(arguments));
    if (code == null) {
      throw new Refused("There is no cell of this path; send it by dumpCell first.");
    }
    return Map.of("content", code, "mimeType", "text/x-java");
  }

  private static String path(Map<?, ?> arguments) {
    return arguments.get("source") instanceof Map<?, ?> source ? text(source, "path") : "";
  }

  private Map<String, Object> setBreakpoints(Map<?, ?> arguments) throws Refused {
    String path = path(arguments);
    String code;
    synchronized (this) {
      code = sources.get(path);
    }
    Set<Integer> lines = new TreeSet<>();
    List<Object> answer = new ArrayList<>();
    for (Object each : list(arguments, "breakpoints")) {
      int wanted = each instanceof Map<?, ?> breakpoint ? number(breakpoint, "line") : 0;
      int line = code == null ? wanted : lineWithCode(code, wanted);
      lines.add(line);
      Map<String, Object> set = new LinkedHashMap<>();
      set.put("id", answer.size());
      set.put("verified", line > 0);
      set.put("line", line > 0 ? line : wanted);
      set.put("source", Map.of("path", path));
      answer.add(set);
    }
    threads.breakAt(path, lines);
    return Map.of("breakpoints", answer);
  }

  /** The first line from a wanted one on that is neither blank nor a comment; 0 for none. */
  private static int lineWithCode(String code, int wanted) {
    List<String> lines = code.lines().toList();
    for (int i = Math.max(1, wanted); i <= lines.size(); i++) {
      String line = lines.get(i - 1).strip();
      if (!line.isEmpty() && !line.startsWith("//") && !line.matches("[{}\\s]*")) {
        return i;
      }
    }
    return 0;
  }

  private Map<String, Object> setErrors(Map<?, ?> arguments) {
    Set<String> kinds = new LinkedHashSet<>();
    list(arguments, "filters").forEach(filter -> kinds.add(String.valueOf(filter)));
    threads.breakAtErrors(kinds);
    return Map.of();
  }

  private List<Object> threadList() {
    List<Object> all = new ArrayList<>();
    threads.names().forEach((number, name) -> all.add(Map.of("id", number, "name", name)));
    return all;
  }

  private Threads.Stopped waiting(Map<?, ?> arguments) throws Refused {
    Threads.Stopped thread = threads.stopped(number(arguments, "threadId"));
    if (thread == null) {
      throw new Refused("No cell has stopped.");
    }
    return thread;
  }

  private synchronized Map<String, Object> stackTrace(Map<?, ?> arguments) throws Refused {
    List<Frame> frames = waiting(arguments).frames();
    List<Object> shown = new ArrayList<>();
    for (int i = frames.size() - 1; i >= 0; i--) {
      Frame frame = frames.get(i);
      int known = asked.indexOf(frame);
      if (known < 0) {
        known = asked.size();
        asked.add(frame);
      }
      Map<String, Object> written = new LinkedHashMap<>();
      written.put("id", known + 1);
      written.put("name", name(frame.method()));
      written.put("line", frame.line());
      written.put("column", 1);
      String file =
          frame.source().substring(frame.source().lastIndexOf(java.io.File.separator) + 1);
      written.put("source", Map.of("name", file, "path", frame.source(), "sourceReference", 0));
      shown.add(written);
    }
    int from = Math.min(shown.size(), Math.max(0, number(arguments, "startFrame")));
    int levels = number(arguments, "levels");
    int to = levels > 0 ? Math.min(shown.size(), from + levels) : shown.size();
    return Map.of("stackFrames", shown.subList(from, to), "totalFrames", shown.size());
  }

  /** Methods that the kernel and the compiler have made have names that nobody has written. */
  private static String name(String method) {
    if (method.matches("\\$\\d+")) {
      return "cell";
    }
    return method.startsWith("lambda$") ? "lambda" : method;
  }

  private synchronized Frame frame(Map<?, ?> arguments) throws Refused {
    int number = number(arguments, "frameId");
    if (number < 1 || number > asked.size()) {
      throw new Refused("There is no frame of this number; ask for the stackTrace first.");
    }
    return asked.get(number - 1);
  }

  private Map<String, Object> scopes(Map<?, ?> arguments) throws Refused {
    Frame frame = frame(arguments);
    return Map.of(
        "scopes",
        List.of(
            scope("Locals", values.group(locals(frame))),
            scope("Globals", values.group(repl.variables()))));
  }

  private static Map<String, Object> scope(String name, int reference) {
    return Map.of("name", name, "variablesReference", reference, "expensive", false);
  }

  private static Map<String, Object> locals(Frame frame) {
    Map<String, Object> locals = new LinkedHashMap<>();
    Object[] held = frame.values();
    String[] variables = variables(frame);
    for (int i = 0; i < variables.length; i++) {
      locals.put(variables[i].substring(0, variables[i].indexOf(':')), held[i]);
    }
    return locals;
  }

  private static String[] variables(Frame frame) {
    String all = frame.variables().strip();
    return all.isEmpty() ? new String[0] : all.split(" ");
  }

  private List<Object> notebookVariables() {
    List<Object> all = new ArrayList<>();
    repl.variables().forEach((name, value) -> all.add(values.variable(name, value)));
    return all;
  }

  private Map<String, Object> inspect(Map<?, ?> arguments) throws Refused {
    String name = text(arguments, "variableName");
    Map<String, Object> known = new LinkedHashMap<>(repl.variables());
    if (arguments.get("frameId") instanceof Number) {
      known.putAll(locals(frame(arguments)));
    }
    if (!known.containsKey(name)) {
      throw new Refused("There is no variable " + name + ".");
    }
    MimeBundle bundle = rendering.render(known.get(name));
    return Map.of("data", bundle.data(), "metadata", bundle.metadata());
  }

  /** Evaluates an expression, or runs statements, as if they stood at a line of a cell. */
  private Map<String, Object> evaluate(Map<?, ?> arguments) throws Refused {
    String expression = text(arguments, "expression").strip();
    boolean inFrame = arguments.get("frameId") instanceof Number id && id.intValue() > 0;
    Map<String, Object> result = new LinkedHashMap<>();
    try {
      Object value =
          inFrame
              ? evaluateIn(frame(arguments), expression)
              : CellFrames.unwatched(() -> repl.run(expression, "debugger"));
      Map<String, Object> variable =
          values.variable("result", value == Repl.NOTHING ? null : value);
      result.put("result", value == Repl.NOTHING ? "" : variable.get("value"));
      if (variable.containsKey("type")) {
        result.put("type", variable.get("type"));
      }
      result.put("variablesReference", variable.get("variablesReference"));
      return result;
    } catch (Refused e) {
      throw e;
    } catch (Throwable e) {
      throw new Refused(String.valueOf(e.getMessage() == null ? e : e.getMessage()));
    }
  }

  private Object evaluateIn(Frame frame, String expression) throws Throwable {
    List<String> parameters = new ArrayList<>();
    List<Object> passed = new ArrayList<>();
    Object[] held = frame.values();
    String[] variables = variables(frame);
    for (int i = 0; i < variables.length; i++) {
      int colon = variables[i].indexOf(':');
      String name = variables[i].substring(0, colon);
      if (!name.equals("this")) {
        parameters.add(Signature.source(variables[i].substring(colon + 1)) + " " + name);
        passed.add(held[i]);
      }
    }
    String head = "new Object() { public Object evaluated(" + String.join(", ", parameters);
    String body = ") throws Throwable { ";
    // On a line of its own: the expression may end with a comment.
    String text =
        (expression.endsWith(";") ? expression.substring(0, expression.length() - 1) : expression)
            + "\n;";
    return CellFrames.unwatched(
        () -> {
          Object made;
          try {
            made = repl.run(head + body + "return " + text + " } }", "debugger");
          } catch (kilonet.kernel.repl.CompileFailure e) {
            try {
              made = repl.run(head + body + text + " return null; } }", "debugger");
            } catch (kilonet.kernel.repl.CompileFailure none) {
              // What is wrong with it as an expression is what matters.
              throw e;
            }
          }
          for (Method method : made.getClass().getMethods()) {
            if (method.getName().equals("evaluated")) {
              method.setAccessible(true);
              try {
                return method.invoke(made, passed.toArray());
              } catch (java.lang.reflect.InvocationTargetException e) {
                throw e.getCause();
              }
            }
          }
          return null;
        });
  }

  private Map<String, Object> errorInfo(Map<?, ?> arguments) throws Refused {
    Throwable thrown = waiting(arguments).thrown();
    if (thrown == null) {
      throw new Refused("No error has stopped this thread.");
    }
    return Map.of(
        "exceptionId",
        thrown.getClass().getName(),
        "description",
        String.valueOf(thrown.getMessage()),
        "breakMode",
        "always");
  }

  private Map<String, Object> go(Map<?, ?> arguments, Threads.Step step) throws Refused {
    Threads.Stopped thread = waiting(arguments);
    forget();
    event("continued", Map.of("threadId", thread.thread(), "allThreadsContinued", false));
    threads.goOn(thread, step);
    return Map.of();
  }

  /** What was said of a line does not hold at the next. */
  private synchronized void forget() {
    asked.clear();
    values.clear();
  }

  private static String text(Map<?, ?> arguments, String name) {
    return arguments.get(name) instanceof String text ? text : "";
  }

  private static int number(Map<?, ?> arguments, String name) {
    return arguments.get(name) instanceof Number number ? number.intValue() : 0;
  }

  private static List<?> list(Map<?, ?> arguments, String name) {
    return arguments.get(name) instanceof List<?> list ? list : List.of();
  }
}
