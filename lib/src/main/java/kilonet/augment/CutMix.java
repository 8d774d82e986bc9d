package kilonet.augment;

import kilonet.text.Check;

/**
 * Replaces a rectangle of every picture of a batch by that of the picture before it, the first by
 * the last's, and blends the labels by area; one rectangle for the batch.
 *
 * <p>torchvision's {@code v2.CutMix(alpha)}. Yun et al.: <i>CutMix: Regularization strategy to
 * train strong classifiers with localizable features</i>, ICCV 2019.
 *
 * @param alpha both parameters of the beta distribution that the kept part of the area is drawn
 *     from, 1e-9 to 1e9
 */
public record CutMix(double alpha) implements BatchAugmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CutMix {
    Check.between("CutMix's alpha", alpha, Beta.LEAST, Beta.MOST);
  }

  /** Draws the area, then column and row of the centre; what sticks out is cut off. */
  @Override
  public void apply(Batch batch, RandomStream random) {
    double half = 0.5 * Math.sqrt(1 - Beta.draw(alpha, random));
    int centreX = random.nextInt(batch.width());
    int centreY = random.nextInt(batch.height());
    int halfWidth = (int) (half * batch.width());
    int halfHeight = (int) (half * batch.height());
    cut(
        batch,
        Math.max(centreX - halfWidth, 0),
        Math.max(centreY - halfHeight, 0),
        Math.min(centreX + halfWidth, batch.width()),
        Math.min(centreY + halfHeight, batch.height()));
  }

  static void cut(Batch batch, int left, int top, int right, int bottom) {
    int plane = batch.height() * batch.width();
    int length = batch.channels() * plane;
    float[] features = batch.features();
    for (int channel = 0; channel < batch.channels(); channel++) {
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          int column = channel * plane + y * batch.width() + x;
          float before = features[(batch.size() - 1) * length + column];
          for (int i = column; i < batch.size() * length; i += length) {
            float present = features[i];
            features[i] = before;
            before = present;
          }
        }
      }
    }
    batch.mixLabels((float) (1 - (right - left) * (bottom - top) / (double) plane));
  }

  @Override
  public String toString() {
    return Spelling.of("cutmix").with("alpha", alpha).toString();
  }
}
