package kilonet.train;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.model.Summary;

/** What is left of runs, and how long it will take. */
final class WorkLeft {

  /**
   * What an image costs beside its multiply-adds, in multiply-adds of a large net: small nets do
   * few of them a second. From the published experiments' speeds, of 0.9 to 171 million.
   */
  private static final long IMAGE_WORK = 4_000_000;

  private final Map<Runs.Run, Left> left = new LinkedHashMap<>();
  private long start;
  private double done;

  /**
   * What is left of a run.
   *
   * @param epochs to be trained
   * @param epoch the work of one, in multiply-adds of a large net
   */
  private record Left(int epochs, double epoch) {

    double work() {
      return epochs * epoch;
    }
  }

  /** The clock starts. */
  void begin() {
    start = System.nanoTime();
  }

  /**
   * So much is left of a run.
   *
   * @param images of the whole training set
   */
  void put(Runs.Run run, int images, int epochs) {
    int trained = images - run.recipe().validation().images();
    int limit = run.recipe().limit();
    double image = (double) IMAGE_WORK + Summary.of(run.recipe().model()).multiplyAdds();
    left.put(run, new Left(epochs, image * (limit > 0 ? Math.min(limit, trained) : trained)));
  }

  /** So many epochs of a run were trained. */
  void done(Runs.Run run, int epochs) {
    Left before = left.get(run);
    done += epochs * before.epoch;
    left.put(run, new Left(before.epochs - epochs, before.epoch));
  }

  /** Nothing more is to be done for a run. */
  void remove(Runs.Run run) {
    left.remove(run);
  }

  /** The runs of which something is left, in their order. */
  List<Runs.Run> runs() {
    return List.copyOf(left.keySet());
  }

  /** How long it will take, at the speed since the clock was started; zero before any epoch. */
  Duration left() {
    double all = left.values().stream().mapToDouble(Left::work).sum();
    double elapsed = System.nanoTime() - start;
    return done == 0 ? Duration.ZERO : Duration.ofNanos((long) (elapsed / done * all));
  }
}
