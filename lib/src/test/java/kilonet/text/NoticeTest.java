package kilonet.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

class NoticeTest {

  @Test
  void withoutABindingStandardErrorSaysIt() {
    assertThat(said(ClassLoader.getPlatformClassLoader())).isEqualTo("Trained slowly.");
    assertThat(said(Notice.class.getClassLoader())).as("the binding has it").isEmpty();
  }

  private static String said(ClassLoader loader) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      Notice.warn(NOPLogger.NOP_LOGGER, "Trained slowly.", loader);
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).strip();
  }
}
