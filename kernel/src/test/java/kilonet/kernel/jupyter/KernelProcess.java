package kilonet.kernel.jupyter;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import kilonet.kernel.content.Json;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** A kernel in a process of its own, and a client that talks to it as Jupyter does. */
final class KernelProcess implements AutoCloseable {
  static final String KEY = "secret of the test";
  private static final int TIMEOUT = 60_000;

  final Process process;
  final Path log;
  private final ZContext context = new ZContext();
  private final Wire wire = new Wire(KEY);
  private final ZMQ.Socket shell;
  private final ZMQ.Socket control;
  private final ZMQ.Socket iopub;
  private final ZMQ.Socket stdin;
  final ZMQ.Socket heartbeat;

  /** What came of a cell. */
  record Outcome(Message reply, List<Message> published) {
    String status() {
      return reply.text("status", "");
    }

    String stream(String name) {
      StringBuilder text = new StringBuilder();
      for (Message message : published) {
        if (message.type().equals("stream") && message.text("name", "").equals(name)) {
          text.append(message.text("text", ""));
        }
      }
      return text.toString();
    }

    List<Message> of(String type) {
      return published.stream().filter(message -> message.type().equals(type)).toList();
    }

    String value() {
      return of("execute_result").stream()
          .map(message -> ((Map<?, ?>) message.content().get("data")).get("text/plain"))
          .map(String::valueOf)
          .findFirst()
          .orElse(null);
    }

    String traceback() {
      return of("error").stream()
          .map(message -> String.valueOf(message.content().get("traceback")))
          .findFirst()
          .orElse("")
          .replaceAll("\u001B\\[[\\d;]+m", "");
    }
  }

  KernelProcess(Path folder, Consumer<ProcessBuilder> setting) throws IOException {
    int[] ports = new int[5];
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < ports.length; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      held.add(socket);
      ports[i] = socket.getLocalPort();
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    Map<String, Object> connection = new LinkedHashMap<>();
    connection.put("transport", "tcp");
    connection.put("ip", "127.0.0.1");
    connection.put("shell_port", ports[0]);
    connection.put("control_port", ports[1]);
    connection.put("iopub_port", ports[2]);
    connection.put("stdin_port", ports[3]);
    connection.put("hb_port", ports[4]);
    connection.put("key", KEY);
    connection.put("signature_scheme", "hmac-sha256");
    Path file = folder.resolve("connection.json");
    Files.write(file, Json.bytes(connection));
    log = folder.resolve("kernel.log");
    ProcessBuilder builder = builder(folder, file.toString());
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    setting.accept(builder);
    process = builder.start();
    shell = connect(SocketType.DEALER, ports[0]);
    control = connect(SocketType.DEALER, ports[1]);
    stdin = connect(SocketType.DEALER, ports[3]);
    heartbeat = connect(SocketType.REQ, ports[4]);
    iopub = context.createSocket(SocketType.SUB);
    iopub.setHWM(0);
    iopub.setReceiveTimeOut(TIMEOUT);
    iopub.subscribe("");
    iopub.connect("tcp://127.0.0.1:" + ports[2]);
  }

