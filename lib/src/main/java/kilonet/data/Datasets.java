package kilonet.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kilonet.text.Text;

/**
 * The sets of images that are known by name.
 *
 * <table>
 * <caption>What there is</caption>
 * <tr><td>{@code mnist}</td><td>{@link Mnist}</td></tr>
 * <tr><td>{@code digits}</td><td>{@link PenDigits}</td></tr>
 * <tr><td>{@code fashion-mnist}</td><td>Xiao, Rasul, Vollgraf: <i>Fashion-MNIST</i>, 2017; also
 * Debian's package {@code dataset-fashion-mnist}</td></tr>
 * <tr><td>{@code kmnist}</td><td>Clanuwat and others: <i>Deep Learning for Classical Japanese
 * Literature</i>, 2018</td></tr>
 * <tr><td>{@code qmnist}</td><td>Yadav, Bottou: <i>Cold Case: The Lost MNIST Digits</i>, 2019; its
 * images are known by MD5</td></tr>
 * <tr><td>{@code emnist-balanced}, {@code emnist-letters}</td><td>Cohen and others: <i>EMNIST</i>,
 * 2017, out of NIST's {@code gzip.zip}</td></tr>
 * <tr><td>{@code cifar-10}, {@code cifar-100}</td><td>Krizhevsky: <i>Learning Multiple Layers of
 * Features from Tiny Images</i>, 2009, the binary versions</td></tr>
 * </table>
 *
 * <p>Each is found in a folder that is named, in the cache ({@code kilonet/NAME} where {@link
 * Mnist#cacheFolder()} has MNIST), where a system's package put it, or downloaded; its files are
 * verified each time, and nothing ever stands in for it.
 */
public final class Datasets {

  /** Where Debian's packages of data sets put them. */
  private static final Path SYSTEM = Path.of("/usr/share/datasets");

  private static final Map<String, KnownSet> KNOWN = KnownSet.all();

  private Datasets() {}

  /** All names. */
  public static List<String> names() {
    return Stream.concat(Stream.of(Mnist.NAME, PenDigits.NAME), KNOWN.keySet().stream()).toList();
  }

  /** Whether a name is that of one of them, so that no other images may have it. */
  public static boolean isTaken(String name) {
    return names().contains(name);
  }

  /** A name that none of them has: this one, or an exception. */
  static String free(String name) {
    if (isTaken(name)) {
      throw new DataException(
          Text.of(
              "The name '%s' is taken by a data set of Kilonet's own: give these images another.",
              name));
    }
    return name;
  }

  /** Whether its images are white on black, to be shown as ink on paper. */
  public static boolean isInk(String name) {
    return isTaken(name);
  }

  /** Whether it is MNIST, or what stands in for it. */
  public static boolean isDigits(String name) {
    return name.equals(Mnist.NAME) || name.equals(PenDigits.NAME);
  }

  /** What a set is called in a sentence. */
  public static String title(String name) {
    return switch (name) {
      case Mnist.NAME -> "MNIST";
      case PenDigits.NAME -> "generated digits";
      default -> KNOWN.containsKey(name) ? KNOWN.get(name).title() : name;
    };
  }

  /**
   * A set by its name, from where it is found, or downloaded with a line for each file.
   *
   * @throws IllegalArgumentException if there is none of this name
   * @throws DataException if its files are not what they should be
   * @throws DataUnavailableException if it is neither at hand nor to be downloaded
   */
  public static TrainTest named(String name) {
    return load(name, null, DownloadListener.onTerminal());
  }

  /**
   * A set by its name.
   *
   * @param name one of {@link #names}
   * @param folder where its files are; null to look in the usual places, and download it
   * @param listener is told how a download goes on
   * @throws IllegalArgumentException if there is none of this name
   * @throws DataException if a folder was named that does not hold its files, or they are not what
   *     they should be
   * @throws DataUnavailableException if it is neither at hand nor to be downloaded
   */
  public static TrainTest load(String name, Path folder, DownloadListener listener) {
    if (name.equals(Mnist.NAME)) {
      return Mnist.load(Mnist.findOrDownload(folder, listener));
    }
    if (name.equals(PenDigits.NAME)) {
      return PenDigits.generate(PenDigits.USUAL_SEED);
    }
    KnownSet set = KNOWN.get(name);
    if (set == null) {
      throw new IllegalArgumentException(
          Text.of("No data is called '%s': use one of %s.", name, String.join(", ", names())));
    }
    if (folder != null) {
      return set.read(folder);
    }
    Path cache = Mnist.cacheFolder(System.getenv(), set.folder());
    Optional<Path> found =
        Stream.of(cache, SYSTEM.resolve(set.folder())).filter(set::isIn).findFirst();
    return set.read(found.orElseGet(() -> set.download(cache, listener)));
  }
}
