package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EpochLinesTest {

  @Test
  void eachEpochIsALineAndAllButTheLastSayWhatIsLeft() {
    StringWriter out = new StringWriter();
    Progress progress = Progress.lines(new PrintWriter(out, true), false);
    progress.started(Recipes.named("model_1").epochs(2), 3, 0);
    for (int epoch = 1; epoch <= 2; epoch++) {
      for (int batch = 1; batch <= 3; batch++) {
        progress.batch(batch, 0.5, 90, 0.1, 1_000);
      }
      progress.epoch(new EpochResult(epoch, 0.5, 90, 0.25, 95.5, 95.5, 0.1, 2, 1_000));
    }
    progress.ended();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .startsWith("epoch  1/2  train loss 0.5000, 90.00%  test loss 0.2500, 95.50%  lr 0.10000")
        .matches(".*  \\d+:\\d\\d left");
    assertThat(lines.get(1)).startsWith("epoch  2/2").endsWith("1,000 images/s");
  }

  @Test
  void theBarFitsOnALineOfATerminal() {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      Progress progress = Progress.lines(new PrintWriter(Writer.nullWriter()), true);
      progress.started(Recipes.named("model_1").epochs(99), 1_000, 98);
      for (int batch = 1; batch <= 500; batch++) {
        progress.batch(batch, 12.345, 100, 0.1, 123_456);
      }
      progress.ended();
    } finally {
      System.setErr(before);
    }
    List<String> shown =
        Stream.of(err.toString(StandardCharsets.UTF_8).split("\r"))
            .filter(line -> line.startsWith("epoch"))
            .toList();
    assertThat(shown).isNotEmpty();
    assertThat(shown).allMatch(line -> line.length() <= EpochLines.WIDTH);
    assertThat(shown.get(shown.size() - 1))
        .matches("epoch 99/99 │████    │ 50%  loss 12.345  acc 100.00%  123,456 img/s  \\d+:\\d\\d left *");
  }
}
