package kilonet.cli;

import java.io.File;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import kilonet.data.Datasets;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.data.PictureForm;
import kilonet.data.TrainTest;
import kilonet.export.Agreement;
import kilonet.export.Export;
import kilonet.export.Int8Arithmetic.Rounding;
import kilonet.export.Provenance;
import kilonet.export.Quantization;
import kilonet.layer.Shape;
import kilonet.text.Text;
import kilonet.train.ModelFile;
import kilonet.train.RunFolder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet export}. */
@Command(
    name = "export",
    description =
        "Writes a saved net for another place, once it has answered there as it does here: an ONNX"
            + " model, C for a microcontroller, or a page to draw digits on.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Runnable {

  /** Generated digits, where MNIST's test set is not at hand. */
  private static final int DIGITS = 1_000;

  /** A page or a source of a net of a few thousand parameters takes less. */
  private static final long ROOM = 1 << 18;

  /** What can be written. */
  enum Format {
    ONNX(".onnx"),
    C(".c"),
    PAGE(".html");

    private final String suffix;

    Format(String suffix) {
      this.suffix = suffix;
    }
  }

  @Parameters(paramLabel = "MODEL.zip", description = "A net that Deeplearning4j or Kilonet saved.")
  private File file;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "onnx|c|page",
      description = "What to write.")
  private Format to;

  @Option(
      names = "--int8",
      description =
          "In whole numbers of 8 bits, their ranges measured on training images; for onnx and c.")
  private boolean int8;

  @Option(
      names = "--raw",
      description = "The ONNX model takes pixels from 0 to 255 and normalizes them itself.")
  private boolean raw;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "The file to write; model.onnx, model.c with model.h, or model.html if not set.")
  private Path out;

  @Mixin private DataOptions data;

  @Spec private CommandSpec spec;

  /** The command's last line. */
  private record Exported(
      String model,
      String format,
      boolean int8,
      List<String> files,
      long bytes,
      Agreement agreement) {}

  @Override
  public void run() {
    if (int8 && to == Format.PAGE) {
      throw misuse("A page computes in float32: leave --int8 out, or write --to c or --to onnx.");
    }
    if (raw && to != Format.ONNX) {
      throw misuse("C and pages take pixels from 0 to 255 as they are: --raw is for --to onnx.");
    }
    MultiLayerNetwork network = ModelFile.read(file.toPath());
    Path target = target();
    // Before the work is done, so that none is lost.
    new RunFolder(target.toAbsolutePath().getParent()).provide(ROOM);
    Provenance provenance = Provenance.of(network, file.toPath());
    PictureForm form = ModelFile.form(file.toPath());
    EvaluateCommand.requireFit(network, file, form);
    Export export =
        Export.of(network, new Shape(form.channels(), form.height(), form.width()))
            .normalization(form.normalization())
            .provenance(provenance);
    if (to == Format.PAGE) {
      // Refuses a net that is too large for a page before anything else is done.
      export.page(target, null);
    }
    TrainTest images = images(provenance, form);
    if (int8) {
      export = export.int8(images.train());
    }
    ImageSet test = images.test();
    Agreement agreement =
        export.agreement(test, to == Format.ONNX ? Rounding.FLOAT : Rounding.FIXED_POINT);
    agreement.require(int8, export.isDepthwise());
    Map<Path, byte[]> files =
        switch (to) {
          case ONNX -> export.onnx(target, raw);
          case C -> export.c(target);
          case PAGE -> export.page(target, test);
        };
    Export.write(files);
    report(files, agreement);
  }

  private ParameterException misuse(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private Path target() {
    Path target = out == null ? file.toPath().resolveSibling("model" + to.suffix) : out;
    if (target.getFileName() == null || !target.toString().endsWith(to.suffix)) {
      throw misuse(
          Text.of("%s is no name for what is written: let it end in %s.", target, to.suffix));
    }
    return target;
  }

  private TrainTest images(Provenance provenance, PictureForm form) {
    PrintWriter err = spec.commandLine().getErr();
    if (!Datasets.isDigits(form.data())) {
      return data.load(form, err);
    }
    data.requireNoPictureOptions();
    boolean drawn = data.meansDigits(provenance.entries().get("data"));
    Optional<TrainTest> mnist = drawn ? Optional.empty() : data.mnistAtHand();
    if (mnist.isPresent()) {
      return mnist.get();
    }
    if (int8 && !drawn) {
      throw new IllegalArgumentException(
          "int8 needs training images, which tell the range of the activations, and MNIST is not at"
              + " hand: name its folder with --data-dir, or use --data digits for a net that was"
              + " trained on generated digits.");
    }
    err.println(
        Text.of(
            "%,d GENERATED digits tell whether what is written says the same%s.",
            DIGITS, drawn ? "" : ": MNIST is not at hand"));
    return PenDigits.generate(Quantization.IMAGES, DIGITS, PenDigits.USUAL_SEED);
  }

  private void report(Map<Path, byte[]> files, Agreement agreement) {
    PrintWriter lines = spec.commandLine().getOut();
    long all = 0;
    for (Map.Entry<Path, byte[]> written : files.entrySet()) {
      lines.println(Text.of("%s: %,d bytes", written.getKey(), written.getValue().length));
      all += written.getValue().length;
    }
    lines.println(agreement);
    LastLine.print(
        lines,
        new Exported(
            file.getPath(),
            to.name().toLowerCase(Locale.ROOT),
            int8,
            files.keySet().stream().map(Path::toString).toList(),
            all,
            agreement));
  }
}
