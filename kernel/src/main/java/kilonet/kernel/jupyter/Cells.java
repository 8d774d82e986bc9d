package kilonet.kernel.jupyter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;

/**
 * Runs the cells that clients send, one after the other: numbers them, remembers them, and lets
 * those go that wait behind one that fails.
 */
final class Cells {
  private final Outbox outbox;
  private final Busy busy;
  private final History history;
  private final Execution execution;
  private final BlockingQueue<Request> requests;

  /** Sentences that the next cell shows. */
  private final List<String> notes;

  private int count;

  Cells(
      Outbox outbox,
      Busy busy,
      History history,
      Execution execution,
      BlockingQueue<Request> requests,
      List<String> notes) {
    this.outbox = outbox;
    this.busy = busy;
    this.history = history;
    this.execution = execution;
    this.requests = requests;
    this.notes = new ArrayList<>(notes);
  }

  /** Has the next cell show a sentence on its standard error. */
  void note(String sentence) {
    notes.add(sentence);
  }

  /**
   * Runs one, and replies.
   *
   * @param request an execute_request
   * @param whenFull what to do where it has run out of memory
   * @return the requests that waited when it failed; none if it did not
   */
  List<Request> run(Request request, Runnable whenFull) {
    List<Request> behind = new ArrayList<>();
    busy.with(request.message(), () -> runNow(request, behind, whenFull));
    return behind;
  }

  private void runNow(Request request, List<Request> behind, Runnable whenFull) {
    Message message = request.message();
    String code = message.text("code", "");
    boolean silent = message.flag("silent", false);
    boolean stored = message.flag("store_history", !silent) && !silent;
    if (stored) {
      count++;
    }
    if (!silent) {
      outbox.publish(
          message.header(), "execute_input", Map.of("code", code, "execution_count", count));
      notes.forEach(note -> outbox.tell(message.header(), note));
      notes.clear();
    }
    Execution.Outcome outcome = execution.run(message, count, stored);
    if (outcome.failed() && message.flag("stop_on_error", true)) {
      // Before the reply: what a client sends once it knows of the error is meant to run.
      requests.drainTo(behind);
    }
    outbox.reply(request.channel(), message, "execute_reply", outcome.content());
    if (stored) {
      // Nobody has to wait for the disk.
      history.add(count, code, outcome.shown());
    }
    if (outcome.memoryWasFull()) {
      whenFull.run();
    }
  }

  /** Replies to one that does not run, since one before it has failed. */
  void abort(Request request) {
    busy.with(
        request.message(),
        () -> {
          Map<String, Object> content = new LinkedHashMap<>();
          content.put("status", "aborted");
          content.put("execution_count", count);
          outbox.reply(request.channel(), request.message(), "execute_reply", content);
        });
  }
}
