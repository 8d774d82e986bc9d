package kilonet.course;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kilonet.data.DownloadListener;
import kilonet.data.Mnist;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;

/**
 * What a notebook works with: the recipe, the images, and the place where its result is kept. With
 * {@value #QUICK_VARIABLE} set to 1 in the environment, both recipe and images are cut down, so
 * that all cells can be tried in seconds; such results are kept apart and never count.
 *
 * <pre>{@code
 * StepRun step = StepRun.of(Recipes.named("model_1"));
 * Result result = new Trainer(step.recipe(), step.data()).run();
 * step.keep(result)
 * }</pre>
 */
public final class StepRun {

  /** The environment variable that asks for a tenth of the images and two epochs. */
  public static final String QUICK_VARIABLE = "KILONET_QUICK";

  /** Quick mode trains on one image of so many, and tests on as few. */
  private static final int QUICK_SHARE = 10;

  private static final int QUICK_EPOCHS = 2;
  private static final int TRAINING_IMAGES = 60_000;

  private final Recipe recipe;
  private final TrainTest data;
  private final boolean quick;

  private StepRun(Recipe recipe, TrainTest data, boolean quick) {
    this.recipe = recipe;
    this.data = data;
    this.quick = quick;
  }

  /**
   * A recipe with its images: MNIST, found or downloaded, else generated digits, which is said
   * loudly.
   */
  public static StepRun of(Recipe recipe) {
    TrainTest data = Mnist.loadElseDigits(null, DownloadListener.onTerminal(), System.out::println);
    return of(recipe, data, isQuick(System.getenv()));
  }

  static StepRun of(Recipe recipe, TrainTest data, boolean quick) {
    TrainTest images =
        quick
            ? new TrainTest(
                data.train().first(data.train().size() / QUICK_SHARE),
                data.test().first(data.test().size() / QUICK_SHARE))
            : data;
    return new StepRun(shortened(recipe, quick).data(data.train().name()), images, quick);
  }

  /** Whether the environment asks for quick mode: by any word but 0, false, no and off. */
  public static boolean isQuick(Map<String, String> environment) {
    String said = environment.getOrDefault(QUICK_VARIABLE, "").strip().toLowerCase(Locale.ROOT);
    return !List.of("", "0", "false", "no", "off").contains(said);
  }

  /** Whether a folder's notebooks were run in quick mode only. */
  public static boolean isQuick(Path notebooks) {
    return Files.isDirectory(notebooks.resolve(folder(true, Mnist.NAME)))
        && !Files.isDirectory(notebooks.resolve(folder(false, Mnist.NAME)))
        && !Files.isDirectory(notebooks.resolve(folder(false, Recipe.DIGITS)));
  }

  /** A recipe as it is run, in quick mode on a tenth of the images for two epochs. */
  static Recipe shortened(Recipe recipe, boolean quick) {
    return quick ? recipe.limit(TRAINING_IMAGES / QUICK_SHARE).epochs(QUICK_EPOCHS) : recipe;
  }

  /** Whether a run was one of quick mode. */
  static boolean isQuick(Result run) {
    return run.definition().limit() > 0;
  }

  /** What to train. */
  public Recipe recipe() {
    return recipe;
  }

  /** What to train on and to test with. */
  public TrainTest data() {
    return data;
  }

  /**
   * Writes the result below the notebook's folder: into {@code results/}, a quick one into {@code
   * results-quick/}, one of generated digits into {@code results-digits/}.
   *
   * @param result a run of this recipe
   * @return the file, with what ties this notebook to it
   */
  public StoredResult keep(Result result) {
    return StoredResult.write(Path.of(""), folder(quick, result.data()), result);
  }

  static String folder(boolean quick, String data) {
    return quick ? "results-quick" : data.equals(Mnist.NAME) ? "results" : "results-digits";
  }

  /** What is going to be run, on what. */
  @Override
  public String toString() {
    return Text.of(
        "%s%s with seed %d: %d epoch%s of %,d training images, tested on %,d; %s",
        quick ? "QUICK MODE, a tenth of the images and few epochs\n" : "",
        recipe.name(),
        recipe.seed(),
        recipe.epochs(),
        recipe.epochs() == 1 ? "" : "s",
        data.train().size(),
        data.test().size(),
        data.train().name().equals(Mnist.NAME) ? "MNIST" : "GENERATED DIGITS");
  }
}
