package kilonet.kernel.debug;

import java.nio.charset.StandardCharsets;

/**
 * MurmurHash2 of 32 bits by Austin Appleby, by which front ends and kernels agree on the name of a
 * cell.
 */
final class Murmur {
  private static final int FACTOR = 0x5bd1e995;

  private Murmur() {}

  /**
   * The hash of a text's UTF-8.
   *
   * @param seed what it begins with
   * @return 0 to 2^32 - 1
   */
  static long hash(String text, int seed) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int hash = seed ^ bytes.length;
    int at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      int block = 0;
      for (int i = 3; i >= 0; i--) {
        block = block << 8 | bytes[at + i] & 0xff;
      }
      block *= FACTOR;
      block ^= block >>> 24;
      hash = hash * FACTOR ^ block * FACTOR;
    }
    if (at < bytes.length) {
      for (int i = bytes.length - 1; i >= at; i--) {
        hash ^= (bytes[i] & 0xff) << 8 * (i - at);
      }
      hash *= FACTOR;
    }
    hash ^= hash >>> 13;
    hash *= FACTOR;
    hash ^= hash >>> 15;
    return Integer.toUnsignedLong(hash);
  }
}
