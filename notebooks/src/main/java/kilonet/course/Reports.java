package kilonet.course;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import kilonet.data.Mnist;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;

/**
 * Somebody's notebooks of the three steps and all that is told of them: opening blocks, reports,
 * the table of a README. It is written from the files of results, and checked against them.
 *
 * <p>A folder of notebooks holds {@code Step_1.ipynb} to {@code Step_3.ipynb}, beside each its text
 * ({@link StepText}), {@code results/<recipe>/seed-<N>.json} and {@code reports/}; in quick mode,
 * {@code results-quick/}.
 */
public final class Reports {

  private static final String CHART = "Steps.png";

  private final Path folder;
  private final List<Step> steps = new ArrayList<>();
  private final Course course;
  private final String toRun;
  private final ReportFolder reports;
  private final boolean quick;
  private final List<String> problems = new ArrayList<>();

  /**
   * Reports whose HTML is made of a notebook's file by somebody, or by nobody.
   *
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  Reports(Path folder, boolean quick, Function<Path, Optional<String>> html) {
    present(folder);
    this.folder = folder;
    this.quick = quick;
    this.toRun = Text.of("run 'kilonet course run %s'", folder);
    this.reports =
        new ReportFolder(
            folder.resolve("reports"),
            html,
            Text.of("run 'kilonet report --write %s'", folder),
            this::orBack,
            problems::add);
    this.course = Course.of(folder);
    for (int number = 1; number <= Step.COUNT; number++) {
      StepText.read(folder, number, problems::add).ifPresent(steps::add);
    }
  }

  /** The numbers of the steps whose notebooks are there. */
  private static List<Integer> present(Path folder) {
    List<Integer> numbers =
        IntStream.rangeClosed(1, Step.COUNT)
            .filter(number -> Files.exists(file(folder, number)))
            .boxed()
            .toList();
    if (numbers.isEmpty()) {
      throw new IllegalArgumentException(
          Text.of(
              "%s: name the folder that holds Step_1.ipynb to Step_3.ipynb, such as notebooks.",
              Files.isDirectory(folder)
                  ? Text.of("The folder %s holds no notebooks of the steps", folder)
                  : Text.of("There is no folder %s", folder)));
    }
    return numbers;
  }

  /**
   * Writes opening blocks, reports and the README's table.
   *
   * @param folder the notebooks'
   * @param quick whether they were run in quick mode
   * @return what does not hold, a sentence each
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  public static List<String> write(Path folder, boolean quick) {
    return new Reports(folder, quick, Nbconvert::html).write();
  }

  /**
   * Checks that notebooks, their outputs, results, reports and README agree and that every claim
   * holds.
   *
   * @param folder the notebooks'
   * @param quick whether they were run in quick mode, where claims are not judged
   * @return what does not hold, a sentence each that names the file and the place
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  public static List<String> check(Path folder, boolean quick) {
    return new Reports(folder, quick, Nbconvert::html).check();
  }

  /**
   * What is wrong with the texts of the steps, a sentence each.
   *
   * @param folder the notebooks'
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  public static List<String> texts(Path folder) {
    return List.copyOf(new Reports(folder, false, Nbconvert::html).problems);
  }

  /** The notebooks of a folder in their order. */
  static List<Path> notebooks(Path folder) {
    return present(folder).stream().map(number -> file(folder, number)).toList();
  }

  /**
   * Takes outputs and figures out of notebooks, so that a copy does not show another run's.
   *
   * @param folder the notebooks'
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  public static void blank(Path folder) {
    List<String> problems = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (int number : present(folder)) {
      StepText.read(folder, number, problems::add).ifPresent(steps::add);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join(" ", problems));
    }
    for (Step step : steps) {
      Notebook notebook = Notebook.read(file(folder, step.number()));
      notebook.clear();
      notebook.open(OpeningBlock.blank(step));
      RunFolder.replace(notebook.file(), notebook.bytes());
    }
  }

  /** What the notebook of the last step came to, if it was run. */
  public static Optional<Result> goal(Path folder, boolean quick) {
    List<Step> goal = new ArrayList<>();
    StepText.read(folder, Step.COUNT, problem -> {}).ifPresent(goal::add);
    StepResults results = StepResults.read(folder, goal, quick, problem -> {});
    return goal.stream()
        .flatMap(step -> results.run(step).stream())
        .map(StepResults.Run::result)
        .findFirst();
  }

