package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFolderTest {

  @TempDir private Path folder;

  private static void write(Path file, int height, int width, int type, Color colour)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    Graphics2D g = image.createGraphics();
    g.setColor(colour);
    g.fillRect(0, 0, width, height);
    g.dispose();
    Files.createDirectories(file.getParent());
    String name = file.getFileName().toString();
    assertThat(ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile()))
        .isTrue();
  }

  /** Ten grey pictures of a class, the brighter the later. */
  private void ten(Path of, String name, int from) throws IOException {
    for (int i = 0; i < 10; i++) {
      write(
          of.resolve(name).resolve("p" + i + ".png"),
          4,
          4,
          BufferedImage.TYPE_BYTE_GRAY,
          new Color(from + i, from + i, from + i));
    }
  }

  @Test
  void aFolderOfClassesIsPartedClassByClassAlike() throws IOException {
    ten(folder, "dark", 10);
    ten(folder, "bright", 200);
    TrainTest parts = PictureFolder.of(folder).name("shades").load();
    assertThat(parts.name()).isEqualTo("shades");
    assertThat(parts.train().classNames()).containsExactly("bright", "dark");
    assertThat(parts.train().channels()).isEqualTo(1);
    assertThat(parts.train().classCounts()).containsExactly(8, 8);
    assertThat(parts.test().classCounts()).containsExactly(2, 2);
    assertThat(parts.test().className(0)).isEqualTo("bright");
    assertThat(parts.test().normalization()).isEqualTo(parts.train().normalization());
    TrainTest again = PictureFolder.of(folder).name("shades").load();
    assertThat(again.identity()).isEqualTo(parts.identity());
    TrainTest other = PictureFolder.of(folder).name("shades").testShare(0.5, 3).load();
    assertThat(other.test().classCounts()).containsExactly(5, 5);
  }

  @Test
  void trainAndTestAreTakenAsTheyAre() throws IOException {
    ten(folder.resolve("train"), "a", 0);
    ten(folder.resolve("train"), "b", 100);
    write(folder.resolve("test/a/x.png"), 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.BLACK);
    write(folder.resolve("test/b/deep/x.bmp"), 4, 4, BufferedImage.TYPE_INT_RGB, Color.RED);
    TrainTest parts = PictureFolder.of(folder).load();
    assertThat(parts.train().size()).isEqualTo(20);
    assertThat(parts.test().classCounts()).containsExactly(1, 1);
    // One red picture makes all of them coloured.
    assertThat(parts.train().channels()).isEqualTo(3);
    assertThat(parts.test().className(1)).isEqualTo("b");
    assertThat(parts.test().image(1)[0]).isEqualTo((byte) 255);
    assertThat(parts.test().image(1)[16]).isZero();
    assertThat(PictureFolder.of(folder).grey().load().test().image(1)[0]).isEqualTo((byte) 76);
    // Other classes than a net's are refused.
    assertThatThrownBy(() -> PictureFolder.of(folder).classes(List.of("a", "c")).load())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the classes a, c were expected, but there is a folder b");
    Files.createDirectories(folder.resolve("test/c"));
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .hasMessageContaining("the classes a, b were expected, but there is a folder c");
  }

  @Test
  void sizesAreBroughtToOne() throws IOException {
    write(folder.resolve("a/1.png"), 20, 10, BufferedImage.TYPE_INT_RGB, Color.BLUE);
    write(folder.resolve("a/2.jpg"), 33, 44, BufferedImage.TYPE_INT_RGB, Color.GREEN);
    write(folder.resolve("b/1.gif"), 5, 5, BufferedImage.TYPE_BYTE_INDEXED, Color.WHITE);
    write(folder.resolve("b/2.png"), 7, 9, BufferedImage.TYPE_INT_ARGB, Color.BLACK);
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("pictures of one size were expected")
        .hasMessageContaining("20 x 10");
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    TrainTest parts =
        PictureFolder.of(folder)
            .size(8, 12)
            .fit(Fit.STRETCH)
            .testShare(0.5, 1)
            .listener((read, total) -> seen.add(read))
            .load();
    assertThat(parts.train().form().shape()).isEqualTo("8 x 12 in colour");
    assertThat(parts.train().form().fit()).isEqualTo(Fit.STRETCH);
    assertThat(seen).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void whatCannotBeReadIsNamedAndLeftOutWhereThatIsAskedFor() throws IOException {
    ten(folder, "a", 0);
    ten(folder, "b", 100);
    Path text = Files.writeString(folder.resolve("a/notes.txt"), "these are pictures of a");
    byte[] whole = Files.readAllBytes(folder.resolve("b/p3.png"));
    Path cut = Files.write(folder.resolve("b/p3.png"), Arrays.copyOf(whole, 40));
    // What a system leaves behind is no picture of anybody's.
    Files.writeString(folder.resolve("a/Thumbs.db"), "x");
    Files.writeString(folder.resolve("b/.DS_Store"), "x");
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .isInstanceOf(DataException.class)
        .hasMessage(
            folder
                + ": 2 of 21 files are no pictures that can be read: "
                + text
                + " (of no known kind); "
                + cut
                + " (damaged or cut off). Mend or remove them, or go on without them with"
                + " skipBroken, --skip-broken on the command line.");
    List<BrokenPicture> broken = new ArrayList<>();
    TrainTest parts = PictureFolder.of(folder).skipBroken(broken::add).load();
    assertThat(broken).extracting(BrokenPicture::file).containsExactly(text, cut);
    assertThat(parts.train().size() + parts.test().size()).isEqualTo(19);
  }

  @Test
  void whatIsNoFolderOfClassesIsRefused() throws IOException {
    assertThatThrownBy(() -> PictureFolder.of(folder.resolve("none")).load())
        .hasMessageContaining("a folder of pictures was expected to be there, but there is none");
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .hasMessageContaining("2 to 128 folders, one for each class of pictures, were expected");
    ten(folder, "a", 0);
    assertThatThrownBy(() -> PictureFolder.of(folder).load()).hasMessageContaining("there is 1.");
    Path empty = Files.createDirectories(folder.resolve("b"));
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .hasMessage(empty + ": pictures of class b were expected, but there is none.");
    Files.createDirectories(folder.resolve("train"));
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .hasMessageContaining("one of them is missing");
    assertThatThrownBy(() -> PictureFolder.of(folder).testShare(1, 0))
        .hasMessageContaining("above 0 and below 1");
    assertThatThrownBy(() -> PictureFolder.of(folder).size(0, 3))
        .hasMessageContaining("The height of the pictures is 0");
  }

  @Test
  void eachClassHasAPictureInBothParts() throws IOException {
    ten(folder, "many", 0);
    Path one = folder.resolve("rare/1.png");
    write(one, 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.WHITE);
    assertThatThrownBy(() -> PictureFolder.of(folder).testShare(0.9, 0).load())
        .isInstanceOf(DataException.class)
        .hasMessage(
            folder
                + ": class rare has no picture to test on: give each class one or more to train on"
                + " and one or more to test on.");
    write(folder.resolve("rare/2.png"), 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.WHITE);
    for (double share : new double[] {0.01, 0.2, 0.5, 0.99}) {
      TrainTest parts = PictureFolder.of(folder).testShare(share, 0).load();
      assertThat(parts.train().classCounts()[1]).isEqualTo(1);
      assertThat(parts.test().classCounts()[1]).isEqualTo(1);
      assertThat(parts.train().classCounts()[0]).isBetween(1, 9);
    }
    Files.writeString(one, "no picture");
    Files.writeString(folder.resolve("rare/2.png"), "no picture");
    assertThatThrownBy(() -> PictureFolder.of(folder).skipBroken(broken -> {}).load())
        .hasMessageContaining("class rare has no picture to train or test on");
    // A net may know classes of which the folder has none.
    PictureFolder known = PictureFolder.of(folder).classes(List.of("many", "other", "rare"));
    assertThatThrownBy(() -> known.skipBroken(broken -> {}).load())
        .hasMessageContaining("class rare has no picture to train or test on");
    write(one, 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.WHITE);
    write(folder.resolve("rare/2.png"), 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.WHITE);
    assertThat(known.load().test().classCounts()).containsExactly(2, 0, 1);
  }

  @Test
  void foldersTrainAndTestHaveAPictureOfEachClass() throws IOException {
    ten(folder.resolve("train"), "a", 0);
    ten(folder.resolve("train"), "b", 100);
    ten(folder.resolve("test"), "b", 100);
    assertThatThrownBy(() -> PictureFolder.of(folder).load())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("class a has no picture to test on");
    Path broken = folder.resolve("test/a/1.png");
    Files.createDirectories(broken.getParent());
    Files.writeString(broken, "no picture");
    assertThatThrownBy(() -> PictureFolder.of(folder).skipBroken(file -> {}).load())
        .hasMessageContaining("class a has no picture to test on");
    write(broken, 4, 4, BufferedImage.TYPE_BYTE_GRAY, Color.WHITE);
    assertThat(PictureFolder.of(folder).load().test().classCounts()).containsExactly(1, 10);
  }

  @Test
  void aFoldersNameBecomesOneThatFilesCanHave() throws IOException {
    Path named = folder.resolve("Meine Bilder äöü");
    ten(named, "a", 0);
    ten(named, "ß & b", 90);
    TrainTest parts = PictureFolder.of(named).load();
    assertThat(parts.name()).isEqualTo("Meine Bilder ___");
    assertThat(parts.train().classNames()).containsExactly("a", "ß & b");
  }

  @Test
  void eachLoadFindsTheSizeAnew() throws IOException {
    ten(folder, "a", 10);
    ten(folder, "b", 100);
    PictureFolder pictures = PictureFolder.of(folder).name("shades");
    assertThat(pictures.load().train().height()).isEqualTo(4);
    for (String name : List.of("a", "b")) {
      for (int i = 0; i < 10; i++) {
        Path file = folder.resolve(name).resolve("p" + i + ".png");
        write(file, 5, 7, BufferedImage.TYPE_BYTE_GRAY, Color.GRAY);
      }
    }
    assertThat(pictures.load().train().height()).isEqualTo(5);
    assertThat(pictures.load().train().width()).isEqualTo(7);
  }
}
