import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Measures Deep Java Library with libtorch on the networks and batch sizes of {@code kilonet bench},
 * on the CPU, as {@code pytorch.py} measures PyTorch.
 *
 * <p>Arguments: threads, rounds, names of nets. Prints images a second, medians over the rounds:
 * training with batches of 128, inference with 1,000 images at a time without gradients. Momentum is
 * plain: DJL has no Nesterov momentum for this engine.
 */
public final class Djl {
  private static final int BATCH = 128;
  private static final int INFERENCE_BATCH = 1_000;
  private static final int STEPS = 5;

  private static final Map<String, Supplier<SequentialBlock>> NETS = new LinkedHashMap<>();

  static {
    NETS.put("002/step3", Djl::net002Step3);
    NETS.put("model_3", Djl::netModel3);
    NETS.put("003/step1", Djl::net003Step1);
    NETS.put("001/step1", Djl::net001Step1);
  }

  private Djl() {}

  private static SequentialBlock plain(SequentialBlock net, int outputs, int kernel) {
    return net.add(
        Conv2d.builder()
            .setKernelShape(new Shape(kernel, kernel))
            .setFilters(outputs)
            .optBias(false)
            .build());
  }

  private static SequentialBlock relu(SequentialBlock net, int outputs, int kernel) {
    return plain(net, outputs, kernel).add(Activation.reluBlock());
  }

  private static SequentialBlock block(SequentialBlock net, int outputs, float dropout) {
    return plain(net, outputs, 3)
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Dropout.builder().optRate(dropout).build());
  }

  private static SequentialBlock maxPool(SequentialBlock net) {
    return net.add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)));
  }

  private static SequentialBlock flat(SequentialBlock net) {
    return net.add(Blocks.batchFlattenBlock());
  }

  private static SequentialBlock net002Step3() {
    SequentialBlock net = new SequentialBlock();
    block(block(net, 10, 0.05f), 15, 0.05f);
    maxPool(plain(net, 10, 1));
    for (int i = 0; i < 3; i++) {
      block(net, 16, 0.05f);
    }
    net.add(Pool.avgPool2dBlock(new Shape(6, 6), new Shape(6, 6)));
    return flat(plain(net, 10, 1));
  }

  private static SequentialBlock netModel3() {
    SequentialBlock net = new SequentialBlock();
    maxPool(block(net, 10, 0.02f));
    for (int channels : new int[] {12, 16, 16, 16}) {
      block(net, channels, 0.02f);
    }
    net.add(Pool.avgPool2dBlock(new Shape(5, 5), new Shape(5, 5)));
    return flat(plain(net, 10, 1));
  }

  private static SequentialBlock net003Step1() {
    SequentialBlock net = new SequentialBlock();
    maxPool(relu(relu(relu(net, 32, 3), 64, 3), 128, 3));
    relu(relu(relu(relu(net, 32, 1), 64, 3), 128, 3), 10, 1);
    return flat(plain(net, 10, 7));
  }

  private static SequentialBlock net001Step1() {
    SequentialBlock net = new SequentialBlock();
    maxPool(relu(relu(relu(net, 16, 3), 32, 3), 32, 3));
    relu(relu(relu(net, 32, 3), 64, 3), 128, 3);
    return flat(plain(net, 10, 5));
  }

  /** Images a second of some training steps. */
  private static double training(Trainer trainer, NDArray images, NDArray labels, int steps) {
    long start = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      try (NDManager scope = images.getManager().newSubManager()) {
        NDArray batch = images.duplicate();
        batch.attach(scope);
        try (GradientCollector gradients = trainer.newGradientCollector()) {
          NDList logits = trainer.forward(new NDList(batch));
          logits.attach(scope);
          NDArray loss = trainer.getLoss().evaluate(new NDList(labels), logits);
          loss.attach(scope);
          gradients.backward(loss);
        }
        trainer.step();
      }
    }
    return images.getShape().get(0) * steps * 1e9 / (System.nanoTime() - start);
  }

  /** Images a second of inference. */
  private static double inference(Trainer trainer, NDArray images) {
    long start = System.nanoTime();
    try (NDList logits = trainer.evaluate(new NDList(images))) {
      // Reading a number waits for the result.
      logits.get(0).getFloat(0, 0);
    }
    return images.getShape().get(0) * 1e9 / (System.nanoTime() - start);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private static void measure(String name, int rounds) {
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(
                Optimizer.sgd()
                    .setLearningRateTracker(Tracker.fixed(0.05f))
                    .optMomentum(0.9f)
                    .build());
    try (Model model = Model.newInstance(name)) {
      model.setBlock(NETS.get(name).get());
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(new Shape(BATCH, 1, 28, 28));
        NDManager manager = trainer.getManager();
        NDArray images = manager.randomUniform(0, 1, new Shape(BATCH, 1, 28, 28));
        NDArray labels = manager.randomInteger(0, 10, new Shape(BATCH), DataType.INT64);
        NDArray many = manager.randomUniform(0, 1, new Shape(INFERENCE_BATCH, 1, 28, 28));
        training(trainer, images, labels, 2);
        inference(trainer, many);
        double[] trained = new double[rounds];
        double[] inferred = new double[rounds];
        for (int i = 0; i < rounds; i++) {
          trained[i] = training(trainer, images, labels, STEPS);
        }
        for (int i = 0; i < rounds; i++) {
          inferred[i] = inference(trainer, many);
        }
        System.out.printf(
            Locale.ROOT,
            "%s: training %.0f (best %.0f) images/s, inference %.0f (best %.0f) images/s%n",
            name,
            median(trained),
            Arrays.stream(trained).max().getAsDouble(),
            median(inferred),
            Arrays.stream(inferred).max().getAsDouble());
      }
    }
  }

  /**
   * Measures.
   *
   * @param args threads (2), rounds (5), names of nets (all)
   */
  public static void main(String[] args) {
    String threads = args.length > 0 ? args[0] : "2";
    System.setProperty("ai.djl.pytorch.num_threads", threads);
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    System.setProperty("ai.djl.offline", "true");
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    List<String> names =
        args.length > 2
            ? List.of(args).subList(2, args.length)
            : List.copyOf(NETS.keySet());
    for (String name : names) {
      if (!NETS.containsKey(name)) {
        System.err.println("There is no net " + name + "; choose among " + NETS.keySet() + ".");
        System.exit(2);
      }
      measure(name, rounds);
    }
  }
}
