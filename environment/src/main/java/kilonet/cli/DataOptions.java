package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import kilonet.data.Datasets;
import kilonet.data.Mnist;
import kilonet.data.PenDigits;
import kilonet.data.PictureForm;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --data} and {@code --data-dir}: which images, and from where. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "NAME|FOLDER",
      description =
          "A set by its name (mnist, digits drawn by a generator, fashion-mnist, kmnist, qmnist,"
              + " emnist-balanced, emnist-letters, cifar-10, cifar-100), or a folder of pictures"
              + " with a folder for each class. Without this option: what the recipe names; for"
              + " MNIST where it is neither on this machine nor to be downloaded, the generated"
              + " digits.")
  private String data;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Folder of the set's own files. Without it: the folder that KILONET_DATA names (for"
              + " MNIST), the cache, or a download.")
  private Path folder;

  @Mixin private PictureOptions pictures;

  /**
   * Images, and the recipe that is to be run on them.
   *
   * @param recipe with the name of the images and a net that takes them; null where none was given
   */
  record Chosen(Recipe recipe, TrainTest images) {

    /** The name under which results on them are filed. */
    String name() {
      return images.name();
    }
  }

  /** Loads images of known sets; where it has to fall back to generated digits, it says so. */
  Chosen load(PrintWriter err) {
    if (data == null) {
      requireNoPictureOptions();
      return new Chosen(null, Mnist.loadElseDigits(folder, DownloadBar.onTerminal(), err::println));
    }
    if (path().isPresent()) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is a folder of pictures, but a known set is needed here: use --data mnist or"
                  + " --data digits.",
              data));
    }
    return new Chosen(null, named(data));
  }

  /**
   * Loads the images that a recipe names, unless {@code --data} names others. A recipe whose net is
   * for others gets one that takes these, and says so.
   */
  Chosen load(Recipe recipe, PrintWriter err) {
    Optional<Path> path = path();
    TrainTest images;
    if (path.isPresent()) {
      images = folder(path.get()).load(path.get(), recipe, err);
    } else if (data != null) {
      images = named(data);
    } else if (recipe.data().equals(Recipe.MNIST)) {
      images = load(err).images();
    } else if (Datasets.isTaken(recipe.data())) {
      images = named(recipe.data());
    } else {
      throw new IllegalArgumentException(
          Text.of(
              "The recipe %s is for pictures called '%s', which are not here: name their folder"
                  + " with --data, or a set such as mnist or digits.",
              recipe.name(), recipe.data()));
    }
    return new Chosen(fitting(recipe, images, err).on(images), images);
  }

  private static Recipe fitting(Recipe recipe, TrainTest images, PrintWriter err) {
    if (Datasets.isDigits(images.name())) {
      return recipe;
    }
    Recipe fitting = recipe.fitting(images);
    if (!fitting.model().equals(recipe.model())) {
      err.println(
          Text.of(
              "The net of %s is changed to take pictures of %s and to tell %d classes apart.",
              recipe.name(), images.train().form().shape(), images.train().classes()));
    }
    return fitting;
  }

  /** Whether {@code --data} was left out. */
  boolean isUnsaid() {
    return data == null;
  }

  /** Loads the images of a run that was trained on them before. */
  TrainTest load(Result run, PictureForm form, PrintWriter err) {
    return load(run.data(), form, err);
  }

  /** Loads the images that a net was trained on, or others of the same kind. */
  TrainTest load(PictureForm form, PrintWriter err) {
    return data == null
        ? load(form.data(), form, err)
        : path().map(path -> folder(path).load(path, form, err)).orElseGet(() -> named(data));
  }

  private TrainTest load(String trainedOn, PictureForm form, PrintWriter err) {
    TrainTest images = null;
    if (path().isPresent()) {
      images = folder(path().get()).load(path().get(), form, err);
    } else if (Datasets.isTaken(trainedOn) && (data == null || data.equals(trainedOn))) {
      images = named(trainedOn);
    }
    if (images == null || !images.name().equals(trainedOn)) {
      throw new IllegalArgumentException(
          Datasets.isTaken(trainedOn)
              ? Text.of("The run was trained on %s, not on %s: leave --data out.", trainedOn, data)
              : Text.of(
                  "The run was trained on pictures called '%s': name their folder with --data.",
                  trainedOn));
    }
    return images;
  }

  /**
   * Refuses all of these options, where nothing is read that they could tell about.
   *
   * @param need what would make use of them
   */
  void requireNone(String need) {
    Optional<String> given =
        data != null
            ? Optional.of("--data")
            : folder != null ? Optional.of("--data-dir") : pictures.given();
    if (given.isPresent()) {
      throw new IllegalArgumentException(Text.of("%s is for %s: leave it out.", given.get(), need));
    }
  }

  /** Refuses the options about pictures, where none of one's own are read. */
  void requireNoPictureOptions() {
    if (pictures.given().isPresent()) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is for a folder of pictures: name one with --data, or leave it out.",
              pictures.given().get()));
    }
  }

  /** The options about pictures, for a folder that was named. */
  private PictureOptions folder(Path path) {
    if (folder != null) {
      throw new IllegalArgumentException(
          Text.of(
              "--data-dir is for a known set, and %s is a folder of pictures: leave it out.",
              path));
    }
    return pictures;
  }

  /** The folder of pictures that was named; a known set's name comes first. */
  private Optional<Path> path() {
    if (data == null || Datasets.isTaken(data)) {
      return Optional.empty();
    }
    Path path = Path.of(data);
    if (data.isBlank() || !Files.isDirectory(path)) {
      throw new IllegalArgumentException(
          Text.of(
              "No data is called '%s', and there is no such folder: use a folder of pictures, or one"
                  + " of %s.",
              data, String.join(", ", Datasets.names())));
    }
    return Optional.of(path);
  }

  /** Whether generated digits are meant: they were asked for, or a net was trained on them. */
  boolean meansDigits(String trainedOn) {
    boolean drawn = Recipe.DIGITS.equals(data) || data == null && Recipe.DIGITS.equals(trainedOn);
    if (drawn) {
      requireDrawn(folder);
    }
    return drawn;
  }

  /** MNIST, if it is on this machine; it is downloaded only where it was asked for by name. */
  Optional<TrainTest> mnistAtHand() {
    return data == null
        ? Mnist.find(folder).map(Mnist::load)
        : Optional.of(load((PrintWriter) null).images());
  }

  private TrainTest named(String name) {
    requireNoPictureOptions();
    if (!name.equals(Recipe.DIGITS)) {
      return Datasets.load(name, folder, DownloadBar.onTerminal());
    }
    requireDrawn(folder);
    return Digits.DRAWN;
  }

  /** Refuses a folder for generated digits. */
  static void requireDrawn(Path folder) {
    if (folder != null) {
      throw new IllegalArgumentException(
          "--data-dir is for a set with files, and digits are drawn by a generator: leave it out.");
    }
  }

  /** Drawn once for a process, when first asked for. */
  private static final class Digits {
    static final TrainTest DRAWN = PenDigits.generate(PenDigits.USUAL_SEED);
  }
}
