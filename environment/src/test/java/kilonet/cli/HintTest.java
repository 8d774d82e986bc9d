package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class HintTest {

  private static final CommandLine KILONET = new CommandLine(new Kilonet());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "nothing",
      textBlock =
          """
          train|x is in use: wait for its end, or name another folder.|(--out names the folder.)
          train|resume it as what it was begun as, or train into another folder.|(--out names the folder; --resume resumes.)
          train|delete it, or do not resume but train anew.|(leave --resume out.)
          sweep|name another place for results, or move the file away.|(--results names the place.)
          report|name another folder, which can be.|nothing
          train|It has 5 epochs.|nothing
          """)
  void aCommandTellsWhichOfItsOptionsIsMeant(String command, String sentence, String hint) {
    CommandSpec spec = KILONET.getSubcommands().get(command).getCommandSpec();
    assertThat(Hint.of(sentence, spec)).isEqualTo(hint == null ? "" : " " + hint);
  }
}
