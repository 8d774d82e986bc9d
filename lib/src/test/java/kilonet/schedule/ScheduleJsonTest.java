package kilonet.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;

class ScheduleJsonTest {

  @ParameterizedTest
  @MethodSource("kilonet.schedule.ScheduleOracleTest#figures")
  void givenAConfigurationWithTheSchedule_whenWrittenAndRead_thenTheScheduleIsTheSame(
      ScheduleOracleTest.Figures figures) {
    SchedulePlan plan = figures.plan();
    if (plan.learningRate() instanceof ReduceLROnPlateau plateau) {
      plateau.step(0.5);
    }
    ISchedule momentum = plan.momentum().orElse(new ConstantLR(0.9));

    Nesterovs read = updater(MultiLayerConfiguration.fromJson(json(plan, momentum)));

    assertThat(read.getLearningRateSchedule()).isEqualTo(plan.learningRate());
    assertThat(read.getMomentumISchedule()).isEqualTo(momentum);
  }

  @ParameterizedTest
  @MethodSource("kilonet.schedule.ScheduleOracleTest#figures")
  void givenASchedule_whenSerialized_thenItIsTheSame(ScheduleOracleTest.Figures figures)
      throws Exception {
    Schedule schedule = figures.plan().learningRate();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(schedule);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(schedule);
    }
  }

  private static String json(SchedulePlan plan, ISchedule momentum) {
    return new NeuralNetConfiguration.Builder()
        .updater(new Nesterovs(plan.learningRate(), momentum))
        .list()
        .layer(new OutputLayer.Builder().nIn(2).nOut(2).build())
        .build()
        .toJson();
  }

  private static Nesterovs updater(MultiLayerConfiguration configuration) {
    return (Nesterovs) ((BaseLayer) configuration.getConf(0).getLayer()).getIUpdater();
  }
}
