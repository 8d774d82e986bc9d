package kilonet.fused;

import org.bytedeco.javacpp.FloatPointer;

/** Softmax and cross-entropy of a chunk: its loss and the error of its logits. */
final class CrossEntropy {
  private final TrainingBatch batch;
  private final Chunk chunk;
  private final float[] values;
  private final FloatPointer logits;
  private final FloatPointer errors;

  CrossEntropy(TrainingBatch batch, Chunk chunk) {
    this.batch = batch;
    this.chunk = chunk;
    int width = OneDnn.padded(batch.stack.classes());
    long skip = (long) chunk.first * width * Float.BYTES;
    int last = batch.stack.stages().size();
    values = new float[chunk.size * width];
    logits = new FloatPointer(NativeMemory.after(batch.activations[last], skip));
    errors = new FloatPointer(NativeMemory.after(batch.errors[last], skip));
  }

  void run() {
    int classes = batch.stack.classes();
    int width = OneDnn.padded(classes);
    logits.get(values);
    double loss = 0;
    int correct = 0;
    for (int n = 0; n < chunk.size; n++) {
      int row = n * width;
      int label = (chunk.first + n) * classes;
      float max = values[row];
      int guess = 0;
      int truth = 0;
      for (int c = 1; c < classes; c++) {
        if (values[row + c] > max) {
          max = values[row + c];
          guess = c;
        }
        if (batch.labels[label + c] > batch.labels[label + truth]) {
          truth = c;
        }
      }
      if (guess == truth) {
        correct++;
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(values[row + c] - max);
      }
      for (int c = 0; c < classes; c++) {
        double p = Math.exp(values[row + c] - max) / sum;
        float y = batch.labels[label + c];
        if (y != 0) {
          double clipped =
              Math.min(Math.max(p, batch.stack.clipping()), 1 - batch.stack.clipping());
          loss -= y * Math.log(clipped);
        }
        values[row + c] = (float) (p - y);
      }
    }
    errors.put(values);
    chunk.loss = loss;
    chunk.correct = correct;
  }
}
