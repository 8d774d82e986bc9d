package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void severalSeedsHaveADeviationOfASample() {
    Spread spread = Spread.of(List.of(99.4, 99.5, 99.6));
    assertThat(spread.mean()).isCloseTo(99.5, within(1e-9));
    assertThat(spread.deviation()).isCloseTo(0.1, within(1e-9));
    assertThat(spread.standardError()).isCloseTo(0.1 / Math.sqrt(3), within(1e-9));
    assertThat(spread).hasToString("99.50 ± 0.10");
    assertThat(spread.text("%", 3)).isEqualTo("99.500% ± 0.100");
    assertThat(spread.standardErrorTo(Spread.of(List.of(1.0, 1.0))))
        .isCloseTo(spread.standardError(), within(1e-9));
  }

  @Test
  void aSingleSeedHasNone() {
    Spread spread = Spread.of(List.of(99.4));
    assertThat(spread.deviation()).isNaN();
    assertThat(spread).hasToString("99.40");
    assertThat(spread.text("%", 3)).isEqualTo("99.400%");
    double error = spread.standardErrorTo(Spread.of(List.of(1.0, 2.0)));
    assertThat(error).isNaN();
    assertThat(Spread.plusMinus(error, 3)).isEmpty();
  }

  @Test
  void noSeedsHaveNoMean() {
    assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("give at least one");
  }

  @Test
  void aChangeHasItsSignAndItsStandardError() {
    Spread before = Spread.of(List.of(99.0, 99.2));
    Spread after = Spread.of(List.of(99.5, 99.5));
    assertThat(after.changeFrom(before, 2)).isEqualTo("+0.40 ± 0.10");
    assertThat(before.changeFrom(after, 1)).isEqualTo("-0.4 ± 0.1");
    assertThat(Spread.of(List.of(99.001)).changeFrom(Spread.of(List.of(99.0)), 2))
        .isEqualTo("0.00");
  }
}
