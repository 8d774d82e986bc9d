package kilonet.kernel.jupyter;

import java.util.Map;

/** Answers questions about code, which may hang or fail; there is an answer in any case. */
final class Questions {
  /** How long an answer may take. */
  private static final int ANSWER_SECONDS = 10;

  /** An answer to a question. */
  interface Answer {
    /** The content of the reply. */
    Map<String, Object> content();
  }

  private final Outbox outbox;
  private final Busy busy;
  private final Runnable whenLeft;
  private final Worker worker = new Worker("kernel-questions");

  /**
   * Questions.
   *
   * @param whenLeft takes from a thread that is left behind what the next one needs
   */
  Questions(Outbox outbox, Busy busy, Runnable whenLeft) {
    this.outbox = outbox;
    this.busy = busy;
    this.whenLeft = whenLeft;
  }

  /**
   * Answers one.
   *
   * @param type of the reply
   * @param answer what is tried
   * @param otherwise the answer where that fails or takes too long
   */
  void answer(Request request, String type, Answer answer, Answer otherwise) {
    Message message = request.message();
    busy.with(
        message,
        () -> {
          Map<String, Object> content;
          try {
            content = asked(answer);
          } catch (Worker.LeftBehind e) {
            Log.warn("A " + message.type() + " took too long and was given up.");
            whenLeft.run();
            content = otherwise.content();
          } catch (Throwable e) {
            Log.warn("A " + message.type() + " failed: " + e);
            content = otherwise.content();
          }
          outbox.reply(request.channel(), message, type, content);
        });
  }

  @SuppressWarnings("unchecked")
  private synchronized Map<String, Object> asked(Answer answer) throws Throwable {
    return (Map<String, Object>) worker.run(answer::content, ANSWER_SECONDS);
  }

  /** Does something while no question is answered: there is one analysis. */
  synchronized void between(Runnable work) {
    work.run();
  }
}
