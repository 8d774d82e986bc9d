package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import kilonet.augment.Augmentation;
import kilonet.augment.Augmentations;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

class BatchesTest {

  /** Ten images of 2 x 3; all pixels of image i are 10 i, its label is i modulo 4. */
  private static final ImageSet TEN = numbered(10);

  /** Adds a random number to every pixel. */
  private static final Augmentation NOISE =
      (picture, random) -> {
        for (int i = 0; i < picture.height() * picture.width(); i++) {
          picture.pixels()[i] += random.nextFloat();
        }
      };

  private static ImageSet numbered(int size) {
    byte[] pixels = new byte[size * 6];
    byte[] labels = new byte[size];
    for (int i = 0; i < size; i++) {
      Arrays.fill(pixels, 6 * i, 6 * i + 6, (byte) (10 * i));
      labels[i] = (byte) (i % 4);
    }
    return new ImageSet("numbered", 2, 3, 4, pixels, labels).normalized(Normalization.MNIST);
  }

  /** Features and labels of the rest of an epoch, one array a batch. */
  private static List<float[]> rest(Batches batches) {
    List<float[]> all = new ArrayList<>();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      all.add(batch.getFeatures().dup().data().asFloat());
      all.add(batch.getLabels().dup().data().asFloat());
    }
    return all;
  }

  private static List<float[]> epochs(Batches batches, int count) {
    List<float[]> all = new ArrayList<>();
    for (int epoch = 0; epoch < count; epoch++) {
      all.addAll(rest(batches));
      batches.reset();
    }
    return all;
  }

  /** Which images of {@link #TEN}-like sets a batch holds. */
  private static int[] images(DataSet batch) {
    INDArray features = batch.getFeatures();
    return IntStream.range(0, (int) features.size(0))
        .map(i -> Math.round((features.getFloat(i, 0, 0, 0) * Mnist.STD + Mnist.MEAN) * 25.5f))
        .toArray();
  }

  @Test
  void given_a_set_when_taken_in_order_then_shapes_and_values_are_as_said() {
    try (Batches batches = Batches.inOrder(TEN, 4).outputs(6).build()) {
      assertThat(batches.batchesPerEpoch()).isEqualTo(3);
      DataSet first = batches.next();
      assertThat(first.getFeatures().shape()).containsExactly(4, 1, 2, 3);
      assertThat(first.getFeatures().ordering()).isEqualTo('c');
      assertThat(first.getLabels().shape()).containsExactly(4, 6);
      // (0 - 0.1307) / 0.3081 and (20 / 255 - 0.1307) / 0.3081
      assertThat(first.getFeatures().getFloat(0, 0, 1, 2)).isEqualTo(-0.42421292f, within(1e-6f));
      assertThat(first.getFeatures().getFloat(2, 0, 0, 1)).isEqualTo(-0.16964825f, within(1e-6f));
      assertThat(first.getLabels().toFloatMatrix())
          .isDeepEqualTo(
              new float[][] {
                {1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 0, 1, 0, 0, 0}, {0, 0, 0, 1, 0, 0}
              });
      assertThat(images(first)).containsExactly(0, 1, 2, 3);
      assertThat(images(batches.next())).containsExactly(4, 5, 6, 7);
    }
  }

  @Test
  void given_ten_images_when_batches_are_of_four_then_the_last_two_are_kept() {
    try (Batches batches = Batches.inOrder(TEN, 4).build()) {
      batches.startAt(0, 2);
      DataSet last = batches.next();
      assertThat(last.getFeatures().shape()).containsExactly(2, 1, 2, 3);
      assertThat(last.getLabels().shape()).containsExactly(2, 4);
      assertThat(images(last)).containsExactly(8, 9);
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::next)
          .isInstanceOf(NoSuchElementException.class)
          .hasMessage(
              "Epoch 0 has no more than its 3 batches: call reset() to go to the next epoch.");
    }
  }

  @Test
  void given_label_smoothing_when_read_then_targets_are_those_of_pytorch() {
    // torch: 1 - 0.1 + 0.1 / 5 for the true class, 0.1 / 5 for the four others
    try (Batches batches = Batches.inOrder(TEN, 1).labelSmoothing(0.1).outputs(5).build()) {
      assertThat(batches.next().getLabels().toFloatVector())
          .containsExactly(new float[] {0.92f, 0.02f, 0.02f, 0.02f, 0.02f}, within(1e-6f));
    }
  }

  @Test
  void given_another_normalization_when_read_then_it_is_applied() {
    try (Batches batches = Batches.inOrder(TEN, 10).normalization(0.5f, 0.25f).build()) {
      // (90 / 255 - 0.5) / 0.25
      assertThat(batches.next().getFeatures().getFloat(9, 0, 0, 0))
          .isEqualTo(-0.58823529f, within(1e-6f));
    }
  }

  @Test
  void an_epoch_holds_every_image_once_and_the_next_another_order() {
    try (Batches batches = Batches.training(numbered(25), 4, 1).build()) {
      List<Integer> first = new ArrayList<>();
      List<Integer> second = new ArrayList<>();
      batches.forEachRemaining(b -> Arrays.stream(images(b)).forEach(first::add));
      batches.reset();
      assertThat(batches.epoch()).isEqualTo(1);
      batches.forEachRemaining(b -> Arrays.stream(images(b)).forEach(second::add));
      List<Integer> all = IntStream.range(0, 25).boxed().toList();
      assertThat(first).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(all);
      assertThat(second).containsExactlyInAnyOrderElementsOf(all).isNotEqualTo(first);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 7})
  void the_stream_is_the_same_for_any_number_of_threads(int workers) {
    ImageSet set = PenDigits.generate(500, 1, 3).train();
    try (Batches one = Batches.training(set, 16, 5).augmentation(NOISE).workers(1).build();
        Batches many = Batches.training(set, 16, 5).augmentation(NOISE).workers(workers).build()) {
      assertSame(epochs(many, 3), epochs(one, 3));
    }
  }

  private static void assertSame(List<float[]> actual, List<float[]> expected) {
    assertThat(actual.toArray(float[][]::new)).isDeepEqualTo(expected.toArray(float[][]::new));
  }

  @Test
  void other_seeds_give_other_orders_and_other_noise() {
    try (Batches a = Batches.training(TEN, 10, 1).build();
        Batches b = Batches.training(TEN, 10, 2).build();
        Batches c = Batches.training(TEN, 10, 1).augmentation(NOISE).build()) {
      assertThat(images(a.next())).isNotEqualTo(images(b.next()));
      INDArray noisy = c.next().getFeatures().dup();
      c.reset();
      assertThat(c.next().getFeatures()).isNotEqualTo(noisy);
    }
  }

  @Test
  void given_an_augmentation_when_it_does_nothing_then_values_are_those_without() {
    ImageSet set = PenDigits.generate(40, 1, 3).train();
    try (Batches plain = Batches.training(set, 16, 5).build();
        Batches same = Batches.training(set, 16, 5).augmentation((p, r) -> {}).build()) {
      assertSame(epochs(same, 1), epochs(plain, 1));
    }
  }

  @Test
  void given_an_end_of_augmentation_when_reached_then_images_and_labels_are_as_they_are() {
    ImageSet set = PenDigits.generate(40, 1, 3).train();
    try (Batches plain = Batches.training(set, 16, 5).build();
        Batches ending =
            Batches.training(set, 16, 5)
                .augmentation(NOISE)
                .mixing(Augmentations.parseBatch("mixup(alpha=1)").orElseThrow())
                .augmentedUntil(1.5)
                .build()) {
      List<float[]> expected = epochs(plain, 3);
      List<float[]> actual = epochs(ending, 3);
      // 3 batches an epoch, two arrays each; the fifth begins at 1.4 epochs, the sixth at 1.8
      for (int i = 0; i < actual.size(); i++) {
        if (i < 2 * 5) {
          assertThat(actual.get(i)).isNotEqualTo(expected.get(i));
        } else {
          assertThat(actual.get(i)).isEqualTo(expected.get(i));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 6, 7})
  void starting_in_the_middle_gives_the_tail_of_the_full_pass(int batch) {
    ImageSet set = numbered(25);
    try (Batches full = Batches.training(set, 4, 9).augmentation(NOISE).build();
        Batches resumed = Batches.training(set, 4, 9).augmentation(NOISE).build()) {
      List<float[]> all = epochs(full, 4);
      // 7 batches an epoch, two arrays each
      int from = 2 * (2 * 7 + batch);

      resumed.startAt(2, batch);
      assertSame(epochs(resumed, 2), all.subList(from, all.size()));
      resumed.startAt(1, 2);
      resumed.next();
      resumed.startAt(2, batch);
      assertSame(epochs(resumed, 2), all.subList(from, all.size()));
    }
  }

  @Test
  void given_an_epoch_that_has_not_begun_when_reset_then_nothing_is_skipped() {
    try (Batches batches = Batches.inOrder(TEN, 4).build()) {
      batches.reset();
      assertThat(batches.epoch()).isZero();
      batches.next();
      batches.reset();
      assertThat(batches.epoch()).isEqualTo(1);
      assertThat(batches.position()).isZero();
    }
  }

  @Test
  void a_batch_stays_as_it_is_until_the_fourth_call_after_it() {
    // one small batch an epoch, two batches an epoch, many batches an epoch
    for (int size : new int[] {3, 7, 60}) {
      try (Batches batches = Batches.training(numbered(size), 4, 9).augmentation(NOISE).build()) {
        List<INDArray> given = new ArrayList<>();
        List<INDArray> copies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          if (!batches.hasNext()) {
            batches.reset();
          }
          INDArray features = batches.next().getFeatures();
          given.add(features);
          copies.add(features.dup());
          for (int k = Math.max(0, i - Batches.KEPT + 1); k <= i; k++) {
            assertThat(given.get(k)).isEqualTo(copies.get(k));
          }
        }
      }
    }
  }

  @Test
  void the_buffers_of_the_ring_are_used_over_and_over() {
    try (Batches batches = Batches.inOrder(numbered(25), 1).workers(1).build()) {
      long different =
          IntStream.range(0, 25)
              .mapToObj(i -> batches.next().getFeatures())
              .mapToInt(System::identityHashCode)
              .distinct()
              .count();
      assertThat(different).isEqualTo(Batches.KEPT + 4);
    }
  }

  @Test
  void no_image_is_allocated_in_the_steady_state() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ImageSet set = PenDigits.generate(1_000, 1, 3).train();
    AtomicLong ofWorker = new AtomicLong();
    Augmentation affine = Augmentations.parse("affine(degrees=10, shift=2)");
    Augmentation watched =
        (picture, random) -> {
          affine.apply(picture, random);
          ofWorker.set(threads.getCurrentThreadAllocatedBytes());
        };
    try (Batches batches = Batches.training(set, 64, 1).augmentation(watched).workers(1).build()) {
      long reader = 0;
      long worker = 0;
      for (int epoch = 0; epoch < 12; epoch++) {
        if (epoch == 6) {
          reader = threads.getCurrentThreadAllocatedBytes();
          worker = ofWorker.get();
        }
        while (batches.hasNext()) {
          batches.next();
        }
        batches.reset();
      }
      // An image as numbers would be 3,136 bytes; waiting and what is not compiled yet take dozens.
      assertThat((threads.getCurrentThreadAllocatedBytes() - reader) / 6_000).isLessThan(1_500);
      assertThat((ofWorker.get() - worker) / 6_000).isLessThan(1_500);
    }
  }

  @Test
  void given_a_failing_augmentation_when_asked_for_a_batch_then_its_cause_surfaces() {
    Augmentation failing =
        (picture, random) -> {
          throw new ArithmeticException("too much");
        };
    try (Batches batches = Batches.training(TEN, 4, 1).augmentation(failing).build()) {
      assertThatThrownBy(batches::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Batch 0 of epoch 0 could not be made: too much")
          .hasCauseInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void given_an_augmentation_that_changes_the_size_when_asked_for_a_batch_then_it_says_so() {
    Augmentation growing = (picture, random) -> picture.resize(3, 3);
    try (Batches batches = Batches.training(TEN, 4, 1).augmentation(growing).build()) {
      assertThatThrownBy(batches::next)
          .rootCause()
          .hasMessageContaining("turned an image of 2 x 3 into one of 3 x 3");
    }
  }

  @Test
  void given_a_failure_in_a_later_batch_when_asked_then_those_before_it_still_come() {
    Augmentation failing =
        (picture, random) -> {
          if (picture.pixels()[0] * 255 > 65) {
            throw new ArithmeticException("too bright");
          }
        };
    // Image 7 is the first that fails: it is in batch 3.
    try (Batches batches = Batches.inOrder(TEN, 2).augmentation(failing).workers(3).build()) {
      assertThat(images(batches.next())).containsExactly(0, 1);
      assertThat(images(batches.next())).containsExactly(2, 3);
      assertThat(images(batches.next())).containsExactly(4, 5);
      String sentence = "Batch 3 of epoch 0 could not be made: too bright";
      assertThatThrownBy(batches::next).hasMessage(sentence);
      assertThatThrownBy(batches::next).hasMessage(sentence);
      batches.startAt(0, 1);
      assertThat(images(batches.next())).containsExactly(2, 3);
    }
  }

  @Test
  void given_an_interrupt_when_waiting_for_a_batch_then_it_is_kept_and_nothing_is_lost() {
    CountDownLatch interrupted = new CountDownLatch(1);
    Augmentation slow =
        (picture, random) -> {
          try {
            interrupted.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    try (Batches batches = Batches.inOrder(TEN, 4).augmentation(slow).build()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::next).hasMessage("Interrupted while waiting for a batch.");
      assertThat(Thread.interrupted()).isTrue();
      interrupted.countDown();
      assertThat(images(batches.next())).containsExactly(0, 1, 2, 3);
    }
  }

  @Test
  void batches_are_not_written_as_java_objects() throws IOException {
    try (Batches batches = Batches.inOrder(TEN, 4).build();
        ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      assertThatThrownBy(() -> out.writeObject(batches))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("use startAt");
    }
  }

  @Test
  void given_closed_batches_when_asked_for_one_then_they_say_so() {
    Batches batches = Batches.inOrder(TEN, 4).build();
    DataSet kept = batches.next();
    batches.close();
    assertThat(images(kept)).containsExactly(0, 1, 2, 3);
    assertThatThrownBy(batches::next).hasMessage("These batches were closed: build new ones.");
  }

  @Test
  void settings_out_of_range_are_refused_with_the_range() {
    assertThatThrownBy(() -> Batches.inOrder(TEN, 0)).hasMessageContaining("at least 1");
    Batches.Builder builder = Batches.inOrder(TEN, 4);
    assertThatThrownBy(() -> builder.labelSmoothing(1)).hasMessageContaining("from 0 to below 1");
    assertThatThrownBy(() -> builder.augmentedUntil(-1)).hasMessageContaining("0 or more");
    assertThatThrownBy(() -> builder.augmentedUntil(Double.NaN)).hasMessageContaining("0 or more");
    assertThatThrownBy(() -> builder.outputs(3)).hasMessageContaining("at least 4");
    assertThatThrownBy(() -> builder.workers(0)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> builder.normalization(0, 0)).hasMessageContaining("above 0");
    try (Batches batches = builder.build()) {
      assertThatThrownBy(() -> batches.startAt(0, 4)).hasMessageContaining("from 0 to 3");
      assertThatThrownBy(() -> batches.next(5)).hasMessageContaining("batches of 4");
    }
  }

  @Test
  void given_a_net_of_dl4j_when_fitted_and_evaluated_then_batches_do_what_an_iterator_does() {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Sgd(0.1))
            .list()
            .layer(new OutputLayer.Builder().nOut(10).build())
            .setInputType(InputType.convolutional(28, 28, 1))
            .build();
    MultiLayerNetwork net = new MultiLayerNetwork(configuration);
    net.init();
    TrainTest digits = PenDigits.generate(330, 50, 1);
    try (Batches train = Batches.training(digits.train(), 100, 1).build();
        Batches test = Batches.inOrder(digits.test(), 20).build()) {
      net.fit(train, 3);
      assertThat(net.getIterationCount()).isEqualTo(3 * 4);
      assertThat(train.epoch()).isEqualTo(2);
      Evaluation once = net.evaluate(test);
      Evaluation again = net.evaluate(test);
      assertThat(once.getNumRowCounter()).isEqualTo(50);
      assertThat(again.accuracy()).isEqualTo(once.accuracy());
    }
  }

  @Test
  void given_mixup_when_read_then_pictures_and_labels_are_mixed_alike_whatever_the_workers() {
    ImageSet set = PenDigits.generate(40, 1, 1).train();
    float[][] labels = new float[2][];
    for (int workers = 1; workers <= 2; workers++) {
      try (Batches plain = Batches.training(set, 16, 7).normalization(0, 1).build();
          Batches mixed =
              Batches.training(set, 16, 7)
                  .normalization(0, 1)
                  .mixing(Augmentations.parseBatch("mixup(alpha=1)").orElseThrow())
                  .workers(workers)
                  .build()) {
        while (plain.hasNext()) {
          DataSet from = plain.next();
          DataSet to = mixed.next();
          int rows = (int) from.getLabels().size(0);
          for (int row = 0; row < rows; row++) {
            int before = (row + rows - 1) % rows;
            // Both are part * own + (1 - part) * the one before: find the part from the labels.
            assertThat(to.getLabels().getRow(row).sumNumber().floatValue())
                .isCloseTo(1, within(1e-5f));
            int own = from.getLabels().getRow(row).argMax().getInt(0);
            int other = from.getLabels().getRow(before).argMax().getInt(0);
            if (own == other) {
              continue;
            }
            float part = to.getLabels().getFloat(row, own);
            double expected =
                part * from.getFeatures().slice(row).sumNumber().doubleValue()
                    + (1 - part) * from.getFeatures().slice(before).sumNumber().doubleValue();
            assertThat(to.getFeatures().slice(row).sumNumber().doubleValue())
                .isCloseTo(expected, within(1e-2));
          }
          labels[workers - 1] = to.getLabels().dup().data().asFloat();
        }
      }
    }
    assertThat(labels[0]).isEqualTo(labels[1]);
  }

  @Test
  void given_arrays_that_were_put_in_place_of_a_batchs_own_then_later_batches_are_right() {
    try (Batches plain = Batches.inOrder(TEN, 3).build();
        Batches doubled = Batches.inOrder(TEN, 3).workers(1).build()) {
      doubled.setPreProcessor(
          batch -> {
            batch.setFeatures(batch.getFeatures().mul(2));
            batch.setLabels(batch.getLabels().mul(3));
          });
      for (int epoch = 0; epoch < 5; epoch++) {
        for (; plain.hasNext(); ) {
          DataSet expected = plain.next();
          DataSet actual = doubled.next();
          assertThat(actual.getFeatures()).isEqualTo(expected.getFeatures().mul(2));
          assertThat(actual.getLabels()).isEqualTo(expected.getLabels().mul(3));
        }
        plain.reset();
        doubled.reset();
      }
    }
  }

  @Test
  void given_a_batch_size_beyond_the_set_then_one_batch_holds_all() {
    try (Batches batches =
        Batches.training(TEN, Integer.MAX_VALUE, 1)
            .mixing(Augmentations.parseBatch("mixup(alpha=1)").orElseThrow())
            .build()) {
      assertThat(batches.batchesPerEpoch()).isEqualTo(1);
      assertThat(batches.next().getFeatures().size(0)).isEqualTo(10);
      assertThat(batches.hasNext()).isFalse();
    }
  }
}
