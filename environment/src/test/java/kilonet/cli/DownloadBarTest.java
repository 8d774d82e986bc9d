package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DownloadBarTest {

  @Test
  void aFileIsALineThatFitsOnATerminalAndMovesNoCursor() {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      DownloadBar bar = new DownloadBar();
      for (long received = 1; received <= 9_912_422; received *= 2) {
        bar.progress("train-images-idx3-ubyte", received, 9_912_422);
      }
      bar.progress("train-images-idx3-ubyte", 9_912_422, 9_912_422);
      bar.finished("train-images-idx3-ubyte", true);
      bar.progress("t10k-labels-idx1-ubyte", 100, -1);
      bar.finished("t10k-labels-idx1-ubyte", true);
    } finally {
      System.setErr(before);
    }
    String shown = err.toString(StandardCharsets.UTF_8);
    assertThat(shown).contains("9912/9912 kB").contains("t10k-labels-idx1-ubyte");
    assertThat(shown).doesNotContain("\u001b");
    assertThat(shown.split("[\r\n]+")).allMatch(line -> line.length() <= EpochBar.WIDTH);
  }
}
