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
   * @param count how many to put aside, 1 to below the number of labels
   * @param seed what the draw depends on
   */
  boolean[] aside(int count, long seed) {
    int[] quotas = quotas(count);
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

  /** What is missing by rounding down is given, one each, by those that lost most by it. */
  private int[] quotas(int aside) {
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
