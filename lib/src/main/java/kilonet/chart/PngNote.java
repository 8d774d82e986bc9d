package kilonet.chart;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import kilonet.data.Sha256;

/**
 * What a PNG file says of itself in a text chunk, {@code Kilonet}: SHA-256 of the data that were
 * drawn, and of the pixels that came of it. Fonts differ between machines, and with them the
 * pixels; so a picture is held against the data, and its pixels against the note.
 *
 * @param data SHA-256 of what was drawn, or {@code none} where that is not known
 * @param pixels SHA-256 of the pixels
 */
public record PngNote(String data, String pixels) {

  private static final String NONE = "none";
  private static final String KEYWORD = "Kilonet";
  private static final Pattern NOTE =
      Pattern.compile("tEXt" + KEYWORD + "\0data ([0-9a-f]{64}|none), pixels ([0-9a-f]{64})");

  /** Behind the signature and the head of 25 bytes, which has to come first. */
  private static final int PLACE = 33;

  /**
   * An image as PNG with its note.
   *
   * @param drawn all that was drawn, in words; null where that is not known
   */
  public static byte[] png(BufferedImage image, String drawn) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] png = bytes.toByteArray();
    byte[] note =
        ("tEXt"
                + KEYWORD
                + "\0data "
                + (drawn == null ? NONE : sha256(drawn))
                + ", pixels "
                + digest(image))
            .getBytes(StandardCharsets.ISO_8859_1);
    CRC32 sum = new CRC32();
    sum.update(note);
    return ByteBuffer.allocate(png.length + note.length + 8)
        .put(png, 0, PLACE)
        .putInt(note.length - 4)
        .put(note)
        .putInt((int) sum.getValue())
        .put(png, PLACE, png.length - PLACE)
        .array();
  }

  /** The note of a PNG file, if it has one. */
  public static Optional<PngNote> of(byte[] png) {
    Matcher note =
        NOTE.matcher(new String(png, 0, Math.min(png.length, 1_000), StandardCharsets.ISO_8859_1));
    return note.find() ? Optional.of(new PngNote(note.group(1), note.group(2))) : Optional.empty();
  }

  /** Whether the pixels of a file are those of this note. */
  public boolean isOf(byte[] png) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
      return image != null && digest(image).equals(pixels);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** Whether it is known what was drawn. */
  public boolean hasData() {
    return !data.equals(NONE);
  }

  private static String sha256(String text) {
    return Sha256.hex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String digest(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * pixels.length).putInt(width).putInt(height);
    bytes.asIntBuffer().put(pixels);
    return Sha256.hex(bytes.array());
  }
}
