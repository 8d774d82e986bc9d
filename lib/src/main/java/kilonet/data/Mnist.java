package kilonet.data;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kilonet.text.Text;

/**
 * MNIST, 60,000 and 10,000 handwritten digits of 28 x 28 pixels (LeCun, Bottou, Bengio, Haffner:
 * <i>Gradient-Based Learning Applied to Document Recognition</i>, 1998): where its four files are,
 * how they get there, and what is in them.
 *
 * <p>Files are accepted gzipped or not, under their usual names, {@code train-images-idx3-ubyte} or
 * {@code train-images.idx3-ubyte}, with or without {@code .gz}. A folder of the user's is only ever
 * read.
 */
public final class Mnist {

  /** What results are filed under. */
  public static final String NAME = "mnist";

  /** Mean of the training set's pixels in {@code [0, 1]}. */
  public static final float MEAN = 0.1307f;

  /** Standard deviation of the training set's pixels in {@code [0, 1]}. */
  public static final float STD = 0.3081f;

  /** Rows, and columns, of an image. */
  public static final int SIDE = 28;

  /** Number of classes: the digits 0 to 9. */
  public static final int CLASSES = 10;

  /** The environment variable that names a folder with the four files. */
  public static final String FOLDER_VARIABLE = "KILONET_DATA";

  /** Servers that offer the four files, gzipped, in the order in which they are tried. */
  public static final List<URI> MIRRORS =
      List.of(
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"),
          URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
          URI.create("https://raw.githubusercontent.com/fgnt/mnist/master/"));

  private Mnist() {}

  /**
   * Finds the folder that holds the four files: the one that the user names, else the one that the
   * environment variable {@link #FOLDER_VARIABLE} names, else the cache. A folder that was named is
   * never passed over in silence.
   *
   * @param named the folder that the user names, or null
   * @return the folder, or nothing if none was named and the cache is not complete
   * @throws DataException if a folder was named that does not hold the four files
   */
  public static Optional<Path> find(Path named) {
    return find(named, System.getenv());
  }

  static Optional<Path> find(Path named, Map<String, String> environment) {
    if (named != null) {
      return Optional.of(complete(named, "the folder named for MNIST"));
    }
    String variable = environment.get(FOLDER_VARIABLE);
    if (variable != null && !variable.isBlank()) {
      return Optional.of(complete(Path.of(variable), "the folder that KILONET_DATA names"));
    }
    Path cache = cacheFolder(environment);
    return DataFile.ALL.stream().allMatch(file -> file.in(cache).isPresent())
        ? Optional.of(cache)
        : Optional.empty();
  }

