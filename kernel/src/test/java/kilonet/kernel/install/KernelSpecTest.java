package kilonet.kernel.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void oneCollectorIsThereTheUsersWhereOneIsGiven() throws Exception {
    assertThat(KernelSpec.jvm(List.of("-Xmx1g"))).contains("-XX:+UseSerialGC", "-Xmx1g");
    List<String> chosen = KernelSpec.jvm(List.of("-XX:+UseG1GC"));
    assertThat(chosen).contains("-XX:+UseG1GC").doesNotContain("-XX:+UseSerialGC");
    assertThat(KernelSpec.refusal(chosen)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "-XX:+NoSuchOption, Unrecognized VM option 'NoSuchOption'",
    "-Xmx4gg, Invalid maximum heap size: -Xmx4gg",
    "-Xmx8m, Initial heap size set to a larger value than the maximum heap size",
    "Mine, Could not find or load main class Mine",
    "--add-modules=no.such.module, Module no.such.module not found",
  })
  void whatJavaDoesNotStartWithIsNotInstalled(String option, String reason, @TempDir Path folder)
      throws Exception {
    Path spec = Files.writeString(folder.resolve("kernel.json"), "[\"kilonet.kernel.Main\"]");
    assertThatThrownBy(
            () -> new KernelSpec(folder).install("Java", false, List.of("-Da=b", option)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Java does not start with '-Da=b " + option + "': ")
        .hasMessageContaining(reason)
        .hasMessageEndingWith("Give --jvm-arg what " + System.getProperty("java.home") + " knows.");
    assertThat(spec).hasContent("[\"kilonet.kernel.Main\"]");
    assertThatThrownBy(() -> new KernelSpec(folder).install("Java", true, List.of()))
        .hasMessageStartingWith("This jar holds no CUDA backend;");
    assertThat(folder).isDirectoryNotContaining(file -> !file.equals(spec));
  }

  @Test
  void whatAnEndedInstallationLeftIsReplacedAndNothingElse(@TempDir Path folder) throws Exception {
    Path jars = Files.createDirectories(folder.resolve("lib/kernel"));
    Files.createFile(jars.resolve("one.jar"));
    Files.createFile(folder.resolve("packages.txt"));
    Path mine = Files.createFile(folder.resolve("mine.txt"));
    assertThatThrownBy(() -> new KernelSpec(folder).uninstallIfPresent())
        .hasMessage("The folder " + folder + " holds something else; choose another --name.");
    Files.delete(mine);
    new KernelSpec(folder).uninstallIfPresent();
    assertThat(folder).doesNotExist();
  }

  private static boolean linux(String version) {
    return KernelSpec.canTrim(Runtime.Version.parse(version), "Linux");
  }
}
