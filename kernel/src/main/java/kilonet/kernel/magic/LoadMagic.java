package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code %load}: runs a file as if it stood in the cell. */
final class LoadMagic implements Magic {
  private final Magics.Evaluator evaluator;

  LoadMagic(Magics.Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  @Override
  public String name() {
    return "load";
  }

  @Override
  public String help() {
    return "%load FILE: runs a file as if it stood in the cell, magics included.";
  }

  @Override
  public Object run(Call call) throws Throwable {
    List<String> words = Words.of(call.argument());
    if (words.size() != 1) {
      throw new MagicFailure("%load takes one file, such as %load helpers.jsh.");
    }
    Path file = Path.of(words.get(0));
    String source;
    try {
      source = Files.readString(file);
    } catch (IOException e) {
      throw new MagicFailure(
          "The file "
              + file.toAbsolutePath()
              + " cannot be read as UTF-8 text; name one that can.");
    }
    return evaluator.evaluate(source, file.getFileName().toString());
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
