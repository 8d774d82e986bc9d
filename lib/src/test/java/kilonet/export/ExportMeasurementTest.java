package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.Mnist;
import kilonet.data.Normalization;
import kilonet.data.TrainTest;
import kilonet.fused.FusedNetwork;
import kilonet.layer.Shape;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.ModelFile;
import kilonet.train.Predictions;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What ONNX's own runtime makes of all of MNIST's test set, and how long one picture takes; on
 * request, because it takes trained nets. {@code environment/export/check.sh} asks for it.
 *
 * <pre>{@code
 * mvn -pl lib test -Dtest=ExportMeasurementTest -Dkilonet.export=RUN_FOLDER
 * }</pre>
 */
@EnabledIfSystemProperty(named = "kilonet.export", matches = ".+")
class ExportMeasurementTest {

  private static final int ROUNDS = 2_000;

  private final Path folder = Path.of(System.getProperty("kilonet.export"));
  private final TrainTest mnist = Mnist.load(Mnist.find(null).orElseThrow());
  private final ImageSet test = mnist.test();
  private final MultiLayerNetwork network = ModelFile.read(folder.resolve("model.zip"));
  private final Export export = Export.of(network, new Shape(1, 28, 28));

  /** A digit and what Deeplearning4j makes of it. */
  private record Digit(int[] pixels, float[] probabilities) {}

  private static float[][] run(OrtSession session, float[] pictures, int count)
      throws OrtException {
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                FloatBuffer.wrap(pictures),
                new long[] {count, 1, 28, 28});
        OrtSession.Result result = session.run(Map.of("input", input))) {
      return (float[][]) result.get("logits").orElseThrow().getValue();
    }
  }

  private OrtSession session(byte[] model) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    return OrtEnvironment.getEnvironment().createSession(model, options);
  }

  private Agreement agreement(byte[] model) throws OrtException {
    float[][] logits = new float[test.size()][];
    try (OrtSession session = session(model)) {
      for (int i = 0; i < test.size(); i += 1_000) {
        float[] pictures = Normalization.MNIST.apply(test.pixels(), i * 784, 784_000);
        System.arraycopy(run(session, pictures, 1_000), 0, logits, i, 1_000);
      }
    }
    return Agreement.of(network, test, Normalization.MNIST, i -> logits[i]);
  }

  @Test
  void onnxRuntimeSaysTheSameOfTenThousandDigits() throws OrtException {
    byte[] plain = OnnxModel.bytes(export.net(), null, export.provenance());
    Export whole = export.int8(mnist.train());
    byte[] int8 = OnnxModel.bytes(whole.quantized(), false, export.provenance());
    Agreement ofPlain = agreement(plain);
    Agreement ofInt8 = agreement(int8);
    System.out.println(Text.of("onnxruntime float32: %,d bytes, %s", plain.length, ofPlain));
    System.out.println(Text.of("onnxruntime int8: %,d bytes, %s", int8.length, ofInt8));
    ofPlain.require(false, false);
    ofInt8.require(true, export.isDepthwise());
  }

  @Test
  void oneDigitTakesSoLong() throws OrtException {
    float[] picture = Normalization.MNIST.apply(test.pixels(), 0, 784);
    INDArray input = Nets.input(test, 1);
    FusedNetwork fused = FusedNetwork.of(network);
    List<String> lines = new ArrayList<>();
    try (OrtSession plain = session(OnnxModel.bytes(export.net(), null, export.provenance()));
        OrtSession int8 =
            session(
                OnnxModel.bytes(
                    export.int8(mnist.train()).quantized(), false, export.provenance()))) {
      for (int round = 0; round < 2; round++) {
        lines.clear();
        lines.add(time("onnxruntime float32", () -> run(plain, picture, 1)));
        lines.add(time("onnxruntime int8", () -> run(int8, picture, 1)));
        lines.add(time("Kilonet, FusedNetwork", () -> fused.output(input, false)));
        lines.add(
            time(
                "Kilonet, the exported arithmetic",
                () -> FloatArithmetic.logits(export.net(), picture)));
        lines.add(time("Deeplearning4j", () -> network.output(input, false)));
      }
    }
    lines.forEach(System.out::println);
    assertThat(lines).hasSize(5);
  }

  /** What can be timed. */
  private interface Work {
    Object run() throws OrtException;
  }

  private static String time(String what, Work work) throws OrtException {
    long[] nanos = new long[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      work.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return Text.of("latency of one digit, median: %s %.3f ms", what, nanos[ROUNDS / 2] / 1e6);
  }

  /** For the page in a browser: a hundred digits and Deeplearning4j's own probabilities. */
  @Test
  void expectationsForABrowser() throws Exception {
    ImageSet some = test.first(100);
    List<Digit> digits = new ArrayList<>();
    try (Batches batches = Batches.inOrder(some, 100).build()) {
      Predictions predictions = Predictions.of(network, batches);
      for (int i = 0; i < some.size(); i++) {
        digits.add(
            new Digit(
                Quantization.unsigned(some.pixels(), i * 784, 784),
                predictions.probabilities()[i]));
      }
    }
    Files.writeString(folder.resolve("expected.json"), Json.line(digits));
    assertThat(digits).hasSize(100);
  }
}
