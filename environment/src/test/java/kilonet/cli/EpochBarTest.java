package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import kilonet.train.Progress;
import kilonet.train.Recipes;
import org.junit.jupiter.api.Test;

class EpochBarTest {

  @Test
  void whatIsWrittenOverFitsOnALineOfATerminal() {
    PrintStream before = System.err;
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      Progress progress = new EpochBar(Progress.NONE);
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
    assertThat(shown).isNotEmpty().allMatch(line -> line.length() <= EpochBar.WIDTH);
    assertThat(shown.get(shown.size() - 1))
        .matches(
            "epoch 99/99 │████    │ 50%  loss 12.345  acc 100.00%  123,456 img/s  \\d+:\\d\\d left *");
  }
}
