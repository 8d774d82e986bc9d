package kilonet.course;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import kilonet.chart.Axis;
import kilonet.chart.Figure;
import kilonet.chart.Palette;
import kilonet.chart.Plot;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Teacher;

/** The page about our records beside the published nets: the leaderboard, and each record. */
public final class RecordsReport {

  private static final String TO_COME = "not measured yet";
  private static final String NONE = "–";

  private RecordsReport() {}

  /**
   * Makes {@code Records.md}, {@code Records.csv}, {@code Records.png} and for each measured record
   * a chart over seeds, {@code Records_small.png}.
   *
   * <p>Variants of a record lie beside it: {@code record/small-without-averaging/seed-1.json}. They
   * count where they differ from the record's recipe in one part. Recipes that were judged by kept
   * images, too, lie in {@code kept/images/} and {@code kept/writers/} under the names that they
   * have otherwise. What people wrote stands in {@code remarks/} beside the folder of results:
   * {@code small.md} about a record, {@code tried.md} about what failed.
   *
   * @param results the folder of results
   * @return the files by name; empty where neither a record nor a step has a result
   * @throws IllegalArgumentException if a file is no result
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Map<String, byte[]> files(Path results) {
    List<RecordRuns> records =
        Stream.of(RecordKind.values()).map(kind -> RecordRuns.of(results, kind)).toList();
    List<RankedNet> ours = RankedNet.ours(results);
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (ours.isEmpty()) {
      return files;
    }
    List<RankedNet> all = new ArrayList<>(ours);
    all.addAll(RankedNet.published());
    all.add(RankedNet.ELSEWHERE);
    all.sort(Comparator.comparing(RankedNet::parameters).thenComparing(RankedNet::name));
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("Records.png", chart(all));
    for (RecordRuns record : records) {
      if (!record.measured().isEmpty()) {
        figures.put(picture(record.kind()), overSeeds(record));
      }
    }
    Page page = page(all, records, figures, results);
    files.put("Records.md", page.markdown().getBytes(StandardCharsets.UTF_8));
    files.put("Records.csv", csv(all).getBytes(StandardCharsets.UTF_8));
    figures.forEach((name, figure) -> files.put(name, figure.png()));
    return files;
  }

  private static String picture(RecordKind kind) {
    return "Records_" + kind.file() + ".png";
  }

  private static Page page(
      List<RankedNet> all, List<RecordRuns> records, Map<String, Figure> figures, Path results) {
    Page page =
        new Page("Records")
            .paragraph(
                text(
                    "How small, sure and fast nets that meet the assignment can be: %s%% of MNIST's"
                        + " test images in each of the last %d epochs, at most %d epochs, fewer"
                        + " than %,d parameters, one net, each test image seen once. This page is"
                        + " made from the result files; `kilonet sweep --recipe record/small"
                        + " --seeds 1..20 --results notebooks/results` makes those of a record.",
                    Axis.number(Contract.ACCURACY),
                    Contract.LAST,
                    Contract.EPOCHS_UP_TO,
                    Contract.PARAMETERS_BELOW))
            .heading("Leaderboard")
            .figure(
                "Records.png",
                "Accuracy of the last epoch against parameters",
                figures.get("Records.png"))
            .paragraph(
                text(
                    "Nets below %,d parameters, the smallest first (the same as"
                        + " [Records.csv](Records.csv)). Published nets are single runs, by their"
                        + " logs; ours are mean ± standard deviation over seeds.",
                    RankedNet.SMALL))
            .table(leaderboard(), all)
            .paragraph(
                "The records and their variants. "
                    + Measurements.engines(records.stream().flatMap(RecordRuns::all).toList()));
    for (RecordRuns record : records) {
      section(page, record, results, figures);
    }
    KeptImages.of(results).addTo(page);
    Path tried = remarks(results).resolve("tried.md");
    if (Files.exists(tried)) {
      page.heading("Tried and failed").paragraph(remark(tried));
    }
    return page;
  }

  private static Path remarks(Path results) {
    return results.resolveSibling("remarks");
  }

  private static Map<String, Function<RankedNet, String>> leaderboard() {
    Map<String, Function<RankedNet, String>> columns = new LinkedHashMap<>();
    columns.put("net", RankedNet::name);
    columns.put("parameters", e -> text("%,d", e.parameters()));
    columns.put("epochs", e -> e.epochs() == RankedNet.UNKNOWN ? NONE : text("%d", e.epochs()));
    columns.put("seeds", e -> text("%d", e.accuracies().size()));
    columns.put("last epoch", e -> e.last().toString());
    columns.put("lowest of last five", e -> e.low().toString());
    columns.put("meet the assignment", e -> text("%d of %d", e.met(), e.accuracies().size()));
    return columns;
  }

  private static void section(
      Page page, RecordRuns record, Path results, Map<String, Figure> figures) {
    RecordKind kind = record.kind();
    Measurements measured = record.measured();
    Recipe recipe = record.recipe();
    Summary summary = Summary.of(recipe.model());
    page.heading(text("%s: `%s`", kind.title, kind.recipe()))
        .paragraph(
            text(
                "Asked for: %s, by %s.%s",
                kind.goal(),
                kind.share,
                kind == RecordKind.CLOCK
                    ? " Seconds of training leave out the start of the process, tests and charts;"
                        + " `environment/clock.sh` measures both."
                    : ""))
        .paragraph(verdict(record))
        .list(parts(recipe, summary, results));
    if (measured.outdated() > 0) {
      page.paragraph(
          text(
              "Files of results left out, because they are of another recipe or not finished: %d.",
              measured.outdated()));
    }
    Path remark = remarks(results).resolve(kind.file() + ".md");
    if (Files.exists(remark)) {
      page.paragraph(remark(remark));
    }
    if (measured.isEmpty()) {
      return;
    }
    page.table(seeds(record), measured.runs())
        .figure(picture(kind), "Accuracy of each seed", figures.get(picture(kind)));
    variants(page, record);
  }

  private static List<String> parts(Recipe recipe, Summary summary, Path results) {
    List<String> parts =
        new ArrayList<>(
            List.of(
                text(
                    "net: %s; %,d parameters, %,d multiply-adds a picture, receptive field %d",
                    recipe.model(),
                    summary.parameters(),
                    summary.multiplyAdds(),
                    summary.rows().get(summary.rows().size() - 1).receptiveField()),
                text("training: %d epochs, batches of %d", recipe.epochs(), recipe.batch()),
                text("augmentation: %s", augmentation(recipe)),
                text(
                    "optimizer: %s, learning rate %s, momentum %s, weight decay %s; schedule: %s",
                    recipe.optimizer().kind().name().toLowerCase(Locale.ROOT),
                    Axis.number(recipe.optimizer().learningRate()),
                    Axis.number(recipe.optimizer().momentum()),
                    Axis.number(recipe.optimizer().weightDecay()),
                    recipe.schedule()),
                text(
                    "averaging: %s; label smoothing: %s; mixing: %s",
                    recipe.averaging(), Axis.number(recipe.labelSmoothing()), recipe.mixing())));
    Teacher teacher = recipe.teacher();
    if (teacher != null) {
      parts.add(teacher(teacher, Measurements.of(results, teacher.recipe())));
    }
    return parts;
  }

  private static String augmentation(Recipe recipe) {
    return recipe.unaugmented() == 0
        ? recipe.augmentation()
        : text(
            "%s; none in the last %s%% of the training",
            recipe.augmentation(), Axis.number(100 * recipe.unaugmented()));
  }

  private static String teacher(Teacher teacher, Measurements own) {
    Recipe recipe = teacher.recipe();
    String alone =
        own.isEmpty()
            ? ""
            : text("; by itself it has %s%% in the last epoch", own.over(Measurements::last));
    return text(
        "teacher: `%s`, %s; %,d parameters, trained first, for %d epochs, with seed %d; %s of the"
            + " labels are its answers at a temperature of %s%s",
        recipe.name(),
        recipe.model(),
        Summary.of(recipe.model()).parameters(),
        recipe.epochs(),
        recipe.seed(),
        Axis.number(teacher.weight()),
        Axis.number(teacher.temperature()),
        alone);
  }

  private static String verdict(RecordRuns record) {
    RecordKind kind = record.kind();
    Measurements measured = record.measured();
    if (measured.isEmpty()) {
      return "It is " + TO_COME + ".";
    }
    int seeds = measured.runs().size();
    return text(
        "%d of %d seeds reach it, with %s: the record %s.",
        measured.count(kind::met),
        seeds,
        kind.figure(measured, record.processes()),
        kind.stands(measured)
            ? "stands"
            : seeds < RecordKind.SEEDS
                ? text("needs %d seeds to stand", RecordKind.SEEDS)
                : "does not stand");
  }

  private static Map<String, Function<Result, String>> seeds(RecordRuns record) {
    Map<String, Function<Result, String>> columns = new LinkedHashMap<>();
    columns.put("seed", r -> text("%d", r.seed()));
    columns.put("last epoch", r -> text("%.2f", Measurements.last(r)));
    columns.put("lowest of last five", r -> text("%.2f", Measurements.low(r)));
    columns.put("reaches it", r -> record.kind().met(r) ? "yes" : "no");
    columns.put("seconds of training", r -> text("%.1f", r.seconds()));
    if (!record.processes().isEmpty()) {
      columns.put(
          "of the whole process",
          r ->
              record.processes().containsKey(r.seed())
                  ? text("%.1f", record.processes().get(r.seed()))
                  : NONE);
    }
    return columns;
  }

  /** A row of the table of variants. */
  private record Variant(String name, Measurements measured) {}

