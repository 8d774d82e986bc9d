package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import kilonet.data.DataUnavailableException;
import kilonet.data.Datasets;
import kilonet.data.Mnist;
import kilonet.data.TrainTest;
import kilonet.text.Text;
import kilonet.train.Recipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet data}. */
@Command(
    name = "data",
    description =
        "Finds or downloads MNIST or another known set, verifies it, and says where it is.",
    mixinStandardHelpOptions = true)
final class DataCommand implements Runnable {

  @Option(
      names = {"--data", "--data-dir"},
      paramLabel = "DIR",
      description = "Folder of the set's files; MNIST's four may be gzipped or not.")
  private Path folder;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      defaultValue = Recipe.MNIST,
      description = "The set (default: ${DEFAULT-VALUE}).")
  private String name;

  @Option(
      names = "--else-digits",
      description =
          "Where MNIST is not to be had, say what other commands use instead, and count that as"
              + " success.")
  private boolean elseDigits;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (!name.equals(Recipe.MNIST)) {
      if (elseDigits) {
        throw new IllegalArgumentException(
            Text.of(
                "--else-digits is for MNIST, and nothing stands in for %s: leave it out.", name));
      }
      if (name.equals(Recipe.DIGITS)) {
        DataOptions.requireDrawn(folder);
      }
      TrainTest set = Datasets.load(name, folder, DownloadBar.onTerminal());
      out.println(
          Text.of(
              "%s: %,d training and %,d test images of %s in %d classes",
              Datasets.title(name),
              set.train().size(),
              set.test().size(),
              set.train().form().shape(),
              set.train().classes()));
      out.println(name);
      return;
    }
    Path found;
    try {
      found = Mnist.findOrDownload(folder, DownloadBar.onTerminal());
    } catch (DataUnavailableException e) {
      if (!elseDigits) {
        throw e;
      }
      Mnist.sayDigits(e, spec.commandLine().getErr()::println);
      out.println(Recipe.DIGITS);
      return;
    }
    var images = Mnist.load(found);
    out.println(
        Text.of(
            "MNIST, verified: %,d training and %,d test images in",
            images.train().size(), images.test().size()));
    out.println(found.toAbsolutePath().normalize());
  }
}
