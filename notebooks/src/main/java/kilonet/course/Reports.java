package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kilonet.chart.PngNote;
import kilonet.chart.RunComparison;
import kilonet.data.Mnist;
import kilonet.text.Text;
import kilonet.train.History;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;

/**
 * The notebooks of the three steps and all that is told of them: opening blocks, reports, the table
 * of the README. It is written from the files of results, and checked against them.
 *
 * <p>A folder of notebooks holds {@code Step_1.ipynb} to {@code Step_3.ipynb}, {@code
 * results/<recipe>/seed-<N>.json} and {@code reports/}; in quick mode, {@code results-quick/}.
 */
public final class Reports {

  /** Further pages: the folder of results to what is told of them, by file name. */
  private static final List<Function<Path, Map<String, byte[]>>> PAGES =
      List.of(SeedsReport::files, RecordsReport::files);

  private static final String CHART = "Steps.png";
  private static final Pattern FOOTER =
      Pattern.compile("<!-- notebook ([0-9a-f]{64}), page ([0-9a-f]{64}) -->\n$");
  private static final String RUN = "run environment/run.sh --keep";
  private static final String WRITE = "run kilonet report --write notebooks";

  private final Path folder;
  private final boolean quick;
  private final Function<Path, Optional<String>> html;
  private final List<String> problems = new ArrayList<>();

  /**
   * Reports whose HTML is made of a notebook's file by somebody, or by nobody.
   *
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  Reports(Path folder, boolean quick, Function<Path, Optional<String>> html) {
    if (Arrays.stream(Step.values()).noneMatch(step -> Files.exists(file(folder, step)))) {
      throw new IllegalArgumentException(
          Text.of(
              "%s: name the folder that holds Step_1.ipynb to Step_3.ipynb, such as notebooks.",
              Files.isDirectory(folder)
                  ? Text.of("The folder %s holds no notebooks of the steps", folder)
                  : Text.of("There is no folder %s", folder)));
    }
    this.folder = folder;
    this.quick = quick;
    this.html = html;
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
   * Takes outputs and figures out of notebooks, so that a copy does not show another run's.
   *
   * @param folder the notebooks'
   * @throws IllegalArgumentException if the folder is not there or holds none of the notebooks
   */
  public static void blank(Path folder) {
    Reports reports = new Reports(folder, false, Nbconvert::html);
    for (Step step : Step.values()) {
      if (Files.exists(file(folder, step))) {
        Notebook notebook = Notebook.read(file(folder, step));
        notebook.clear();
        notebook.open(reports.opening(step, new StepResults(folder, Map.of())));
        put(notebook.file(), notebook.bytes());
      }
    }
  }

  /** Whether a folder's notebooks were run in quick mode only. */
  public static boolean isQuick(Path folder) {
    return Files.isDirectory(folder.resolve(StepRun.folder(true, Mnist.NAME)))
        && !Files.isDirectory(folder.resolve(StepRun.folder(false, Mnist.NAME)))
        && !Files.isDirectory(folder.resolve(StepRun.folder(false, Recipe.DIGITS)));
  }

  /** What the notebook of the last step came to, if it was run. */
  public static Optional<Result> goal(Path folder, boolean quick) {
    return StepResults.read(folder, quick, problem -> {})
        .run(Step.GOAL)
        .map(StepResults.Run::result);
  }

  List<String> write() {
    StepResults results = StepResults.read(folder, quick, problems::add);
    for (Step step : Step.values()) {
      notebook(step).ifPresent(notebook -> write(step, notebook, results));
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    pages(results, EnumSet.allOf(Step.class))
        .forEach((name, bytes) -> put(reports().resolve(name), bytes));
    if (!results.runs().isEmpty()) {
      put(reports().resolve(CHART), chart(results));
    }
    for (Step step : Step.values()) {
      notebook(step).filter(Notebook::isExecuted).ifPresent(this::render);
    }
    readme(results, (file, text) -> put(file, text.getBytes(StandardCharsets.UTF_8)));
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
      notebook.open(opening(step, results));
    } else if (results.run(step).isPresent()) {
      problem("%s was not executed: %s%s.", notebook.file(), RUN, orBack(notebook.file()));
      return;
    } else {
      notebook.open(opening(step, new StepResults(results.folder(), Map.of())));
    }
    notebook.seal();
    put(notebook.file(), notebook.bytes());
  }

