package kilonet.course;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import kilonet.chart.Axis;
import kilonet.chart.Figure;
import kilonet.chart.Palette;
import kilonet.chart.Plot;
import kilonet.model.Summary;
import kilonet.published.Published;
import kilonet.published.Seeds;
import kilonet.text.Text;
import kilonet.train.Ablations;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Spread;

/** The page about our records beside the published nets: the leaderboard, and each record. */
public final class RecordsReport {

  /** The leaderboard leaves out nets of so many parameters. */
  private static final long SMALL = 20_000;

  /** Stands for a number of epochs that is not known. */
  private static final int UNKNOWN = 0;

  /**
   * The smallest net found anywhere with a log that meets the assignment, other than the published
   * experiments: its last five epochs of one run.
   */
  private static final Entry ELSEWHERE =
      new Entry(
          "smallest found elsewhere",
          6_174,
          UNKNOWN,
          List.of(List.of(99.42, 99.48, 99.47, 99.44, 99.47)),
          false);

  private static final String TO_COME = "not measured yet";
  private static final String NONE = "–";

  private RecordsReport() {}

  /**
   * A net of the leaderboard.
   *
   * @param epochs 0 where that is not known
   * @param accuracies for each seed the test accuracy by epoch, or the end of it
   */
  private record Entry(
      String name, long parameters, int epochs, List<List<Double>> accuracies, boolean ours) {

    Spread last() {
      return Spread.of(accuracies.stream().map(a -> a.get(a.size() - 1)).toList());
    }

    Spread low() {
      return Spread.of(accuracies.stream().map(Measurements::low).toList());
    }

    long met() {
      boolean fits = parameters < Contract.PARAMETERS_BELOW && epochs <= Contract.EPOCHS_UP_TO;
      return accuracies.stream()
          .filter(a -> fits && a.size() >= Contract.LAST)
          .filter(a -> Measurements.low(a) >= Contract.ACCURACY)
          .count();
    }
  }

  /** What a record is about. */
  private enum Kind {
    SURE("The surest net", "all of at least 10 seeds", true, 10),
    SMALL("The smallest net", "at least 9 of 10 seeds", true, 9),
    EPOCHS("The fewest epochs", "at least 9 of 10 seeds", false, 9),
    CLOCK("The least time", "at least 9 of 10 seeds", false, 9);

    private static final int SEEDS = 10;

    final String title;
    final String share;
    final boolean lastFive;
    final int ofTen;

    Kind(String title, String share, boolean lastFive, int ofTen) {
      this.title = title;
      this.share = share;
      this.lastFive = lastFive;
      this.ofTen = ofTen;
    }

    String recipe() {
      return "record/" + file();
    }

    String file() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean met(Result result) {
      return lastFive
          ? result.contract().met()
          : result.data().equals(Recipe.MNIST)
              && result.definition().validation() == 0
              && result.parameters() < Contract.PARAMETERS_BELOW
              && result.epochs() <= Contract.EPOCHS_UP_TO
              && Measurements.last(result) >= Contract.ACCURACY;
    }

    boolean stands(Measurements measured) {
      int seeds = measured.runs().size();
      return seeds >= SEEDS && SEEDS * measured.count(this::met) >= (long) ofTen * seeds;
    }

    String goal() {
      return text(
          lastFive
              ? "with fewer than %,d parameters, %s%% or more in each of the last five of at most"
                  + " %d epochs"
              : "with fewer than %,d parameters, %s%% or more after the last of at most %d epochs",
          Contract.PARAMETERS_BELOW,
          Axis.number(Contract.ACCURACY),
          Contract.EPOCHS_UP_TO);
    }

    String figure(Measurements measured, Map<Long, Double> processes) {
      Result first = measured.runs().get(0);
      return switch (this) {
        case SURE ->
            text("mean accuracy of the last epoch %s%%", measured.over(Measurements::last));
        case SMALL -> text("%,d parameters", first.parameters());
        case EPOCHS -> text("%d epochs", first.definition().epochs());
        case CLOCK ->
            text(
                "%.1f seconds of training on average%s",
                measured.seconds() / measured.runs().size(),
                processes.isEmpty()
                    ? ""
                    : text(
                        ", %.1f seconds (%.1f at most) from the start of the process to its end",
                        mean(processes), Collections.max(processes.values())));
      };
    }
  }

  /**
   * A record with what was measured of it and of its variants, by the variant's name.
   *
   * @param processes seconds of the whole process, by seed, for those runs that had one each
   */
  private record Entered(
      Kind kind,
      Recipe recipe,
      Measurements measured,
      Map<Long, Double> processes,
      Map<String, Measurements> variants) {}

