package kilonet.kernel.jupyter;

import java.util.Map;

/** Tells clients that the kernel works for a request, and when it no longer does. */
final class Busy {
  private final Outbox outbox;
  private final Output output;

  Busy(Outbox outbox, Output output) {
    this.outbox = outbox;
    this.output = output;
  }

  /** Does something between the states busy and idle; what it throws is logged. */
  void with(Message message, Runnable work) {
    Map<String, Object> before = outbox.parent();
    outbox.workFor(message.header());
    outbox.state(message.header(), "busy");
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      Log.warn("A " + message.type() + " failed: " + e);
    } finally {
      output.flush();
      outbox.state(message.header(), "idle");
      outbox.workFor(before);
    }
  }
}
