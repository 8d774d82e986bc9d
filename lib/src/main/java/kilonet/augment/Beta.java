package kilonet.augment;

/** Draws from the beta distribution. */
final class Beta {

  /** Beyond these, the logarithms of what is drawn are no numbers, or all draws are the same. */
  static final double LEAST = 1e-9;

  static final double MOST = 1e9;

  private Beta() {}

  /** A number from 0 to 1 from the distribution with both parameters {@code alpha}. */
  static double draw(double alpha, RandomStream random) {
    double first = logGamma(alpha, random);
    double second = logGamma(alpha, random);
    // exp(first) / (exp(first) + exp(second)), also where both are too small for a double.
    return 1 / (1 + StrictMath.exp(second - first));
  }

  /**
   * The logarithm of a number from the gamma distribution of shape {@code alpha} and scale 1.
   *
   * <p>Marsaglia, Tsang: <i>A simple method for generating gamma variables</i>, ACM TOMS 26, 2000;
   * shapes less than 1 by way of {@code alpha + 1}.
   */
  private static double logGamma(double alpha, RandomStream random) {
    if (alpha < 1) {
      return logGamma(alpha + 1, random) + StrictMath.log(1 - random.nextDouble()) / alpha;
    }
    double d = alpha - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double root = 1 + c * x;
      if (root > 0) {
        double v = root * root * root;
        if (StrictMath.log(1 - random.nextDouble())
            < 0.5 * x * x + d - d * v + d * StrictMath.log(v)) {
          return StrictMath.log(d * v);
        }
      }
    }
  }
}
