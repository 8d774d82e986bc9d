package kilonet.train;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import kilonet.data.Normalization;
import kilonet.data.Sha256;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Knowledge distillation: a larger net that is trained first, on the same images, and whose answers
 * become a part of the labels.
 *
 * <p>The label of a training image is {@code (1 - weight)} of the one-hot label and {@code weight}
 * of what the trained teacher says of the image, as it is, without augmentation: its probabilities
 * to the power of {@code 1 / temperature}, scaled to a sum of one, which are its softmax at that
 * temperature. They are asked for once, so that they cost an epoch nothing. The net's own softmax
 * is not changed. So the training loss has a floor above zero, and the training accuracy counts the
 * largest part of a label, which is that of the true class unless the teacher is sure of another.
 * (Hinton, Vinyals and Dean, <i>Distilling the Knowledge in a Neural Network</i>, 2015, soften the
 * net's softmax, too.)
 *
 * <p>The teacher has a seed of its own, so that runs of all seeds can have one teacher.
 *
 * @param recipe what the teacher is trained by, on the images of the recipe that it teaches: both
 *     say the same data, limit, validation and normalization; without a teacher itself
 * @param weight the teacher's part of the labels, above 0 to 1
 * @param temperature how soft its answers are made, 1 (as they are) to 100 (all alike)
 */
public record Teacher(Recipe recipe, double weight, double temperature) {

  private static final double HIGHEST_TEMPERATURE = 100;

  /** Checks the ranges. */
  public Teacher {
    Objects.requireNonNull(recipe, "recipe");
    if (recipe.teacher() != null) {
      throw new IllegalArgumentException(
          Text.of(
              "The teacher %s has a teacher itself: leave that one out, or let it teach.",
              recipe.name()));
    }
    if (!(weight > 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          Text.of(
              "A teacher's weight of %s cannot be: give its part of the labels, above 0 to 1.",
              weight));
    }
    Check.between("A teacher's temperature", temperature, 1, HIGHEST_TEMPERATURE);
  }

  /** The same for the images of another recipe. */
  Teacher on(String data, int limit, Validation validation, Normalization normalization) {
    return new Teacher(
        recipe.data(data).limit(limit).validation(validation).normalization(normalization),
        weight,
        temperature);
  }

  /** The name of the folder of its run, beside those of the runs that it teaches. */
  String folder() {
    byte[] digest = Sha256.digest().digest(Json.line(recipe).getBytes(StandardCharsets.UTF_8));
    return "teacher-" + HexFormat.of().formatHex(digest, 0, 4);
  }

  /**
   * The labels that it gives.
   *
   * @param answers what the trained teacher says of the training images, in their order
   * @return {@code [image][output]}
   */
  float[][] labels(Predictions answers) {
    float[][] labels = new float[answers.size()][];
    for (int image = 0; image < labels.length; image++) {
      float[] probabilities = answers.probabilities()[image];
      double[] softened = new double[probabilities.length];
      double sum = 0;
      for (int c = 0; c < softened.length; c++) {
        softened[c] = StrictMath.pow(probabilities[c], 1 / temperature);
        sum += softened[c];
      }
      labels[image] = new float[softened.length];
      for (int c = 0; c < softened.length; c++) {
        double own = c == answers.labels()[image] ? 1 - weight : 0;
        labels[image][c] = (float) (own + weight * softened[c] / sum);
      }
    }
    return labels;
  }
}
