package kilonet.kernel.debug;

import java.io.File;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.kernel.CellFrames.Frame;

/** The calls that a stopped cell is in, under numbers by which front ends ask for them. */
final class Frames {
  private final List<Frame> known = new ArrayList<>();

  /** Forgets all numbers. */
  synchronized void clear() {
    known.clear();
  }

  /** The calls as the protocol writes them, the innermost first. */
  synchronized Map<String, Object> stackTrace(List<Frame> frames, Arguments arguments) {
    List<Object> shown = new ArrayList<>();
    for (int i = frames.size() - 1; i >= 0; i--) {
      shown.add(written(frames.get(i)));
    }
    int from = Math.min(shown.size(), Math.max(0, arguments.number("startFrame")));
    int levels = arguments.number("levels");
    int to = levels > 0 ? Math.min(shown.size(), from + levels) : shown.size();
    return Map.of("stackFrames", shown.subList(from, to), "totalFrames", shown.size());
  }

  private Map<String, Object> written(Frame frame) {
    int index = known.indexOf(frame);
    if (index < 0) {
      index = known.size();
      known.add(frame);
    }
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("id", index + 1);
    written.put("name", name(frame.method()));
    written.put("line", frame.line());
    written.put("column", 1);
    String file = frame.source().substring(frame.source().lastIndexOf(File.separator) + 1);
    written.put("source", Map.of("name", file, "path", frame.source(), "sourceReference", 0));
    return written;
  }

  /** Methods that the kernel and the compiler have made have names that nobody has written. */
  private static String name(String method) {
    if (method.matches("\\$\\d+")) {
      return "cell";
    }
    return method.startsWith("lambda$") ? "lambda" : method;
  }

  /** The call that a request is about. */
  synchronized Frame frame(Arguments arguments) throws Refused {
    int number = arguments.number("frameId");
    if (number < 1 || number > known.size()) {
      throw new Refused("There is no frame of this number; ask for the stackTrace first.");
    }
    return known.get(number - 1);
  }

  /** Names and values of a call's variables. */
  static Map<String, Object> locals(Frame frame) {
    Map<String, Object> locals = new LinkedHashMap<>();
    Object[] held = frame.values();
    String[] variables = variables(frame);
    for (int i = 0; i < variables.length; i++) {
      locals.put(variables[i].substring(0, variables[i].indexOf(':')), held[i]);
    }
    return locals;
  }

  /** A call's variables, each as its name, a colon and its type in the language of class files. */
  static String[] variables(Frame frame) {
    String all = frame.variables().strip();
    return all.isEmpty() ? new String[0] : all.split(" ");
  }
}
