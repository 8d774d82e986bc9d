package kilonet.kernel.content;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON to and from plain values: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code
 * Boolean} and null. Jackson's streaming parser alone starts in a tenth of the time of data
 * binding.
 */
public final class Json {
  /** Jackson's limits are for services that strangers ask; a notebook may be large. */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .streamWriteConstraints(
              StreamWriteConstraints.builder().maxNestingDepth(Integer.MAX_VALUE).build())
          .build();

  private Json() {}

  /**
   * Reads one JSON object, however deep it is.
   *
   * @param bytes UTF-8
   * @return its members in their order
   * @throws IOException if the bytes are not JSON, or not an object
   */
  public static Map<String, Object> object(byte[] bytes) throws IOException {
    try (JsonParser parser = FACTORY.createParser(bytes)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("a JSON object was expected");
      }
      Map<String, Object> members = new LinkedHashMap<>();
      fill(parser, members);
      if (parser.nextToken() != null) {
        throw new IOException("there is more text after the JSON object");
      }
      return members;
    }
  }

  /** Reads up to the end of an object; a stack of its own serves any depth. */
  @SuppressWarnings("unchecked")
  private static void fill(JsonParser parser, Map<String, Object> outermost) throws IOException {
    Deque<Object> open = new ArrayDeque<>();
    open.push(outermost);
    while (!open.isEmpty()) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.FIELD_NAME) {
        continue;
      }
      if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
        open.pop();
        continue;
      }
      Object value = value(parser, token);
      if (open.peek() instanceof List<?> items) {
        ((List<Object>) items).add(value);
      } else {
        ((Map<String, Object>) open.peek()).put(parser.currentName(), value);
      }
      if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
        open.push(value);
      }
    }
  }

  private static Object value(JsonParser parser, JsonToken token) throws IOException {
    if (token == null) {
      throw new IOException("the JSON ends too early");
    }
    return switch (token) {
      case START_OBJECT -> new LinkedHashMap<String, Object>();
      case START_ARRAY -> new ArrayList<>();
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("unexpected JSON token " + token);
    };
  }

  /**
   * Writes a value.
   *
   * @param value maps, iterables, strings, numbers, booleans and null; anything else as its text
   * @return UTF-8
   */
  public static byte[] bytes(Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Writes a value as text.
   *
   * @param value as for {@link #bytes}
   * @return JSON on one line
   */
  public static String text(Object value) {
    return new String(bytes(value), StandardCharsets.UTF_8);
  }

  private static void write(JsonGenerator out, Object outermost) throws IOException {
    Deque<Iterator<?>> open = new ArrayDeque<>();
    start(out, outermost, open);
    while (!open.isEmpty()) {
      if (open.peek().hasNext()) {
        Object next = open.peek().next();
        if (next instanceof Map.Entry<?, ?> entry && out.getOutputContext().inObject()) {
          out.writeFieldName(String.valueOf(entry.getKey()));
          next = entry.getValue();
        }
        start(out, next, open);
      } else {
        open.pop();
        if (out.getOutputContext().inObject()) {
          out.writeEndObject();
        } else {
          out.writeEndArray();
        }
      }
    }
  }

  /** Writes a value, or the beginning of one whose parts follow. */
  private static void start(JsonGenerator out, Object value, Deque<Iterator<?>> open)
      throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      open.push(map.entrySet().iterator());
    } else if (value instanceof Iterable<?> items) {
      out.writeStartArray();
      open.push(items.iterator());
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (Double.isFinite(number)) {
        out.writeNumber(number);
      } else {
        out.writeNull();
      }
    } else if (value instanceof BigInteger number) {
      out.writeNumber(number);
    } else if (value instanceof BigDecimal number) {
      out.writeNumber(number);
    } else if (value instanceof Number number) {
      out.writeNumber(number.longValue());
    } else {
      out.writeString(wellFormed(value.toString()));
    }
  }

  /** A lone surrogate is no character; UTF-8 cannot hold it and clients would drop the message. */
  private static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return text;
  }
}
