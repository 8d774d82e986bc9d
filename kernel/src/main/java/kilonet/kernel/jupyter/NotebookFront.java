package kilonet.kernel.jupyter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import kilonet.kernel.CellInterruptedError;
import kilonet.kernel.Comm;
import kilonet.kernel.Frontend;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.repl.Repl;

/** What cells reach of the client that has sent them. */
final class NotebookFront implements Frontend {
  private final Outbox outbox;
  private final Output output;
  private final Rendering rendering;
  private final Comms comms;
  private final BlockingQueue<Message> inputs = new LinkedBlockingQueue<>();
  private final List<Map<String, Object>> payload = new ArrayList<>();
  private volatile Magics magics;
  private volatile Message current;
  private volatile Object lastDisplayed;

  NotebookFront(Outbox outbox, Output output, Rendering rendering, Comms comms) {
    this.outbox = outbox;
    this.output = output;
    this.rendering = rendering;
    this.comms = comms;
  }

  void use(Magics all) {
    magics = all;
  }

  /** To be called when a cell begins. */
  void begin(Message request) {
    current = request;
    lastDisplayed = null;
    inputs.clear();
    synchronized (payload) {
      payload.clear();
    }
  }

  /** To be called when a cell has ended. */
  void end() {
    current = null;
  }

  /** The request whose cell runs; null for none. */
  Message current() {
    return current;
  }

  void answered(Message reply) {
    inputs.add(reply);
  }

  /** Whether a value is the identifier of what the cell has just shown. */
  boolean justDisplayed(Object value) {
    return value != null && value == lastDisplayed;
  }

  List<Map<String, Object>> payload() {
    synchronized (payload) {
      return List.copyOf(payload);
    }
  }

  @Override
  public void publish(String type, Map<String, Object> content) {
    if (content.get("transient") instanceof Map<?, ?> about) {
      lastDisplayed = about.get("display_id");
    }
    output.flush();
    outbox.publish(outbox.parent(), type, content);
  }

  @Override
  public String input(String prompt, boolean password) {
    Message request = current;
    if (request == null || !request.flag("allow_stdin", false)) {
      throw new IllegalStateException(
          "This front end cannot ask the user; run the notebook in Jupyter, or give the value in"
              + " the cell.");
    }
    output.flush();
    outbox.ask(request, Map.of("prompt", prompt, "password", password));
    try {
      return inputs.take().text("value", "");
    } catch (InterruptedException e) {
      throw new CellInterruptedError();
    }
  }

  @Override
  public void page(MimeBundle bundle) {
    synchronized (payload) {
      payload.add(Map.of("source", "page", "data", bundle.data(), "start", 0));
    }
  }

  @Override
  public MimeBundle render(Object value) {
    return rendering.render(value);
  }

  @Override
  public MimeBundle render(Object value, List<String> mimes) {
    return rendering.render(value, mimes);
  }

  @Override
  public Object evaluate(String source) throws Throwable {
    Object value = magics.run(source, "evaluated");
    return value == Repl.NOTHING ? null : value;
  }

  @Override
  public Object magic(String name, List<String> arguments, String body) throws Throwable {
    return magics.call(name, arguments, body);
  }

  @Override
  public Object magic(String name, String argument) throws Throwable {
    return magics.call(name, argument, null);
  }

  @Override
  public void register(Renderer<?> renderer) {
    rendering.register(renderer);
  }

  @Override
  public void comm(String target, Comm.Handler handler) {
    comms.target(target, handler);
  }
}
