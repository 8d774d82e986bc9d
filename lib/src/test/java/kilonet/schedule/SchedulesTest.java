package kilonet.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kilonet.schedule.ReduceLROnPlateau.Metric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.schedule.ScheduleType;

class SchedulesTest {

  private static SchedulePlan parse(String text) {
    return Schedules.parse(text, 0.1, 15, 469);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step( gamma=.10,size = 6 ) | step(size=6, gamma=0.1)",
        "step(6, 0.5) | step(size=6, gamma=0.5)",
        "multistep([6,12], 2e-1) | multistep(milestones=[6, 12], gamma=0.2)",
        "onecycle(0.1,pct_start=0.2) | onecycle(max=0.1, pct_start=0.2)",
        "cosine(1e-5)after warmup(1) | cosine(min=1e-5) after warmup(epochs=1)",
        "cosine( ) | cosine",
        "constant | constant",
      })
  void textIsMadeCanonicalAndReadsBackTheSame(String text, String canonical) {
    SchedulePlan plan = parse(text);
    assertThat(plan.text()).isEqualTo(canonical);
    assertThat(parse(canonical)).isEqualTo(plan);
  }

  @Test
  void stepsThatAreNotGivenAreThoseOfTheRun() {
    assertThat(parse("cosine").learningRate())
        .isEqualTo(new CosineAnnealingLR(0.1, 15, 0, ScheduleType.EPOCH));
    assertThat(parse("cosine(by=iteration)").learningRate())
        .isEqualTo(new CosineAnnealingLR(0.1, 15 * 469, 0, ScheduleType.ITERATION));
    assertThat(parse("onecycle").learningRate()).isEqualTo(new OneCycleLR(0.1, 15 * 469));
  }

  @Test
  void aScheduleAfterAWarmUpHasTheRestOfTheRunToItself() {
    Schedule schedule = parse("cosine(min=1e-5) after warmup(epochs=1, start=0.01)").learningRate();

    assertThat(schedule)
        .isEqualTo(
            new WarmUp(new CosineAnnealingLR(0.1, 14, 1e-5, ScheduleType.EPOCH), 0.01, 469, 469));
    assertThat(schedule.valueAt(0, 0)).isEqualTo(0.1 * 0.01);
    assertThat(schedule.valueAt(469, 1)).isEqualTo(0.1);
    assertThat(schedule.valueAt(469 * 2, 2))
        .isEqualTo(1e-5 + (0.1 - 1e-5) * (1 + Math.cos(Math.PI / 14)) / 2);
  }

  @Test
  void onlyOneCycleAndCyclicCycleTheMomentum() {
    assertThat(parse("onecycle(max=0.1)").momentum())
        .contains(new OneCycleLR(0.1, 15 * 469).momentum());
    assertThat(parse("onecycle(max=0.1, cycle_momentum=false)").momentum()).isEmpty();
    assertThat(parse("cyclic(base=0.01, up=5)").momentum())
        .contains(new CyclicLR(0.01, 0.1, 5).momentum());
    assertThat(parse("cosine").momentum()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cosin | At position 1 of 'cosin': no schedule is called 'cosin'; there are constant, step, multistep, linear, exponential, polynomial, cosine, restarts, lambda, onecycle, cyclic, plateau, sequential.",
        "step(size=6, gama=1) | At position 14 of 'step(size=6, gama=1)': step knows no 'gama'; it takes size, gamma, by.",
        "step | At position 1 of 'step': step needs size: give a number.",
        "step(size=0) | At position 1 of 'step(size=0)': StepLR's size is 0: give a whole number of at least 1.",
        "step(size=1.5) | At position 6 of 'step(size=1.5)': size of step is 1.5: give a whole number.",
        "step(size=6, size=7) | At position 14 of 'step(size=6, size=7)': size is given twice; give it once.",
        "step(size=NaN) | At position 6 of 'step(size=NaN)': size of step must be a number.",
        "step(1, 2, epoch, 4) | At position 19 of 'step(1, 2, epoch, 4)': step takes size, gamma, by.",
        "step(size=6 | At position 12 of 'step(size=6': ')' was expected here.",
        "step(size=6) step | At position 14 of 'step(size=6) step': 'step' is too much here: join two terms by 'after', or end.",
        "cosine after | At position 13 of 'cosine after': a name is missing.",
        "cosine after step(2) | At position 14 of 'cosine after step(2)': only one warmup can come after 'after': write 'cosine after warmup(epochs=1)'.",
        "cosine after warmup | At position 14 of 'cosine after warmup': warmup needs either epochs or iterations: give one of them.",
        "cosine after warmup(epochs=15) | At position 14 of 'cosine after warmup(epochs=15)': the warm-up takes 7035 of the run's 7035 iterations: make it shorter.",
        "onecycle after warmup(epochs=1) | At position 16 of 'onecycle after warmup(epochs=1)': onecycle warms up by itself: leave the warmup out, or switch cycle_momentum off.",
        "cosine(steps=0) | At position 1 of 'cosine(steps=0)': CosineAnnealingLR's steps is 0: give a whole number of at least 1.",
        "onecycle(anneal=cosine) | At position 10 of 'onecycle(anneal=cosine)': anneal of onecycle must be one of cos, linear.",
        "onecycle(pct_start=1.5) | At position 1 of 'onecycle(pct_start=1.5)': OneCycleLR's pctStart is 1.5: give a number from 0 to 1.",
        "multistep(milestones=[]) | At position 1 of 'multistep(milestones=[])': MultiStepLR has no milestones: give at least one step, such as [6, 12].",
        "multistep(milestones=[12, 6]) | At position 1 of 'multistep(milestones=[12, 6])': The milestones of MultiStepLR are [12, 6]: give them in rising order.",
        "plateau | At position 1 of 'plateau': plateau needs the metric that it watches: give metric=loss or metric=accuracy.",
        "plateau(metric=f1) | At position 9 of 'plateau(metric=f1)': metric of plateau must be one of loss, accuracy.",
        "sequential(cosine, constant(by=iteration), milestones=[3]) | At position 1 of 'sequential(cosine, constant(by=iteration), milestones=[3])': SequentialLR mixes schedules by epoch and by iteration: let all count the same.",
        "cyclic(base=0.01, up=3, gamma=0.5) | At position 1 of 'cyclic(base=0.01, up=3, gamma=0.5)': gamma says nothing but to mode=exp_range: leave it out.",
        "cyclic(base=0.01, up=3, cycle_momentum=false, base_momentum=0.5) | At position 1 of 'cyclic(base=0.01, up=3, cycle_momentum=false, base_momentum=0.5)': base_momentum and max_momentum say nothing where cycle_momentum=false: leave them out.",
        "onecycle(cycle_momentum=false, max_momentum=0.9) | At position 1 of 'onecycle(cycle_momentum=false, max_momentum=0.9)': base_momentum and max_momentum say nothing where cycle_momentum=false: leave them out.",
        "sequential(cosine, milestones=[3]) | At position 1 of 'sequential(cosine, milestones=[3])': SequentialLR has 1 schedules and 1 milestones: give one milestone fewer than schedules.",
      })
  void aLineThatCannotBeReadIsASentenceWithItsPosition(String text, String sentence) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @Test
  void anEmptyLineIsASentence() {
    assertThatThrownBy(() -> parse(" ")).hasMessage("At position 2 of ' ': a name is missing.");
  }

  @Test
  void aRunWithoutStepsIsASentence() {
    assertThatThrownBy(() -> Schedules.parse("cosine", 0.1, 0, 469))
        .hasMessage("The number of epochs is 0: give a whole number of at least 1.");
    assertThatThrownBy(() -> Schedules.parse("cosine", 0.1, 15, 0))
        .hasMessage("The number of batches in an epoch is 0: give a whole number of at least 1.");
    assertThatThrownBy(() -> Schedules.parse("cosine", Double.NaN, 15, 469))
        .hasMessage("The learning rate is NaN: give a finite number greater than 0.");
    assertThatThrownBy(() -> new OneCycleLR(0.1, 0))
        .hasMessage("OneCycleLR's steps is 0: give a whole number of at least 1.");
  }

  @Test
  void aTableOfAFunctionHoldsItsLastFactor() {
    LambdaLR schedule = LambdaLR.of(0.5, step -> 1.0 / (step + 1), 4, ScheduleType.EPOCH);

    assertThat(schedule.factors()).isEqualTo(List.of(1.0, 1 / 2.0, 1 / 3.0, 1 / 4.0));
    assertThat(schedule.at(99)).isEqualTo(0.125);
  }

  @Test
  void oneCycleHoldsItsLastRateAfterItsLastStep() {
    OneCycleLR schedule = new OneCycleLR(0.1, 10);

    assertThat(schedule.at(9)).isEqualTo(0.1 / 25 / 1e4);
    assertThat(schedule.at(10)).isEqualTo(schedule.at(9));
  }

  @Test
  void oneCycleOfOneStepIsAValue() {
    assertThat(new OneCycleLR(0.1, 1).at(0)).isPositive().isLessThanOrEqualTo(0.1);
  }

  @Test
  void aCycleLongerThanWholeNumbersCountRisesAllTheWay() {
    CyclicLR schedule = new CyclicLR(0.1, 0.3, Integer.MAX_VALUE);

    assertThat(schedule.at(3)).isCloseTo(0.1 + 0.2 * 3 / Integer.MAX_VALUE, within(1e-15));
    assertThat(schedule.at(1 << 30)).isCloseTo(0.2, within(1e-9));
  }

  @Test
  void aPlateauContinuesFromItsState() {
    double[] losses = {1, 0.5, 0.6, 0.6, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4};
    ReduceLROnPlateau whole = plateau();
    ReduceLROnPlateau first = plateau();
    ReduceLROnPlateau second = plateau();
    for (int epoch = 0; epoch < losses.length; epoch++) {
      whole.step(losses[epoch]);
      if (epoch < 4) {
        first.step(losses[epoch]);
      } else {
        second.restore(epoch == 4 ? first.state() : second.state());
        second.step(losses[epoch]);
      }
    }
    assertThat(second.state()).isEqualTo(whole.state());
    assertThat(whole.state().lr()).isLessThan(0.1);
  }

  private static ReduceLROnPlateau plateau() {
    return new ReduceLROnPlateau(
        new ReduceLROnPlateau.Settings(
            0.1, Metric.LOSS, 0.5, 1, 1e-4, ReduceLROnPlateau.Threshold.REL, 1, 0, 1e-8));
  }

  @Test
  void aPlateauWithoutAMetricIsASentence() {
    ReduceLROnPlateau plateau = new ReduceLROnPlateau(0.1, Metric.LOSS);

    assertThat(plateau.valueAt(0, 0)).isEqualTo(0.1);
    assertThatThrownBy(() -> plateau.valueAt(469, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "ReduceLROnPlateau was asked for the rate of epoch 1 and was given the metrics of 0 epochs: call step(metric) after each epoch.");
    assertThatThrownBy(() -> plateau.step(Double.NaN))
        .hasMessage(
            "The loss of epoch 0 that ReduceLROnPlateau was given is NaN: report a number, or stop the run, which has diverged.");
    assertThatThrownBy(() -> new ReduceLROnPlateau(0.1, null))
        .hasMessage("ReduceLROnPlateau has no metric to watch: give LOSS or ACCURACY.");
  }

  @Test
  void aScheduleWithAPeakOfItsOwnIsToldFromOneThatFollowsTheRate() {
    assertThat(Schedules.ownPeak("onecycle(max=0.2, cycle_momentum=false)", 5, 10).orElseThrow())
        .isCloseTo(0.2, within(0.01));
    assertThat(Schedules.ownPeak("cyclic(base=0.01, max=0.1, up=5)", 5, 10)).isNotEmpty();
    assertThat(Schedules.ownPeak("onecycle", 5, 10)).isEmpty();
    assertThat(Schedules.ownPeak("cosine after warmup(epochs=1)", 5, 10)).isEmpty();
    assertThat(Schedules.ownPeak("constant", 5, 10)).isEmpty();
  }

  @Test
  void oneCycleHoldsWhereItEndsInTheMiddleOfAPhase() {
    OneCycleLR schedule =
        new OneCycleLR(0.1, 10, 0.6, Anneal.COS, 25, 1e4, true, ScheduleType.ITERATION);
    assertThat(schedule.at(9)).isGreaterThan(0.1 / 25);
    assertThat(schedule.at(11)).isEqualTo(schedule.at(9));
    assertThat(schedule.at(Integer.MAX_VALUE)).isEqualTo(schedule.at(9));
  }

  @Test
  void aMomentumStaysBetweenItsBoundsWhereCyclesShrink() {
    CyclicLR shrinking =
        new CyclicLR(0.01, 0.1, 10, 10, CyclicLR.Mode.EXP_RANGE, 0.9, ScheduleType.ITERATION);
    for (int step = 0; step < 100; step++) {
      assertThat(shrinking.momentum().at(step)).isBetween(0.8, 0.9);
    }
  }
}