  private static Path complete(Path folder, String what) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          Text.of(
              "%s: %s was expected to be there, but %s.",
              folder, what, Files.exists(folder) ? "this is no folder" : "there is none"));
    }
    if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
      throw new DataException(
          Text.of("%s: %s cannot be read (no permission for it).", folder, what));
    }
    for (DataFile file : DataFile.ALL) {
      if (file.in(folder).isEmpty()) {
        throw new DataException(
            Text.of(
                "%s: %s was expected to hold MNIST's four files, but %s (also with .gz) is missing.",
                folder, what, file.usualName()));
      }
    }
    return folder;
  }

  /**
   * Where downloaded files are kept: {@code kilonet/mnist} under {@code $XDG_CACHE_HOME}, else
   * under {@code %LOCALAPPDATA%}, else under {@code ~/.cache}. It need not exist.
   */
  public static Path cacheFolder() {
    return cacheFolder(System.getenv());
  }

  static Path cacheFolder(Map<String, String> environment) {
    return cacheFolder(environment, NAME);
  }

  /** Where the files of a set of that name are kept. */
  static Path cacheFolder(Map<String, String> environment, String set) {
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    String local = environment.getOrDefault("LOCALAPPDATA", "");
    Path caches;
    if (!xdg.isBlank() && Path.of(xdg).isAbsolute()) {
      caches = Path.of(xdg);
    } else if (!local.isBlank()) {
      caches = Path.of(local);
    } else {
      caches = Path.of(System.getProperty("user.home"), ".cache");
    }
    return caches.resolve("kilonet").resolve(set);
  }

  /**
   * Finds the folder as {@link #find} does, and fills the cache from the network if there is none.
   *
   * @param named the folder that the user names, or null
   * @param listener is told how the download goes on
   * @throws DataException if a folder was named that does not hold the four files
   * @throws DataUnavailableException if no mirror could be reached or gave the right files; the
   *     message offers what else can be done
   */
  public static Path findOrDownload(Path named, DownloadListener listener) {
    return find(named).orElseGet(() -> download(cacheFolder(), MIRRORS, listener));
  }

  /**
   * Downloads those of the four files that a folder lacks, each from the first mirror that gives
   * the right content. A file is written aside and moved to its place when its SHA-256 fits.
   *
   * @param folder is made if need be
   * @param mirrors addresses of folders, tried in turn
   * @param listener is told how the download goes on
   * @return the folder
   * @throws DataUnavailableException if no mirror could be reached or gave the right files
   */
  public static Path download(Path folder, List<URI> mirrors, DownloadListener listener) {
    return new DataDownload(DataFile.ALL, mirrors, listener, DataDownload.Patience.USUAL)
        .into(folder);
  }

  /**
   * Reads and verifies the four files of a folder.
   *
   * @throws DataException if a file is missing, not as its format says, or not MNIST's
   */
  public static TrainTest load(Path folder) {
    return load(folder, NAME, true);
  }

  /**
   * MNIST from where {@link #findOrDownload} has it; where it is not to be had, {@linkplain
   * PenDigits generated digits}, which the name of the sets tells, and a notice that nobody can
   * miss.
   *
   * @param named the folder that the user names, or null
   * @param listener is told how a download goes on
   * @param notice is told that these are generated digits, and why
   * @throws DataException if a folder was named that does not hold the four files
   */
  public static TrainTest loadElseDigits(
      Path named, DownloadListener listener, Consumer<String> notice) {
    try {
      return load(findOrDownload(named, listener));
    } catch (DataUnavailableException e) {
      sayDigits(e, notice);
      return PenDigits.generate(PenDigits.USUAL_SEED);
    }
  }

  /**
   * Says that generated digits stand in for MNIST, so that nobody can miss it.
   *
   * @param because why MNIST is not to be had
   * @param notice is told
   */
  public static void sayDigits(DataUnavailableException because, Consumer<String> notice) {
    notice.accept(because.getMessage());
    notice.accept(
        """
        **************************************************************************
        *  MNIST IS NOT TO BE HAD: this run uses GENERATED DIGITS instead.       *
        *  Its accuracies say nothing about MNIST and are filed under 'digits'.  *
        **************************************************************************""");
  }

  /**
   * Reads four files that are like MNIST's, 28 x 28 pixels in ten classes, but of another content,
   * such as digits of one's own.
   *
   * @param folder holds them under MNIST's names
   * @param name what results are filed under, not {@code mnist}
   * @throws DataException if a file is missing or not as its format says, or the name is MNIST's
   */
  public static TrainTest loadAlike(Path folder, String name) {
    if (name.isBlank() || Datasets.isTaken(name)) {
      throw new DataException(
          Text.of(
              "Data that are not verified cannot be called '%s': give them another name.", name));
    }
    return load(folder, name, false);
  }

  private static TrainTest load(Path folder, String name, boolean verified) {
    complete(folder, "the folder to read");
    return new TrainTest(
        part(folder, DataFile.TRAIN_IMAGES, DataFile.TRAIN_LABELS, name, verified),
        part(folder, DataFile.TEST_IMAGES, DataFile.TEST_LABELS, name, verified));
  }

  private static ImageSet part(
      Path folder, DataFile imageFile, DataFile labelFile, String name, boolean verified) {
    Path imagePath = imageFile.in(folder).orElseThrow();
    Path labelPath = labelFile.in(folder).orElseThrow();
    IdxReader.Images images = IdxReader.images(imagePath, SIDE, SIDE);
    IdxReader.Labels labels = IdxReader.labels(labelPath, CLASSES);
    if (images.count() != labels.labels().length) {
      throw new DataException(
          Text.of(
              "%s: a label for each of the %,d images of %s was expected, but there are %,d labels.",
              labelPath, images.count(), imagePath.getFileName(), labels.labels().length));
    }
    if (verified) {
      verify(imagePath, imageFile.digest(), images.sha256());
      verify(labelPath, labelFile.digest(), labels.sha256());
    }
    return ImageSet.of(
        name,
        1,
        SIDE,
        SIDE,
        PictureForm.numbered(CLASSES),
        verified ? Normalization.MNIST : null,
        images.pixels(),
        labels.labels());
  }

  private static void verify(Path file, String expected, String found) {
    if (!found.equals(expected)) {
      String remedy =
          file.startsWith(cacheFolder())
              ? "delete the file to have it downloaded again"
              : "put the original there, or name no folder to have it downloaded";
      throw new DataException(
          Text.of(
              "%s: MNIST's own content (SHA-256 %s) was expected, but this is another (%s): %s.",
              file, expected, found, remedy));
    }
  }
}
