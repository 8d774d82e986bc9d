package kilonet.fused;

/** What one stage of a training plan does. */
abstract class TrainingStage {
  final TrainingBatch batch;
  final OneDnn dnn;
  final NativeMemory own;

  TrainingStage(TrainingBatch batch) {
    this.batch = batch;
    this.dnn = batch.dnn;
    this.own = batch.own;
  }

  /** Takes the parameters over, once a step. */
  void load() {}

  abstract void forward(Chunk chunk);

  abstract void backward(Chunk chunk);

  /** What the last thread to arrive does where a phase of the forward pass ends, or null. */
  Runnable forwardMerge() {
    return null;
  }

  /** What the last thread to arrive does where a phase of the backward pass ends, or null. */
  Runnable backwardMerge() {
    return null;
  }

  /** Writes the gradients of the stage. */
  void store() {}
}
