package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochLinesTest {

  @Test
  void eachEpochIsALineAndAllButTheLastSayWhatIsLeft() {
    StringWriter out = new StringWriter();
    Progress progress = Progress.lines(new PrintWriter(out, true));
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
}
