package kilonet.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every value of a run, beside those of PyTorch's schedulers; see schedules.py. */
class ScheduleOracleTest {

  /** One line of the figures. */
  record Figures(
      String text,
      double lr,
      int epochs,
      int batches,
      boolean byEpoch,
      boolean momentum,
      double[] metrics,
      double[] values) {

    static Figures read(String line) {
      String[] cells = line.split("\t", -1);
      return new Figures(
          cells[0],
          Double.parseDouble(cells[1]),
          Integer.parseInt(cells[2]),
          Integer.parseInt(cells[3]),
          cells[4].startsWith("epoch"),
          cells[4].endsWith("momentum"),
          numbers(cells[5]),
          numbers(cells[6]));
    }

    private static double[] numbers(String cell) {
      return cell.isEmpty()
          ? new double[0]
          : Arrays.stream(cell.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    SchedulePlan plan() {
      return Schedules.parse(text, lr, epochs, batches);
    }

    @Override
    public String toString() {
      return text + (momentum ? " (momentum)" : "");
    }
  }

  static Stream<Figures> figures() throws IOException {
    try (InputStream in =
        ScheduleOracleTest.class.getResourceAsStream("/kilonet/oracle/schedules.tsv")) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      return lines.stream().filter(line -> !line.startsWith("#")).map(Figures::read);
    }
  }

  @ParameterizedTest
  @MethodSource("figures")
  void everyValueOfTheRunIsPyTorchs(Figures figures) {
    SchedulePlan plan = figures.plan();
    Schedule schedule = figures.momentum() ? plan.momentum().orElseThrow() : plan.learningRate();
    assertThat(figures.values())
        .hasSize(figures.byEpoch() ? figures.epochs() : figures.epochs() * figures.batches());
    for (int step = 0; step < figures.values().length; step++) {
      int iteration = figures.byEpoch() ? step * figures.batches() : step;
      double expected = figures.values()[step];
      assertThat(schedule.valueAt(iteration, iteration / figures.batches()))
          .as("step %d", step)
          .isCloseTo(expected, within(1e-6 * Math.abs(expected) + 1e-12 * figures.lr()));
      if (schedule instanceof ReduceLROnPlateau plateau) {
        plateau.step(figures.metrics()[step]);
      }
    }
  }

  @Test
  void everyScheduleHasAtLeastThreeSettings() throws IOException {
    Map<String, Long> settings =
        figures()
            .filter(figures -> !figures.momentum())
            .map(figures -> figures.plan().learningRate().getClass().getSimpleName())
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(settings)
        .containsOnlyKeys(
            "StepLR",
            "MultiStepLR",
            "ConstantLR",
            "LinearLR",
            "ExponentialLR",
            "PolynomialLR",
            "CosineAnnealingLR",
            "CosineAnnealingWarmRestarts",
            "LambdaLR",
            "OneCycleLR",
            "CyclicLR",
            "SequentialLR",
            "WarmUp",
            "ReduceLROnPlateau");
    assertThat(settings.values()).allMatch(count -> count >= 3);
  }

  @ParameterizedTest
  @MethodSource("figures")
  void theLinesAreCanonical(Figures figures) {
    assertThat(figures.plan().text()).isEqualTo(figures.text());
  }
}
