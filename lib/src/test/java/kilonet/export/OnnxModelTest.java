package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.stream.Stream;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX's own runtime is the oracle: it checks a model by ONNX's rules before it runs it. */
class OnnxModelTest {

  private static final int IMAGES = 20;

  private static final ImageSet TEST = Nets.DIGITS.test();

  static Stream<String> names() {
    return Nets.all().keySet().stream();
  }

  private static float[][] run(byte[] model, boolean raw, String output, int images)
      throws OrtException {
    FloatBuffer pixels = FloatBuffer.allocate(images * 784);
    for (int i = 0; i < images * 784; i++) {
      int pixel = TEST.pixels()[i] & 0xFF;
      pixels.put(raw ? pixel : (pixel * (1f / 255f) - 0.1307f) / 0.3081f);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(model);
        OnnxTensor input =
            OnnxTensor.createTensor(environment, pixels.flip(), new long[] {images, 1, 28, 28});
        OrtSession.Result result = session.run(Map.of("input", input))) {
      return (float[][]) result.get(output).orElseThrow().getValue();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theRuntimeSaysWhatTheNetSays(String name) throws OrtException {
    Export export = Export.of(Nets.all().get(name), Nets.INPUT);
    byte[] plain = OnnxModel.bytes(export.net(), null, export.provenance());
    byte[] raw = OnnxModel.bytes(export.net(), Normalization.MNIST, export.provenance());
    float[][] logits = run(plain, false, "logits", IMAGES);
    float[][] ofPixels = run(raw, true, "logits", IMAGES);
    for (int i = 0; i < IMAGES; i++) {
      float[] picture = Normalization.MNIST.apply(TEST.pixels(), i * 784, 784);
      float[] expected = FloatArithmetic.logits(export.net(), picture);
      for (int c = 0; c < 10; c++) {
        assertThat(logits[i][c]).isCloseTo(expected[c], within(2e-4f));
        assertThat(ofPixels[i][c]).isCloseTo(expected[c], within(2e-4f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theRuntimeSaysWhatWholeNumbersSay(String name) throws OrtException {
    Export export = Export.of(Nets.all().get(name), Nets.INPUT).int8(Nets.DIGITS.train());
    Int8Arithmetic arithmetic =
        new Int8Arithmetic(export.quantized(), Int8Arithmetic.Rounding.FLOAT);
    for (boolean raw : new boolean[] {false, true}) {
      byte[] model = OnnxModel.bytes(export.quantized(), raw, export.provenance());
      float[][] logits = run(model, raw, "logits", IMAGES);
      for (int i = 0; i < IMAGES; i++) {
        int[] expected = arithmetic.logits(Quantization.unsigned(TEST.pixels(), i * 784, 784));
        float range = 0;
        for (int logit : expected) {
          range = Math.max(range, Math.abs(logit / 65536f));
        }
        for (int c = 0; c < 10; c++) {
          // A value between two steps may be rounded to either.
          assertThat(logits[i][c]).isCloseTo(expected[c] / 65536f, within(0.02f * range));
        }
      }
    }
  }

  @Test
  void theBatchMayBeOfAnySizeAndTheOutputsHaveNames() throws OrtException {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    byte[] model = OnnxModel.bytes(export.net(), null, export.provenance());
    assertThat(run(model, false, "probabilities", 1)).hasDimensions(1, 10);
    float[][] probabilities = run(model, false, "probabilities", 7);
    assertThat(probabilities).hasDimensions(7, 10);
    float sum = 0;
    for (float p : probabilities[6]) {
      sum += p;
    }
    assertThat(sum).isCloseTo(1, within(1e-5f));
  }

  @Test
  void theMetadataSayWhereItComesFrom() throws OrtException {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    byte[] model =
        OnnxModel.bytes(
            export.net(), null, new Provenance(Map.of("recipe", "mine", "test_accuracy", "99.40")));
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model)) {
      assertThat(session.getMetadata().getProducerName()).isEqualTo("kilonet");
      assertThat(session.getMetadata().getCustomMetadata())
          .containsEntry("recipe", "mine")
          .containsEntry("test_accuracy", "99.40");
      assertThat(session.getInputNames()).containsExactly("input");
      assertThat(session.getOutputNames()).containsExactly("logits", "probabilities");
    }
  }
}
