package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import kilonet.train.ModelFile;
import kilonet.train.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three classes of 20 x 20 grey PNGs. */
class OwnPicturesTest {

  private static final List<String> NAMES = List.of("bar", "disc", "frame");

  @TempDir Path folder;

  @Test
  void aFolderOfGreyPicturesIsLearnt() throws IOException {
    for (String name : NAMES) {
      Path of = Files.createDirectories(folder.resolve("shapes").resolve(name));
      for (int i = 0; i < 60; i++) {
        ImageIO.write(shape(name, i), "png", of.resolve(i + ".png").toFile());
      }
    }
    Path run = folder.resolve("run");
    Result result = OwnPictures.train(folder.resolve("shapes"), run);
    assertEquals(144, result.trainImages());
    assertEquals(36, result.testImages());
    double last = result.testAccuracy().get(result.epochs() - 1);
    assertTrue(last > 90, "reaches " + last);
    assertEquals(NAMES, ModelFile.form(run.resolve("model.zip")).classes());
  }

  private static BufferedImage shape(String name, int number) {
    BufferedImage image = new BufferedImage(20, 20, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = image.createGraphics();
    g.setColor(new Color(150 + number, 150 + number, 150 + number));
    int x = 3 + number % 4;
    int y = 3 + number / 4 % 4;
    switch (name) {
      case "bar" -> g.fillRect(x, y + 3, 10, 4);
      case "disc" -> g.fillOval(x, y, 10, 10);
      default -> g.drawRect(x, y, 10, 10);
    }
    g.dispose();
    return image;
  }
}
