package kilonet.fused;

/**
 * An updater that can work on plain numbers, too. {@link FusedNetwork} uses that where it can: for
 * a few thousand parameters, calling ND4J takes longer than the arithmetic.
 */
public interface FlatUpdater {

  /**
   * Whether an update of a layer is work enough to be given to a thread of its own.
   *
   * @return true if several threads should divide the layers among them
   */
  default boolean isLong() {
    return false;
  }

  /**
   * Does what the updater's {@code applyUpdater} does, bit for bit.
   *
   * @param gradient the mean gradient; afterwards what is subtracted from the parameters
   * @param state as many numbers for each parameter as {@code stateSize(1)} says, side by side,
   *     kept from step to step
   * @param from the first parameter that this updater has to do with
   * @param to the one behind its last
   * @param iteration the number of the step, from 0
   * @param epoch the number of the epoch, from 0
   */
  void update(float[] gradient, float[] state, int from, int to, int iteration, int epoch);
}
