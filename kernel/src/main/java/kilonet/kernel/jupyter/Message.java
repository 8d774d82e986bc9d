package kilonet.kernel.jupyter;

import java.util.List;
import java.util.Map;

/**
 * A message of the Jupyter protocol.
 *
 * @param identities routing frames of the client; empty for published messages
 * @param header the message's own header
 * @param parent header of the request that this message answers; empty for a request
 * @param metadata what accompanies the content
 * @param content the content, as the type of the message demands
 */
record Message(
    List<byte[]> identities,
    Map<String, Object> header,
    Map<String, Object> parent,
    Map<String, Object> metadata,
    Map<String, Object> content) {

  /** The message type, such as {@code execute_request}. */
  String type() {
    return String.valueOf(header.get("msg_type"));
  }

  /** What it is, cut where that is long. */
  String shortType() {
    return type().length() > 100 ? type().substring(0, 100) + "…" : type();
  }

  /** A text of the content, or the given one where it is missing. */
  String text(String name, String otherwise) {
    return content.get(name) instanceof String text ? text : otherwise;
  }

  /** A flag of the content, or the given one where it is missing. */
  boolean flag(String name, boolean otherwise) {
    return content.get(name) instanceof Boolean flag ? flag : otherwise;
  }

  /** An integer of the content, or the given one where it is missing. */
  int number(String name, int otherwise) {
    return content.get(name) instanceof Number number ? number.intValue() : otherwise;
  }
}