  /**
   * Makes {@code Records.md}, {@code Records.csv}, {@code Records.png} and for each measured record
   * a chart over seeds, {@code Records_small.png}.
   *
   * <p>Variants of a record lie beside it: {@code record/small-without-averaging/seed-1.json}. They
   * count where they differ from the record's recipe in one part. What people wrote stands in
   * {@code remarks/} beside the folder of results: {@code small.md} about a record, {@code
   * tried.md} about what failed.
   *
   * @param results the folder of results
   * @return the files by name; empty where neither a record nor a step has a result
   * @throws IllegalArgumentException if a file is no result
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Map<String, byte[]> files(Path results) {
    List<Entered> records = Stream.of(Kind.values()).map(kind -> entered(results, kind)).toList();
    List<Entry> ours = ours(results);
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (ours.isEmpty()) {
      return files;
    }
    List<Entry> all = new ArrayList<>(ours);
    all.addAll(published());
    all.add(ELSEWHERE);
    all.sort(Comparator.comparing(Entry::parameters).thenComparing(Entry::name));
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("Records.png", chart(all));
    for (Entered record : records) {
      if (!record.measured.isEmpty()) {
        figures.put(picture(record.kind), overSeeds(record));
      }
    }
    Page page = page(all, records, results.resolveSibling("remarks"), figures);
    files.put("Records.md", page.markdown().getBytes(StandardCharsets.UTF_8));
    files.put("Records.csv", csv(all).getBytes(StandardCharsets.UTF_8));
    figures.forEach((name, figure) -> files.put(name, figure.png()));
    return files;
  }

  private static String picture(Kind kind) {
    return "Records_" + kind.file() + ".png";
  }

  private static Entered entered(Path results, Kind kind) {
    Recipe recipe = Catalogue.named(kind.recipe());
    Map<String, Measurements> variants = new LinkedHashMap<>();
    TreeSet<String> names = new TreeSet<>(found(results, recipe.name() + "-"));
    Ablations.of(recipe).forEach(ablation -> names.add(ablation.name()));
    for (String name : names) {
      variants.put(
          name.substring(recipe.name().length() + 1),
          Measurements.read(results.resolve(name), result -> isVariant(result, name, recipe)));
    }
    Measurements measured = measured(results, recipe);
    Path times = results.resolve(recipe.name()).resolve("processes.csv");
    return new Entered(kind, recipe, measured, processes(times, measured), variants);
  }

  /**
   * Reads lines of seed, seconds of training and seconds of the whole process. A line counts where
   * the result of its seed tells the same seconds of training: then both are of one run.
   */
  private static Map<Long, Double> processes(Path file, Measurements measured) {
    Map<Long, Double> processes = new TreeMap<>();
    if (!Files.exists(file)) {
      return processes;
    }
    try {
      for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
        String[] cells = line.split(",");
        long seed = Long.parseLong(cells[0]);
        double training = Double.parseDouble(cells[1]);
        if (measured.count(run -> run.seed() == seed && run.seconds() == training) == 1) {
          processes.put(seed, Double.valueOf(cells[2]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          file + " has a line that is not seed,training,process in seconds: measure again.", e);
    }
    return processes;
  }

  private static double mean(Map<Long, Double> seconds) {
    return seconds.values().stream().mapToDouble(s -> s).average().orElseThrow();
  }

  /** The runs of a recipe, or those that a step has made under its own name: whichever are more. */
  private static Measurements measured(Path results, Recipe recipe) {
    return Catalogue.ours().stream()
        .map(Catalogue::named)
        .filter(other -> other.name(recipe.name()).equals(recipe))
        .map(same -> Measurements.of(results, same))
        .max(Comparator.comparing(same -> same.runs().size()))
        .orElseThrow();
  }

  private static boolean isVariant(Result result, String name, Recipe recipe) {
    return result.recipe().equals(name)
        && result.definition().differences(recipe.name(name).seed(result.seed())) == 1;
  }

  /** Recipes with results whose names begin in some way. */
  private static List<String> found(Path results, String prefix) {
    Path folder = results.resolve(prefix).getParent();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .map(each -> results.relativize(each).toString().replace('\\', '/'))
          .filter(name -> name.startsWith(prefix))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Entry> ours(Path results) {
    List<Entry> ours = new ArrayList<>();
    for (String name : Catalogue.ours()) {
      Recipe recipe = Catalogue.named(name);
      Measurements measured = Measurements.of(results, recipe);
      if (!measured.isEmpty() && measured.runs().get(0).parameters() < SMALL) {
        ours.add(
            new Entry(
                name,
                measured.runs().get(0).parameters(),
                recipe.epochs(),
                measured.runs().stream().map(Result::testAccuracy).toList(),
                true));
      }
    }
    return ours;
  }

  private static List<Entry> published() {
    List<Entry> entries = new ArrayList<>();
    for (Published published : Published.all()) {
      Recipe recipe = Seeds.named(published.id()).orElseThrow();
      long parameters = Summary.of(recipe.model()).parameters();
      if (!published.logged().isEmpty() && parameters < SMALL) {
        entries.add(
            new Entry(
                published.id(), parameters, recipe.epochs(), List.of(published.logged()), false));
      }
    }
    return entries;
  }

  private static Page page(
      List<Entry> all, List<Entered> records, Path remarks, Map<String, Figure> figures) {
    Page page =
        new Page("Records")
            .paragraph(
                text(
                    "How small, sure and fast nets that meet the assignment can be: %s%% of MNIST's"
                        + " test images in each of the last %d epochs, at most %d epochs, fewer"
                        + " than %,d parameters, one net, each test image seen once. This page is"
                        + " made from the result files; `kilonet sweep --recipe record/small"
                        + " --seeds 1..10 --results notebooks/results` makes those of a record.",
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
                    SMALL))
            .table(leaderboard(), all);
    for (Entered record : records) {
      section(page, record, remarks, figures);
    }
    Path tried = remarks.resolve("tried.md");
    if (Files.exists(tried)) {
      page.heading("Tried and failed").paragraph(remark(tried));
    }
    return page;
  }

  private static Map<String, Function<Entry, String>> leaderboard() {
    Map<String, Function<Entry, String>> columns = new LinkedHashMap<>();
    columns.put("net", Entry::name);
    columns.put("parameters", e -> text("%,d", e.parameters));
    columns.put("epochs", e -> e.epochs == UNKNOWN ? NONE : text("%d", e.epochs));
    columns.put("seeds", e -> text("%d", e.accuracies.size()));
    columns.put("last epoch", e -> e.last().toString());
    columns.put("lowest of last five", e -> e.low().toString());
    columns.put("meet the assignment", e -> text("%d of %d", e.met(), e.accuracies.size()));
    return columns;
  }

  private static void section(
      Page page, Entered record, Path remarks, Map<String, Figure> figures) {
    Kind kind = record.kind;
    Measurements measured = record.measured;
    Recipe recipe = record.recipe;
    Summary summary = Summary.of(recipe.model());
    page.heading(text("%s: `%s`", kind.title, kind.recipe()))
        .paragraph(
            text(
                "Asked for: %s, by %s.%s",
                kind.goal(),
                kind.share,
                kind == Kind.CLOCK
                    ? " Seconds of training leave out the start of the process, tests and charts;"
                        + " `environment/clock.sh` measures both."
                    : ""))
        .paragraph(verdict(record))
        .list(
            List.of(
                text(
                    "net: %s; %,d parameters, %,d multiply-adds a picture, receptive field %d",
                    recipe.model(),
                    summary.parameters(),
                    summary.multiplyAdds(),
                    summary.rows().get(summary.rows().size() - 1).receptiveField()),
                text("training: %d epochs, batches of %d", recipe.epochs(), recipe.batch()),
                text("augmentation: %s", recipe.augmentation()),
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
    if (measured.outdated() > 0) {
      page.paragraph(
          text(
              "Files of results left out, because they are of another recipe or not finished: %d.",
              measured.outdated()));
    }
    Path remark = remarks.resolve(kind.file() + ".md");
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

  private static String verdict(Entered record) {
    Kind kind = record.kind;
    Measurements measured = record.measured;
    if (measured.isEmpty()) {
      return "It is " + TO_COME + ".";
    }
    int seeds = measured.runs().size();
    return text(
        "%d of %d seeds reach it, with %s: the record %s.",
        measured.count(kind::met),
        seeds,
        kind.figure(measured, record.processes),
        kind.stands(measured)
            ? "stands"
            : seeds < Kind.SEEDS ? text("needs %d seeds to stand", Kind.SEEDS) : "does not stand");
  }

  private static Map<String, Function<Result, String>> seeds(Entered record) {
    Map<String, Function<Result, String>> columns = new LinkedHashMap<>();
    columns.put("seed", r -> text("%d", r.seed()));
    columns.put("last epoch", r -> text("%.2f", Measurements.last(r)));
    columns.put("lowest of last five", r -> text("%.2f", Measurements.low(r)));
    columns.put("reaches it", r -> record.kind.met(r) ? "yes" : "no");
    columns.put("seconds of training", r -> text("%.1f", r.seconds()));
    if (!record.processes.isEmpty()) {
      columns.put(
          "of the whole process",
          r ->
              record.processes.containsKey(r.seed())
                  ? text("%.1f", record.processes.get(r.seed()))
                  : NONE);
    }
    return columns;
  }

  /** A row of the table of variants. */
  private record Variant(String name, Measurements measured) {}

  private static void variants(Page page, Entered record) {
    if (record.variants.isEmpty()) {
      return;
    }
    List<Variant> rows = new ArrayList<>();
    rows.add(new Variant("the record", record.measured));
    record.variants.forEach((name, m) -> rows.add(new Variant(name.replace('-', ' '), m)));
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
                : text("%d of %d", v.measured.count(record.kind::met), v.measured.runs().size()));
    columns.put("change of the last epoch", v -> change(record.measured, v.measured));
    page.paragraph(
            text(
                "What each ingredient is worth: the same recipe with one part changed (`kilonet"
                    + " ablate --recipe %s --seeds 1..3 --results notebooks/results`). The change"
                    + " is that of the means, with its standard error.",
                record.recipe.name()))
        .table(columns, rows);
  }

  private static String over(Variant variant, Function<Result, Double> figure) {
    return variant.measured.isEmpty() ? TO_COME : variant.measured.over(figure).toString();
  }

  private static String change(Measurements record, Measurements variant) {
    if (variant.isEmpty() || variant == record) {
      return NONE;
    }
    Spread before = record.over(Measurements::last);
    Spread after = variant.over(Measurements::last);
    return SeedsReport.signed(after.mean() - before.mean())
        + Spread.plusMinus(after.standardErrorTo(before), 2);
  }

  private static String remark(Path file) {
    try {
      return Files.readString(file).replace("\r\n", "\n").strip();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Figure chart(List<Entry> all) {
    List<Entry> steps =
        all.stream().filter(e -> e.ours && !Catalogue.records().contains(e.name)).toList();
    List<Entry> records = all.stream().filter(e -> Catalogue.records().contains(e.name)).toList();
    List<Entry> published = all.stream().filter(e -> !e.ours).toList();
    double least = all.stream().mapToDouble(e -> e.last().mean() - error(e)).min().orElseThrow();
    double fewest = Math.min(2_000, 0.9 * all.get(0).parameters);
    Plot plot =
        Leaderboard.chart(
            "Test accuracy of the last epoch",
            least,
            Axis.logarithmic("parameters", fewest, SMALL));
    add(plot, "published", published, Palette.TRAIN);
    add(plot, "our steps", steps, Palette.TEST);
    add(plot, "our records", records, Palette.SERIES.get(1));
    return plot.figure();
  }

  private static void add(Plot plot, String name, List<Entry> entries, Color color) {
    if (!entries.isEmpty()) {
      boolean single = entries.stream().allMatch(entry -> entry.accuracies.size() == 1);
      plot.dots(
          name,
          entries.stream().mapToDouble(Entry::parameters).toArray(),
          entries.stream().mapToDouble(e -> e.last().mean()).toArray(),
          single ? null : entries.stream().mapToDouble(RecordsReport::error).toArray(),
          color);
    }
  }

  private static double error(Entry entry) {
    return entry.accuracies.size() == 1 ? 0 : entry.last().deviation();
  }

  /** For each seed the last epoch, and where they matter the lowest of the last five. */
  private static Figure overSeeds(Entered record) {
    List<Result> runs = record.measured.runs();
    double[] seeds = runs.stream().mapToDouble(Result::seed).toArray();
    double[] last = runs.stream().mapToDouble(Measurements::last).toArray();
    double[] low = runs.stream().mapToDouble(Measurements::low).toArray();
    boolean lows = record.kind.lastFive;
    double least = DoubleStream.of(lows ? low : last).min().orElseThrow();
    double first = DoubleStream.of(seeds).min().orElseThrow() - 0.5;
    double end = DoubleStream.of(seeds).max().orElseThrow() + 0.5;
    Plot plot =
        new Plot(
                380,
                record.recipe.name() + " over seeds",
                new Axis("seed", seed -> seed, first, end, seeds, Axis::number),
                Axis.linear("accuracy, %", Math.min(99.1, least - 0.05), 99.75))
            .mark(
                "goal " + Axis.number(Contract.ACCURACY) + "%",
                new double[] {first, end},
                new double[] {Contract.ACCURACY, Contract.ACCURACY},
                Palette.MARK)
            .dots("last epoch", seeds, last, Palette.TEST);
    if (lows) {
      plot.dots("lowest of the last five", seeds, low, Palette.TRAIN);
    }
    return plot.figure();
  }

  private static String csv(List<Entry> entries) {
    StringBuilder csv =
        new StringBuilder(
            "net,ours,parameters,epochs,seeds,last_mean,last_deviation,"
                + "lowest_of_last_five_mean,lowest_of_last_five_deviation,meet\n");
    for (Entry e : entries) {
      csv.append(
          text(
              "%s,%s,%d,%s,%d,%s,%s,%s,%s,%d\n",
              e.name,
              e.ours ? "yes" : "no",
              e.parameters,
              e.epochs == UNKNOWN ? "" : text("%d", e.epochs),
              e.accuracies.size(),
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
