package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kilonet.kernel.content.Json;
import kilonet.kernel.repl.Repl;

/** {@code %load}: runs a file as if it stood in the cell. */
final class LoadMagic implements Magic {
  private static final List<String> ENDINGS = List.of("", ".ipynb", ".jshell", ".jsh", ".java");

  private final Magics.Evaluator evaluator;

  LoadMagic(Magics.Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  @Override
  public List<String> names() {
    return List.of("load");
  }

  @Override
  public String help() {
    return "%load FILE: runs a file as if it stood in the cell, magics and JShell's commands included; of a"
        + " notebook all cells of code. The endings .ipynb, .jshell, .jsh and .java may be left out.";
  }

  @Override
  public Object run(Call call) throws Throwable {
    List<String> words = Words.of(call.argument());
    if (words.size() != 1) {
      throw new MagicFailure("%load takes one file, such as %load helpers.jsh.");
    }
    Path file = find(words.get(0));
    String name = file.getFileName().toString();
    String source;
    try {
      source = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new MagicFailure(file.toAbsolutePath() + " is no text in UTF-8; save it as such.");
    } catch (IOException e) {
      throw new MagicFailure(
          file.toAbsolutePath() + " cannot be read; see who may, or name another file.");
    }
    if (!name.endsWith(".ipynb")) {
      return evaluator.evaluate(Script.cell(source), name);
    }
    Object value = Repl.NOTHING;
    int number = 0;
    for (String cell : cells(file, source)) {
      value = evaluator.evaluate(cell, name + ", cell " + ++number);
    }
    return value;
  }

  private static Path find(String name) {
    for (String ending : ENDINGS) {
      Path file = Path.of(name + ending);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    Path path = Path.of(name).toAbsolutePath();
    throw new MagicFailure(
        Files.exists(path)
            ? path + " is no file; name one of Java, or a notebook."
            : "There is no file " + path + "; name one that is there.");
  }

  /** The cells of code of a notebook. */
  private static List<String> cells(Path file, String notebook) {
    try {
      Map<String, Object> content = Json.object(notebook.getBytes(StandardCharsets.UTF_8));
      List<String> cells = new ArrayList<>();
      for (Object each : (List<?>) content.getOrDefault("cells", List.of())) {
        Map<?, ?> cell = (Map<?, ?>) each;
        Object source = cell.get("source");
        if ("code".equals(cell.get("cell_type"))) {
          cells.add(
              source instanceof List<?> lines
                  ? lines.stream().map(String::valueOf).collect(Collectors.joining())
                  : String.valueOf(source));
        }
      }
      return cells;
    } catch (IOException | ClassCastException e) {
      throw new MagicFailure(file.toAbsolutePath() + " is no notebook of Jupyter's format 4.");
    }
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
