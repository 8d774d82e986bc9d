package kilonet.kernel.jupyter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.kernel.CellInterruptedError;
import kilonet.kernel.Display;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.debug.Debugger;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.Repl;

/** Runs cells: shows what they have come to, and reports why they have not. */
final class Execution {
  private static final int RESERVE = 2 << 20;

  private final Outbox outbox;
  private final Output output;
  private final Interrupter interrupter;
  private final Rendering rendering;
  private final ErrorReport errors;
  private final NotebookFront front;
  private final Worker worker;
  private Repl repl;
  private Magics magics;
  private Debugger debugger;
  private long limitMillis;

  /** Let go of when the heap is full, for what there is to say then. */
  private byte[] reserve = new byte[RESERVE];

  Execution(
      Outbox outbox,
      Output output,
      Interrupter interrupter,
      Rendering rendering,
      ErrorReport errors,
      NotebookFront front,
      Worker worker) {
    this.outbox = outbox;
    this.output = output;
    this.interrupter = interrupter;
    this.rendering = rendering;
    this.errors = errors;
    this.front = front;
    this.worker = worker;
  }

  void use(Repl session, Magics all, Debugger debugs) {
    repl = session;
    magics = all;
    debugger = debugs;
  }

  /** Lays something aside again for the next time that the heap is full. */
  void reserve() {
    reserve = new byte[RESERVE];
  }

  /** Sets how long a cell may take before it is interrupted; 0 for no limit. */
  void limit(long millis) {
    limitMillis = millis;
  }

  /**
   * What has become of a cell.
   *
   * @param content of the reply
   * @param shown text of its value; null for none
   * @param error null where there was none
   * @param memoryWasFull whether it has run out of memory
   */
  record Outcome(
      Map<String, Object> content, String shown, Map<String, Object> error, boolean memoryWasFull) {
    boolean failed() {
      return error != null;
    }
  }

  /** Runs the cell of a request, and waits for its end or for it to be left behind. */
  Outcome run(Message request, int count, boolean stored) {
    boolean silent = request.flag("silent", false);
    String code = request.text("code", "");
    String label = "cell " + (stored ? String.valueOf(count) : "(unnumbered)");
    front.begin(request);
    Outcome outcome;
    Thread limit = limit();
    try {
      outcome = (Outcome) worker.run(() -> cell(request, code, label, silent, count));
    } catch (Worker.LeftBehind e) {
      CellInterruptedError where = new CellInterruptedError();
      where.setStackTrace(interrupter.stoppedAt());
      outcome = failed(errors.interrupted(where), count, false);
    } catch (Throwable e) {
      boolean full = isFull(e);
      outcome = failed(report(e, interrupter.end()), count, full);
    }
    if (limit != null) {
      limit.interrupt();
    }
    front.end();
    output.flush();
    if (outcome.failed()) {
      outbox.publish(request.header(), "error", outcome.error());
    }
    return outcome;
  }

  /** A thread that interrupts the cell when its time is over; null for none. */
  private Thread limit() {
    if (limitMillis == 0) {
      return null;
    }
    Thread limit =
        new Thread(
            () -> {
              try {
                Thread.sleep(limitMillis);
                interrupter.interrupt();
              } catch (InterruptedException e) {
                // The cell has ended in time.
              }
            },
            "kernel-limit");
    limit.setDaemon(true);
    limit.start();
    return limit;
  }

  private Outcome cell(Message request, String code, String label, boolean silent, int count) {
    outbox.workFor(request.header());
    interrupter.begin();
    debugger.cellBegins(code);
    try {
      Map<String, Object> content = Outbox.ok();
      content.put("execution_count", count);
      Object value = magics.run(code, label);
      String shown = silent ? null : show(request, value, count);
      content.put("user_expressions", userExpressions(request));
      content.put("payload", front.payload());
      interrupter.end();
      return new Outcome(content, shown, null, false);
    } catch (Throwable e) {
      boolean interrupted = interrupter.end();
      boolean full = isFull(e);
      return failed(report(e, interrupted), count, full);
    } finally {
      Thread.currentThread().setContextClassLoader(repl.loader());
    }
  }

  private String show(Message request, Object value, int count) throws Throwable {
    MimeBundle bundle = rendered(value);
    if (bundle == null || Worker.isLeft()) {
      return null;
    }
    output.flush();
    outbox.publish(
        request.header(),
        "execute_result",
        Map.of("execution_count", count, "data", bundle.data(), "metadata", bundle.metadata()));
    return String.valueOf(bundle.data().get("text/plain"));
  }

  /** What is shown of a value; null where nothing is. */
  private MimeBundle rendered(Object value) throws Throwable {
    return value == Repl.NOTHING || value instanceof Display || front.justDisplayed(value)
        ? null
        // What turns a value into text may be the user's, and may hang.
        : (MimeBundle) interrupter.run(() -> rendering.render(value));
  }

  private boolean isFull(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth++ < 50; t = t.getCause()) {
      if (t instanceof OutOfMemoryError) {
        reserve = null;
        return true;
      }
    }
    return false;
  }

  private static Outcome failed(ErrorReport.Report report, int count, boolean full) {
    Map<String, Object> error = error(report);
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", "error");
    content.put("execution_count", count);
    content.putAll(error);
    content.put("user_expressions", Map.of());
    content.put("payload", List.of());
    return new Outcome(content, null, error, full);
  }

  static Map<String, Object> error(ErrorReport.Report report) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("ename", report.name());
    error.put("evalue", report.value());
    error.put("traceback", report.traceback());
    return error;
  }

  ErrorReport.Report report(Throwable thrown, boolean interrupted) {
    try {
      if (thrown instanceof CompileFailure failure) {
        return errors.of(failure);
      }
      if (CellInterruptedError.isInterrupt(thrown) || interrupted && causedByInterrupt(thrown)) {
        // The trace of an error made by Thread.stop is that of the thread that stopped the cell.
        Throwable where = new CellInterruptedError();
        where.setStackTrace(interrupter.stoppedAt());
        return errors.interrupted(where);
      }
      return errors.of(thrown);
    } catch (RuntimeException | Error e) {
      // Whatever an error holds, the request is answered.
      return new ErrorReport.Report(thrown.getClass().getName(), String.valueOf(e), List.of());
    }
  }

  private static boolean causedByInterrupt(Throwable thrown) {
    int depth = 0;
    for (Throwable t = thrown; t != null && depth++ < 50; t = t.getCause()) {
      if (CellInterruptedError.isInterrupt(t)
          || t.getClass().getSimpleName().contains("Interrupt")) {
        return true;
      }
    }
    return false;
  }

  private Map<String, Object> userExpressions(Message request) {
    Map<String, Object> results = new LinkedHashMap<>();
    if (request.content().get("user_expressions") instanceof Map<?, ?> wanted) {
      wanted.forEach(
          (name, expression) -> {
            String source = String.valueOf(expression);
            Map<String, Object> result = new LinkedHashMap<>();
            try {
              MimeBundle bundle = rendered(magics.run(source, "user expression"));
              result.put("status", "ok");
              result.put("data", bundle == null ? Map.of() : bundle.data());
              result.put("metadata", bundle == null ? Map.of() : bundle.metadata());
            } catch (Throwable e) {
              result.put("status", "error");
              result.putAll(error(report(e, false)));
            }
            results.put(String.valueOf(name), result);
          });
    }
    return results;
  }
}
