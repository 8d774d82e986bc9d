package kilonet.fused;

/** What one stage of a training plan does. */
interface TrainingStage {

  /** Adds what has to be done with new parameters before the first image. */
  default void load(Program program) {}

  /** Adds the forward pass. */
  void forward(Program program);

  /** Adds the backward pass. */
  void backward(Program program);
}
