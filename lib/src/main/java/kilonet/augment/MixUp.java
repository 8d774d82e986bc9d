package kilonet.augment;

import kilonet.text.Check;

/**
 * Blends every picture of a batch, and its label, with the one before it: {@code lambda * x[i] + (1
 * - lambda) * x[i - 1]}, the first with the last; one lambda for the batch.
 *
 * <p>torchvision's {@code v2.MixUp(alpha)}. Zhang et al.: <i>mixup: Beyond empirical risk
 * minimization</i>, ICLR 2018.
 *
 * @param alpha both parameters of the beta distribution that lambda is drawn from, 1e-9 to 1e9
 */
public record MixUp(double alpha) implements BatchAugmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public MixUp {
    Check.between("MixUp's alpha", alpha, Beta.LEAST, Beta.MOST);
  }

  @Override
  public void apply(Batch batch, RandomStream random) {
    float lambda = (float) Beta.draw(alpha, random);
    batch.mixFeatures(lambda);
    batch.mixLabels(lambda);
  }

  @Override
  public String toString() {
    return Spelling.of("mixup").with("alpha", alpha).toString();
  }
}
