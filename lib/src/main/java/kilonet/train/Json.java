package kilonet.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import kilonet.text.Text;

/** How records are written as JSON: names in snake_case, nothing unknown and nothing missing. */
public final class Json {

  private static final JsonMapper LINE =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();
  private static final JsonMapper PRETTY =
      LINE.rebuild().enable(SerializationFeature.INDENT_OUTPUT).build();

  private Json() {}

  /** A value as one line. */
  public static String line(Object value) {
    try {
      return LINE.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not writable as JSON: " + value, e);
    }
  }

  /** A value as indented lines that end in a line feed. */
  public static String pretty(Object value) {
    try {
      return PRETTY.writeValueAsString(value).replace(System.lineSeparator(), "\n") + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not writable as JSON: " + value, e);
    }
  }

  /** A record as a tree that can be changed. */
  static ObjectNode tree(Record value) {
    return LINE.valueToTree(value);
  }

  /**
   * Reads a value from text.
   *
   * @throws IllegalArgumentException if the text is no JSON of this kind
   */
  public static <T> T read(String text, Class<T> type) {
    try {
      return LINE.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          Text.of(
              "This is no JSON of a %s: %s",
              type.getSimpleName(),
              e.getOriginalMessage().replaceFirst("; `DeserializationFeature.*", ".")),
          e);
    }
  }

  /**
   * Reads a value from a file.
   *
   * @throws IllegalArgumentException if the file is not there or no JSON of this kind
   * @throws UncheckedIOException if it cannot be read
   */
  public static <T> T read(Path file, Class<T> type) {
    try {
      return read(Files.readString(file), type);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("There is no file " + file + ".", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
