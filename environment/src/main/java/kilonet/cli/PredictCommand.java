package kilonet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kilonet.data.Mnist;
import kilonet.photo.DigitPhoto;
import kilonet.text.Terminal;
import kilonet.text.Text;
import kilonet.train.ModelFile;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet predict}. */
@Command(
    name = "predict",
    description = "Reads digits off pictures: PNG or JPEG, any size, dark or light background.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Runnable {

  @Parameters(index = "0", paramLabel = "MODEL.zip", description = "The model.zip of a run.")
  private File file;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE", description = "Picture files.")
  private List<Path> images;

  @Spec private CommandSpec spec;

  /** A line of output. */
  private record Prediction(
      String image,
      int digit,
      double probability,
      List<Double> probabilities,
      @JsonInclude(JsonInclude.Include.NON_NULL) String warning) {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    MultiLayerNetwork network = ModelFile.read(file.toPath());
    EvaluateCommand.requireFit(network, file, DigitPhoto.SIDE, DigitPhoto.SIDE, Mnist.CLASSES);
    // All pictures are read before the first answer: a bad one spoils no half of the output.
    List<DigitPhoto> photos = images.stream().map(DigitPhoto::read).toList();
    for (int i = 0; i < photos.size(); i++) {
      INDArray output = network.output(photos.get(i).input(), false);
      EvaluateCommand.requireNumbers(output, file);
      List<Double> probabilities = new ArrayList<>();
      int digit = 0;
      for (int c = 0; c < output.size(1); c++) {
        probabilities.add(output.getDouble(0, c));
        digit = probabilities.get(c) > probabilities.get(digit) ? c : digit;
      }
      Prediction prediction =
          new Prediction(
              images.get(i).toString(),
              digit,
              probabilities.get(digit),
              probabilities,
              photos.get(i).warning());
      if (Terminal.isThere()) {
        out.println(
            Text.of(
                "%s: %d, with a probability of %.2f%%",
                prediction.image(), digit, 100 * prediction.probability()));
        if (prediction.warning() != null) {
          out.println("  " + prediction.warning());
        }
      }
      LastLine.print(out, prediction);
    }
  }
}
