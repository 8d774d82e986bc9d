package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kilonet.train.Json;
import kilonet.train.Result;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Somebody else's three steps: the nets of 002/step1 to 002/step3, as they were measured. */
class CourseTest {

  @TempDir Path project;

  private Path folder;

  @BeforeEach
  void aNewCourse() {
    folder = project.resolve("mine");
    NewCourse.write(folder);
  }

  private List<String> write() {
    return new Reports(folder, false, notebook -> Optional.of("<html></html>")).write();
  }

  private List<String> check() {
    return new Reports(folder, false, notebook -> Optional.of("<html></html>")).check();
  }

  private void fillIn() throws IOException {
    text(1, "002/step1", "best epoch at least 99", "overfits", "larger than allowed", "reaches 99");
    text(
        2,
        "002/step2",
        "best epoch at least 98.5",
        "smaller than Step 1",
        "overfits less than Step 1",
        "whether it overfits",
        "last epochs");
    text(
        3,
        "002/step3",
        "fewer than 8000 parameters",
        "better than Step 2",
        "does not overfit",
        "does not overfit: gap below 0.5",
        "reaches 99.3 by epoch 15",
        "how near to the goal",
        "chance");
    for (int step = 1; step <= 3; step++) {
      Path result = Path.of("results", "002", "step" + step, "seed-1.json");
      NotebookFiles.write(folder, step, Json.read(result, Result.class));
    }
  }

  private void text(int step, String recipe, String target, String... claims) throws IOException {
    Files.writeString(
        StepText.file(folder, step),
        "---\ntitle: Something\nrecipe: "
            + recipe
            + "\n---\n\nFor a reason\nof two lines.\n\n## Target\n\n- "
            + target
            + "\n\n## Analysis\n\n- "
            + String.join("\n- ", claims)
            + "\n");
  }

  private void change(String file, String from, String to) throws IOException {
    String text = Files.readString(folder.resolve(file));
    assertThat(text).contains(from);
    Files.writeString(folder.resolve(file), text.replace(from, to));
  }

