package kilonet.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What to type for a thing that the library's sentences advise; the library itself does not know of
 * options.
 *
 * @param words how the library calls it
 * @param option the option for it
 * @param types what to type
 */
record Hint(String words, String option, String types) {

  private static final List<Hint> ALL =
      List.of(
          new Hint("another folder", "--out", "--out names the folder"),
          new Hint("another place for results", "--results", "--results names the place"),
          new Hint("resume it", "--resume", "--resume resumes"),
          new Hint("do not resume", "--resume", "leave --resume out"));

  /**
   * What can be typed for what a sentence advises, in brackets, with a space before it; nothing
   * where the command has no option for any of it.
   */
  static String of(String sentence, CommandSpec command) {
    String hints =
        ALL.stream()
            .filter(hint -> sentence.contains(hint.words) && hint.isFor(command))
            .map(Hint::types)
            .collect(Collectors.joining("; "));
    return hints.isEmpty() ? "" : " (" + hints + ".)";
  }

  private boolean isFor(CommandSpec command) {
    return command.findOption(option) != null;
  }
}
