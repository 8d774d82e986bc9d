package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.junit.jupiter.api.Test;

class PatchMomentsTest {

  @Test
  void agreesWithSumsOverEveryPositionOfEveryImageTakenOneByOne() {
    check(new Shape(1, 6, 7), new Window(3, 3, 1, 1, 0, 0));
    check(new Shape(1, 6, 7), new Window(3, 2, 2, 1, 1, 0));
    check(new Shape(1, 7, 6), new Window(5, 5, 1, 2, 2, 2));
    check(new Shape(1, 4, 4), new Window(1, 1, 1, 1, 0, 0));
  }

  private static void check(Shape shape, Window window) {
    float[][] images = new float[5][shape.height() * shape.width()];
    for (int n = 0; n < images.length; n++) {
      for (int i = 0; i < images[n].length; i++) {
        images[n][i] = (n * 31 + i * 17) % 23 - 9;
      }
    }
    PatchMoments moments = new PatchMoments(shape, window, 2);
    PatchMoments.Adder adder = moments.new Adder();
    for (int step = 0; step < 2; step++) { // the second one finds the sums of the first
      adder.clear(0);
      adder.clear(1);
      for (int n = 0; n < images.length; n++) {
        System.arraycopy(images[n], 0, adder.image(), 0, images[n].length);
        adder.add(n < 3 ? 0 : 1);
      }
      moments.finish();
    }
    Shape out = window.slideOver(shape, 1);
    for (int k = 0; k < moments.area(); k++) {
      for (int l = 0; l < moments.area(); l++) {
        double sum = 0;
        double product = 0;
        for (float[] image : images) {
          for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
              float seen = seen(image, shape, window, y, x, k);
              sum += seen;
              product += seen * seen(image, shape, window, y, x, l);
            }
          }
        }
        assertThat(moments.sum(k)).isCloseTo(sum, within(1e-9));
        assertThat(moments.product(k, l)).isCloseTo(product, within(1e-9));
      }
    }
  }

  private static float seen(float[] image, Shape shape, Window w, int y, int x, int k) {
    int row = y * w.strideHeight() - w.padHeight() + k / w.kernelWidth();
    int column = x * w.strideWidth() - w.padWidth() + k % w.kernelWidth();
    boolean on = row >= 0 && row < shape.height() && column >= 0 && column < shape.width();
    return on ? image[row * shape.width() + column] : 0;
  }
}