  private static void variants(Page page, RecordRuns record) {
    if (record.variants().values().stream().allMatch(Measurements::isEmpty)) {
      return;
    }
    List<Variant> rows = new ArrayList<>();
    rows.add(new Variant("the record", record.measured()));
    record.variants().forEach((name, m) -> rows.add(new Variant(name.replace('-', ' '), m)));
    Map<String, Function<Variant, String>> columns = new LinkedHashMap<>();
    columns.put("variant", Variant::name);
    columns.put("seeds", v -> text("%d", v.measured.runs().size()));
    columns.put("last epoch", v -> over(v, Measurements::last));
    columns.put("lowest of last five", v -> over(v, Measurements::low));
    columns.put(
        "reach it",
        v ->
            v.measured.isEmpty()
                ? NONE
                : text("%d of %d", v.measured.count(record.kind()::met), v.measured.runs().size()));
    columns.put("change of the last epoch", v -> change(record.measured(), v.measured));
    page.paragraph(
            text(
                "What each ingredient is worth: the same recipe with one part changed (`kilonet"
                    + " ablate --recipe %s --seeds 1..3 --results notebooks/results`). The change"
                    + " is that of the means, with its standard error.",
                record.recipe().name()))
        .table(columns, rows);
  }

  private static String over(Variant variant, Function<Result, Double> figure) {
    return variant.measured.isEmpty() ? TO_COME : variant.measured.over(figure).toString();
  }