  @Test
  void aNewCourseIsThreeNotebooksAndTheirTexts() throws IOException {
    assertThat(Reports.texts(folder)).isEmpty();
    for (int step = 1; step <= 3; step++) {
      Notebook notebook = Notebook.read(folder.resolve(Step.name(step) + ".ipynb"));
      assertThat(notebook.isExecuted()).isFalse();
      assertThat(notebook.cells().get(2).source())
          .contains("\nStack net = Stack.of(\"conv-")
          .contains("Recipe.of(\"step" + step + "\", net", "StepRun step = StepRun.of(recipe);");
      assertThat(Files.readString(notebook.file())).doesNotContain("@");
    }
    Files.writeString(StepText.file(folder, 2), "mine");
    assertThatThrownBy(() -> NewCourse.write(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Step_1.ipynb is there already");
    assertThat(StepText.file(folder, 2)).hasContent("mine");
  }

  @Test
  void otherNetsAreWrittenAndCheckedAsOurs() throws IOException {
    fillIn();
    assertThat(write()).isEmpty();
    assertThat(check()).isEmpty();
    assertThat(Notebook.read(folder.resolve("Step_1.ipynb")).opening())
        .startsWith("# Step 1: Something\n\n## Target\n\n- at least 99% of MNIST's")
        .contains(
            "\n\nFor a reason of two lines.\n\n## Result\n",
            "- parameters: 6,969,866\n",
            "- The target of this step is met.\n",
            "- It overfits: ",
            "- It reaches 99% first in epoch ");
    assertThat(Notebook.read(folder.resolve("Step_3.ipynb")).opening())
        .contains(
            "- It does not overfit: over the last 5 epochs, train accuracy is ",
            "overfitting would be 0.5 or more above it.",
            "- It improves on Step 2 by ");
    assertThat(folder.resolve("reports/Published.md")).doesNotExist();
  }

  @Test
  void aFigureAClaimAndAPictureThatAreFalseAreNamed() throws IOException {
    fillIn();
    assertThat(write()).isEmpty();

    change("Step_2.ipynb", "parameters: 12,862", "parameters: 7,862");
    assertThat(check())
        .singleElement()
        .asString()
        .contains("Step_2.ipynb, opening block", "'- parameters: 7,862' and should be");
    change("Step_2.ipynb", "parameters: 7,862", "parameters: 12,862");

    change("Step_1.md", "- overfits", "- hardly overfits");
    assertThat(check())
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .startsWith(folder.resolve("Step_1.md") + ": ")
                    .contains(
                        "seed-1.json does not bear out 'It hardly overfits: over the last 5"));
    change("Step_1.md", "- hardly overfits", "- overfits");

    Path picture = folder.resolve("reports/Step_3_1.png");
    byte[] right = Files.readAllBytes(picture);
    Files.copy(folder.resolve("reports/Steps.png"), picture, StandardCopyOption.REPLACE_EXISTING);
    assertThat(check())
        .singleElement()
        .asString()
        .startsWith(picture + " is not the picture of these results");
    Files.write(picture, right);
    assertThat(check()).isEmpty();
  }

  @Test
  void aTargetThatIsMissedIsToldWithWhatItLacks() throws IOException {
    fillIn();
    change("Step_3.md", "- fewer than 8000 parameters", "- last five epochs at least 99.9");
    assertThat(write())
        .singleElement()
        .asString()
        .endsWith(
            "'The target of this step is not met: it lacks 99.9% of MNIST's test images in each of"
                + " the last 5 epochs.'");
  }

  @Test
  void aNotebookThatWasNeverRunAndAStepWithoutAResultAreNamed() throws IOException {
    assertThat(check())
        .contains(
            folder.resolve("results/step1/seed-1.json")
                + " is missing: run 'kilonet course run "
                + folder
                + "'.");
    fillIn();
    assertThat(write()).isEmpty();
    Path result = folder.resolve("results/002/step1/seed-1.json");
    Files.delete(result);
    assertThat(check())
        .anySatisfy(problem -> assertThat(problem).startsWith(result + " is missing"));
    assertThat(write())
        .anySatisfy(
            problem ->
                assertThat(problem)
                    .contains(
                        "Step_1.ipynb was executed, but its result ",
                        "keep it with 'step.keep(result)', of the recipe '002/step1'"));

    Path empty = project.resolve("empty");
    NewCourse.write(empty);
    fillIn();
    Files.copy(
        empty.resolve("Step_2.ipynb"),
        folder.resolve("Step_2.ipynb"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(write())
        .containsExactly(
            folder.resolve("Step_2.ipynb")
                + " was not executed: run 'kilonet course run "
                + folder
                + "'.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - last epochs|- learns everything|line 18: there is no claim 'learns everything': write one of 'reaches N';
          - last epochs|- smaller than Step 4|line 18: 'smaller than Step 4' cannot be judged: there are Step 1 to Step 3
          - last epochs|- smaller than Step 1.5|cannot be judged
          - last epochs|last epochs|line 18: below '## Analysis' stands a list: begin 'last epochs' with '- '.
          - at most 15 epochs|- at most many epochs|there is no target 'at most many epochs': write one of
          ## Target|## Goal|line 8: the headings are '## Target' and '## Analysis', not '## Goal'
          title: |name: |the head has lines of 'title: …', 'recipe: …' and 'links: …', not 'name: Get
          recipe: step1|recipe:|the head says no recipe
          recipe: step1|recipe: ../step1|A part of a recipe's name
          """)
  void whatCannotBeReadIsToldWithItsLine(String right, String wrong, String sentence)
      throws IOException {
    change("Step_1.md", right, wrong);
    assertThat(Reports.texts(folder)).isNotEmpty();
    assertThat(Reports.texts(folder).get(0))
        .startsWith(folder.resolve("Step_1.md") + ", line ")
        .contains(sentence);
    assertThat(check()).isEqualTo(Reports.texts(folder));
    assertThat(write()).isEqualTo(Reports.texts(folder));
  }

  @Test
  void aTextThatIsMissingOrHasNoHeadIsNamed() throws IOException {
    Files.writeString(StepText.file(folder, 1), "## Target\n\n- at most 15 epochs\n");
    Files.writeString(StepText.file(folder, 2), "");
    Files.delete(StepText.file(folder, 3));
    List<String> problems = Reports.texts(folder);
    assertThat(problems.get(0)).contains("Step_1.md, line 1: the text begins with a head");
    assertThat(problems).anySatisfy(p -> assertThat(p).contains("Step_2.md, line 1: "));
    assertThat(problems.get(problems.size() - 1)).contains("Step_3.md is missing");
  }

  @Test
  void everyFormIsExplainedOnThePage() throws IOException {
    String page = Files.readString(Path.of("course.md"));
    List<String> rows = new ArrayList<>();
    Stream.concat(Demand.FORMS.stream(), Claims.FORMS.stream())
        .forEach(form -> rows.add("| `" + form.words() + "` | " + form.means() + " |"));
    assertThat(page.lines().filter(line -> line.startsWith("| `")).toList())
        .containsExactlyElementsOf(rows);
  }
}
