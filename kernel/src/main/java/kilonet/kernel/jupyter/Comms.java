package kilonet.kernel.jupyter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kilonet.kernel.Comm;

/** The lines between cells and elements of the page. */
final class Comms {
  private final Outbox outbox;
  private final Output output;
  private final Map<String, OpenComm> open = new ConcurrentHashMap<>();
  private final Map<String, Comm.Handler> targets = new ConcurrentHashMap<>();

  Comms(Outbox outbox, Output output) {
    this.outbox = outbox;
    this.output = output;
  }

  /** Says who takes the comms that are opened under a name. */
  void target(String name, Comm.Handler handler) {
    targets.put(name, handler);
  }

  /** Answers a comm_info_request. */
  Map<String, Object> info(Message request) {
    String target = request.text("target_name", null);
    Map<String, Object> known = new LinkedHashMap<>();
    open.forEach(
        (id, comm) -> {
          if (target == null || target.equals(comm.target)) {
            known.put(id, Map.of("target_name", comm.target));
          }
        });
    Map<String, Object> content = Outbox.ok();
    content.put("comms", known);
    return content;
  }

  /** Takes a comm_open, comm_msg or comm_close; runs what a cell has registered for it. */
  void take(Message message) {
    String id = message.text("comm_id", "");
    switch (message.type()) {
      case "comm_open" -> open(message, id);
      case "comm_msg" -> {
        OpenComm comm = open.get(id);
        if (comm != null && comm.listener != null) {
          comm.listener.received(data(message));
        }
      }
      default -> open.remove(id);
    }
  }

  private void open(Message message, String id) {
    String target = message.text("target_name", "");
    Comm.Handler handler = targets.get(target);
    if (handler == null) {
      outbox.publish(message.header(), "comm_close", Map.of("comm_id", id, "data", Map.of()));
      return;
    }
    OpenComm comm = new OpenComm(id, target);
    open.put(id, comm);
    handler.opened(comm, data(message));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> data(Message message) {
    return message.content().get("data") instanceof Map<?, ?> data
        ? (Map<String, Object>) data
        : Map.of();
  }

  private final class OpenComm implements Comm {
    private final String id;
    private final String target;
    private volatile Listener listener;

    OpenComm(String id, String target) {
      this.id = id;
      this.target = target;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void listen(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void send(Map<String, Object> data) {
      output.flush();
      outbox.publish(outbox.parent(), "comm_msg", Map.of("comm_id", id, "data", data));
    }

    @Override
    public void close() {
      open.remove(id);
      outbox.publish(outbox.parent(), "comm_close", Map.of("comm_id", id, "data", Map.of()));
    }
  }
}
