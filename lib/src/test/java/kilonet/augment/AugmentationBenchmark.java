package kilonet.augment;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Pictures a second on one core, each read from bytes and augmented; torchvision's are measured by
 * {@code lib/src/test/resources/kilonet/oracle/throughput.py}. JMH counts by the clock on the wall,
 * that script by the processor's: compare them on a machine that is otherwise idle.
 *
 * <pre>
 * mvn -pl lib test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath
 * java -cp lib/target/test-classes:lib/target/classes:$(cat lib/target/test.classpath) \
 *     org.openjdk.jmh.Main AugmentationBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AugmentationBenchmark {

  /** The augmentation, as {@link Augmentations} reads it. */
  @Param({
    "none",
    "rotation(7)",
    "rotation(7, bilinear)",
    "affine(degrees=10, translate=0.1, scale=0.9..1.1, shear=5)",
    "affine(degrees=10, translate=0.1, scale=0.9..1.1, shear=5, interpolation=bilinear)",
    "affine(degrees=10, shift=2, scale=0.9..1.1, interpolation=bilinear)",
    "shift(2)",
    "crop(28, padding=2)",
    "perspective(0.5, p=1)",
    "erasing(p=1)",
    "elastic(alpha=50, sigma=5)",
    "jitter(0.2, 0.2)",
    "blur(5)",
    "rotation(7) + shift(2) + erasing(p=0.25)"
  })
  public String line;

  private final byte[] digits = Digits.pixels();
  private final Picture picture = new Picture(28, 28);
  private final RandomStream random = new RandomStream(1);
  private Augmentation augmentation;
  private int next;

  /** Reads the line. */
  @Setup
  public void setUp() {
    augmentation = Augmentations.parse(line);
  }

  /** One picture. */
  @Benchmark
  public float picture() {
    picture.resize(28, 28);
    picture.load(digits, next % 10 * 784);
    random.set(1, 2, next++);
    augmentation.apply(picture, random);
    return picture.pixels()[400];
  }
}
