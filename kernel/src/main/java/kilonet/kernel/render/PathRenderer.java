package kilonet.kernel.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import kilonet.kernel.Display;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;

/** Paths of pictures as the picture; other paths as text. */
@Shows("java.nio.file.Path")
public final class PathRenderer implements Renderer<Path> {
  private static final long LARGEST = 20L << 20;

  /** A renderer. */
  public PathRenderer() {}

  @Override
  public Class<Path> type() {
    return Path.class;
  }

  @Override
  public MimeBundle render(Path path) {
    MimeBundle text = MimeBundle.of("text/plain", path.toString());
    String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    try {
      if (!Files.isRegularFile(path) || Files.size(path) > LARGEST) {
        return text;
      }
      if (name.endsWith(".svg")) {
        return Display.svg(Files.readString(path)).with("text/plain", path.toString());
      }
      String kind =
          name.endsWith(".png")
              ? "png"
              : name.endsWith(".jpg") || name.endsWith(".jpeg")
                  ? "jpeg"
                  : name.endsWith(".gif") ? "gif" : null;
      return kind == null
          ? text
          : new MimeBundle(
              Map.of(
                  "image/" + kind,
                  Base64.getEncoder().encodeToString(Files.readAllBytes(path)),
                  "text/plain",
                  path.toString()),
              Map.of());
    } catch (IOException e) {
      return text;
    }
  }
}
