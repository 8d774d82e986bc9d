package kilonet.data;

import java.util.stream.IntStream;
import kilonet.augment.RandomStream;
import kilonet.text.Text;

/**
 * Digits drawn by a generator, for where MNIST is not to be had: ten classes, 28 x 28 pixels, white
 * on black, the digit within 20 x 20 pixels and centred by its mass, as MNIST's are.
 *
 * <p>A digit is a few pen strokes, {@linkplain PenStrokes written down by hand} in several ways for
 * each digit. Each image bends the strokes a little, slants, turns, stretches and places them, and
 * draws them with a pen of its own thickness, softness and pressure. The result depends on the seed
 * alone, on any machine and with any number of threads.
 *
 * <p>Results on these digits are not results on MNIST and are never filed under its name.
 */
public final class PenDigits {

  /** What results are filed under. */
  public static final String NAME = "digits";

  /** Number of training images, as in MNIST. */
  public static final int TRAIN_SIZE = 60_000;

  /** Number of test images, as in MNIST. */
  public static final int TEST_SIZE = 10_000;

  /** The seed of the digits that stand in for MNIST. */
  public static final long USUAL_SEED = 1;

  private static final int CHUNK = 250;
  private static final long TRAIN_KEY = 0;
  private static final long TEST_KEY = 1;

  private PenDigits() {}

  /** 60,000 training and 10,000 test images. */
  public static TrainTest generate(long seed) {
    return generate(TRAIN_SIZE, TEST_SIZE, seed);
  }

  /**
   * As many training and test images as asked for. The first images of a larger set are those of a
   * smaller one.
   *
   * @param train number of training images, at least 1
   * @param test number of test images, at least 1
   * @param seed what all images depend on
   * @throws DataException if a number is not positive
   */
  public static TrainTest generate(int train, int test, long seed) {
    return new TrainTest(draw(train, seed, TRAIN_KEY), draw(test, seed, TEST_KEY));
  }

  private static ImageSet draw(int size, long seed, long part) {
    if (size < 1) {
      throw new DataException(Text.of("%,d digits cannot be drawn: give at least 1.", size));
    }
    byte[] pixels = new byte[Math.multiplyExact(size, Pen.SIDE * Pen.SIDE)];
    byte[] labels = new byte[size];
    IntStream.range(0, (size + CHUNK - 1) / CHUNK)
        .parallel()
        .forEach(
            chunk -> {
              Pen pen = new Pen();
              RandomStream random = new RandomStream(0);
              for (int i = chunk * CHUNK; i < Math.min(size, (chunk + 1) * CHUNK); i++) {
                random.set(seed, part, i);
                labels[i] = (byte) random.nextInt(PenStrokes.DIGITS.size());
                pen.draw(labels[i], random, pixels, i * Pen.SIDE * Pen.SIDE);
              }
            });
    return ImageSet.of(
        NAME,
        1,
        Pen.SIDE,
        Pen.SIDE,
        PictureForm.numbered(PenStrokes.DIGITS.size()),
        Normalization.MNIST,
        pixels,
        labels);
  }
}
