package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import kilonet.kernel.content.Json;

/** Messages to frames and back, signed with HMAC-SHA256. One instance for each thread. */
final class Wire {
  private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);

  /** Signatures that are remembered, so that nobody sends a message of the past again. */
  private static final int REMEMBERED = 1 << 14;

  private final Mac mac;
  private final Set<String> seen = new LinkedHashSet<>();

  /**
   * A coder of messages.
   *
   * @param key the secret; empty means that nothing is signed or checked
   */
  Wire(String key) {
    if (key.isEmpty()) {
      mac = null;
      return;
    }
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }

  /**
   * A message whose parts are written, and not signed yet.
   *
   * @param identities routing frames
   * @param parts header, parent, metadata and content as JSON
   */
  record Written(List<byte[]> identities, byte[][] parts) {
    static Written of(Message message) {
      return new Written(
          message.identities(),
          new byte[][] {
            Json.bytes(message.header()),
            Json.bytes(message.parent()),
            Json.bytes(message.metadata()),
            Json.bytes(message.content())
          });
    }
  }

  /** The frames of a message. */
  List<byte[]> encode(Message message) {
    return sign(Written.of(message));
  }

  /** The frames of a written message. */
  List<byte[]> sign(Written message) {
    List<byte[]> frames = new ArrayList<>(message.identities());
    frames.add(DELIMITER);
    frames.add(signature(message.parts()));
    frames.addAll(List.of(message.parts()));
    return frames;
  }

  /**
   * The message of some frames.
   *
   * @throws IOException if the frames are no message, or their signature is wrong or was seen
   *     before
   */
  Message decode(List<byte[]> frames) throws IOException {
    int delimiter = 0;
    while (delimiter < frames.size() && !Arrays.equals(frames.get(delimiter), DELIMITER)) {
      delimiter++;
    }
    if (frames.size() < delimiter + 6) {
      throw new IOException("it has " + frames.size() + " frames and no complete message in them");
    }
    List<byte[]> parts = frames.subList(delimiter + 2, delimiter + 6);
    byte[] expected = signature(parts.toArray(new byte[0][]));
    if (!MessageDigest.isEqual(expected, frames.get(delimiter + 1))) {
      throw new IOException("its signature is wrong");
    }
    if (mac != null && !seen.add(new String(expected, StandardCharsets.US_ASCII))) {
      throw new IOException("it was received before");
    }
    if (seen.size() > REMEMBERED) {
      seen.remove(seen.iterator().next());
    }
    Map<String, Object> header = Json.object(parts.get(0));
    if (!(header.get("msg_type") instanceof String)) {
      throw new IOException("its header has no msg_type");
    }
    return new Message(
        List.copyOf(frames.subList(0, delimiter)),
        header,
        Json.object(parts.get(1)),
        Json.object(parts.get(2)),
        Json.object(parts.get(3)));
  }

  private byte[] signature(byte[]... parts) {
    if (mac == null) {
      return new byte[0];
    }
    for (byte[] part : parts) {
      mac.update(part);
    }
    return HexFormat.of().formatHex(mac.doFinal()).getBytes(StandardCharsets.US_ASCII);
  }
}
