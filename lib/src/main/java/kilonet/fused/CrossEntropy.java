package kilonet.fused;

import static kilonet.fused.Layout.LANES;

/** Softmax and cross-entropy: the loss of each group and the error of its logits. */
final class CrossEntropy {
  private final TrainingBatch batch;
  private final double[] loss;
  private final int[] correct;

  CrossEntropy(TrainingBatch batch) {
    this.batch = batch;
    this.loss = new double[batch.groups];
    this.correct = new int[batch.groups];
  }

  /** Does a group; the first of several parts does all of it. */
  void run(int group, int part) {
    if (part > 0) {
      return;
    }
    int classes = batch.stack.classes();
    int last = batch.stack.stages().size();
    int logits = batch.activation(last, group);
    int errors = batch.error(last, group);
    double[] exponentials = new double[classes];
    loss[group] = 0;
    correct[group] = 0;
    for (int l = 0; l < LANES; l++) {
      if (l < batch.size(group)) {
        add(group, logits + l, errors + l, exponentials);
      } else {
        for (int c = 0; c < classes; c++) {
          batch.memory[errors + l + c * LANES] = 0;
        }
      }
    }
  }

  private void add(int group, int logits, int errors, double[] exponentials) {
    float[] x = batch.memory;
    int classes = exponentials.length;
    int row =
        (group * LANES + (logits - batch.activation(batch.stack.stages().size(), group))) * classes;
    float max = x[logits];
    int guess = 0;
    int truth = 0;
    for (int c = 1; c < classes; c++) {
      if (x[logits + c * LANES] > max) {
        max = x[logits + c * LANES];
        guess = c;
      }
      if (batch.labels[row + c] > batch.labels[row + truth]) {
        truth = c;
      }
    }
    if (guess == truth) {
      correct[group]++;
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      exponentials[c] = Exponential.of(x[logits + c * LANES] - max);
      sum += exponentials[c];
    }
    double logarithm = StrictMath.log(sum);
    for (int c = 0; c < classes; c++) {
      float y = batch.labels[row + c];
      if (y != 0) {
        loss[group] -= y * (x[logits + c * LANES] - (double) max - logarithm);
      }
      x[errors + c * LANES] = (float) (exponentials[c] / sum - y);
    }
  }

  /** The sum of the losses of the last batch's images. */
  double loss() {
    double all = 0;
    for (double l : loss) {
      all += l;
    }
    return all;
  }

  /** How many images of the last batch were classified rightly. */
  int correct() {
    int all = 0;
    for (int c : correct) {
      all += c;
    }
    return all;
  }
}
