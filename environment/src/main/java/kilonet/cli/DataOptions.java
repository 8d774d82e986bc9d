package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import kilonet.data.Mnist;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Recipe;
import picocli.CommandLine.Option;

/** {@code --data} and {@code --data-dir}: which images, and from where. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "mnist|digits",
      description =
          "MNIST, or digits drawn by a generator. Without this option: what the recipe names; for"
              + " MNIST where it is neither on this machine nor to be downloaded, the generated"
              + " digits.")
  private String data;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "Folder of MNIST's four files, gzipped or not. Without it: the folder that KILONET_DATA"
              + " names, the cache, or a download.")
  private Path folder;

  /** Images and the name under which results on them are filed. */
  record Chosen(String name, TrainTest images) {}

  /** Loads the images; where it has to fall back to generated digits, it says so loudly. */
  Chosen load(PrintWriter err) {
    if (Recipe.DIGITS.equals(data)) {
      return digits();
    }
    if (data != null && !data.equals(Recipe.MNIST)) {
      throw new IllegalArgumentException(
          Text.of("No data is called '%s': use --data mnist or --data digits.", data));
    }
    if (data != null) {
      return new Chosen(
          Recipe.MNIST, Mnist.load(Mnist.findOrDownload(folder, DownloadBar.onTerminal())));
    }
    TrainTest images = Mnist.loadElseDigits(folder, DownloadBar.onTerminal(), err::println);
    return new Chosen(images.train().name(), images);
  }

  /** Loads the images that a recipe names, unless {@code --data} names others. */
  Chosen load(Recipe recipe, PrintWriter err) {
    if (data == null && recipe.data().equals(Recipe.DIGITS)) {
      return digits();
    }
    if (data == null && !recipe.data().equals(Recipe.MNIST)) {
      throw new IllegalArgumentException(
          Text.of(
                  "The recipe %s is for data called '%s', which are not here: use --data mnist or --data",
                  recipe.name(), recipe.data())
              + " digits.");
    }
    return load(err);
  }

  /** Loads the images of a run that was trained on them before. */
  TrainTest load(String trainedOn) {
    if (data != null && !data.equals(trainedOn)) {
      throw new IllegalArgumentException(
          Text.of("The run was trained on %s, not on %s: leave --data out.", trainedOn, data));
    }
    if (!trainedOn.equals(Recipe.DIGITS) && !trainedOn.equals(Recipe.MNIST)) {
      throw new IllegalArgumentException(
          Text.of(
                  "The run was trained on '%s', which the command line does not have: use the library, with",
                  trainedOn)
              + " RunReport.write(folder, images).");
    }
    return trainedOn.equals(Recipe.DIGITS)
        ? digits().images()
        : Mnist.load(Mnist.findOrDownload(folder, DownloadBar.onTerminal()));
  }

  /** Whether generated digits are meant: they were asked for, or a net was trained on them. */
  boolean meansDigits(String trainedOn) {
    return Recipe.DIGITS.equals(data) || data == null && Recipe.DIGITS.equals(trainedOn);
  }

  /** MNIST, if it is on this machine; it is downloaded only where it was asked for by name. */
  Optional<TrainTest> mnistAtHand() {
    return data == null
        ? Mnist.find(folder).map(Mnist::load)
        : Optional.of(load((PrintWriter) null).images());
  }

  private static Chosen digits() {
    return new Chosen(Recipe.DIGITS, Digits.DRAWN);
  }

  /** Drawn once for a process, when first asked for. */
  private static final class Digits {
    static final TrainTest DRAWN = PenDigits.generate(PenDigits.USUAL_SEED);
  }
}
