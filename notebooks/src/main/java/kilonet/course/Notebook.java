package kilonet.course;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kilonet.text.Text;

/** A Jupyter notebook of format 4: its cells, what they left behind, and a seal over both. */
final class Notebook {

  /** Below this name, the notebook's metadata hold the seal: a digest for each cell of code. */
  private static final String SEAL = "kilonet";

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private final Path file;
  private final ObjectNode root;

  private Notebook(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * A cell.
   *
   * @param number its place, from 1
   * @param code whether it is code, else text
   * @param source what is written in it
   * @param outputs what it left behind
   */
  record Cell(int number, boolean code, String source, List<Output> outputs) {

    /** Its place and its last line, for people. */
    String place() {
      return Text.of("cell %d (%s)", number, source.substring(source.lastIndexOf('\n') + 1));
    }
  }

  /** What a cell left behind, in one or more forms; a stream or an error as plain text. */
  record Output(String type, JsonNode data) {

    Optional<String> form(String mime) {
      return Optional.ofNullable(data.get(mime)).map(Notebook::text);
    }
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is no notebook of format 4
   */
  static Notebook read(Path file) {
    try {
      JsonNode root = JSON.readTree(Files.readString(file));
      if (root instanceof ObjectNode object
          && root.path("nbformat").asInt() == 4
          && root.path("cells").isArray()
          && root.path("cells").size() > 0) {
        return new Notebook(file, object);
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          Text.of("%s is no notebook: %s", file, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read: %s", file, Text.reason(e)), e);
    }
    throw new IllegalArgumentException(
        Text.of("%s is no notebook of format 4 with cells: save it with Jupyter.", file));
  }

  Path file() {
    return file;
  }

  List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (JsonNode cell : root.get("cells")) {
      List<Output> outputs = new ArrayList<>();
      for (JsonNode output : cell.path("outputs")) {
        outputs.add(output(output));
      }
      cells.add(
          new Cell(
              cells.size() + 1,
              cell.path("cell_type").asText().equals("code"),
              text(cell.path("source")),
              outputs));
    }
    return cells;
  }

  private static Output output(JsonNode output) {
    String type = output.path("output_type").asText();
    if (output.has("data")) {
      return new Output(type, output.get("data"));
    }
    String text =
        type.equals("error")
            ? output.path("ename").asText() + ": " + output.path("evalue").asText()
            : text(output.path("text"));
    return new Output(type, JSON.createObjectNode().put("text/plain", text));
  }

  private static String text(JsonNode lines) {
    if (!lines.isArray()) {
      return lines.asText();
    }
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.asText()));
    return text.toString();
  }

  /** Whether its cells were run. */
  boolean isExecuted() {
    return cells().stream().anyMatch(cell -> !cell.outputs().isEmpty());
  }

  /** The text of the first cell. */
  String opening() {
    return cells().get(0).source();
  }

  /** Replaces the text of the first cell. */
  void open(String markdown) {
    ArrayNode lines = JSON.createArrayNode();
    String[] parts = markdown.strip().split("(?<=\n)");
    for (String part : parts) {
      lines.add(part);
    }
    ((ObjectNode) root.get("cells").get(0)).set("source", lines);
  }

  /** Takes away all that running it left behind, the seal too. */
  void clear() {
    for (JsonNode cell : root.get("cells")) {
      if (cell instanceof ObjectNode code && code.has("outputs")) {
        code.set("outputs", JSON.createArrayNode());
        code.putNull("execution_count");
      }
    }
    ((ObjectNode) root.get("metadata")).remove(SEAL);
  }

  /** Notes a digest of each cell of code with its outputs, as they are now. */
  void seal() {
    ObjectNode seal = JSON.createObjectNode();
    List<Cell> cells = cells();
    for (Cell cell : cells) {
      if (cell.code()) {
        seal.put(Integer.toString(cell.number()), digest(cell));
      }
    }
    ((ObjectNode) root.get("metadata")).set(SEAL, seal);
  }

  /** The cells of code that are not what was sealed. */
  List<Cell> broken() {
    JsonNode seal = root.path("metadata").path(SEAL);
    return cells().stream()
        .filter(Cell::code)
        .filter(cell -> !seal.path(Integer.toString(cell.number())).asText().equals(digest(cell)))
        .toList();
  }

  private String digest(Cell cell) {
    JsonNode outputs = root.get("cells").get(cell.number() - 1).path("outputs");
    return StoredResult.sha256((cell.source() + "\n" + outputs).getBytes(StandardCharsets.UTF_8))
        .substring(0, 16);
  }

  /** The file's content, laid out as Jupyter does. */
  byte[] bytes() {
    DefaultIndenter indenter = new DefaultIndenter(" ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withArrayEmptySeparator("")
                .withObjectEmptySeparator(""));
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try {
      return (JSON.writer(printer).writeValueAsString(root) + "\n")
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A tree that was read can be written.", e);
    }
  }
}
