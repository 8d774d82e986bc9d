package kilonet.kernel.jupyter;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * A kernel that starts, answers one request of each kind that people wait for, and ends: for the
 * JVM to record which classes that needs.
 */
public final class Rehearsal {
  private static final String KEY = "rehearsal";
  private static final int TIMEOUT_MILLIS = 60_000;

  private Rehearsal() {}

  /**
   * Rehearses.
   *
   * @param classPath what cells see
   * @param history a file for the history
   * @return whether all answers came
   * @throws IOException if no addresses are to be had
   * @throws InterruptedException if interrupted
   */
  public static boolean run(List<Path> classPath, Path history)
      throws IOException, InterruptedException {
    int[] ports = freePorts();
    Kernel kernel =
        new Kernel(
            new Connection(
                "tcp", "127.0.0.1", ports[0], ports[1], ports[2], ports[3], ports[4], KEY),
            classPath,
            history,
            List.of());
    kernel.open();
    Thread thread = new Thread(kernel::run);
    thread.start();
    boolean answered = kernel.awaitReady(TIMEOUT_MILLIS / 1000) && ask(ports[0]);
    kernel.end();
    thread.join();
    return answered;
  }

  private static int[] freePorts() throws IOException {
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
    return ports;
  }

  private static boolean ask(int port) {
    try (ZContext context = new ZContext()) {
      ZMQ.Socket shell = context.createSocket(SocketType.DEALER);
      shell.setReceiveTimeOut(TIMEOUT_MILLIS);
      shell.connect("tcp://127.0.0.1:" + port);
      Wire wire = new Wire(KEY);
      boolean answered = request(shell, wire, "kernel_info_request", Map.of());
      for (String cell : StandardImports.REHEARSAL) {
        answered = answered && request(shell, wire, "execute_request", Map.of("code", cell));
      }
      return answered
          && request(shell, wire, "execute_request", Map.of("code", StandardImports.FIRST))
          && request(shell, wire, "execute_request", Map.of("code", "throw new Error(\"x\");"))
          && request(shell, wire, "complete_request", at("\"\".len"))
          && request(shell, wire, "complete_request", at("Mat"))
          && request(shell, wire, "inspect_request", at("Math.abs"))
          && request(shell, wire, "is_complete_request", Map.of("code", "int f() {"))
          && request(shell, wire, "history_request", Map.of("hist_access_type", "tail", "n", 1));
    }
  }

  private static Map<String, Object> at(String code) {
    return Map.of("code", code, "cursor_pos", code.length());
  }

  private static boolean request(
      ZMQ.Socket shell, Wire wire, String type, Map<String, Object> content) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("msg_id", UUID.randomUUID().toString());
    header.put("session", KEY);
    header.put("msg_type", type);
    List<byte[]> frames = wire.encode(new Message(List.of(), header, Map.of(), Map.of(), content));
    for (int i = 0; i < frames.size(); i++) {
      shell.send(frames.get(i), i + 1 < frames.size() ? ZMQ.SNDMORE : 0);
    }
    boolean came = false;
    do {
      came |= shell.recv() != null;
    } while (shell.hasReceiveMore());
    return came;
  }
}
