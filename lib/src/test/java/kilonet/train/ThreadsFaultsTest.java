package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Threads that ask one network about images of many shapes, in batches of many sizes, get what one
 * thread gets, bit for bit. See {@link Outcomes} for a longer time of it.
 */
class ThreadsFaultsTest {

  private static final int THREADS = 8;

  /** More shapes than a network keeps plans for, so that some are always being made anew. */
  private static final int[][] SHAPES = {
    {28, 28}, {20, 20}, {28, 20}, {11, 31}, {40, 12}, {9, 9}, {33, 28}
  };

  private static final int[] BATCHES = {1, 3, 16, 17, 40};

  /** Questions of each thread in a build. */
  private static final int QUESTIONS = 150;

  private record Question(INDArray images, float[] answer) {}

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Stack.of("conv-bn-relu")
                .conv(4)
                .maxPool(2)
                .conv(6)
                .globalAveragePool()
                .plain(10, 1)
                .configuration(new Sgd(0.1), 1));
    network.init();
    return network;
  }

  private static List<Question> questions(FusedNetwork network) {
    List<Question> questions = new ArrayList<>();
    for (int[] shape : SHAPES) {
      for (int batch : BATCHES) {
        INDArray images = Nd4j.rand(batch, 1, shape[0], shape[1]);
        questions.add(new Question(images, answer(network, images)));
      }
    }
    return questions;
  }

  private static float[] answer(FusedNetwork network, INDArray images) {
    return network.output(images, false).data().asFloat();
  }

  @Test
  void manyThreadsGetTheAnswersOfOne() throws Exception {
    int seconds = Outcomes.count("seconds", 0);
    try (FusedNetwork network = FusedNetwork.of(network())) {
      List<Question> questions = questions(network);
      AtomicBoolean ended = new AtomicBoolean();
      ExecutorService threads = Executors.newFixedThreadPool(THREADS);
      try {
        List<Future<long[]>> all = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          SplittableRandom random = new SplittableRandom(Outcomes.seed() + t);
          all.add(
              threads.submit(
                  () -> {
                    long[] counts = new long[2];
                    while (seconds > 0 ? !ended.get() : counts[0] < QUESTIONS) {
                      Question asked = questions.get(random.nextInt(questions.size()));
                      boolean equal = Arrays.equals(answer(network, asked.images), asked.answer);
                      counts[0]++;
                      counts[1] += equal ? 0 : 1;
                    }
                    return counts;
                  }));
        }
        if (seconds > 0) {
          Thread.sleep(1_000L * seconds);
        }
        ended.set(true);
        long asked = 0;
        long wrong = 0;
        for (Future<long[]> one : all) {
          asked += one.get()[0];
          wrong += one.get()[1];
        }
        System.out.printf(
            "threads: %d of %d threads' answers are one thread's, %d are not%n",
            asked - wrong, THREADS, wrong);
        assertThat(wrong).isZero();
      } finally {
        ended.set(true);
        threads.shutdownNow();
      }
    }
  }
}
