package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExifOrientationTest {

  /** A JPEG's beginning: a JFIF segment, then Exif with an entry before the orientation. */
  private static byte[] jpeg(int orientation, ByteOrder order) {
    ByteBuffer out = ByteBuffer.allocate(100);
    out.putShort((short) 0xFFD8);
    out.putShort((short) 0xFFE0).putShort((short) 16).put(new byte[14]);
    out.putShort((short) 0xFFE1).putShort((short) 48);
    out.putInt(0x45786966).putShort((short) 0);
    out.order(order);
    out.putShort((short) (order == ByteOrder.LITTLE_ENDIAN ? 0x4949 : 0x4D4D));
    out.putShort((short) 42).putInt(8).putShort((short) 2);
    out.putShort((short) 0x0110).putShort((short) 2).putInt(0).putInt(0);
    out.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation);
    return out.array();
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "6", "8"})
  void theOrientationIsReadInBothByteOrders(int orientation) {
    assertThat(ExifOrientation.of(jpeg(orientation, ByteOrder.LITTLE_ENDIAN)))
        .isEqualTo(orientation);
    assertThat(ExifOrientation.of(jpeg(orientation, ByteOrder.BIG_ENDIAN))).isEqualTo(orientation);
  }

  @Test
  void whatSaysNothingOrNonsenseIsUpright() {
    byte[] whole = jpeg(6, ByteOrder.LITTLE_ENDIAN);
    for (int length = 0; length < 60; length++) {
      assertThat(ExifOrientation.of(Arrays.copyOf(whole, length))).isIn(1, 6);
    }
    assertThat(ExifOrientation.of(jpeg(9, ByteOrder.BIG_ENDIAN))).isEqualTo(1);
    assertThat(ExifOrientation.of(new byte[] {(byte) 0x89, 'P', 'N', 'G'})).isEqualTo(1);
  }

  /** Where the first row and column of what was stored come to lie, by the Exif standard. */
  @ParameterizedTest
  @CsvSource({
    "1, ABC/DEF", "2, CBA/FED", "3, FED/CBA", "4, DEF/ABC",
    "5, AD/BE/CF", "6, DA/EB/FC", "7, FC/EB/DA", "8, CF/BE/AD"
  })
  void anImageIsTurnedBack(int orientation, String expected) {
    BufferedImage stored = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 6; i++) {
      stored.setRGB(i % 3, i / 3, 'A' + i);
    }
    BufferedImage seen = ExifOrientation.upright(stored, orientation);
    StringBuilder text = new StringBuilder();
    for (int y = 0; y < seen.getHeight(); y++) {
      text.append(y == 0 ? "" : "/");
      for (int x = 0; x < seen.getWidth(); x++) {
        text.append((char) (seen.getRGB(x, y) & 0xFF));
      }
    }
    assertThat(text).hasToString(expected);
  }
}
