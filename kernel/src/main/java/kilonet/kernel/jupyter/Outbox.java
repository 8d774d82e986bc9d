package kilonet.kernel.jupyter;

import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import kilonet.kernel.jupyter.Channels.Channel;

/** Sends what the kernel has to say, and knows which request a thread works for. */
final class Outbox {
  static final String PROTOCOL = "5.3";

  private final Channels channels;
  private final String session = UUID.randomUUID().toString();

  /** Header of the request that this thread, or the one that started it, works for. */
  private final InheritableThreadLocal<Map<String, Object>> parent = new InheritableThreadLocal<>();

  Outbox(Channels channels) {
    this.channels = channels;
  }

  /** Header of the request that this thread works for; empty for none. */
  Map<String, Object> parent() {
    Map<String, Object> header = parent.get();
    return header == null ? Map.of() : header;
  }

  void workFor(Map<String, Object> header) {
    parent.set(header);
  }

  Map<String, Object> header(String type) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("session", session);
    header.put("username", "kernel");
    header.put("date", DateTimeFormatter.ISO_INSTANT.format(ZonedDateTime.now(ZoneOffset.UTC)));
    header.put("msg_type", type);
    header.put("version", PROTOCOL);
    return header;
  }

  /**
   * Publishes a message.
   *
   * @param from header of the request that it belongs to
   */
  void publish(Map<String, Object> from, String type, Map<String, Object> content) {
    List<byte[]> topic = List.of(type.getBytes(StandardCharsets.US_ASCII));
    channels.send(Channel.IOPUB, new Message(topic, header(type), from, Map.of(), content));
  }

  void state(Map<String, Object> from, String state) {
    publish(from, "status", Map.of("execution_state", state));
  }

  /** Shows a sentence of the kernel's as a cell's standard error. */
  void tell(Map<String, Object> from, String sentence) {
    publish(from, "stream", Map.of("name", "stderr", "text", sentence + "\n"));
  }

  void reply(Channel channel, Message request, String type, Map<String, Object> content) {
    send(channel, request, type, content);
  }

  /** Sends a request of the kernel's own to the client of another. */
  void ask(Message request, Map<String, Object> content) {
    send(Channel.STDIN, request, "input_request", content);
  }

  private void send(Channel channel, Message request, String type, Map<String, Object> content) {
    channels.send(
        channel,
        new Message(request.identities(), header(type), request.header(), Map.of(), content));
  }

  /** The beginning of the content of a reply. */
  static Map<String, Object> ok() {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("status", "ok");
    return content;
  }
}
