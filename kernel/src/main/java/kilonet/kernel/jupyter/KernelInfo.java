package kilonet.kernel.jupyter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.kernel.content.Version;

/** What the kernel says of itself. */
final class KernelInfo {
  private KernelInfo() {}

  /** The content of a kernel_info_reply. */
  static Map<String, Object> content() {
    Map<String, Object> language = new LinkedHashMap<>();
    language.put("name", "java");
    language.put("version", Runtime.version().toString());
    language.put("mimetype", "text/x-java-source");
    language.put("file_extension", ".java");
    language.put("pygments_lexer", "java");
    language.put("codemirror_mode", "text/x-java");
    language.put("nbconvert_exporter", "script");
    Map<String, Object> content = Outbox.ok();
    content.put("protocol_version", Outbox.PROTOCOL);
    content.put("implementation", "kilonet-kernel");
    content.put("implementation_version", Version.NUMBER);
    content.put("language_info", language);
    content.put(
        "banner",
        "Kilonet kernel "
            + Version.NUMBER
            + ", Java "
            + Runtime.version()
            + ". %help lists the magics.");
    content.put("debugger", true);
    content.put("supported_features", List.of("debugger"));
    int feature = Runtime.version().feature();
    content.put(
        "help_links",
        List.of(
            Map.of(
                "text",
                "Java " + feature + " API",
                "url",
                "https://docs.oracle.com/en/java/javase/" + feature + "/docs/api/"),
            Map.of("text", "Deeplearning4j", "url", "https://deeplearning4j.konduit.ai/"),
            Map.of("text", "XChart", "url", "https://knowm.org/open-source/xchart/"),
            Map.of("text", "Tablesaw", "url", "https://jtablesaw.github.io/tablesaw/")));
    return content;
  }
}
