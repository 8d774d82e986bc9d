package kilonet.kernel.jupyter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.repl.Analysis;
import kilonet.kernel.repl.Repl;

/**
 * Answers what front ends ask while a cell is typed: completion, inspection, whether it is whole.
 */
final class Assistant {
  private final Repl repl;
  private final Magics magics;
  private final Analysis analysis;

  Assistant(Repl repl, Magics magics, Analysis analysis) {
    this.repl = repl;
    this.magics = magics;
    this.analysis = analysis;
  }

  /** The offset of a request's cursor, which counts characters and may be anything. */
  private static int cursor(String code, Message request) {
    int points = code.codePointCount(0, code.length());
    int wanted = Math.max(0, Math.min(request.number("cursor_pos", points), points));
    return code.offsetByCodePoints(0, wanted);
  }

  Map<String, Object> complete(Message request) {
    String code = request.text("code", "");
    int cursor = cursor(code, request);
    Analysis.Completion completion = magics.complete(code, cursor);
    if (completion == null) {
      completion = analysis.complete(magics.java(code), cursor);
    }
    return completion(code, completion);
  }

  /** A reply to a complete_request that proposes nothing. */
  static Map<String, Object> nothingToComplete(Message request) {
    String code = request.text("code", "");
    int cursor = cursor(code, request);
    return completion(code, new Analysis.Completion(cursor, cursor, List.of()));
  }

  private static Map<String, Object> completion(String code, Analysis.Completion completion) {
    List<Object> types = new ArrayList<>();
    List<Object> matches = new ArrayList<>();
    int start = code.codePointCount(0, completion.start());
    int end = code.codePointCount(0, completion.end());
    for (Analysis.Match match : completion.matches()) {
      matches.add(match.text());
      Map<String, Object> type = new LinkedHashMap<>();
      type.put("text", match.text());
      type.put("start", start);
      type.put("end", end);
      type.put("type", match.kind());
      type.put("signature", match.signature());
      types.add(type);
    }
    Map<String, Object> content = Outbox.ok();
    content.put("matches", matches);
    content.put("cursor_start", start);
    content.put("cursor_end", end);
    content.put("metadata", Map.of("_jupyter_types_experimental", types));
    return content;
  }

  Map<String, Object> inspect(Message request) {
    String code = request.text("code", "");
    int cursor = cursor(code, request);
    MimeBundle found = magics.inspect(code, cursor);
    if (found == null) {
      found = analysis.inspect(magics.java(code), cursor);
    }
    return inspection(found);
  }

  /** A reply to an inspect_request; null for nothing found. */
  static Map<String, Object> inspection(MimeBundle found) {
    Map<String, Object> content = Outbox.ok();
    content.put("found", found != null);
    content.put("data", found == null ? Map.of() : found.data());
    content.put("metadata", Map.of());
    return content;
  }

  Map<String, Object> isComplete(Message request) {
    String code = request.text("code", "");
    String status = magics.isMagic(code) ? "complete" : repl.completeness(magics.java(code));
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", status);
    if (status.equals("incomplete")) {
      content.put("indent", indent(code));
    }
    return content;
  }

  /** Blanks for the next line: those of the last one, four more behind an opening bracket. */
  private static String indent(String code) {
    String line = code.substring(code.stripTrailing().lastIndexOf('\n') + 1).stripTrailing();
    String blanks = line.substring(0, line.length() - line.stripLeading().length());
    return line.endsWith("{") || line.endsWith("(") || line.endsWith("[")
        ? blanks + "    "
        : blanks;
  }

  /** Gets ready for the first question. */
  void warmUp() {
    analysis.complete("\"\".len", 6);
  }

  /** Whether the next question would have to wait for what {@link #warmUp} does. */
  boolean isOutdated() {
    return analysis.isOutdated();
  }

  /** Lets go of an analysis that does not come back. */
  void renew() {
    analysis.renew();
  }
}
