package kilonet.data;

import java.awt.Dimension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * A folder of pictures, with a folder of its own for each class, which is called like it.
 *
 * <pre>{@code
 * TrainTest pets = PictureFolder.of(Path.of("pets")).size(32, 32).load();
 * }</pre>
 *
 * <p>Either there are {@code train/CLASS/…} and {@code test/CLASS/…}, or only {@code CLASS/…}: then
 * a share of each class, drawn by a seed, is put aside for the test, at least one picture of it and
 * never all. In both parts each class has a picture, else the folder is refused. Files may lie in
 * folders of any depth below their class; those whose names begin with a full stop are passed over.
 * Classes and files are taken in the order of their names, so that the same files give the same
 * set.
 *
 * <p>What can be read, and how it becomes numbers, {@link DecodedPicture} says; how it is brought
 * to one size, {@link Fit}. The set is grey where every picture is, else coloured, unless said
 * otherwise. A file that cannot be read is refused by name, unless {@link #skipBroken} is called.
 */
public final class PictureFolder {

  private static final int LISTED = 10;

  private static final int LARGEST = DecodedPicture.LARGEST_SIDE;

  private final Path folder;
  private String name;
  private int channels;
  private int height;
  private int width;
  private Fit fit = Fit.PAD;
  private TestShare testShare = TestShare.USUAL;
  private List<String> classes;
  private Consumer<BrokenPicture> broken;
  private LoadListener listener = LoadListener.SILENT;

  private PictureFolder(Path folder) {
    this.folder = folder;
    Path last = folder.toAbsolutePath().normalize().getFileName();
    // A name that files can have, too: results are filed under it.
    String own = last == null ? "" : last.toString();
    this.name = Check.toFileName(own.matches("[A-Za-z0-9_].*") ? own : "pictures" + own);
  }

  /**
   * The pictures of a folder, which is only ever read.
   *
   * @param folder holds a folder for each class, or {@code train} and {@code test} with such
   */
  public static PictureFolder of(Path folder) {
    return new PictureFolder(folder);
  }

  /** What results are filed under; the name of the folder if not set. */
  public PictureFolder name(String name) {
    this.name = Check.fileName("The name of the pictures", name);
    return this;
  }

  /**
   * The size that all pictures are brought to; if not set, they must be of one size.
   *
   * @param height rows, 1 to 4,096
   * @param width columns, 1 to 4,096
   * @throws IllegalArgumentException if one is out of its range
   */
  public PictureFolder size(int height, int width) {
    this.height = Check.between("The height of the pictures", height, 1, LARGEST);
    this.width = Check.between("The width of the pictures", width, 1, LARGEST);
    return this;
  }

  /** How pictures of another size are brought to it; {@link Fit#PAD} if not set. */
  public PictureFolder fit(Fit fit) {
    this.fit = Objects.requireNonNull(fit, "fit");
    return this;
  }

  /** Grey pictures, whatever the files have; as the files are if not set. */
  public PictureFolder grey() {
    this.channels = 1;
    return this;
  }

  /** Coloured pictures, whatever the files have; as the files are if not set. */
  public PictureFolder colour() {
    this.channels = 3;
    return this;
  }

  /**
   * What share of each class is put aside for the test, where the folder has no {@code train} and
   * {@code test}; a fifth, by the seed 0, if not set. Of a class whose share is less than a picture
   * one is put aside, and one is left where the share is nearly all.
   *
   * @param share above 0 and below 1
   * @param seed what the draw depends on
   * @throws IllegalArgumentException if the share is out of its range
   */
  public PictureFolder testShare(double share, long seed) {
    this.testShare = new TestShare(share, seed);
    return this;
  }

  /**
   * The classes that a net knows, in its order, of which the folder may lack some; those of the
   * folder, in the order of their names, if not set.
   */
  public PictureFolder classes(List<String> classes) {
    this.classes = List.copyOf(classes);
    return this;
  }

  /** Goes on without the files that cannot be read, and tells somebody of each. */
  public PictureFolder skipBroken(Consumer<BrokenPicture> told) {
    this.broken = Objects.requireNonNull(told, "told");
    return this;
  }

  /** Tells somebody how the reading goes on. */
  public PictureFolder listener(LoadListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Reads all pictures, on all processors.
   *
   * @throws DataException if there are no such folders, a class of the folder has no picture to
   *     train on or none to test on, a file cannot be read, the pictures are of several sizes and
   *     none was given, or they do not fit into memory
   */
  public TrainTest load() {
    boolean parted = isParted();
    if (!parted && (isFolder("train") || isFolder("test"))) {
      throw new DataException(
          Text.of(
              "%s: train and test were expected beside each other, but one of them is missing: make"
                  + " both, or put the classes' folders into the folder itself.",
              folder));
    }
    ClassFolders folders =
        parted
            ? ClassFolders.in(folder.resolve("train"), classes)
            : ClassFolders.in(folder, classes);
    List<LabelledFile> files = new ArrayList<>(folders.files());
    int train = files.size();
    if (parted) {
      files.addAll(ClassFolders.in(folder.resolve("test"), folders.classes()).files());
    }
    Dimension size = size(files);
    Read[] pictures = read(files, size);
    List<Read> whole = Arrays.stream(pictures).filter(Objects::nonNull).toList();
    int of = channels != 0 ? channels : whole.stream().allMatch(Read::isGrey) ? 1 : 3;
    ImageSet first = set(folders.classes(), of, size, Arrays.asList(pictures).subList(0, train));
    if (!parted) {
      return parted(first, files);
    }
    ImageSet second =
        set(folders.classes(), of, size, Arrays.asList(pictures).subList(train, pictures.length));
    requireEachClass(first.classNames(), files, first.classCounts(), second.classCounts());
    return new TrainTest(first, second);
  }

  /** Whether it has folders {@code train} and {@code test}, so that no share is put aside. */
  public boolean isParted() {
    return isFolder("train") && isFolder("test");
  }

  private boolean isFolder(String part) {
    return Files.isDirectory(folder.resolve(part));
  }

  private TrainTest parted(ImageSet all, List<LabelledFile> files) {
    int aside =
        (int) Math.max(1, Math.min(all.size() - 1, Math.round(testShare.share() * all.size())));
    Stratification classes = new Stratification(all.labels(), all.classCounts());
    int[] test = classes.quotasOfEach(aside);
    int[] train = all.classCounts();
    Arrays.setAll(train, c -> train[c] - test[c]);
    requireEachClass(all.classNames(), files, train, test);
    ImageSet.Split split = all.split(classes.aside(test, testShare.seed()));
    return new TrainTest(split.train(), split.validation(), testShare);
  }

  /** What was not learnt cannot be told, and what was not tested is in no accuracy. */
  private void requireEachClass(
      List<String> names, List<LabelledFile> files, int[] train, int[] test) {
    for (int c : files.stream().mapToInt(LabelledFile::label).distinct().toArray()) {
      if (train[c] == 0 || test[c] == 0) {
        throw new DataException(
            Text.of(
                "%s: class %s has no picture to %s: give each class one or more to train on and one"
                    + " or more to test on.",
                folder,
                names.get(c),
                train[c] == 0 ? test[c] == 0 ? "train or test on" : "train on" : "test on"));
      }
    }
  }

  /** A picture as it was read, in colours where it has any. */
  private record Read(int label, boolean isGrey, byte[] pixels) {}

  /** What all pictures are brought to: the size that was given, else the one that all have. */
  private Dimension size(List<LabelledFile> files) {
    Dimension one = new Dimension(width, height);
    if (height > 0) {
      return one;
    }
    Path before = null;
    for (LabelledFile file : files) {
      Dimension size;
      try {
        size = PictureFile.size(Files.readAllBytes(file.path()));
      } catch (IOException e) {
        continue; // which is said when it is read
      }
      if (before != null && !size.equals(one)) {
        throw new DataException(
            Text.of(
                "%s: pictures of one size were expected, but %s has %d x %d pixels and %s %d x %d:"
                    + " give the size that all are to be brought to.",
                folder, before, one.height, one.width, file.path(), size.height, size.width));
      }
      before = file.path();
      one = size;
    }
    if (one.height > LARGEST || one.width > LARGEST) {
      throw new DataException(
          Text.of(
              "%s: pictures of %d x %d pixels are too large for a net here: give a size up to %,d.",
              folder, one.height, one.width, LARGEST));
    }
    return one;
  }

  /** All pictures; null where one is broken and that is borne. */
  private Read[] read(List<LabelledFile> files, Dimension size) {
    Read[] pictures = new Read[files.size()];
    BrokenPicture[] reasons = new BrokenPicture[files.size()];
    AtomicInteger done = new AtomicInteger();
    IntStream.range(0, pictures.length)
        .parallel()
        .forEach(
            i -> {
              LabelledFile file = files.get(i);
              try {
                DecodedPicture picture = DecodedPicture.read(file.path());
                boolean grey = picture.isGrey() || channels == 1;
                byte[] pixels = picture.fitted(grey ? 1 : 3, size.height, size.width, fit);
                pictures[i] = new Read(file.label(), grey, pixels);
              } catch (IOException e) {
                reasons[i] = new BrokenPicture(file.path(), Text.reason(e));
              }
              listener.progress(done.incrementAndGet(), pictures.length);
            });
    List<BrokenPicture> all = Arrays.stream(reasons).filter(Objects::nonNull).toList();
    if (!all.isEmpty() && broken == null) {
      String listed =
          all.stream().limit(LISTED).map(Objects::toString).collect(Collectors.joining("; "));
      throw new DataException(
          Text.of(
              "%s: %,d of %,d files are no pictures that can be read: %s%s. Mend or remove them, or"
                  + " go on without them with skipBroken, --skip-broken on the command line.",
              folder,
              all.size(),
              files.size(),
              listed,
              all.size() > LISTED ? Text.of(" and %,d more", all.size() - LISTED) : ""));
    }
    all.forEach(each -> broken.accept(each));
    return pictures;
  }

  /** A set of the pictures that could be read. */
  private ImageSet set(List<String> names, int of, Dimension each, List<Read> all) {
    List<Read> pictures = all.stream().filter(Objects::nonNull).toList();
    if (pictures.isEmpty()) {
      throw new DataException(Text.of("%s: no picture of it can be read.", folder));
    }
    int plane = each.height * each.width;
    long size = (long) pictures.size() * of * plane;
    if (size > Integer.MAX_VALUE - 8) {
      throw new DataException(
          Text.of(
              "%s: %,d pictures of %d x %d with %d channel%s are more than fit into memory: give a"
                  + " smaller size.",
              folder, pictures.size(), each.height, each.width, of, of == 1 ? "" : "s"));
    }
    byte[] pixels = new byte[(int) size];
    byte[] labels = new byte[pictures.size()];
    int at = 0;
    for (int i = 0; i < labels.length; i++) {
      Read picture = pictures.get(i);
      labels[i] = (byte) picture.label;
      // A grey picture among coloured ones is three times the same plane.
      for (int channel = 0; channel < of; channel++) {
        int from = picture.pixels.length == plane ? 0 : channel * plane;
        System.arraycopy(picture.pixels, from, pixels, at, plane);
        at += plane;
      }
    }
    return new ImageSet(name, of, each.height, each.width, names, pixels, labels).fitted(fit);
  }
}
