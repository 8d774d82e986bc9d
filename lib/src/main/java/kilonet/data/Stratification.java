package kilonet.data;

import kilonet.augment.RandomStream;

/** Parts images in two, each class in the same proportion, drawn at random. */
final class Stratification {

  private final byte[] labels;
  private final int[] counts;

  /**
   * Of labels.
   *
   * @param labels from 0 to below the number of counts
   * @param counts how many there are of each
   */
  Stratification(byte[] labels, int[] counts) {
    this.labels = labels;
    this.counts = counts;
  }

  /**
   * Which are put aside.
   *
   * @param quotas how many of each class
   * @param seed what the draw depends on
   */
  boolean[] aside(int[] quotas, long seed) {
    boolean[] chosen = new boolean[labels.length];
    for (int c = 0; c < counts.length; c++) {
      int[] members = membersOf(c);
      new RandomStream(seed, c).shuffle(members);
      for (int i = 0; i < quotas[c]; i++) {
        chosen[members[i]] = true;
      }
    }
    return chosen;
  }

  /**
   * How many of each class are put aside; what is missing by rounding down is given, one each, by
   * those that lost most by it.
   *
   * @param aside how many of all, 1 to below the number of labels
   */
  int[] quotas(int aside) {
    int[] quotas = new int[counts.length];
    long[] remainders = new long[counts.length];
    int missing = aside;
    for (int c = 0; c < counts.length; c++) {
      long share = (long) aside * counts[c];
      quotas[c] = (int) (share / labels.length);
      remainders[c] = share % labels.length;
      missing -= quotas[c];
    }
    for (; missing > 0; missing--) {
      int most = 0;
      for (int c = 1; c < counts.length; c++) {
        if (remainders[c] > remainders[most]) {
          most = c;
        }
      }
      quotas[most]++;
      remainders[most] = -1;
    }
    return quotas;
  }

  /** The same, but of each class one at least, and one less than all of it at most. */
  int[] quotasOfEach(int aside) {
    int[] quotas = quotas(aside);
    for (int c = 0; c < quotas.length; c++) {
      quotas[c] = Math.min(Math.max(quotas[c], 1), Math.max(counts[c] - 1, 0));
    }
    return quotas;
  }

  private int[] membersOf(int label) {
    int[] members = new int[counts[label]];
    for (int i = 0, n = 0; i < labels.length; i++) {
      if (labels[i] == label) {
        members[n++] = i;
      }
    }
    return members;
  }
}
