package kilonet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kilonet.data.Datasets;
import kilonet.data.DecodedPicture;
import kilonet.data.PictureForm;
import kilonet.photo.DigitPhoto;
import kilonet.text.Check;
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
    description = {
      "Says what pictures show: PNG, JPEG, GIF or BMP, of any size.",
      "A net of MNIST or of generated digits finds the digit, dark or light, in the picture; any"
          + " other takes the picture as a whole, brought to its size as those were that it was"
          + " trained on."
    },
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
      @JsonInclude(JsonInclude.Include.NON_NULL) Integer digit,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("class") String className,
      double probability,
      List<Double> probabilities,
      @JsonInclude(JsonInclude.Include.NON_NULL) String warning) {}

  /** A picture as the net takes it, and why that may be wrong. */
  private record Shown(INDArray input, String warning) {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    MultiLayerNetwork network = ModelFile.read(file.toPath());
    PictureForm form = ModelFile.form(file.toPath());
    EvaluateCommand.requireFit(network, file, form);
    boolean digits = Datasets.isDigits(form.data());
    // All pictures are read before the first answer: a bad one spoils no half of the output.
    List<Shown> pictures =
        images.stream().map(image -> digits ? digit(image) : picture(image, form)).toList();
    for (int i = 0; i < pictures.size(); i++) {
      INDArray output = network.output(pictures.get(i).input(), false);
      EvaluateCommand.requireNumbers(output, file);
      List<Double> probabilities = new ArrayList<>();
      int best = 0;
      for (int c = 0; c < output.size(1); c++) {
        probabilities.add(output.getDouble(0, c));
        best = probabilities.get(c) > probabilities.get(best) ? c : best;
      }
      Prediction prediction =
          new Prediction(
              images.get(i).toString(),
              digits ? best : null,
              digits ? null : form.className(best),
              probabilities.get(best),
              probabilities,
              pictures.get(i).warning());
      if (Terminal.isThere()) {
        out.println(
            Text.of(
                "%s: %s, with a probability of %.2f%%",
                prediction.image(), form.className(best), 100 * prediction.probability()));
        if (prediction.warning() != null) {
          out.println("  " + prediction.warning());
        }
      }
      LastLine.print(out, prediction);
    }
  }

  private static Shown digit(Path image) {
    DigitPhoto photo = DigitPhoto.read(image);
    return new Shown(photo.input(), photo.warning());
  }

  private static Shown picture(Path image, PictureForm form) {
    Check.file(image, "name a PNG, JPEG, GIF or BMP picture");
    try {
      return new Shown(DecodedPicture.read(image).input(form), null);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is no picture that can be read (%s): give a whole PNG, JPEG, GIF or BMP file.",
              image, Text.reason(e)),
          e);
    }
  }
}
