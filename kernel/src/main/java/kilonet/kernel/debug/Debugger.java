package kilonet.kernel.debug;

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

  private final Repl repl;
  private final Rendering rendering;
  private final Events events;
  private final Threads threads = new Threads(this::stopped);
  private final Values values = new Values();
  private final Sources sources = new Sources();
  private final Frames frames = new Frames();
  private final Evaluation evaluation;
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
    evaluation = new Evaluation(repl);
  }

  /**
   * A cell begins, on this thread.
   *
   * @param code the cell
   */
  public void cellBegins(String code) {
    CellFrames.clear();
    threads.isCell(Thread.currentThread());
    repl.debugAs(threads.isOn() ? sources.path(code) : null);
  }

  /**
   * Answers a request.
   *
   * @param request as the protocol writes it
   * @return the response, of success or not
   */
  public Map<String, Object> answer(Map<String, Object> request) {
    String command = String.valueOf(request.get("command"));
    Arguments arguments = Arguments.of(request.get("arguments"));
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

  private Map<String, Object> body(String command, Arguments arguments) throws Refused {
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
      case "dumpCell" -> Map.of("sourcePath", sources.path(arguments.text("code")));
      case "source" -> source(arguments);
      case "setBreakpoints" -> setBreakpoints(arguments);
      case "setExceptionBreakpoints" -> setErrors(arguments);
      case "setFunctionBreakpoints", "modules" -> Map.of(breakpointsOrModules(command), List.of());
      case "threads" -> Map.of("threads", threadList());
      case "stackTrace" -> frames.stackTrace(waiting(arguments).frames(), arguments);
      case "scopes" -> scopes(arguments);
      case "variables" ->
          Map.of("variables", values.variables(arguments.number("variablesReference")));
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
    body.put("hashSeed", Integer.toUnsignedLong(Sources.SEED));
    body.put("tmpFilePrefix", sources.prefix());
    body.put("tmpFileSuffix", Sources.SUFFIX);
    body.put("breakpoints", breakpoints);
    body.put("stoppedThreads", threads.stopped().stream().map(Threads.Stopped::thread).toList());
    body.put("richRendering", true);
    body.put("exceptionPaths", List.of("Java exceptions"));
    body.put("copyToGlobals", false);
    return body;
  }

  private Map<String, Object> source(Arguments arguments) throws Refused {
    String code = sources.code(arguments.path());
    if (code == null) {
      throw new Refused("There is no cell of this path; send it by dumpCell first.");
    }
    return Map.of("content", code, "mimeType", "text/x-java");
  }

  private Map<String, Object> setBreakpoints(Arguments arguments) throws Refused {
    String path = arguments.path();
    String code = sources.code(path);
    Set<Integer> lines = new TreeSet<>();
    List<Object> answer = new ArrayList<>();
    for (Object each : arguments.list("breakpoints")) {
      int wanted = Arguments.of(each).number("line");
      int line = code == null ? wanted : Sources.lineWithCode(code, wanted);
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

  private Map<String, Object> setErrors(Arguments arguments) {
    Set<String> kinds = new LinkedHashSet<>();
    arguments.list("filters").forEach(filter -> kinds.add(String.valueOf(filter)));
    threads.breakAtErrors(kinds);
    return Map.of();
  }

  private List<Object> threadList() {
    List<Object> all = new ArrayList<>();
    threads.names().forEach((number, name) -> all.add(Map.of("id", number, "name", name)));
    return all;
  }

  private Threads.Stopped waiting(Arguments arguments) throws Refused {
    Threads.Stopped thread = threads.stopped(arguments.number("threadId"));
    if (thread == null) {
      throw new Refused("No cell has stopped.");
    }
    return thread;
  }

  private Map<String, Object> scopes(Arguments arguments) throws Refused {
    Frame frame = frames.frame(arguments);
    return Map.of(
        "scopes",
        List.of(
            scope("Locals", values.group(Frames.locals(frame))),
            scope("Globals", values.group(repl.variables()))));
  }

  private static Map<String, Object> scope(String name, int reference) {
    return Map.of("name", name, "variablesReference", reference, "expensive", false);
  }

  private List<Object> notebookVariables() {
    List<Object> all = new ArrayList<>();
    repl.variables().forEach((name, value) -> all.add(values.variable(name, value)));
    return all;
  }

  private Map<String, Object> inspect(Arguments arguments) throws Refused {
    String name = arguments.text("variableName");
    Map<String, Object> known = new LinkedHashMap<>(repl.variables());
    if (arguments.number("frameId") > 0) {
      known.putAll(Frames.locals(frames.frame(arguments)));
    }
    if (!known.containsKey(name)) {
      throw new Refused("There is no variable " + name + ".");
    }
    MimeBundle bundle = rendering.render(known.get(name));
    return Map.of("data", bundle.data(), "metadata", bundle.metadata());
  }

  /** Evaluates an expression, or runs statements, as if they stood at a line of a cell. */
  private Map<String, Object> evaluate(Arguments arguments) throws Refused {
    String expression = arguments.text("expression").strip();
    boolean inFrame = arguments.number("frameId") > 0;
    Map<String, Object> result = new LinkedHashMap<>();
    try {
      Object value =
          inFrame ? evaluation.in(frames.frame(arguments), expression) : evaluation.of(expression);
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

  private Map<String, Object> errorInfo(Arguments arguments) throws Refused {
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

  private Map<String, Object> go(Arguments arguments, Threads.Step step) throws Refused {
    Threads.Stopped thread = waiting(arguments);
    forget();
    event("continued", Map.of("threadId", thread.thread(), "allThreadsContinued", false));
    threads.goOn(thread, step);
    return Map.of();
  }

  /** What was said of a line does not hold at the next. */
  private void forget() {
    frames.clear();
    values.clear();
  }
}
