package kilonet;

import static org.assertj.core.api.Assertions.assertThat;

import kilonet.data.PenDigits;
import kilonet.train.Result;
import org.junit.jupiter.api.Test;

class SmallestTest {

  @Test
  void theSmallestExampleTrains() {
    Result result = Smallest.train(PenDigits.generate(640, 200, 1), 2);
    assertThat(result.epochs()).isEqualTo(2);
    assertThat(result.parameters()).isLessThan(8_000);
    assertThat(result.contract().misses()).first().asString().contains("generated digits");
  }
}
