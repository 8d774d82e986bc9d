package kilonet.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelSpecTest {
  @Test
  void memoryIsGivenBackWhereTheJvmKnowsHow() {
    assertThat(linux("17.0.8")).isFalse();
    assertThat(linux("17.0.9")).isTrue();
    assertThat(linux("20.0.2")).isFalse();
    assertThat(linux("21")).isFalse();
    assertThat(linux("21.0.1")).isTrue();
    assertThat(linux("25")).isTrue();
    assertThat(KernelSpec.canTrim(Runtime.Version.parse("25"), "Mac OS X")).isFalse();
  }

  @Test
  void theDefaultCharsetIsUtf8WhateverTheLocale() throws Exception {
    List<String> command =
        new ArrayList<>(KernelSpec.command(List.of(), List.of(), List.of("-Dnone=none")));
    command.subList(command.indexOf("-cp"), command.size()).clear();
    command.addAll(List.of("-XshowSettings:properties", "-version"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    String settings =
        new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(settings).contains("file.encoding = UTF-8");
  }

  @Test
  void jupyterLabIsToldThatThereIsADebugger() throws Exception {
    JsonNode spec =
        new ObjectMapper().readTree(KernelSpec.json(List.of("java", "a \"b\""), "Java"));
    assertThat(spec.at("/argv/1").asText()).isEqualTo("a \"b\"");
    assertThat(spec.at("/metadata/debugger").asBoolean()).isTrue();
    assertThat(spec.at("/interrupt_mode").asText()).isEqualTo("message");
  }

  private static boolean linux(String version) {
    return KernelSpec.canTrim(Runtime.Version.parse(version), "Linux");
  }
}
