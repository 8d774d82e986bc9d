package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What errors look like. */
class ErrorReportTest {
  private static final Pattern CODE = Pattern.compile("\u001B\\[([\\d;]*)m");

  @Test
  void errorsCanBeReadOnWhiteAndInDarkFrontEnds() {
    ErrorReport errors = new ErrorReport();
    Throwable thrown = new IllegalStateException("bad", new RuntimeException("why"));
    List<String> lines = errors.of(thrown).traceback();
    int coloured = 0;
    Matcher code = CODE.matcher(String.join("\n", lines));
    while (code.find()) {
      String[] numbers = code.group(1).split(";");
      if (numbers[0].equals("38")) {
        assertThat(numbers[1]).as("a colour that is the same everywhere").isEqualTo("2");
        double colour = luminance(numbers, 2);
        // WCAG asks for 3 where letters are bold; no colour has more than 4.1 on both.
        assertThat((1.05) / (colour + 0.05)).isGreaterThan(4.0);
        assertThat((colour + 0.05) / (luminance(new String[] {"30", "30", "30"}, 0) + 0.05))
            .isGreaterThan(4.0);
        coloured++;
      } else {
        assertThat(numbers[0]).as("neither faint nor a palette's").isIn("0", "1");
      }
    }
    assertThat(coloured).isEqualTo(2);
  }

  private static double luminance(String[] numbers, int from) {
    double[] weights = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      double part = Integer.parseInt(numbers[from + i]) / 255.0;
      sum += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
  }
}
