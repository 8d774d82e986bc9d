package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How values of plain types are shown where a notebook has said so; its kernel is its own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RegisterTest {
  @TempDir Path folder;

  @Test
  void textNumbersAndSignsAreShownAsRegistered() throws IOException {
    Map<String, String> values =
        Map.of(
            "Integer", "5",
            "double", "2.5",
            "Boolean", "true",
            "char", "'c'",
            "BigDecimal", "new BigDecimal(\"1.5\")",
            "String", "\"text\"",
            "StringBuilder", "new StringBuilder(\"built\")");
    try (KernelProcess kernel = new KernelProcess(folder, builder -> {}).ready()) {
      for (String type : values.keySet()) {
        String value = values.get(type);
        kernel.run("register(" + type + ".class, it -> html(\"<b>\" + it + \"</b>\"));");
        Outcome last = kernel.run(value);
        Outcome displayed = kernel.run("display(" + value + ");");
        String shown = value.replaceAll("new .*\\(|['\")]", "");
        for (Message message :
            List.of(last.of("execute_result").get(0), displayed.of("display_data").get(0))) {
          Map<?, ?> data = (Map<?, ?>) message.content().get("data");
          assertThat(data.get("text/html")).as(type).isEqualTo("<b>" + shown + "</b>");
        }
      }
    }
  }
}
