package kilonet.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import kilonet.data.Mnist;
import kilonet.model.Summary;
import kilonet.train.History;
import kilonet.train.Json;
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

  /** Further pages: what is in the results folder to the files that are told of it. */
  private static final List<Function<Path, Map<String, byte[]>>> PAGES =
      List.of(SeedsReport::files, RecordsReport::files);

  private static final long SEED = 1;
  private static final String CHART = "Steps.png";
  private static final String BEGIN = "<!-- steps: written by kilonet report -->";
  private static final String END = "<!-- end of steps -->";
  private static final Pattern FOOTER =
      Pattern.compile("<!-- notebook ([0-9a-f]{64}), page ([0-9a-f]{64}) -->\n$");
  private static final String RUN = "run environment/run.sh --keep";
  private static final String WRITE = "run: kilonet report --write notebooks";

  private final Path folder;
  private final boolean quick;
  private final Function<Path, Optional<String>> html;
  private final List<String> problems = new ArrayList<>();

  /** Reports whose HTML somebody makes of a notebook's file, or nobody. */
  Reports(Path folder, boolean quick, Function<Path, Optional<String>> html) {
    this.folder = folder;
    this.quick = quick;
    this.html = html;
  }

  /** A result, the file that it is from, and what ties the two. */
  private record Stored(Path file, Result result, StoredResult tie) {}

  /**
   * Writes opening blocks, reports and the README's table.
   *
   * @param folder the notebooks'
   * @param quick whether they were run in quick mode
   * @return what does not hold, a sentence each; of such a notebook nothing is written
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
   */
  public static List<String> check(Path folder, boolean quick) {
    return new Reports(folder, quick, Nbconvert::html).check();
  }

  /** What the last step came to, if it was run. */
  public static Optional<Result> goal(Path folder, boolean quick) {
    Reports reports = new Reports(folder, quick, Nbconvert::html);
    return Optional.ofNullable(reports.results().get(Step.GOAL))
        .map(seeds -> reports.first(seeds))
        .map(Stored::result);
  }

  List<String> write() {
    Map<Step, List<Stored>> results = results();
    for (Step step : Step.values()) {
      notebook(step)
          .ifPresent(
              notebook -> {
                Stored run = first(results.get(step));
                if (notebook.isExecuted() && !agree(step, notebook, run)) {
                  return;
                }
                notebook.open(opening(step, notebook.isExecuted() ? results : Map.of()));
                notebook.seal();
                put(notebook.file(), notebook.bytes());
                if (run != null && !notebook.isExecuted()) {
                  problem("%s was not executed: %s.", notebook.file(), RUN);
                }
              });
    }
    if (!problems.isEmpty()) {
      return problems;
    }
    pages(results).forEach((name, bytes) -> put(reports().resolve(name), bytes));
    for (Step step : Step.values()) {
      notebook(step).filter(Notebook::isExecuted).ifPresent(this::render);
    }
    readme().ifPresent(file -> put(file, withTable(file, results)));
    claims(results);
    return problems;
  }

  List<String> check() {
    Map<Step, List<Stored>> results = results();
    for (Step step : Step.values()) {
      Stored run = first(results.get(step));
      if (run == null) {
        problem(
            "%s is missing: %s.",
            resultsFolder().resolve(step.recipe()).resolve("seed-" + SEED + ".json"), RUN);
        continue;
      }
      sameRecipe(step, results.get(step));
      notebook(step).ifPresent(notebook -> check(step, notebook, run, results));
    }
    if (!results.isEmpty()) {
      claims(results);
      pages(results).forEach(this::checkPage);
      readme().ifPresent(file -> compare(file, text(file), text(withTable(file, results))));
    }
    return problems;
  }

  private void check(Step step, Notebook notebook, Stored run, Map<Step, List<Stored>> results) {
    if (!notebook.isExecuted()) {
      problem("%s was not executed: %s.", notebook.file(), RUN);
      return;
    }
    compare(
        notebook.file().resolveSibling(notebook.file().getFileName() + ", opening block"),
        notebook.opening(),
        opening(step, results));
    agree(step, notebook, run);
    for (Notebook.Cell cell : notebook.broken()) {
      problem(
          "%s, %s: the code or its output was changed after it was executed: %s, or execute it"
              + " again.",
          notebook.file(), cell.place(), WRITE);
    }
    checkHtml(notebook);
  }

  // ---- what is there

  private Path resultsFolder() {
    Path kept = folder.resolve(StepRun.folder(quick, Mnist.NAME));
    Path digits = folder.resolve(StepRun.folder(quick, Recipe.DIGITS));
    return Files.isDirectory(kept) ? kept : Files.isDirectory(digits) ? digits : kept;
  }

  private Path reports() {
    return folder.resolve("reports");
  }

  private Map<Step, List<Stored>> results() {
    Map<Step, List<Stored>> results = new EnumMap<>(Step.class);
    for (Step step : Step.values()) {
      Path runs = resultsFolder().resolve(step.recipe());
      if (!Files.isDirectory(runs)) {
        continue;
      }
      try (Stream<Path> files = Files.list(runs)) {
        List<Stored> seeds = new ArrayList<>();
        for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
          stored(file).ifPresent(seeds::add);
        }
        seeds.sort((a, b) -> Long.compare(a.result.seed(), b.result.seed()));
        if (!seeds.isEmpty()) {
          results.put(step, seeds);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("%s cannot be read: %s".formatted(runs, e), e);
      }
    }
    return results;
  }

  private Optional<Stored> stored(Path file) {
    try {
      Result result = Json.read(file, Result.class);
      if (file.getFileName().toString().equals("seed-%d.json".formatted(result.seed()))) {
        return Optional.of(new Stored(file, result, StoredResult.of(folder, file, result)));
      }
      problem("%s holds the result of seed %d: name it after its seed.", file, result.seed());
    } catch (IllegalArgumentException e) {
      problem("%s", e.getMessage());
    }
    return Optional.empty();
  }

  /** The run that the notebook makes. */
  private Stored first(List<Stored> seeds) {
    return seeds == null
        ? null
        : seeds.stream().filter(s -> s.result.seed() == SEED).findFirst().orElse(null);
  }

  private Optional<Notebook> notebook(Step step) {
    Path file = folder.resolve(step.file() + ".ipynb");
    try {
      if (Files.isRegularFile(file)) {
        return Optional.of(Notebook.read(file));
      }
      problem("%s is missing.", file);
    } catch (IllegalArgumentException e) {
      problem("%s", e.getMessage());
    }
    return Optional.empty();
  }

  private Optional<Path> readme() {
    Path file = folder.toAbsolutePath().normalize().resolveSibling("README.md");
    if (quick || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    if (!text(file).contains(BEGIN + "\n") || !text(file).contains(END)) {
      problem("%s lacks the lines '%s' and '%s' around its table.", file, BEGIN, END);
      return Optional.empty();
    }
    return Optional.of(file);
  }

  // ---- what has to be true

  private void claims(Map<Step, List<Stored>> results) {
    if (quick) {
      return;
    }
    Result before = null;
    for (Step step : Step.values()) {
      Stored run = first(results.get(step));
      if (run == null || (before == null && step != Step.SET_UP)) {
        return;
      }
      List<Claim> claims = new ArrayList<>(step.claims(run.result, before));
      claims.add(step.targetIsMet(run.result));
      for (Claim claim : claims) {
        if (!claim.holds()) {
          problem(
              "%s, analysis: not borne out by %s: '%s'", step.file(), run.file, claim.sentence());
        }
      }
      before = run.result;
    }
  }

  private void sameRecipe(Step step, List<Stored> seeds) {
    for (Stored seed : seeds) {
      Recipe now = step.recipe(quick).seed(seed.result.seed()).data(seed.result.data());
      if (!now.equals(seed.result.definition())) {
        problem(
            "%s was made by another recipe (%s...) than what %s is now (%s...): %s.",
            seed.file,
            seed.tie.recipe().substring(0, 12),
            step.recipe(),
            StoredResult.sha256(now).substring(0, 12),
            RUN);
      }
    }
  }

  /** Whether the outputs are those of the run, as far as they follow from it. */
  private boolean agree(Step step, Notebook notebook, Stored run) {
    int before = problems.size();
    if (run == null) {
      problem(
          "%s was executed, but its result %s is missing: %s.",
          notebook.file(),
          resultsFolder().resolve(step.recipe()).resolve("seed-" + SEED + ".json"),
          RUN);
      return false;
    }
    for (Notebook.Cell cell : notebook.cells()) {
      if (cell.code() && !cell.source().endsWith(";") && cell.outputs().isEmpty()) {
        problem("%s, %s shows nothing: execute it again.", notebook.file(), cell.place());
      }
      for (Notebook.Output output : cell.outputs()) {
        if (output.type().equals("error")) {
          problem("%s, %s failed: %s", notebook.file(), cell.place(), text(output));
        }
        StepPage.png(output)
            .filter(png -> isBlank(png))
            .ifPresent(png -> problem("%s, %s: blank picture", notebook.file(), cell.place()));
      }
    }
    Result result = run.result;
    expect(notebook, run, "the epochs", result.history().toString(), "epoch ");
    expect(
        notebook, run, "the layers", Summary.of(result.definition().model()).toString(), "layer ");
    expect(notebook, run, "the verdict", Verdict.of(result).print(), "verdict");
    expectTable(notebook, run, Verdict.of(result));
    expect(notebook, run, "the file, its SHA-256 and its recipe's", run.tie.toString(), "StoredR");
    return problems.size() == before;
  }

  /** One output that begins like this has to be this text. */
  private void expect(Notebook notebook, Stored run, String what, String text, String begin) {
    for (Notebook.Cell cell : notebook.cells()) {
      for (Notebook.Output output : cell.outputs()) {
        String found = text(output);
        if (found.strip().startsWith(begin)) {
          difference(found.stripTrailing(), text.stripTrailing())
              .ifPresent(
                  d ->
                      problem(
                          "%s, %s: %s of %s differ from this output: %s",
                          notebook.file(), cell.place(), what, run.file, d));
          return;
        }
      }
    }
    problem("%s lacks an output with %s of %s.", notebook.file(), what, run.file);
  }

  private void expectTable(Notebook notebook, Stored run, tech.tablesaw.api.Table table) {
    List<List<String>> rows = new ArrayList<>(List.of(table.columnNames()));
    for (int row = 0; row < table.rowCount(); row++) {
      int at = row;
      rows.add(table.columns().stream().map(column -> column.getString(at)).toList());
    }
    for (Notebook.Cell cell : notebook.cells()) {
      for (Notebook.Output output : cell.outputs()) {
        List<List<String>> found = StepPage.rows(output.form("text/html").orElse(""));
        if (!found.isEmpty() && found.get(0).equals(rows.get(0))) {
          difference(lines(found), lines(rows))
              .ifPresent(
                  d ->
                      problem(
                          "%s, %s: the verdict on %s differs from this output: %s",
                          notebook.file(), cell.place(), run.file, d));
          return;
        }
      }
    }
    problem("%s lacks a table with the verdict on %s.", notebook.file(), run.file);
  }

  private static String lines(List<List<String>> rows) {
    return rows.stream().map(row -> String.join(" | ", row)).collect(Collectors.joining("\n"));
  }

  private static String text(Notebook.Output output) {
    return output.form("text/plain").orElse("");
  }

  /** Whether all pixels are of one colour; also where it is no picture at all. */
  static boolean isBlank(byte[] png) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      if (image == null) {
        return true;
      }
      int[] pixels =
          image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
      return Arrays.stream(pixels).allMatch(pixel -> pixel == pixels[0]);
    } catch (IOException e) {
      return true;
    }
  }

  // ---- what is written

  private String opening(Step step, Map<Step, List<Stored>> results) {
    Stored run = first(results.get(step));
    Stored before =
        step == Step.SET_UP ? null : first(results.get(Step.values()[step.ordinal() - 1]));
    List<Result> seeds =
        results.getOrDefault(step, List.of()).stream().map(Stored::result).toList();
    String mark =
        run == null
            ? ""
            : quick
                ? "> QUICK MODE: a tenth of the images and few epochs. These figures show that the"
                    + " notebook works and nothing else.\n\n"
                : run.result.data().equals(Mnist.NAME)
                    ? ""
                    : "> GENERATED DIGITS: these figures say nothing about MNIST.\n\n";
    return "# %s\n\n%s%s"
        .formatted(
            step.heading(),
            mark,
            step.block(
                    run == null ? null : run.result, before == null ? null : before.result, seeds)
                .markdown())
        .strip();
  }

  private Map<String, byte[]> pages(Map<Step, List<Stored>> results) {
    Map<String, byte[]> pages = new LinkedHashMap<>();
    for (Step step : Step.values()) {
      notebook(step)
          .filter(Notebook::isExecuted)
          .ifPresent(
              notebook ->
                  pages.putAll(
                      StepPage.of(
                          step.file(), notebook, seeds(results.getOrDefault(step, List.of())))));
    }
    if (!results.isEmpty()) {
      Map<String, List<History>> runs = new LinkedHashMap<>();
      results.forEach(
          (step, seeds) ->
              runs.put(
                  "Step %d, %s".formatted(step.number(), step.recipe()),
                  seeds.stream().map(s -> s.result.history()).toList()));
      pages.put(CHART, RunComparison.of(runs).png(2));
    }
    for (Function<Path, Map<String, byte[]>> page : PAGES) {
      pages.putAll(page.apply(resultsFolder()));
    }
    return pages;
  }

  /** A table of all seeds, with what tells whether a file was changed. */
  private static String seeds(List<Stored> seeds) {
    if (seeds.size() < 2) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            """
            ## Seeds

            One run proves little: the same recipe with other seeds, each trained in full.

            | seed | best epoch | last epoch | lowest of the last five | assignment | SHA-256 of the result |
            |---:|---:|---:|---:|---|---|
            """);
    for (Stored seed : seeds) {
      Result run = seed.result;
      text.append(
          String.format(
              Locale.ROOT,
              "| %d | %.2f%% | %.2f%% | %.2f%% | %s | [`%s`](../%s) |%n",
              run.seed(),
              Step.best(run),
              run.testAccuracy().get(run.epochs() - 1),
              Step.lowest(run),
              run.contract().met() ? "met" : "not met",
              seed.tie.sha256().substring(0, 16),
              seed.tie.result()));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "| mean ± sd | %s | %s | %s | met by %d of %d | |%n",
            spread(seeds, Step::best),
            spread(seeds, run -> run.testAccuracy().get(run.epochs() - 1)),
            spread(seeds, Step::lowest),
            seeds.stream().filter(s -> s.result.contract().met()).count(),
            seeds.size()));
    return text.toString();
  }

  private static String spread(List<Stored> seeds, Function<Result, Double> figure) {
    return Findings.meanAndDeviation(
        seeds.stream().mapToDouble(s -> figure.apply(s.result)).toArray());
  }

  private byte[] withTable(Path readme, Map<Step, List<Stored>> results) {
    String name = folder.toAbsolutePath().normalize().getFileName().toString();
    StringBuilder table =
        new StringBuilder(
            """
            | step | target | parameters | receptive field | best | last five epochs | |
            |---|---|---:|---:|---:|---|---|
            """);
    for (Step step : Step.values()) {
      Stored run = first(results.get(step));
      Recipe recipe = run == null ? step.recipe(quick) : run.result.definition();
      Summary summary = Summary.of(recipe.model());
      table.append(
          String.format(
              Locale.ROOT,
              "| [%s](%s/%s.ipynb) | %s | %,d | %s | %s | %s | [report](%s/reports/%s.md),"
                  + " [recipe](lib/src/main/java/kilonet/train/Recipes.java),"
                  + " [net](lib/src/main/java/kilonet/model/Models.java) |%n",
              step.heading(),
              name,
              step.file(),
              String.join("; ", step.target()),
              summary.parameters(),
              field(summary),
              run == null ? "–" : String.format(Locale.ROOT, "%.2f%%", Step.best(run.result)),
              run == null
                  ? "–"
                  : Findings.last(run.result).stream()
                      .map(a -> String.format(Locale.ROOT, "%.2f", a))
                      .collect(Collectors.joining(", ")),
              name,
              step.file()));
    }
    if (!results.isEmpty()) {
      table.append(
          "\n![Test accuracy by epoch of the three steps](%s/reports/%s)\n".formatted(name, CHART));
    }
    String text = text(readme);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    return (text.substring(0, from) + "\n\n" + table + "\n" + text.substring(text.indexOf(END)))
        .replace("\r\n", "\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** What the last layer sees, and what the last one that still has places sees. */
  private static String field(Summary summary) {
    List<Summary.Row> rows = summary.rows();
    long before =
        rows.stream()
            .filter(row -> row.output().matches("\\d+x\\d+x\\d+"))
            .filter(row -> !row.output().endsWith("x1x1"))
            .mapToLong(Summary.Row::receptiveField)
            .max()
            .orElse(1);
    return "%d, with the head %d".formatted(before, rows.get(rows.size() - 1).receptiveField());
  }

  private void render(Notebook notebook) {
    Optional<String> html;
    try {
      html = this.html.apply(notebook.file());
    } catch (IllegalStateException e) {
      problem("%s", e.getMessage());
      return;
    }
    if (html.isEmpty()) {
      problem(
          "%s was not rendered as HTML, because jupyter-nbconvert is missing: install it (on Debian"
              + " and Ubuntu: apt-get install jupyter-nbconvert; elsewhere: pip install nbconvert).",
          notebook.file());
      return;
    }
    byte[] page = (html.get().strip() + "\n").getBytes(StandardCharsets.UTF_8);
    put(
        html(notebook),
        (html.get().strip()
                + "\n<!-- notebook %s, page %s -->\n"
                    .formatted(
                        StoredResult.sha256(bytes(notebook.file())), StoredResult.sha256(page)))
            .getBytes(StandardCharsets.UTF_8));
  }

  private Path html(Notebook notebook) {
    return reports().resolve(notebook.file().getFileName().toString().replace(".ipynb", ".html"));
  }

  private void checkHtml(Notebook notebook) {
    Path file = html(notebook);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, WRITE);
      return;
    }
    String page = text(file);
    Matcher footer = FOOTER.matcher(page);
    if (!footer.find()
        || !footer
            .group(2)
            .equals(
                StoredResult.sha256(
                    page.substring(0, footer.start()).getBytes(StandardCharsets.UTF_8)))) {
      problem("%s was changed after it was rendered: %s.", file, WRITE);
    } else if (!footer.group(1).equals(StoredResult.sha256(bytes(notebook.file())))) {
      problem("%s was rendered from another state of %s: %s.", file, notebook.file(), WRITE);
    }
  }

  private void checkPage(String name, byte[] expected) {
    Path file = reports().resolve(name);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, WRITE);
    } else if (name.endsWith(".png")) {
      // Fonts differ between machines, and with them the pixels of what is drawn.
      if (isBlank(bytes(file))) {
        problem("%s is blank: %s.", file, WRITE);
      }
    } else {
      compare(file, text(file), new String(expected, StandardCharsets.UTF_8));
    }
  }

  private void compare(Path place, String found, String expected) {
    difference(found, expected)
        .ifPresent(d -> problem("%s does not say what the results say: %s", place, d));
  }

  /** The first line that differs, in words. */
  private static Optional<String> difference(String found, String expected) {
    List<String> here = found.lines().toList();
    List<String> there = expected.lines().toList();
    for (int i = 0; i < Math.max(here.size(), there.size()); i++) {
      String a = i < here.size() ? here.get(i).strip() : "(nothing)";
      String b = i < there.size() ? there.get(i).strip() : "(nothing)";
      if (!a.equals(b)) {
        return Optional.of("line %d is '%s' and should be '%s'.".formatted(i + 1, a, b));
      }
    }
    return Optional.empty();
  }

  private void problem(String format, Object... values) {
    problems.add(String.format(Locale.ROOT, format, values));
  }

  private static void put(Path file, byte[] content) {
    new RunFolder(file.toAbsolutePath().getParent()).write(file, content);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static String text(Path file) {
    return text(bytes(file));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
