package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecodedPictureTest {

  @TempDir private Path folder;

  private DecodedPicture written(BufferedImage image, String kind) throws IOException {
    Path file = folder.resolve("picture." + kind);
    assertThat(ImageIO.write(image, kind, file.toFile())).isTrue();
    return DecodedPicture.read(file);
  }

  private static int[] values(byte[] plane) {
    int[] values = new int[plane.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = plane[i] & 0xFF;
    }
    return values;
  }

  /** Java's own conversion would make 188 of a grey of 128. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif"})
  void greysStayWhatTheyAre(String kind) throws IOException {
    BufferedImage grey = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 128, 255});
    DecodedPicture read = written(grey, kind);
    assertThat(read.isGrey()).isTrue();
    assertThat(values(read.planes()[1])).containsExactly(0, 128, 255);
    assertThat(values(read.fitted(1, 1, 3, Fit.PAD))).containsExactly(0, 128, 255);
    assertThat(values(read.fitted(3, 1, 3, Fit.PAD)))
        .containsExactly(0, 128, 255, 0, 128, 255, 0, 128, 255);
  }

  @Test
  void sixteenBitsBecomeEight() throws IOException {
    BufferedImage grey = new BufferedImage(3, 1, BufferedImage.TYPE_USHORT_GRAY);
    grey.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 32_896, 65_535});
    assertThat(values(written(grey, "png").planes()[0])).containsExactly(0, 128, 255);

    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(2, 1);
    raster.setPixels(0, 0, 2, 1, new int[] {65_535, 0, 32_896, 257, 514, 771});
    DecodedPicture coloured = written(new BufferedImage(model, raster, false, null), "png");
    assertThat(coloured.isGrey()).isFalse();
    assertThat(values(coloured.planes()[0])).containsExactly(255, 1);
    assertThat(values(coloured.planes()[1])).containsExactly(0, 2);
    assertThat(values(coloured.planes()[2])).containsExactly(128, 3);
  }

  @Test
  void whatShinesThroughIsLaidOnWhite() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00FF0000);
    image.setRGB(1, 0, 0xFF102030);
    image.setRGB(2, 0, 0x80000000);
    DecodedPicture read = written(image, "png");
    assertThat(values(read.planes()[0])).containsExactly(255, 16, 127);
    assertThat(values(read.planes()[2])).containsExactly(255, 48, 127);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp"})
  void palettesAreLookedUp(String kind) throws IOException {
    byte[] red = Arrays.copyOf(new byte[] {0, (byte) 200, 30}, 256);
    byte[] green = Arrays.copyOf(new byte[] {10, 20, 40}, 256);
    byte[] blue = Arrays.copyOf(new byte[] {(byte) 250, 1, 50}, 256);
    IndexColorModel palette = new IndexColorModel(8, 256, red, green, blue);
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {2, 0, 1});
    DecodedPicture read = written(image, kind);
    assertThat(values(read.planes()[0])).containsExactly(30, 0, 200);
    assertThat(values(read.planes()[2])).containsExactly(50, 250, 1);
  }

  @ParameterizedTest
  @CsvSource({"cmyk.jpg", "ycck.jpg"})
  void coloursOfPrintAreThoseOfTheScreen(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = getClass().getResourceAsStream("/kilonet/pictures/" + name)) {
      Files.copy(in, file);
    }
    DecodedPicture read = DecodedPicture.read(file);
    int[][] wanted = {{255, 0, 0}, {0, 128, 0}, {0, 0, 255}, {100, 100, 100}};
    for (int square = 0; square < wanted.length; square++) {
      for (int channel = 0; channel < 3; channel++) {
        assertThat(read.planes()[channel][4 * 32 + 8 * square + 4] & 0xFF)
            .isBetween(wanted[square][channel] - 2, wanted[square][channel] + 2);
      }
    }
  }

  /** The rows of a phone's picture are turned as its camera was held. */
  @Test
  void exifTurnsGreysToo() throws IOException {
    BufferedImage grey = new BufferedImage(16, 8, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 8; y++) {
      for (int x = 0; x < 16; x++) {
        grey.getRaster().setSample(x, y, 0, x < 8 ? 40 : 128);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(grey, "jpg", out);
    Path file = folder.resolve("turned.jpg");
    Files.write(file, withOrientation(out.toByteArray(), 6));
    DecodedPicture read = DecodedPicture.read(file);
    assertThat(read).hasToString("16 x 8, grey");
    assertThat(read.planes()[0][2 * 8 + 4] & 0xFF).isBetween(36, 44);
    assertThat(read.planes()[0][13 * 8 + 4] & 0xFF).isBetween(124, 132);
    assertThat(PictureFile.size(Files.readAllBytes(file)).height).isEqualTo(16);
  }

  static byte[] withOrientation(byte[] jpeg, int orientation) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xFFE1).putShort((short) 34);
    exif.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    exif.putInt(0x4D4D002A).putInt(8).putShort((short) 1);
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    exif.putShort((short) 0).putInt(0);
    ByteBuffer all = ByteBuffer.allocate(jpeg.length + exif.capacity());
    all.put(jpeg, 0, 2).put(exif.array()).put(jpeg, 2, jpeg.length - 2);
    return all.array();
  }

  private static DecodedPicture grey(int height, int width, int... values) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, width, height, values);
    return DecodedPicture.of(image);
  }

  @Test
  void paddingKeepsTheProportionsOnTheMeanOfTheBorder() {
    // 2 x 4 becomes 1 x 2 in the middle of 3 x 2; the rest is the mean of the border.
    DecodedPicture wide = grey(2, 4, 10, 20, 30, 40, 10, 20, 30, 40);
    assertThat(values(wide.fitted(1, 3, 2, Fit.PAD))).containsExactly(25, 25, 15, 35, 25, 25);
    assertThat(values(wide.fitted(1, 2, 2, Fit.CROP))).containsExactly(20, 30, 20, 30);
    assertThat(values(wide.fitted(1, 1, 2, Fit.STRETCH))).containsExactly(15, 35);
    assertThat(values(wide.fitted(1, 2, 4, Fit.PAD)))
        .containsExactly(10, 20, 30, 40, 10, 20, 30, 40);
    // One row and one column have no middle of their own.
    assertThat(values(grey(1, 1, 77).fitted(1, 2, 3, Fit.PAD))).containsOnly(77);
    assertThat(values(grey(1, 3, 0, 90, 0).fitted(1, 1, 1, Fit.STRETCH))).containsExactly(30);
  }

  @Test
  void greyOfColoursIsByTheirLuminance() {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xFF0000);
    image.setRGB(1, 0, 0x00FF00);
    image.setRGB(2, 0, 0x0000FF);
    assertThat(values(DecodedPicture.of(image).fitted(1, 1, 3, Fit.PAD)))
        .containsExactly(76, 150, 29);
  }

  @ParameterizedTest
  @CsvSource({
    "text.png, 'of no known kind'",
    "cut.png, 'damaged or cut off'",
    "cut.jpg, 'damaged or cut off'",
    "empty.png, 'of no known kind'"
  })
  void whatIsNoPictureIsRefused(String name, String reason) throws IOException {
    BufferedImage image = new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(image, name.endsWith("jpg") ? "jpg" : "png", out);
    byte[] whole = out.toByteArray();
    byte[] content =
        switch (name.substring(0, name.indexOf('.'))) {
          case "text" -> "no picture".getBytes(StandardCharsets.US_ASCII);
          case "empty" -> new byte[0];
          default -> Arrays.copyOf(whole, whole.length * 2 / 3);
        };
    Path file = folder.resolve(name);
    Files.write(file, content);
    assertThatThrownBy(() -> DecodedPicture.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage(reason);
  }

  /** Every second column is white: none of them may be left out, however large the picture is. */
  @ParameterizedTest
  @ValueSource(ints = {2_399, 2_400, 4_096, 4_097, 9_001})
  void aLargePictureIsAveraged(int width) throws IOException {
    BufferedImage grey = new BufferedImage(width, 6, BufferedImage.TYPE_BYTE_GRAY);
    BufferedImage coloured = new BufferedImage(width, 6, BufferedImage.TYPE_INT_RGB);
    for (int x = 1; x < width; x += 2) {
      for (int y = 0; y < 6; y++) {
        grey.getRaster().setSample(x, y, 0, 255);
        coloured.setRGB(x, y, 0x00FF00);
      }
    }
    DecodedPicture read = written(grey, "png");
    assertThat(read.width()).isEqualTo(width > 8_192 ? 3_001 : width > 4_096 ? 2_049 : width);
    for (int value : values(read.fitted(1, 2, 4, Fit.STRETCH))) {
      assertThat(value).isBetween(126, 129);
    }
    int[] planes = values(written(coloured, "png").fitted(3, 1, 4, Fit.STRETCH));
    for (int i = 0; i < planes.length; i++) {
      assertThat(planes[i]).isBetween(i / 4 == 1 ? 126 : 0, i / 4 == 1 ? 129 : 0);
    }
  }

  @Test
  void blocksAtTheBorderAreOfWhatIsThere() {
    BufferedImage image = new BufferedImage(4_098, 3, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(4_097, 2, 0, 200);
    image.getRaster().setSample(4_096, 2, 0, 100);
    image.getRaster().setSample(0, 0, 0, 40);
    DecodedPicture read = DecodedPicture.of(image);
    assertThat(read.height()).isEqualTo(2);
    assertThat(read.width()).isEqualTo(2_049);
    int[] values = values(read.planes()[0]);
    assertThat(values[0]).isEqualTo(10);
    assertThat(values[values.length - 1]).isEqualTo(150);
  }
}
