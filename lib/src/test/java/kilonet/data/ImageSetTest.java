package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSetTest {

  /** Images of one pixel, the i-th of value i; labels as given. */
  private static ImageSet labelled(int... labels) {
    byte[] pixels = new byte[labels.length];
    byte[] bytes = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      pixels[i] = (byte) i;
      bytes[i] = (byte) labels[i];
    }
    return new ImageSet("test", 1, 1, 3, pixels, bytes);
  }

  private static List<Integer> values(ImageSet set) {
    return IntStream.range(0, set.size()).mapToObj(i -> set.image(i)[0] & 0xFF).toList();
  }

  @Test
  void given_a_class_of_each_size_when_split_then_each_gives_its_share() {
    // 12 of class 0, 6 of class 1, 2 of class 2; 10 of 20 aside: 6, 3 and 1
    int[] labels = new int[20];
    for (int i = 0; i < 20; i++) {
      labels[i] = i < 12 ? 0 : i < 18 ? 1 : 2;
    }
    ImageSet.Split split = labelled(labels).split(10, 1);
    assertThat(split.validation().classCounts()).containsExactly(6, 3, 1);
    assertThat(split.train().classCounts()).containsExactly(6, 3, 1);
  }

  @Test
  void given_shares_that_are_not_whole_when_split_then_the_largest_remainders_are_rounded_up() {
    // 5, 3 and 2 of 10, four aside: 2.0, 1.2 and 0.8
    ImageSet.Split split = labelled(0, 0, 0, 0, 0, 1, 1, 1, 2, 2).split(4, 1);
    assertThat(split.validation().classCounts()).containsExactly(2, 1, 1);
    assertThat(split.train().classCounts()).containsExactly(3, 2, 1);
  }

  @Test
  void a_split_holds_every_image_once_in_the_order_of_the_whole() {
    ImageSet set = PenDigits.generate(200, 1, 1).train();
    ImageSet marked = new ImageSet("marked", 1, 1, 10, indices(200), labels(set));
    ImageSet.Split split = marked.split(50, 7);
    List<Integer> both = new ArrayList<>(values(split.train()));
    both.addAll(values(split.validation()));
    assertThat(both).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 200).boxed().toList());
    assertThat(values(split.train())).isSorted().hasSize(150);
    assertThat(values(split.validation())).isSorted().hasSize(50);
    for (int i = 0; i < 50; i++) {
      assertThat(split.validation().label(i))
          .isEqualTo(set.label(values(split.validation()).get(i)));
    }
  }

  @Test
  void a_split_depends_on_its_seed_alone() {
    ImageSet set = labelled(new int[100]);
    assertThat(values(set.split(50, 1).train())).isEqualTo(values(set.split(50, 1).train()));
    assertThat(values(set.split(50, 1).train())).isNotEqualTo(values(set.split(50, 2).train()));
  }

  private static byte[] indices(int n) {
    byte[] bytes = new byte[n];
    for (int i = 0; i < n; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  private static byte[] labels(ImageSet set) {
    byte[] bytes = new byte[set.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) set.label(i);
    }
    return bytes;
  }

  @Test
  void given_places_when_selected_then_images_and_labels_come_in_that_order() {
    ImageSet chosen = labelled(0, 1, 2, 1).select(new int[] {2, 0, 2});
    assertThat(values(chosen)).containsExactly(2, 0, 2);
    assertThat(IntStream.range(0, 3).map(chosen::label)).containsExactly(2, 0, 2);
  }

  @Test
  void given_a_limit_when_taken_then_the_first_images_are_left() {
    ImageSet set = labelled(0, 1, 2, 1);
    assertThat(values(set.first(3))).containsExactly(0, 1, 2);
    assertThat(set.first(4)).isSameAs(set);
    assertThat(set.classCounts()).containsExactly(1, 2, 1);
    assertThat(set).hasToString("test: 4 images of 1 x 1 in 3 classes");
  }

  @Test
  void what_cannot_be_is_refused_with_the_range() {
    ImageSet set = labelled(0, 1, 2, 1);
    refused(() -> set.first(0), "The first 0 of 4 images cannot be taken: give 1 to 4.");
    refused(() -> set.first(5), "The first 5 of 4 images cannot be taken: give 1 to 4.");
    refused(
        () -> set.split(4, 1), "4 of 4 images cannot be put aside for validation: give 1 to 3.");
    refused(
        () -> set.split(0, 1), "0 of 4 images cannot be put aside for validation: give 1 to 3.");
    refused(() -> set.select(new int[] {4}), "There is no image 4: give places from 0 to 3.");
    refused(() -> labelled(0, 3), "Label 3 of image 1 is out of range: give 0 to 2.");
    refused(() -> labelled(0, -1), "Label 255 of image 1 is out of range: give 0 to 2.");
    refused(
        () -> new ImageSet("x", 2, 2, 3, new byte[7], new byte[2]),
        "2 labels of 2 x 2 images call for 8 pixels, but there are 7: give one label for each of one"
            + " or more images.");
    refused(
        () -> new ImageSet("x", 0, 2, 3, new byte[0], new byte[1]),
        "Images of 0 x 2 pixels cannot be: give both sides at least 1.");
    refused(
        () -> new ImageSet("x", 1, 1, 1, new byte[1], new byte[1]),
        "1 classes cannot be: give 2 to 128.");
    refused(
        () -> new TrainTest(set, new ImageSet("other", 1, 1, 3, new byte[1], new byte[1])),
        "Train and test images do not belong together: the first are test: 4 images of 1 x 1 in 3"
            + " classes, the second other: 1 images of 1 x 1 in 3 classes.");
  }

  private static void refused(Runnable action, String message) {
    assertThatThrownBy(action::run).isInstanceOf(DataException.class).hasMessage(message);
  }

  @Test
  void anImageThatIsNotThereIsRefused() {
    ImageSet set = labelled(0, 1, 2);
    for (int index : new int[] {-1, 3}) {
      assertThatThrownBy(() -> set.image(index)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> set.input(index)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> set.label(index)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
