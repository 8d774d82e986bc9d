package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PenDigitsTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void the_digits_of_a_seed_are_the_same_with_any_number_of_threads(int threads) throws Exception {
    ForkJoinPool pool = new ForkJoinPool(threads);
    try {
      TrainTest digits = pool.submit(() -> PenDigits.generate(1200, 300, 11)).get();
      TrainTest expected = PenDigits.generate(1200, 300, 11);
      assertThat(digits.train().pixels()).isEqualTo(expected.train().pixels());
      assertThat(digits.test().pixels()).isEqualTo(expected.test().pixels());
      assertThat(digits.train().classCounts()).isEqualTo(expected.train().classCounts());
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void the_first_digits_do_not_depend_on_how_many_are_drawn() {
    assertThat(PenDigits.generate(300, 1, 5).train().first(70).pixels())
        .isEqualTo(PenDigits.generate(70, 1, 5).train().pixels());
  }

  @Test
  void other_seeds_and_the_test_set_hold_other_digits() {
    TrainTest one = PenDigits.generate(50, 50, 1);
    assertThat(one.train().pixels()).isNotEqualTo(one.test().pixels());
    assertThat(one.train().pixels()).isNotEqualTo(PenDigits.generate(50, 50, 2).train().pixels());
  }

  @Test
  void digits_are_like_those_of_mnist_28_by_28_centred_by_mass_and_away_from_the_edge() {
    ImageSet digits = PenDigits.generate(500, 1, 1).train();
    assertThat(digits).hasToString("digits: 500 images of 28 x 28 in 10 classes");
    int touching = 0;
    for (int i = 0; i < digits.size(); i++) {
      byte[] image = digits.image(i);
      double mass = 0;
      double x = 0;
      double y = 0;
      boolean touches = false;
      for (int p = 0; p < image.length; p++) {
        int value = image[p] & 0xFF;
        mass += value;
        x += value * (p % 28 + 0.5);
        y += value * (p / 28 + 0.5);
        boolean edge = p % 28 == 0 || p % 28 == 27 || p / 28 == 0 || p / 28 == 27;
        touches |= edge && value > 0;
      }
      touching += touches ? 1 : 0;
      // The image is moved by whole pixels, so at most half a pixel is left, and what rounding
      // adds.
      assertThat(x / mass).isBetween(13.45, 14.55);
      assertThat(y / mass).isBetween(13.45, 14.55);
    }
    // Where the mass lies far from the middle of the box; it happens in MNIST, too.
    assertThat(touching).isLessThanOrEqualTo(5);
  }

  @Test
  void every_digit_is_drawn_about_as_often() {
    // Binomial(20,000, 0.1): standard deviation 42; six of them.
    for (int count : PenDigits.generate(20_000, 1, 1).train().classCounts()) {
      assertThat(count).isBetween(1745, 2255);
    }
  }

  @Test
  void a_linear_model_stays_below_95_percent() {
    TrainTest digits = PenDigits.generate(12_000, 2_000, 1);
    float[][] weights = softmaxRegression(digits.train(), 5);
    double accuracy = accuracy(weights, digits.test());
    // The lower bound shows that the model has learnt at all.
    assertThat(accuracy).isBetween(0.80, 0.95);
  }

  private static float[][] softmaxRegression(ImageSet set, int epochs) {
    float[][] weights = new float[10][785];
    float[] image = new float[785];
    double[] scores = new double[10];
    for (int epoch = 0; epoch < epochs; epoch++) {
      float rate = 0.03f * (epochs - epoch) / epochs;
      for (int i = 0; i < set.size(); i++) {
        load(set, i, image);
        score(weights, image, scores);
        double most = Arrays.stream(scores).max().orElseThrow();
        double sum = Arrays.stream(scores).map(s -> Math.exp(s - most)).sum();
        for (int c = 0; c < 10; c++) {
          double probability = Math.exp(scores[c] - most) / sum;
          float step = rate * (float) (probability - (set.label(i) == c ? 1 : 0));
          for (int p = 0; p < image.length; p++) {
            weights[c][p] -= step * image[p];
          }
        }
      }
    }
    return weights;
  }

  private static double accuracy(float[][] weights, ImageSet set) {
    float[] image = new float[785];
    double[] scores = new double[10];
    int right = 0;
    for (int i = 0; i < set.size(); i++) {
      load(set, i, image);
      score(weights, image, scores);
      double most = Arrays.stream(scores).max().orElseThrow();
      right += scores[set.label(i)] == most ? 1 : 0;
    }
    return (double) right / set.size();
  }

  private static void load(ImageSet set, int index, float[] image) {
    for (int p = 0; p < 784; p++) {
      image[p] = (set.pixels()[784 * index + p] & 0xFF) / 255f;
    }
    image[784] = 1;
  }

  private static void score(float[][] weights, float[] image, double[] scores) {
    for (int c = 0; c < 10; c++) {
      float sum = 0;
      for (int p = 0; p < image.length; p++) {
        sum += weights[c][p] * image[p];
      }
      scores[c] = sum;
    }
  }

  @Test
  void fewer_than_one_digit_is_refused() {
    assertThatThrownBy(() -> PenDigits.generate(10, 0, 1))
        .isInstanceOf(DataException.class)
        .hasMessage("0 digits cannot be drawn: give at least 1.");
  }
}
