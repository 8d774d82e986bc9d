package kilonet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.File;
import java.io.PrintWriter;
import java.util.Arrays;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.PictureForm;
import kilonet.data.TrainTest;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.fused.FusedNetwork;
import kilonet.text.Numbers;
import kilonet.text.Text;
import kilonet.train.Engine;
import kilonet.train.ModelFile;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** {@code kilonet evaluate}. */
@Command(
    name = "evaluate",
    description = "Tests a saved net: accuracy, loss, confusion matrix, figures of each class.",
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Runnable {

  private static final int BATCH = 1_000;

  @Parameters(paramLabel = "MODEL.zip", description = "A net that Deeplearning4j or Kilonet saved.")
  private File file;

  @Mixin private DataOptions data;

  @Mixin private EngineOption engine;

  @Option(
      names = "--shifts",
      paramLabel = "PIXELS",
      description = "Test also the mean over the images as they are and shifted four ways.")
  private Integer shifts;

  @Spec private CommandSpec spec;

  /** The command's last line. */
  private record Evaluation(
      String model,
      String data,
      int images,
      double accuracy,
      double loss,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double accuracyWithShifts,
      ConfusionMatrix confusion) {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    MultiLayerNetwork network = ModelFile.read(file.toPath());
    PictureForm form = ModelFile.form(file.toPath());
    if (!form.equals(PictureForm.MNIST)) {
      // Of a file that says what its net takes.
      requireFit(network, file, form);
    }
    TrainTest chosen = images(form);
    ImageSet test = chosen.test();
    if (test.channels() == form.channels()) {
      // As the net was trained, whatever the statistics of these images.
      test = test.normalized(form.normalization());
    }
    requireFit(network, file, test.form());
    boolean others = form.isTestedOnOthers(test);
    if (others) {
      spec.commandLine()
          .getErr()
          .println(
              Text.of(
                  "The test images of %s at hand are not those that the net was tested on in its"
                      + " training: where it was trained on some of them, its accuracy says"
                      + " nothing.",
                  test.name()));
    }
    if (shifts != null) {
      Predictions.requireShift(test, shifts);
    }
    if (engine.engine() == Engine.FUSED) {
      network = FusedNetwork.of(network);
    }
    Predictions predictions;
    try (Batches batches = Batches.inOrder(test, BATCH).build()) {
      predictions = Predictions.of(network, batches);
    }
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
    out.println(confusion);
    out.println();
    Table perClass = confusion.perClass();
    perClass.numericColumns().stream()
        .filter(DoubleColumn.class::isInstance)
        .map(DoubleColumn.class::cast)
        .forEach(column -> column.setPrintFormatter(Numbers.format("#,##0.00")));
    out.println(perClass.print());
    out.println();
    out.println(
        Text.of(
            "%s: accuracy %.2f%%, loss %.4f on %,d %s images of %s",
            file.getName(),
            predictions.accuracy(),
            predictions.loss(),
            test.size(),
            others ? "other" : "test",
            test.name()));
    Double shifted = null;
    if (shifts != null) {
      int outputs = predictions.probabilities()[0].length;
      shifted = Predictions.withShifts(network, test, outputs, shifts).accuracy();
      out.println(Text.of("with test-time shifts of %d pixels: %.2f%%", shifts, shifted));
    }
    LastLine.print(
        out,
        new Evaluation(
            file.getPath(),
            test.name(),
            test.size(),
            predictions.accuracy(),
            predictions.loss(),
            shifted,
            confusion));
  }

  /** What the net was trained on; MNIST, or what stands in for it, for nets that do not say. */
  private TrainTest images(PictureForm form) {
    PrintWriter err = spec.commandLine().getErr();
    boolean usual = data.isUnsaid() && form.data().equals(Recipe.MNIST);
    return usual ? data.load(err).images() : data.load(form, err);
  }

  /**
   * Asks a net about a blank picture, before anything is done with it.
   *
   * @throws IllegalArgumentException if it takes no such pictures, has fewer outputs than there are
   *     classes (more may be left unused), or answers with what is no number
   */
  static void requireFit(MultiLayerNetwork network, File file, PictureForm form) {
    int classes = form.classes().size();
    INDArray output;
    try {
      output = network.output(Nd4j.zeros(1, form.channels(), form.height(), form.width()), false);
    } catch (RuntimeException e) {
      // Deeplearning4j throws exceptions of many kinds, some with a page of text.
      throw new IllegalArgumentException(
          Text.of(
              "%s takes no pictures of %d x %d pixels and %s: name the model.zip of a run on such"
                  + " pictures.",
              file,
              form.height(),
              form.width(),
              form.channels() == 1 ? "one channel" : form.channels() + " channels"),
          e);
    }
    if (output.rank() != 2 || output.size(1) < classes) {
      throw new IllegalArgumentException(
          Text.of(
              "%s does not tell %d classes apart (it has outputs of shape %s): name the model.zip of"
                  + " a run on data of %d classes.",
              file, classes, Arrays.toString(output.shape()), classes));
    }
    requireNumbers(output, file);
  }

  /** Refuses an answer that holds what is no number, which another picture may still get. */
  static void requireNumbers(INDArray output, File file) {
    if (!Double.isFinite(output.sumNumber().doubleValue())) {
      throw new IllegalArgumentException(
          Text.of(
              "%s answers with what is no number: its training failed, or its file is damaged.",
              file));
    }
  }
}
