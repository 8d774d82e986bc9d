package kilonet.export;

import java.util.Arrays;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;

/** One factor and one offset a channel: a batch norm. */
record Affine(double[] factors, double[] offsets) {

  Affine then(Affine next) {
    double[] factor = new double[factors.length];
    double[] offset = new double[factors.length];
    for (int c = 0; c < factor.length; c++) {
      factor[c] = factors[c] * next.factors[c];
      offset[c] = offsets[c] * next.factors[c] + next.offsets[c];
    }
    return new Affine(factor, offset);
  }

  private boolean keepsOrder() {
    return Arrays.stream(factors).allMatch(f -> f > 0);
  }

  boolean keepsZero() {
    return Arrays.stream(offsets).allMatch(o -> o == 0);
  }

  /** Whether it comes to the same before a pooling as behind it. */
  boolean passes(Pooling pooling) {
    return switch (pooling.kind()) {
      case MAX -> keepsOrder();
      case AVERAGE -> true;
      case AVERAGE_WITH_PADDING ->
          keepsZero() || !pooling.window().isPadded(pooling.in(), pooling.out());
    };
  }

  /** A convolution with this done to its outputs. */
  Convolution behind(Convolution c) {
    float[] weights = new float[c.weights().length];
    float[] bias = new float[c.bias().length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = (float) (c.bias()[o] * factors[o] + offsets[o]);
      for (int t = o * c.taps(); t < (o + 1) * c.taps(); t++) {
        weights[t] = (float) (c.weights()[t] * factors[o]);
      }
    }
    return c.with(weights, bias);
  }

  /** A convolution with this done to its inputs. */
  Convolution before(Convolution c) {
    float[] weights = new float[c.weights().length];
    float[] bias = new float[c.bias().length];
    int taps = c.window().taps();
    for (int o = 0; o < bias.length; o++) {
      double sum = c.bias()[o];
      for (int i = 0; i < c.inputs(); i++) {
        int channel = o / c.outputs() * c.inputs() + i;
        for (int t = (o * c.inputs() + i) * taps; t < (o * c.inputs() + i + 1) * taps; t++) {
          weights[t] = (float) (c.weights()[t] * factors[channel]);
          sum += c.weights()[t] * offsets[channel];
        }
      }
      bias[o] = (float) sum;
    }
    return c.with(weights, bias);
  }
}
