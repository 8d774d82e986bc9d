package kilonet.train;

import kilonet.data.ImageSet;
import kilonet.model.Stack;
import kilonet.text.Text;

/** Whether a net is made for some images. */
final class NetFit {

  private NetFit() {}

  /**
   * Refuses images that a net is not made for.
   *
   * @param name what people call the recipe of the net
   * @throws IllegalArgumentException if they are of another size or have other channels, or there
   *     are more classes than the net tells apart
   */
  static void require(String name, Stack model, ImageSet train) {
    if (train.height() != model.height() || train.width() != model.width()) {
      throw new IllegalArgumentException(
          Text.of(
                  "The net of %s is for pictures of %d x %d pixels, but those of %s have %d x %d: give the",
                  name, model.height(), model.width(), train.name(), train.height(), train.width())
              + " model their height and width.");
    }
    if (train.channels() != model.channels()) {
      throw new IllegalArgumentException(
          Text.of(
              "The net of %s is for pictures of %d channel%s, but those of %s have %d: give the model"
                  + " as many, with input(channels, height, width).",
              name,
              model.channels(),
              model.channels() == 1 ? "" : "s",
              train.name(),
              train.channels()));
    }
    if (model.outputs() < train.classes()) {
      throw new IllegalArgumentException(
          Text.of(
                  "The net of %s tells %d classes apart, but %s has %d: give its last convolution as many",
                  name, model.outputs(), train.name(), train.classes())
              + " channels.");
    }
  }
}
