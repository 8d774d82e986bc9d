package kilonet.course;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kilonet.text.Text;
import kilonet.train.RunFolder;

/**
 * A folder to start an answer to the assignment in: three notebooks and their texts, each with a
 * net that works and is to be replaced.
 */
public final class NewCourse {

  private static final List<String> TITLES =
      List.of("Get the set-up right", "Find the right size", "Reach the goal");

  /** The first cell of code of each notebook: a net, and how it is trained. */
  private static final List<String> NETS =
      List.of(
          """
          import kilonet.model.Stack; // Java has another one
          Stack net = Stack.of("conv-relu").conv(8).conv(16).maxPool(2).conv(16).conv(32).plain(10, 8);
          Recipe recipe = Recipe.of("step1", net, Optimizer.sgd(0.02, 0.9)).epochs(15);\
          """,
          """
          import kilonet.model.Stack; // Java has another one
          Stack net = Stack.of("conv-bn-relu").conv(8).maxPool(2).conv(12).conv(12).conv(16)
              .globalAveragePool().plain(10, 1);
          Recipe recipe = Recipe.of("step2", net, Optimizer.sgd(0.05, 0.9)).epochs(15);\
          """,
          """
          import kilonet.model.Stack; // Java has another one
          Stack net = Stack.of("conv-bn-relu").conv(10).maxPool(2).conv(12).conv(16).conv(16).conv(16)
              .globalAveragePool().plain(10, 1);
          Recipe recipe = Recipe.of("step3", net, Optimizer.nesterov(0.2, 0.9)).epochs(15)
              .augmentation("affine(degrees=10, shift=2, scale=0.9..1.1)")
              .schedule("onecycle(max=0.2)");\
          """);

  private static final List<List<String>> TARGETS =
      List.of(
          List.of("best epoch at least 99", "at most 15 epochs", "any number of parameters"),
          List.of("fewer than 8000 parameters", "best epoch at least 99", "at most 15 epochs"),
          List.of(
              "last five epochs at least 99.4", "at most 15 epochs", "fewer than 8000 parameters"));

  private static final List<List<String>> CLAIMS =
      List.of(
          List.of("whether it overfits", "how near to the goal", "last epochs"),
          List.of("smaller than Step 1", "best epoch beside Step 1", "last epochs"),
          List.of("best epoch beside Step 2", "how near to the goal", "last epochs", "chance"));

  private NewCourse() {}

  /**
   * Writes the files of a new course.
   *
   * @param folder is made where it is not there
   * @return what was written
   * @throws IllegalArgumentException if one of the files is there already; nothing is written then
   */
  public static List<Path> write(Path folder) {
    Map<Path, String> files = files(folder);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          Text.of("%s is a file: name a folder for the new course.", folder));
    }
    for (Path file : files.keySet()) {
      if (Files.exists(file)) {
        throw new IllegalArgumentException(
            Text.of("%s is there already: name another folder for the new course.", file));
      }
    }
    files.forEach(RunFolder::replace);
    return List.copyOf(files.keySet());
  }

  private static Map<Path, String> files(Path folder) {
    String notebook = template();
    Map<Path, String> files = new LinkedHashMap<>();
    for (int number = 1; number <= Step.COUNT; number++) {
      files.put(
          folder.resolve(Step.name(number) + ".ipynb"),
          notebook
              .replace("@NUMBER@", Integer.toString(number))
              .replace("\"@NET@\\n\"", lines(NETS.get(number - 1))));
      files.put(StepText.file(folder, number), text(number));
    }
    return files;
  }

  /** Lines as a notebook's file has them. */
  private static String lines(String code) {
    return String.join(
        ",\n    ",
        Stream.of(code.split("\n"))
            .map(line -> "\"" + line.replace("\"", "\\\"") + "\\n\"")
            .toList());
  }

  private static String text(int number) {
    return Text.of(
        """
        ---
        title: %s
        recipe: step%d
        ---

        Say here why this is the target at this place.

        ## Target

        - %s

        ## Analysis

        - %s
        """,
        TITLES.get(number - 1),
        number,
        String.join("\n- ", TARGETS.get(number - 1)),
        String.join("\n- ", CLAIMS.get(number - 1)));
  }

  private static String template() {
    try (InputStream in = NewCourse.class.getResourceAsStream("new/Step.ipynb")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
