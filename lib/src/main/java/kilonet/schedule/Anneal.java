package kilonet.schedule;

/** The way from one value to another in a {@link OneCycleLR}. */
public enum Anneal {
  /** Half a cosine, PyTorch's {@code anneal_strategy='cos'}. */
  COS {
    @Override
    double between(double start, double end, double part) {
      return end + (start - end) / 2 * (StrictMath.cos(Math.PI * part) + 1);
    }
  },
  /** A straight line, PyTorch's {@code anneal_strategy='linear'}. */
  LINEAR {
    @Override
    double between(double start, double end, double part) {
      return (end - start) * part + start;
    }
  };

  /** The value after a part, 0 to 1, of the way. */
  abstract double between(double start, double end, double part);
}
