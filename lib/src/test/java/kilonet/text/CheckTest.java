package kilonet.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckTest {

  @ParameterizedTest
  @CsvSource({
    "mine, mine",
    "Übung, _bung",
    "con, _con",
    "aux.txt, _aux.txt",
    "a b (2), a b (2)",
    "a:b, a_b",
    "-x, _-x",
    "ends., ends",
    "写真, __"
  })
  void aNameNearestToAFilesOwnIsOneThatAnyFileCanHave(String own, String name) {
    assertThat(Check.toFileName(own)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "...", "/", "\\", "nul", "COM1 .x", "a\nb", "."})
  void whateverTheNameItCanBeAFiles(String own) {
    Check.fileName("The name", Check.toFileName(own));
  }

  @Test
  void aLongNameIsCut() {
    Check.fileName("The name", Check.toFileName("ä".repeat(500)));
    Check.fileName("The name", Check.toFileName("a" + " ".repeat(500) + "b"));
  }
}
