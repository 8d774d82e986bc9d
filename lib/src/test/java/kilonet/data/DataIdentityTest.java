package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DataIdentityTest {

  private static ImageSet set(String name, int... pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) pixels[i];
    }
    return new ImageSet(name, 1, 2, 3, bytes, new byte[pixels.length / 2]);
  }

  @Test
  void theContentOfASetIsThatOfItsIdxFiles() {
    // sha256sum of 00000803 00000002 00000001 00000002 01 02 03 ff, then 00000801 00000002 00 00.
    assertThat(set("x", 1, 2, 3, 255).sha256())
        .isEqualTo("45d6d17da8abdba614579a38da2005c7fb758ae613a3e155d787d66b3473b534");
  }

  @Test
  void setsAreTheSameWhereNameAndContentAre() {
    TrainTest one = new TrainTest(set("x", 1, 2), set("x", 3, 4));
    assertThat(new TrainTest(set("x", 1, 2), set("x", 3, 4)).identity()).isEqualTo(one.identity());
    assertThat(new TrainTest(set("y", 1, 2), set("y", 3, 4)).identity())
        .isNotEqualTo(one.identity());
    assertThat(new TrainTest(set("x", 1, 2), set("x", 3, 5)).identity())
        .isNotEqualTo(one.identity());
    assertThat(one.identity().isMnist()).isFalse();
  }

  @Test
  void takenNamesAreRefused() {
    for (String name : new String[] {Mnist.NAME, PenDigits.NAME}) {
      assertThatThrownBy(() -> set(name, 1, 2))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "The name '%s' is taken by a data set of Kilonet's own: give these images another."
                  .formatted(name));
    }
  }

  @Test
  void mnistIsMnistAndAPartOfItIsNot() {
    String folder = System.getenv(Mnist.FOLDER_VARIABLE);
    assumeTrue(folder != null, "no MNIST here");
    TrainTest mnist = Mnist.load(Path.of(folder));
    assertThat(mnist.identity()).isEqualTo(DataIdentity.MNIST);
    TrainTest part = new TrainTest(mnist.train(), mnist.test().first(9_999));
    assertThat(part.name()).isEqualTo("mnist");
    assertThat(part.identity().isMnist()).isFalse();
    assertThat(new TrainTest(mnist.test(), mnist.test()).identity().isMnist()).isFalse();
  }
}
