package kilonet.fused;

import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The first convolution with its batch norm and what follows it, in one pass each way.
 *
 * <p>What the batch norm wants to know of the convolution's outcome follows from the moments of the
 * images, so its scale and offset go into the weights beforehand. On the way back, what it
 * subtracts from the error is linear in 1 and in the convolution's outcome; so its part in the
 * gradient of the weights follows from the same moments, and needs no pass over the error.
 */
final class FoldedTraining extends TrainingStage {
  private static final int LARGEST_WINDOW = 25;

  private final Convolution c;
  private final Norm norm;
  private final ConvolutionTraining convolution;
  private final PointwiseTraining pointwise;
  private final PatchMoments moments;
  private final PatchMoments.Adder[] adders;
  private final float[] scale;
  private final float[] shift;
  private final double[] seen;

  FoldedTraining(TrainingBatch batch, Convolution c, Pointwise p) {
    super(batch);
    this.c = c;
    this.norm = p.norm();
    this.convolution = new ConvolutionTraining(batch, 0, c.with(p.activation()), true, 2);
    this.pointwise = new PointwiseTraining(batch, 1, p, null);
    this.moments = new PatchMoments(c.in(), c.window(), batch.chunks.size());
    this.adders = new PatchMoments.Adder[batch.threads];
    for (int i = 0; i < adders.length; i++) {
      adders[i] = moments.new Adder();
    }
    this.scale = new float[OneDnn.padded(c.out().channels())];
    this.shift = new float[scale.length];
    this.seen = new double[moments.area()];
  }

  /** Whether the first convolution can take its batch norm in. */
  static boolean fits(Stack stack) {
    return stack.plainInput()
        && stack.input().channels() == 1
        && stack.stages().size() > 2
        && stack.stages().get(0) instanceof Convolution c
        && c.activation().isIdentity()
        && c.weightAt().length / c.out().channels() <= LARGEST_WINDOW
        && c.window().kernelWidth() < c.in().width()
        && c.window().kernelHeight() < c.in().height()
        && stack.stages().get(1) instanceof Pointwise p
        && p.norm() != null;
  }

  @Override
  void load() {
    convolution.loadBackward();
  }

  @Override
  void forward(Chunk chunk) {
    int thread = chunk.thread;
    int size = c.in().height() * c.in().width();
    FloatPointer at = new FloatPointer(batch.activations[0]);
    chunk.add(
        "moments 0",
        s -> {
          adders[thread].clear(chunk.number);
          for (int n = 0; n < chunk.size; n++) {
            at.position((long) (chunk.first + n) * size).get(adders[thread].image());
            adders[thread].add(chunk.number);
          }
        });
    chunk.endPhase();
    convolution.forward(chunk);
    pointwise.addDropout(chunk);
  }

  @Override
  Runnable forwardMerge() {
    return this::fold;
  }

  private float weight(int o, int k) {
    return batch.parameters[c.weightAt()[o * moments.area() + k]];
  }

  private void fold() {
    moments.finish();
    double count = pointwise.count;
    double kept = pointwise.keptFactor();
    for (int o = 0; o < c.out().channels(); o++) {
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < seen.length; k++) {
        sum += weight(o, k) * moments.sum(k);
        for (int l = 0; l < seen.length; l++) {
          squares += (double) weight(o, k) * weight(o, l) * moments.product(k, l);
        }
      }
      double mean = sum / count;
      double variance = Math.max(0, squares / count - mean * mean);
      double factor = norm.gamma(batch.parameters, o) / Math.sqrt(variance + norm.epsilon());
      scale[o] = (float) (kept * factor);
      shift[o] = (float) (kept * (norm.beta(batch.parameters, o) - factor * mean));
      pointwise.mean[o] =
          (float) (mean + (c.biasAt().length > 0 ? batch.parameters[c.biasAt()[o]] : 0));
      pointwise.variance[o] = (float) variance;
    }
    convolution.load(scale, shift);
  }

  @Override
  void backward(Chunk chunk) {
    pointwise.addDropoutBackward(chunk);
    convolution.backward(chunk);
  }

  @Override
  void store() {
    convolution.storeWeights();
    double count = pointwise.count;
    double kept = pointwise.keptFactor();
    for (int o = 0; o < c.out().channels(); o++) {
      double mean =
          pointwise.mean[o] - (c.biasAt().length > 0 ? batch.parameters[c.biasAt()[o]] : 0);
      double deviation = Math.sqrt(pointwise.variance[o] + norm.epsilon());
      double errors = kept * convolution.biasGradient(o);
      double product = 0;
      for (int k = 0; k < seen.length; k++) {
        seen[k] = 0;
        for (int l = 0; l < seen.length; l++) {
          seen[k] += weight(o, l) * moments.product(k, l);
        }
        seen[k] = (seen[k] - mean * moments.sum(k)) / deviation;
        product += kept * weight(o, k) * batch.gradient[c.weightAt()[o * seen.length + k]];
      }
      double normalised = (product - mean * errors) / deviation;
      pointwise.gammaSum[o] = normalised;
      pointwise.betaSum[o] = errors;
      double factor = norm.gamma(batch.parameters, o) / deviation;
      for (int k = 0; k < seen.length; k++) {
        int at = c.weightAt()[o * seen.length + k];
        double corrected =
            kept * batch.gradient[at] - (errors * moments.sum(k) + normalised * seen[k]) / count;
        batch.gradient[at] = (float) (factor * corrected);
      }
      if (c.biasAt().length > 0) {
        batch.gradient[c.biasAt()[o]] = 0;
      }
    }
    pointwise.store();
  }
}
