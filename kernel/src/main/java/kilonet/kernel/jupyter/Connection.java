package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kilonet.kernel.content.Json;

/**
 * What a connection file says: where to listen and how to sign.
 *
 * @param transport {@code tcp} or {@code ipc}
 * @param ip address to bind
 * @param shell port of the shell channel
 * @param control port of the control channel
 * @param iopub port of the published messages
 * @param stdin port of the channel that asks the user
 * @param heartbeat port that echoes
 * @param key secret of the signatures; empty means unsigned
 */
public record Connection(
    String transport,
    String ip,
    int shell,
    int control,
    int iopub,
    int stdin,
    int heartbeat,
    String key) {

  /**
   * Reads a connection file.
   *
   * @param file the file that a client wrote
   * @return its content
   * @throws IOException if it cannot be read or lacks a port; the message is a sentence
   */
  public static Connection read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(
          "The connection file "
              + file
              + " cannot be read; start the kernel from Jupyter, or name a file that exists.",
          e);
    }
    Map<String, Object> members;
    try {
      members = Json.object(bytes);
    } catch (IOException e) {
      throw new IOException(
          "The connection file " + file + " is not a JSON object: " + firstLine(e), e);
    }
    String scheme = String.valueOf(members.getOrDefault("signature_scheme", "hmac-sha256"));
    if (!scheme.equals("hmac-sha256")) {
      throw new IOException(
          "The connection file "
              + file
              + " asks for the signature scheme "
              + scheme
              + "; only hmac-sha256 is known.");
    }
    String transport = String.valueOf(members.getOrDefault("transport", "tcp"));
    if (!transport.equals("tcp") && !transport.equals("ipc")) {
      throw new IOException(
          "The connection file "
              + file
              + " asks for the transport "
              + transport
              + "; only tcp and ipc are known.");
    }
    return new Connection(
        transport,
        String.valueOf(members.getOrDefault("ip", "127.0.0.1")),
        port(file, members, "shell_port"),
        port(file, members, "control_port"),
        port(file, members, "iopub_port"),
        port(file, members, "stdin_port"),
        port(file, members, "hb_port"),
        String.valueOf(members.getOrDefault("key", "")));
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static int port(Path file, Map<String, Object> members, String name) throws IOException {
    if (members.get(name) instanceof Number number
        && number.intValue() > 0
        && number.intValue() < 65536) {
      return number.intValue();
    }
    throw new IOException(
        "The connection file "
            + file
            + " gives "
            + members.get(name)
            + " as "
            + name
            + "; a port from 1 to 65535 is needed.");
  }

  String address(int port) {
    return transport + "://" + ip + (transport.equals("ipc") ? "-" : ":") + port;
  }
}
