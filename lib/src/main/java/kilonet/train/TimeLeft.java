package kilonet.train;

import kilonet.text.Text;

/** How long a run will take to its end, at the speed since it began or went on. */
public final class TimeLeft {

  private final long start = System.nanoTime();
  private final long batches;
  private long done;

  /**
   * Starts the clock.
   *
   * @param epochs of the whole run
   * @param batches of an epoch, at least 1
   * @param finished epochs that are done already
   */
  public TimeLeft(int epochs, int batches, int finished) {
    this.batches = (long) batches * (epochs - finished);
  }

  /** One more batch was trained on. */
  public void batch() {
    done++;
  }

  /** Minutes and seconds, such as {@code 2:05 left}. */
  @Override
  public String toString() {
    double seconds = (System.nanoTime() - start) / 1e9;
    long left = Math.round(seconds * (batches - done) / Math.max(1, done));
    return Text.of("%d:%02d left", left / 60, left % 60);
  }
}
