package kilonet.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @Test
  void whatFilesComeToIsSaidInWords() {
    assertThat(Commands.sentence(new AccessDeniedException("/x")))
        .isEqualTo(
            "/x cannot be read or written (no permission): choose a folder of yours with --prefix"
                + " DIR.");
    assertThat(Commands.sentence(new NoSuchFileException("/x")))
        .contains("(there is no such place)");
    assertThat(Commands.sentence(new NotDirectoryException("/x"))).contains("(it is no folder)");
    assertThat(Commands.sentence(new IOException("No kernel."))).isEqualTo("No kernel.");
    assertThat(Commands.sentence(new IllegalStateException())).contains("IllegalStateException");
  }

  @Test
  void aPlaceThatCannotBeIsRefusedInASentence(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status;
    try {
      System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
      status = Commands.run(new String[] {"install", "--prefix", file.toString()});
    } finally {
      System.setErr(before);
    }
    assertThat(status).isEqualTo(1);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .startsWith(file.toString())
        .contains(" cannot be read or written (")
        .endsWith("): choose a folder of yours with --prefix DIR." + System.lineSeparator());
    assertThat(file).isEmptyFile();
  }
}