  private static String change(Measurements record, Measurements variant) {
    if (variant.isEmpty() || variant == record) {
      return NONE;
    }
    return variant.over(Measurements::last).changeFrom(record.over(Measurements::last), 2);
  }

  private static String remark(Path file) {
    try {
      return Files.readString(file).replace("\r\n", "\n").strip();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Figure chart(List<RankedNet> all) {
    List<RankedNet> steps =
        all.stream().filter(e -> e.ours() && !Catalogue.records().contains(e.name())).toList();
    List<RankedNet> records =
        all.stream().filter(e -> Catalogue.records().contains(e.name())).toList();
    List<RankedNet> published = all.stream().filter(e -> !e.ours()).toList();
    double least = all.stream().mapToDouble(e -> e.last().mean() - e.error()).min().orElseThrow();
    double fewest = Math.min(2_000, 0.9 * all.get(0).parameters());
    Plot plot =
        Leaderboard.chart(
            "Test accuracy of the last epoch",
            least,
            Axis.logarithmic("parameters", fewest, RankedNet.SMALL));
    add(plot, "published", published, Palette.TRAIN);
    add(plot, "our steps", steps, Palette.TEST);
    add(plot, "our records", records, Palette.SERIES.get(1));
    return plot.figure();
  }

  private static void add(Plot plot, String name, List<RankedNet> entries, Color color) {
    if (!entries.isEmpty()) {
      boolean single = entries.stream().allMatch(entry -> entry.accuracies().size() == 1);
      plot.dots(
          name,
          entries.stream().mapToDouble(RankedNet::parameters).toArray(),
          entries.stream().mapToDouble(e -> e.last().mean()).toArray(),
          single ? null : entries.stream().mapToDouble(RankedNet::error).toArray(),
          color);
    }
  }

  /** For each seed the last epoch, and where they matter the lowest of the last five. */
  private static Figure overSeeds(RecordRuns record) {
    List<Result> runs = record.measured().runs();
    double[] seeds = runs.stream().mapToDouble(Result::seed).toArray();
    double[] last = runs.stream().mapToDouble(Measurements::last).toArray();
    double[] low = runs.stream().mapToDouble(Measurements::low).toArray();
    boolean lows = record.kind().lastFive;
    double goal = record.kind().accuracy;
    double least = DoubleStream.of(lows ? low : last).min().orElseThrow();
    double most = DoubleStream.of(last).max().orElseThrow();
    double first = DoubleStream.of(seeds).min().orElseThrow() - 0.5;
    double end = DoubleStream.of(seeds).max().orElseThrow() + 0.5;
    Plot plot =
        new Plot(
                380,
                record.recipe().name() + " over seeds",
                new Axis("seed", seed -> seed, first, end, seeds, Axis::number),
                Axis.linear(
                    "accuracy, %",
                    Math.min(goal - 0.3, least - 0.05), Math.max(goal + 0.35, most + 0.05)))
            .mark(
                "goal " + Axis.number(goal) + "%",
                new double[] {first, end},
                new double[] {goal, goal},
                Palette.MARK)
            .dots("last epoch", seeds, last, Palette.TEST);
    if (lows) {
      plot.dots("lowest of the last five", seeds, low, Palette.TRAIN);
    }
    return plot.figure();
  }

  private static String csv(List<RankedNet> entries) {
    StringBuilder csv =
        new StringBuilder(
            "net,ours,parameters,epochs,seeds,last_mean,last_deviation,"
                + "lowest_of_last_five_mean,lowest_of_last_five_deviation,meet\n");
    for (RankedNet e : entries) {
      csv.append(
          text(
              "%s,%s,%d,%s,%d,%s,%s,%s,%s,%d\n",
              e.name(),
              e.ours() ? "yes" : "no",
              e.parameters(),
              e.epochs() == RankedNet.UNKNOWN ? "" : text("%d", e.epochs()),
              e.accuracies().size(),
              number(e.last().mean()),
              number(e.last().deviation()),
              number(e.low().mean()),
              number(e.low().deviation()),
              e.met()));
    }
    return csv.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : text("%.3f", value);
  }

  private static String text(String format, Object... values) {
    return Text.of(format, values);
  }
}
