package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Messages to frames and back, signed with HMAC-SHA256. One instance for each thread. */
final class Wire {
  private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);

  private final Mac mac;

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

  /** The frames of a message. */
  List<byte[]> encode(Message message) {
    byte[] header = Json.bytes(message.header());
    byte[] parent = Json.bytes(message.parent());
    byte[] metadata = Json.bytes(message.metadata());
    byte[] content = Json.bytes(message.content());
    List<byte[]> frames = new ArrayList<>(message.identities());
    frames.add(DELIMITER);
    frames.add(signature(header, parent, metadata, content));
    frames.addAll(List.of(header, parent, metadata, content));
    return frames;
  }

  /**
   * The message of some frames.
   *
   * @throws IOException if the frames are no message or their signature is wrong
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
