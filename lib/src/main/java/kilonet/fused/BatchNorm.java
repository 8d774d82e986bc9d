package kilonet.fused;

import kilonet.fused.Stage.Norm;

/** What a batch norm knows of the present batch, one number for each channel. */
final class BatchNorm {
  /** A scale with which an outcome still tells the sign of what went in. */
  private static final float NEARLY_ZERO = 1e-30f;

  final float[] mean;
  final float[] variance;

  /** By what the distance from the mean is multiplied; never 0. */
  final float[] scale;

  /** What is added to that. */
  final float[] shift;

  /** The corrected error is {@code factor * error + tilt * (y - mean) + offset}. */
  final float[] factor;

  final float[] tilt;
  final float[] offset;

  private final TrainingBatch batch;
  private final Norm norm;
  private final double count;

  /**
   * Prepares it.
   *
   * @param channels the number of channels
   * @param count the values of a channel in the whole batch
   */
  BatchNorm(TrainingBatch batch, Norm norm, int channels, double count) {
    this.batch = batch;
    this.norm = norm;
    this.count = count;
    mean = new float[channels];
    variance = new float[channels];
    scale = new float[channels];
    shift = new float[channels];
    factor = new float[channels];
    tilt = new float[channels];
    offset = new float[channels];
  }

  /**
   * Takes a channel's statistics.
   *
   * @param kept by what dropout multiplies the outcome
   */
  void set(int c, double middle, double spread, double kept) {
    mean[c] = (float) middle;
    variance[c] = (float) Math.max(0, spread);
    scale[c] =
        (float) (kept * norm.gamma(batch.parameters, c) / Math.sqrt(variance[c] + norm.epsilon()));
    shift[c] = (float) (kept * norm.beta(batch.parameters, c));
    if (scale[c] == 0) {
      scale[c] = NEARLY_ZERO;
    }
  }

  /** Writes by how much the running statistics change, which DL4J takes for a gradient. */
  void storeRunning(int part, int parts) {
    double rest = 1 - norm.decay();
    int end = TapSum.share(mean.length, part + 1, parts);
    for (int c = TapSum.share(mean.length, part, parts); c < end; c++) {
      batch.gradient[norm.meanAt() + c] =
          (float) (rest * (batch.parameters[norm.meanAt() + c] - mean[c]));
      double running = batch.parameters[norm.varianceAt() + c];
      if (norm.logarithm()) {
        double before = StrictMath.pow(10, 2 * running);
        double after = norm.decay() * before + rest * variance[c];
        batch.gradient[norm.varianceAt() + c] = (float) (StrictMath.log10(before / after) / 2);
      } else {
        batch.gradient[norm.varianceAt() + c] = (float) (rest * (running - variance[c]));
      }
    }
  }

  /**
   * Takes a channel's sums of errors, writes the gradients of scale and offset, and works out how
   * errors are corrected.
   *
   * @param errors the sum of the errors behind the norm
   * @param products the sum of their products with {@code y - mean}
   * @param kept by what dropout multiplies the outcome
   */
  void correctBy(int c, double errors, double products, double kept) {
    double deviation = Math.sqrt(variance[c] + norm.epsilon());
    double normalised = products / deviation;
    double factor = kept * norm.gamma(batch.parameters, c) / deviation;
    if (norm.gammaAt() >= 0) {
      batch.gradient[norm.gammaAt() + c] = (float) (kept * normalised);
      batch.gradient[norm.betaAt() + c] = (float) (kept * errors);
    }
    this.factor[c] = (float) factor;
    tilt[c] = (float) (-factor * normalised / count / deviation);
    offset[c] = (float) (-factor * errors / count);
  }
}
