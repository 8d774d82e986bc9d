package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
    return evaluator.evaluate(read(file), file.getFileName().toString());
  }

  private static String read(Path file) {
    String name = file.toAbsolutePath().normalize().toString();
    if (!Files.exists(file)) {
      throw new MagicFailure("There is no file " + name + "; name one that is there.");
    }
    if (!Files.isRegularFile(file)) {
      throw new MagicFailure(name + " is no file; name one of Java.");
    }
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new MagicFailure(name + " is no text in UTF-8; save it as such.");
    } catch (IOException e) {
      throw new MagicFailure(name + " cannot be read; see who may, or name another file.");
    }
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