  List<String> write() {
    if (!problems.isEmpty()) {
      return problems;
    }
    StepResults results = StepResults.read(folder, steps, quick, problems::add);
    for (Step step : steps) {
      notebook(step).ifPresent(notebook -> write(step, notebook, results));
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    pages(results, Set.copyOf(steps)).forEach(reports::write);
    if (!results.runs().isEmpty()) {
      reports.write(CHART, results.chart());
    }
    for (Step step : steps) {
      notebook(step).filter(Notebook::isExecuted).ifPresent(reports::render);
    }
    readme(results, (file, text) -> RunFolder.replace(file, text.getBytes(StandardCharsets.UTF_8)));
    claims(results);
    return problems;
  }

  private void write(Step step, Notebook notebook, StepResults results) {
    if (notebook.isExecuted()) {
      List<String> disagreements = disagreements(step, notebook, results);
      if (!disagreements.isEmpty()) {
        problems.addAll(disagreements);
        return;
      }
      notebook.open(OpeningBlock.of(step, results, quick));
    } else if (results.run(step).isPresent()) {
      problem("%s was not executed: %s%s.", notebook.file(), toRun, orBack(notebook.file()));
      return;
    } else {
      notebook.open(OpeningBlock.blank(step));
    }
    notebook.seal();
    RunFolder.replace(notebook.file(), notebook.bytes());
  }

  List<String> check() {
    if (!problems.isEmpty()) {
      return problems;
    }
    for (Step step : steps) {
      notebook(step).flatMap(notebook -> runAgain(step, notebook)).ifPresent(problems::add);
    }
    StepResults results = StepResults.read(folder, steps, quick, problems::add);
    if (!problems.isEmpty()) {
      // All else follows from that, and would bury it.
      return problems;
    }
    Set<Step> sound = new LinkedHashSet<>();
    for (Step step : steps) {
      if (results.run(step).isEmpty()) {
        problem("%s is missing: %s.", results.file(step), toRun);
        continue;
      }
      results.seeds(step).forEach(seed -> sameRecipe(step, seed));
      notebook(step)
          .filter(notebook -> isSound(step, notebook, results))
          .ifPresent(
              notebook -> {
                sound.add(step);
                reports.checkHtml(notebook);
              });
    }
    if (!results.runs().isEmpty()) {
      claims(results);
      Map<String, byte[]> pages = pages(results, sound);
      pages.put(CHART, results.chart());
      pages.forEach(reports::check);
      DrawingPage.problems(
              last().recipe(),
              reports.path(),
              results.folder(),
              () -> Mnist.find(null).map(from -> Mnist.load(from).test()))
          .forEach(problems::add);
      if (sound.size() == steps.size()) {
        reports.checkNothingElse(pages.keySet(), steps);
      }
      readme(
          results, (file, text) -> reports.compare(file.toString(), ReportFolder.text(file), text));
    }
    return problems;
  }

  /**
   * A sentence where somebody ran a notebook after it was sealed: most of its cells are changed.
   */
  private Optional<String> runAgain(Step step, Notebook notebook) {
    int changed = notebook.broken().size();
    return changed < 2 || !notebook.isExecuted()
        ? Optional.empty()
        : Optional.of(
            Text.of(
                "%s was run or changed after its results were written (%d of its cells): 'kilonet"
                    + " report --write %s' writes block and reports for what it says now; 'git"
                    + " checkout -- %s %s' goes back to what was committed.",
                notebook.file(),
                changed,
                folder,
                notebook.file(),
                folder.resolve("results").resolve(step.recipe())));
  }

  /** How to undo what Jupyter does to a notebook that is opened in a checkout; else nothing. */
  private String orBack(Path file) {
    return Files.exists(folder.toAbsolutePath().normalize().resolveSibling(".git"))
        ? Text.of(", or 'git checkout -- %s' goes back to what was committed", file)
        : "";
  }

  /** Whether block and outputs agree with the result: only then a page can be held against it. */
  private boolean isSound(Step step, Notebook notebook, StepResults results) {
    if (!notebook.isExecuted()) {
      problem("%s was not executed: %s%s.", notebook.file(), toRun, orBack(notebook.file()));
      return false;
    }
    int before = problems.size();
    reports.compare(
        notebook.file() + ", opening block",
        notebook.opening(),
        OpeningBlock.of(step, results, quick));
    problems.addAll(disagreements(step, notebook, results));
    for (Notebook.Cell cell : notebook.broken()) {
      problem(
          "%s, %s: its code or its output was changed after it was executed: execute it again%s.",
          notebook.file(), cell.place(), orBack(notebook.file()));
    }
    return problems.size() == before;
  }

  private List<String> disagreements(Step step, Notebook notebook, StepResults results) {
    return results
        .run(step)
        .map(run -> OutputCheck.problems(notebook, run))
        .orElseGet(
            () ->
                List.of(
                    Text.of(
                        "%s was executed, but its result %s is missing: keep it with"
                            + " 'step.keep(result)', of the recipe '%s' that %s names, and %s.",
                        notebook.file(), results.file(step), step.recipe(), step.file(), toRun)));
  }

  private void sameRecipe(Step step, StepResults.Run run) {
    Result result = run.result();
    // A recipe that the notebook itself makes is told by the notebook alone, which is sealed.
    Recipe now =
        Catalogue.find(step.recipe())
            .map(recipe -> StepRun.shortened(recipe, quick))
            .map(recipe -> recipe.seed(result.seed()).data(result.data()))
            .orElse(result.definition());
    if (!now.equals(result.definition())) {
      problem(
          "%s was made by another recipe (%s) than what %s is now (%s): %s.",
          run.file(),
          run.tie().recipe().substring(0, 16),
          step.recipe(),
          StoredResult.sha256(now).substring(0, 16),
          toRun);
    }
  }

  private void claims(StepResults results) {
    if (quick) {
      return;
    }
    for (Step step : steps) {
      for (Claim claim : results.claims(step)) {
        if (!claim.holds()) {
          problem(
              "%s: %s does not bear out '%s'", step.file(), results.file(step), claim.sentence());
        }
      }
    }
  }

  private static Path file(Path folder, int number) {
    return folder.resolve(Step.name(number) + ".ipynb");
  }

  private Optional<Notebook> notebook(Step step) {
    Path file = file(folder, step.number());
    try {
      if (Files.isRegularFile(file)) {
        return Optional.of(Notebook.read(file));
      }
      problem("%s is missing%s.", file, orBack(file));
    } catch (IllegalArgumentException e) {
      problem("%s%s", e.getMessage().replaceFirst("[.]$", ""), orBack(file) + ".");
    }
    return Optional.empty();
  }

  /** The step that reaches the goal. */
  private Step last() {
    return steps.get(steps.size() - 1);
  }

  /** What follows a notebook's own text on its page. */
  private String ending(Step step, StepResults results) {
    boolean drawn = step == last() && Files.exists(reports.path().resolve(DrawingPage.FILE));
    return results.seedsSection(step) + (drawn ? "\n\n" + DrawingPage.LINK : "");
  }

  private Map<String, byte[]> pages(StepResults results, Set<Step> of) {
    Map<String, byte[]> pages = new LinkedHashMap<>();
    for (Step step : results.steps()) {
      notebook(step)
          .filter(notebook -> of.contains(step) && notebook.isExecuted())
          .map(notebook -> StepPage.of(step.name(), notebook, ending(step, results)))
          .ifPresent(pages::putAll);
    }
    course.further(results.folder()).forEach(pages::putAll);
    return pages;
  }

  /** Gives the README, with its table as it should be, to somebody. */
  private void readme(StepResults results, BiConsumer<Path, String> to) {
    Path notebooks = folder.toAbsolutePath().normalize();
    if (quick || course.readme() == null) {
      return;
    }
    Path file = notebooks.resolve(course.readme()).normalize();
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: course.json says that the table of the steps is there.", file);
      return;
    }
    StepTable.in(ReportFolder.text(file), notebooks.getFileName().toString(), results, CHART)
        .ifPresentOrElse(
            text -> to.accept(file, text),
            () ->
                problem(
                    "%s lacks the lines '%s' and '%s' for its table.",
                    file, StepTable.BEGIN, StepTable.END));
  }

  private void problem(String format, Object... values) {
    problems.add(Text.of(format, values));
  }
}
