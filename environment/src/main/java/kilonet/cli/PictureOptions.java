package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kilonet.data.Fit;
import kilonet.data.PictureFolder;
import kilonet.data.PictureForm;
import kilonet.data.TestShare;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Recipe;
import picocli.CommandLine.Option;

/** How a folder of one's own pictures is read. */
final class PictureOptions {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,4})(?:x(\\d{1,4}))?");

  @Option(
      names = "--size",
      paramLabel = "HEIGHTxWIDTH",
      description =
          "Bring the pictures of a folder to this size (default: the size that the recipe's net"
              + " takes).")
  private String size;

  @Option(
      names = "--fit",
      paramLabel = "pad|crop|stretch",
      description =
          "How pictures of other proportions are brought to the size: with a border (default), cut"
              + " off, or stretched.")
  private Fit fit;

  @Option(
      names = "--test-share",
      paramLabel = "SHARE",
      description =
          "What share of a folder without train and test is put aside, class by class alike"
              + " (default: that of the net's own training, else 0.2).")
  private Double testShare;

  @Option(
      names = "--split-seed",
      paramLabel = "S",
      description =
          "What the draw of that share depends on (default: that of the net's own training, else"
              + " 0).")
  private Long splitSeed;

  @Option(
      names = "--skip-broken",
      description = "Go on without pictures that cannot be read, and name each.")
  private boolean skipBroken;

  /** The first of these options that was given. */
  Optional<String> given() {
    return Stream.of(
            size == null ? null : "--size",
            fit == null ? null : "--fit",
            testShare == null ? null : "--test-share",
            splitSeed == null ? null : "--split-seed",
            skipBroken ? "--skip-broken" : null)
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** The pictures of a folder for a recipe that is to be trained on them. */
  TrainTest load(Path path, Recipe recipe, PrintWriter err) {
    return read(path, recipe.model().height(), recipe.model().width(), TestShare.USUAL, err).load();
  }

  /** The pictures of a folder for a net that takes such ones, drawn as in its training. */
  TrainTest load(Path path, PictureForm form, PrintWriter err) {
    TestShare usual = form.testShare() == null ? TestShare.USUAL : form.testShare();
    if (form.testShare() != null && !drawn(usual).equals(usual)) {
      throw new IllegalArgumentException(
          Text.of(
              "The net's test pictures were drawn by --test-share %s --split-seed %d, and otherwise"
                  + " those that it was trained on would test it: leave both options out.",
              usual.share(), usual.seed()));
    }
    PictureFolder folder =
        read(path, form.height(), form.width(), usual, err).classes(form.classes());
    folder = fit == null ? folder.fit(form.fit()) : folder;
    return (form.channels() == 1 ? folder.grey() : folder.colour()).load();
  }

  /** What was asked for, and of what was not, the usual. */
  private TestShare drawn(TestShare usual) {
    return new TestShare(
        testShare == null ? usual.share() : testShare,
        splitSeed == null ? usual.seed() : splitSeed);
  }

  private PictureFolder read(Path path, int height, int width, TestShare usual, PrintWriter err) {
    TestShare drawn = drawn(usual);
    PictureFolder folder =
        PictureFolder.of(path)
            .size(height, width)
            .testShare(drawn.share(), drawn.seed())
            .listener(LoadBar.onTerminal());
    if (folder.isParted() && (testShare != null || splitSeed != null)) {
      throw new IllegalArgumentException(
          Text.of(
              "%s has folders train and test, which are taken as they are: leave %s out.",
              path, testShare != null ? "--test-share" : "--split-seed"));
    }
    if (size != null) {
      Matcher sides = SIZE.matcher(size.toLowerCase(Locale.ROOT));
      if (!sides.matches()) {
        throw new IllegalArgumentException(
            Text.of("'%s' is no size: write it as 32 or as 24x32, height first.", size));
      }
      int rows = Integer.parseInt(sides.group(1));
      folder.size(rows, sides.group(2) == null ? rows : Integer.parseInt(sides.group(2)));
    }
    if (fit != null) {
      folder.fit(fit);
    }
    if (skipBroken) {
      folder.skipBroken(broken -> err.println("left out: " + broken));
    }
    return folder;
  }
}