  List<String> check() {
    for (Step step : Step.values()) {
      notebook(step).flatMap(notebook -> runAgain(step, notebook)).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      // All else follows from that, and would bury it.
      return problems;
    }
    StepResults results = StepResults.read(folder, quick, problems::add);
    Set<Step> sound = EnumSet.noneOf(Step.class);
    for (Step step : Step.values()) {
      if (results.run(step).isEmpty()) {
        problem("%s is missing: %s.", results.file(step), RUN);
        continue;
      }
      results.seeds(step).forEach(seed -> sameRecipe(step, seed));
      notebook(step)
          .filter(notebook -> isSound(step, notebook, results))
          .ifPresent(
              notebook -> {
                sound.add(step);
                checkHtml(notebook);
              });
    }
    if (!results.runs().isEmpty()) {
      claims(results);
      Map<String, byte[]> pages = pages(results, sound);
      pages.put(CHART, chart(results));
      pages.forEach(this::checkPage);
      DrawingPage.problems(
              reports(),
              results.folder(),
              () -> Mnist.find(null).map(from -> Mnist.load(from).test()))
          .forEach(problems::add);
      if (sound.size() == Step.values().length) {
        leftOver(pages.keySet());
      }
      readme(results, (file, text) -> compare(file.toString(), text(file), text));
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
                "%s was run or changed after its results were written (%d of its cells): 'kilonet report"
                    + " --write %s' writes block and reports for what it says now; 'git checkout --"
                    + " %s %s' goes back to what was committed.",
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
      problem("%s was not executed: %s%s.", notebook.file(), RUN, orBack(notebook.file()));
      return false;
    }
    int before = problems.size();
    compare(notebook.file() + ", opening block", notebook.opening(), opening(step, results));
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
                        "%s was executed, but its result %s is missing: %s.",
                        notebook.file(), results.file(step), RUN)));
  }

  private void sameRecipe(Step step, StepResults.Run run) {
    Result result = run.result();
    Recipe now = step.recipe(quick).seed(result.seed()).data(result.data());
    if (!now.equals(result.definition())) {
      problem(
          "%s was made by another recipe (%s) than what %s is now (%s): %s.",
          run.file(),
          run.tie().recipe().substring(0, 16),
          step.recipe(),
          StoredResult.sha256(now).substring(0, 16),
          RUN);
    }
  }

  private void claims(StepResults results) {
    if (quick) {
      return;
    }
    for (Step step : Step.values()) {
      for (Claim claim : results.claims(step)) {
        if (!claim.holds()) {
          problem(
              "%s, analysis: %s does not bear out '%s'",
              step.file(), results.file(step), claim.sentence());
        }
      }
    }
  }

  private static Path file(Path folder, Step step) {
    return folder.resolve(step.file() + ".ipynb");
  }

  private Optional<Notebook> notebook(Step step) {
    Path file = file(folder, step);
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

  private String opening(Step step, StepResults results) {
    String mark = results.run(step).map(run -> mark(run.result())).orElse("");
    return ("# " + step.heading() + "\n\n" + mark + results.block(step).markdown()).strip();
  }

  /** What nobody must overlook, as a quotation; nothing about a run that counts. */
  private String mark(Result run) {
    String quickly =
        quick
            ? "> QUICK MODE: a tenth of the images and few epochs. These figures show that the"
                + " notebook works and nothing else.\n\n"
            : "";
    return run.data().equals(Mnist.NAME)
        ? quickly
        : quickly + "> GENERATED DIGITS: these figures say nothing about MNIST.\n\n";
  }

  private Path reports() {
    return folder.resolve("reports");
  }

  /** What follows a notebook's own text on its page. */
  private String ending(Step step, StepResults results) {
    boolean drawn = step == Step.GOAL && Files.exists(reports().resolve(DrawingPage.FILE));
    return results.seedsSection(step) + (drawn ? "\n\n" + DrawingPage.LINK : "");
  }

  private Map<String, byte[]> pages(StepResults results, Set<Step> steps) {
    Map<String, byte[]> pages = new LinkedHashMap<>();
    for (Step step : steps) {
      notebook(step)
          .filter(Notebook::isExecuted)
          .map(notebook -> StepPage.of(step.file(), notebook, ending(step, results)))
          .ifPresent(pages::putAll);
    }
    PAGES.forEach(page -> pages.putAll(page.apply(results.folder())));
    return pages;
  }

  private static byte[] chart(StepResults results) {
    Map<String, List<History>> histories = new LinkedHashMap<>();
    results
        .runs()
        .forEach(
            (step, runs) ->
                histories.put(
                    Text.of("Step %d", step.number()),
                    runs.stream().map(run -> run.result().history()).toList()));
    return RunComparison.of(histories).png(2);
  }

  private void checkPage(String name, byte[] expected) {
    Path file = reports().resolve(name);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, WRITE);
    } else if (name.endsWith(".png")) {
      if (!isSame(bytes(file), expected)) {
        problem("%s is not the picture of these results: %s.", file, WRITE);
      }
    } else {
      compare(file.toString(), text(file), new String(expected, StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether a picture is the expected one, or was drawn from the same data on another machine:
   * fonts differ, and with them the pixels.
   */
  private static boolean isSame(byte[] found, byte[] expected) {
    return Arrays.equals(found, expected)
        || PngNote.of(expected)
            .filter(PngNote::hasData)
            .flatMap(
                right ->
                    PngNote.of(found)
                        .filter(note -> note.data().equals(right.data()) && note.isOf(found)))
            .isPresent();
  }

  /** Pages and pictures that nothing writes any more would be taken for true. */
  private void leftOver(Set<String> pages) {
    Set<String> known = new HashSet<>(pages);
    known.add(DrawingPage.FILE);
    Stream.of(Step.values()).forEach(step -> known.add(step.file() + ".html"));
    try (Stream<Path> files = Files.list(reports())) {
      files
          .filter(file -> file.toString().matches(".*\\.(png|svg|md|html|csv)"))
          .filter(file -> !known.contains(file.getFileName().toString()))
          .sorted()
          .forEach(file -> problem("%s belongs to no result: delete it.", file));
    } catch (IOException e) {
      problem("%s cannot be read (%s).", reports(), e);
    }
  }

  /** Gives the README beside the folder, with its table as it should be, to somebody. */
  private void readme(StepResults results, BiConsumer<Path, String> to) {
    Path notebooks = folder.toAbsolutePath().normalize();
    Path file = notebooks.resolveSibling("README.md");
    if (quick || !Files.isRegularFile(file)) {
      return;
    }
    StepTable.in(text(file), notebooks.getFileName().toString(), results, CHART)
        .ifPresentOrElse(
            text -> to.accept(file, text),
            () ->
                problem(
                    "%s lacks the lines '%s' and '%s' for its table.",
                    file, StepTable.BEGIN, StepTable.END));
  }

  private Path page(Notebook notebook) {
    String name = notebook.file().getFileName().toString();
    return reports().resolve(name.replace(".ipynb", ".html"));
  }

  private void render(Notebook notebook) {
    Optional<String> page;
    try {
      page = html.apply(notebook.file()).map(text -> text.strip() + "\n");
    } catch (IllegalStateException e) {
      problem("%s", e.getMessage());
      return;
    }
    if (page.isEmpty()) {
      problem(
          "%s was not rendered as HTML, because jupyter-nbconvert is missing: install it (on Debian"
              + " and Ubuntu: apt-get install jupyter-nbconvert; elsewhere: pip install nbconvert).",
          notebook.file());
      return;
    }
    String footer =
        Text.of(
            "<!-- notebook %s, page %s -->\n",
            StoredResult.sha256(bytes(notebook.file())),
            StoredResult.sha256(page.get().getBytes(StandardCharsets.UTF_8)));
    put(page(notebook), (page.get() + footer).getBytes(StandardCharsets.UTF_8));
  }

  private void checkHtml(Notebook notebook) {
    Path file = page(notebook);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, WRITE);
      return;
    }
    String page = text(file);
    Matcher footer = FOOTER.matcher(page);
    boolean whole =
        footer.find()
            && footer
                .group(2)
                .equals(
                    StoredResult.sha256(
                        page.substring(0, footer.start()).getBytes(StandardCharsets.UTF_8)));
    if (!whole) {
      problem("%s was changed after it was rendered: %s.", file, WRITE);
    } else if (!footer.group(1).equals(StoredResult.sha256(bytes(notebook.file())))) {
      problem(
          "%s was rendered from another state of %s: %s%s.",
          file, notebook.file(), WRITE, orBack(notebook.file()));
    }
  }

  private void compare(String place, String found, String expected) {
    Difference.of(found, expected)
        .ifPresent(
            difference -> problem("%s does not say what the results say: %s", place, difference));
  }

  private void problem(String format, Object... values) {
    problems.add(Text.of(format, values));
  }

  private static void put(Path file, byte[] content) {
    new RunFolder(file.toAbsolutePath().getParent()).write(file, content);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read: %s", file, e), e);
    }
  }

  private static String text(Path file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }
}