  static ProcessBuilder builder(Path folder, String connectionFile) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:TieredStopAtLevel=1"));
    for (String name : List.of("api", "code", "comp", "tree", "util")) {
      command.add("--add-exports=jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED");
    }
    for (String open :
        List.of(
            "jdk.compiler/com.sun.tools.javac.comp",
            "jdk.jshell/jdk.jshell",
            "java.base/java.util")) {
      command.add("--add-opens=" + open + "=ALL-UNNAMED");
    }
    command.add("-Dmaven.repo.local=" + folder.resolve("repository"));
    command.add("-Duser.home=" + folder);
    Locale locale = Locale.getDefault();
    command.add("-Duser.language=" + locale.getLanguage());
    command.add("-Duser.country=" + locale.getCountry());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("kilonet.kernel.Main", "run", connectionFile));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("KILONET_HOME");
    builder.environment().remove("JPY_PARENT_PID");
    return builder;
  }

  private ZMQ.Socket connect(SocketType type, int port) {
    ZMQ.Socket socket = context.createSocket(type);
    socket.setHWM(0);
    socket.setReceiveTimeOut(TIMEOUT);
    if (type == SocketType.DEALER) {
      // Shell and stdin are told apart by their sockets, and belong together by their identity.
      socket.setIdentity("test-client".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    socket.connect("tcp://127.0.0.1:" + port);
    return socket;
  }

  /** Waits until the kernel answers and its published messages arrive. */
  KernelProcess ready() throws IOException {
    for (int i = 0; i < 100; i++) {
      Message request = send(shell, "kernel_info_request", Map.of());
      reply(shell, request);
      iopub.setReceiveTimeOut(300);
      byte[] first = iopub.recv();
      if (first != null) {
        while (iopub.hasReceiveMore()) {
          iopub.recv();
        }
        while (receive(iopub) != null) {
          // What the greetings have published.
        }
        iopub.setReceiveTimeOut(TIMEOUT);
        return this;
      }
    }
    throw new IOException("the kernel does not publish");
  }

  Message send(ZMQ.Socket socket, String type, Map<String, Object> content) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("session", "test");
    header.put("username", "test");
    header.put("date", "2026-01-01T00:00:00Z");
    header.put("msg_type", type);
    header.put("version", "5.3");
    Message message = new Message(List.of(), header, Map.of(), Map.of(), content);
    sendFrames(socket, wire.encode(message));
    return message;
  }

  void sendFrames(ZMQ.Socket socket, List<byte[]> frames) {
    for (int i = 0; i < frames.size(); i++) {
      socket.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
    }
  }

  List<byte[]> frames(Message message) {
    return wire.encode(message);
  }

  /** The frames of a message that has other bytes as its content, rightly signed. */
  List<byte[]> frames(Message message, byte[] content) {
    List<byte[]> frames = new ArrayList<>(wire.encode(message));
    frames.set(frames.size() - 1, content);
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      frames.subList(frames.size() - 4, frames.size()).forEach(mac::update);
      String signature = HexFormat.of().formatHex(mac.doFinal());
      frames.set(frames.size() - 5, signature.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return frames;
  }

  Message receive(ZMQ.Socket socket) throws IOException {
    List<byte[]> frames = new ArrayList<>();
    do {
      byte[] frame = socket.recv(0);
      if (frame == null) {
        return null;
      }
      frames.add(frame);
    } while (socket.hasReceiveMore());
    return wire.decode(frames);
  }

  Message reply(ZMQ.Socket socket, Message request) throws IOException {
    while (true) {
      Message message = receive(socket);
      if (message == null) {
        throw new IOException(
            "no reply to " + request.type() + "; the kernel says: " + Files.readString(log));
      }
      if (message.parent().get("msg_id").equals(request.header().get("msg_id"))) {
        return message;
      }
    }
  }

  ZMQ.Socket shell() {
    return shell;
  }

  ZMQ.Socket stdin() {
    return stdin;
  }

  ZMQ.Socket control() {
    return control;
  }

  /** Asks on the shell channel and waits for the reply. */
  Message ask(String type, Map<String, Object> content) throws IOException {
    return reply(shell, send(shell, type, content));
  }

  Message execute(String code) {
    return execute(code, Map.of());
  }

  Message execute(String code, Map<String, Object> more) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("code", code);
    content.put("silent", false);
    content.put("store_history", true);
    content.put("user_expressions", Map.of());
    content.put("allow_stdin", true);
    content.put("stop_on_error", true);
    content.putAll(more);
    return send(shell, "execute_request", content);
  }

  /** Waits for the end of a cell. */
  Outcome outcome(Message request) throws IOException {
    Message reply = reply(shell, request);
    List<Message> published = new ArrayList<>();
    while (true) {
      Message message = receive(iopub);
      if (message == null) {
        throw new IOException("the kernel never became idle: " + Files.readString(log));
      }
      if (!request.header().get("msg_id").equals(message.parent().get("msg_id"))) {
        continue;
      }
      if (message.type().equals("status") && message.text("execution_state", "").equals("idle")) {
        return new Outcome(reply, published);
      }
      published.add(message);
    }
  }

  /** Waits until a cell that goes on has written something. */
  Message written(Message request, String stream) throws IOException {
    while (true) {
      Message message = receive(iopub);
      if (message == null) {
        throw new IOException("the cell writes nothing: " + Files.readString(log));
      }
      if (request.header().get("msg_id").equals(message.parent().get("msg_id"))
          && message.type().equals("stream")
          && message.text("name", "").equals(stream)) {
        return message;
      }
    }
  }

  /**
   * Waits until the kernel has read all that was sent on the shell channel, while a cell runs: what
   * it does not know it puts aside as it reads it.
   */
  void hasRead() throws IOException {
    Message unknown = send(shell, "unknown_request", Map.of());
    while (true) {
      Message message = receive(iopub);
      if (message == null) {
        throw new IOException("the kernel reads nothing: " + Files.readString(log));
      }
      if (unknown.header().get("msg_id").equals(message.parent().get("msg_id"))) {
        return;
      }
    }
  }

  /** The next message that was published. */
  Message published() throws IOException {
    return receive(iopub);
  }

  /** Runs a cell. */
  Outcome run(String code) throws IOException {
    return outcome(execute(code));
  }

  /** Interrupts the running cell. */
  void interrupt() throws IOException {
    reply(control, send(control, "interrupt_request", Map.of()));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    context.close();
  }
}
