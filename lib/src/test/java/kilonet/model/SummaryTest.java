package kilonet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;

class SummaryTest {

  /** Nets that people published for this assignment, and their parameter counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10790|conv-relu-bn-dropout|false|conv 10 3x3, conv 20 3x3, conv 10 1x1 plain, maxpool 2,"
            + " conv 16 3x3, conv 16 3x3, conv 16 3x3, conv 16 3x3, avgpool 4, conv 10 1x1 plain",
        "8354|conv-relu-bn-dropout|false|conv 10 3x3, conv 10 3x3, conv 6 1x1 plain, maxpool 2,"
            + " conv 12 3x3, conv 16 3x3, conv 16 3x3, conv 16 3x3, conv 10 1x1 plain, global avgpool",
        "7846|conv-relu-bn-dropout|false|conv 10 3x3, conv 10 3x3, conv 6 1x1 plain, maxpool 2,"
            + " conv 12 3x3, conv 14 3x3, conv 16 3x3, conv 16 3x3, conv 10 1x1 plain, global avgpool",
        "147344|conv-relu|false|conv 16 3x3, conv 32 3x3, conv 32 3x3, maxpool 2, conv 32 3x3,"
            + " conv 64 3x3, conv 128 3x3, conv 10 5x5 plain",
        "10616|conv-bn-relu|false|conv 8 3x3, conv 16 3x3, maxpool 2, conv 16 3x3, conv 16 3x3,"
            + " conv 16 3x3, conv 16 3x3, avgpool 4",
        "8172|conv-bn-relu-dropout|false|conv 12 3x3 pad 1, conv 12 3x3 pad 1, maxpool 2,"
            + " conv 12 3x3, conv 12 3x3, conv 12 3x3, conv 12 3x3, conv 12 3x3, avgpool 4,"
            + " conv 10 1x1 plain",
        "6750|conv-bn-relu-dropout|false|conv 10 3x3 pad 1, conv 10 3x3 pad 1, maxpool 2,"
            + " conv 10 3x3, conv 10 3x3, conv 10 3x3, conv 10 3x3, conv 20 3x3, avgpool 4,"
            + " conv 10 1x1 plain",
        "6969866|conv-relu|true|conv 32 3x3, conv 64 3x3, conv 128 3x3, maxpool 2, conv 256 3x3,"
            + " conv 256 3x3, conv 512 3x3, conv 1024 3x3, conv 10 3x3 plain",
        "12862|conv-bn-relu-dropout|true|conv 16 3x3, conv 32 3x3, maxpool 2,"
            + " conv 16 1x1 no dropout, conv 16 3x3, conv 32 3x3, conv 10 1x1 no dropout, avgpool 8",
        "7944|conv-bn-relu-dropout|false|conv 10 3x3, conv 15 3x3, conv 10 1x1 plain, maxpool 2,"
            + " conv 16 3x3, conv 16 3x3, conv 16 3x3, avgpool 6, conv 10 1x1 plain",
        "194884|conv-relu|false|conv 32 3x3, conv 64 3x3, conv 128 3x3, maxpool 2, conv 32 1x1,"
            + " conv 64 3x3, conv 128 3x3, conv 10 1x1, conv 10 7x7 plain",
        "9606|conv-relu-bn|false|conv 10 3x3, conv 16 3x3, conv 10 1x1 no dropout, maxpool 2,"
            + " conv 20 3x3, conv 16 3x3, conv 10 3x3, conv 16 3x3 pad 1 no dropout, avgpool 6,"
            + " conv 10 1x1 plain",
        "776160|conv-bn-relu|false|conv 32 3x3, conv 64 3x3, conv 128 3x3, conv 256 3x3,"
            + " conv 128 3x3, conv 64 3x3, conv 32 3x3, global avgpool, conv 10 1x1 plain",
        "7330|conv-bn-relu|false|conv 10 3x3, conv 10 3x3, maxpool 2, conv 14 3x3, conv 14 3x3,"
            + " conv 10 3x3, conv 10 3x3, conv 10 3x3, global avgpool, conv 10 1x1 plain"
      })
  void publishedParameterCounts(long parameters, String order, boolean bias, String blocks) {
    Stack stack = Stack.of(order, bias, 0.05, List.of(blocks.split(", ")));
    assertThat(Summary.of(stack).parameters()).isEqualTo(parameters);
  }

  /** Receptive fields of two nets of the literature before their dense layers. */
  @Test
  void lenet5AndVgg16() {
    assertThat(
            Summary.of(
                    Stack.of("conv-relu")
                        .input(32, 32)
                        .conv(6, 5, 0)
                        .maxPool(2)
                        .conv(16, 5, 0)
                        .maxPool(2)
                        .plain(10, 5))
                .rows()
                .stream()
                .map(row -> row.layer() + " " + row.receptiveField()))
        .contains("conv1 5", "pool1 6", "conv2 14", "pool2 16", "conv3 32");

    NeuralNetConfiguration.ListBuilder vgg = new NeuralNetConfiguration.Builder().list();
    int[][] groups = {{2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
    for (int[] group : groups) {
      for (int i = 0; i < group[0]; i++) {
        vgg.layer(new ConvolutionLayer.Builder(3, 3).padding(1, 1).nOut(group[1]).build());
      }
      vgg.layer(
          new SubsamplingLayer.Builder(PoolingType.MAX).kernelSize(2, 2).stride(2, 2).build());
    }
    vgg.layer(new DenseLayer.Builder().nOut(4096).build());
    vgg.layer(new DenseLayer.Builder().nOut(4096).build());
    vgg.layer(new OutputLayer.Builder().nOut(1000).activation(Activation.SOFTMAX).build());
    InputType input = InputType.convolutional(224, 224, 3);
    Summary summary = Summary.of(vgg.setInputType(input).build(), input);
    // Pictures of 224 to 255 pixels come to the 7 x 7 values before its dense layers.
    assertThatThrownBy(() -> Summary.of(vgg.build()))
        .hasMessageContaining("does not follow from this configuration: give it");
    assertThat(summary.rows().get(17).receptiveField()).isEqualTo(212);
    assertThat(summary.rows().get(17).jump()).isEqualTo(32);
    assertThat(summary.rows().get(17).output()).isEqualTo("512x7x7");
    assertThat(summary.rows().get(18).receptiveField()).isEqualTo(212 + 6 * 32);
    assertThat(summary.parameters()).isEqualTo(138_357_544);
    assertThat(summary.multiplyAdds()).isEqualTo(15_470_264_320L);
  }

  @Test
  void alexNetsFirstLayersByHand() {
    ReceptiveField field = ReceptiveField.INPUT.through(11, 4, 2, 1);
    assertThat(field).isEqualTo(new ReceptiveField(11, 4, 0.5 + 3));
    field = field.through(3, 2, 0, 1);
    assertThat(field).isEqualTo(new ReceptiveField(19, 8, 0.5 + 3 + 4));
    field = field.through(5, 1, 2, 1);
    assertThat(field).isEqualTo(new ReceptiveField(51, 8, 7.5));
  }

  @Test
  void dilationStridesPaddingAndOblongKernels() {
    NeuralNetConfiguration.ListBuilder net = new NeuralNetConfiguration.Builder().list();
    net.layer(new ConvolutionLayer.Builder(3, 5).dilation(2, 1).nOut(4).build());
    net.layer(
        new ConvolutionLayer.Builder(3, 3)
            .stride(2, 2)
            .convolutionMode(ConvolutionMode.Same)
            .nOut(6)
            .build());
    net.layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
    InputType input = InputType.convolutional(28, 28, 1);
    Summary summary = Summary.of(net.setInputType(input).build(), input);
    Summary.Row first = summary.rows().get(0);
    assertThat(first.output()).isEqualTo("4x24x24");
    assertThat(first.field()).isEqualTo("5");
    assertThat(first.start()).isEqualTo(2.5);
    assertThat(first.startWidth()).isEqualTo(2.5);
    assertThat(first.parameters()).isEqualTo(4 * 15 + 4);
    assertThat(first.multiplyAdds()).isEqualTo(24 * 24 * 4 * 15);
    Summary.Row second = summary.rows().get(1);
    assertThat(second.output()).isEqualTo("6x12x12");
    assertThat(second.field()).isEqualTo("7");
    assertThat(second.jump()).isEqualTo(2);
    assertThat(summary.rows().get(2).parameters()).isEqualTo(6 * 144 * 10 + 10);
    assertThat(summary.rows().get(2).receptiveField()).isEqualTo(7 + 11 * 2);
  }

  @Test
  void theTextFitsAHundredColumnsAndEndsInTheTotal() {
    String text = Summary.of(Models.Model_3()).toString();
    assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    assertThat(text).endsWith("total parameters: 7806");
  }

  @Test
  void theTableHasARowForEachLayer() {
    Summary summary = Summary.of(Models.Model_2());
    assertThat(summary.table().rowCount()).isEqualTo(summary.rows().size());
    assertThat(summary.table().longColumn("parameters").sum()).isEqualTo(6754);
    assertThat(summary.rows().get(summary.rows().size() - 1).receptiveField()).isEqualTo(28);
  }

  @Test
  void aRecurrentLayerIsRefusedInASentence() {
    InputType input = InputType.recurrent(4);
    assertThatThrownBy(
            () ->
                Summary.of(
                    new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new LSTM.Builder().nOut(3).build())
                        .layer(
                            new RnnOutputLayer.Builder()
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build())
                        .setInputType(input)
                        .build(),
                    input))
        .hasMessageContaining("(LSTM) has no receptive field that is known here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conv 999999 9999x9999 pad 9998", "depthwise 9999x9999 pad 9998"})
  void aNetThatIsTooLargeToBeCountedIsRefused(String block) {
    Stack large = Stack.of("conv").blocks("conv 999999 9999x9999 pad 9998", block, block);
    assertThatThrownBy(() -> Summary.of(large.globalAveragePool().plain(10, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more parameters or multiply-adds than can be counted");
  }

  @Test
  void theSizeOfThePicturesFollowsFromTheConfigurationOrIsAskedFor() {
    for (Stack stack :
        List.of(
            Models.Model_1(),
            Models.Model_3(),
            Stack.of("conv-relu").input(32, 32).conv(6, 5, 0).conv(8, 3, 1).plain(10, 28),
            Stack.of("conv-bn-relu").input(20, 20).conv(6).conv(8).plain(3, 16))) {
      assertThat(Summary.of(stack.configuration(new NoOp(), 1))).isEqualTo(Summary.of(stack));
    }
    InputType input = InputType.convolutional(32, 32, 3);
    NeuralNetConfiguration.ListBuilder open =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
            .layer(new GlobalPoolingLayer(PoolingType.AVG))
            .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
    MultiLayerConfiguration configuration = open.setInputType(input).build();
    assertThatThrownBy(() -> Summary.of(configuration))
        .hasMessageContaining("does not follow from this configuration: give it");
    assertThat(Summary.of(configuration, input).rows().get(0).output()).isEqualTo("4x30x30");
  }

  @Test
  void ofPicturesThatAreNotSquareEachSideHasItsField() {
    NeuralNetConfiguration.ListBuilder net = new NeuralNetConfiguration.Builder().list();
    net.layer(new ConvolutionLayer.Builder(3, 7).stride(1, 2).nOut(4).build());
    net.layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
    InputType input = InputType.convolutional(28, 57, 1);
    Summary.Row row = Summary.of(net.setInputType(input).build(), input).rows().get(0);
    assertThat(row.start()).isEqualTo(1.5);
    assertThat(row.jump()).isEqualTo(1);
    assertThat(row.startWidth()).isEqualTo(3.5);
    assertThat(row.jumpWidth()).isEqualTo(2);
  }

  @Test
  void aFieldThatCannotBeCountedIsRefused() {
    ReceptiveField huge = ReceptiveField.INPUT.through(Long.MAX_VALUE, 2, 0, 1);
    assertThatThrownBy(() -> huge.through(3, 2, 0, 1)).isInstanceOf(ArithmeticException.class);
  }
}
