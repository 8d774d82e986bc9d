package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel runs on is no business of cells. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class IsolationTest {
  @TempDir Path folder;

  @Test
  void theKernelsLibrariesAreInvisibleAndItsLoggerGivesWay() throws IOException {
    // As the installed kernel is started: cells see the library and what it needs.
    String path =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    !entry.matches(
                        ".*/(jeromq|jnacl|asm|maven|mima|context|standalone|plexus|http)[^/]*\\.jar"))
            .collect(Collectors.joining(File.pathSeparator));
    Path binding = folder.resolve("some-binding-1.0.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(binding))) {
      out.putNextEntry(new ZipEntry("META-INF/services/org.slf4j.spi.SLF4JServiceProvider"));
    }
    try (KernelProcess kernel =
        new KernelProcess(
                folder, builder -> builder.command().add(1, "-Dkilonet.classpath=" + path))
            .ready()) {
      for (String name :
          new String[] {
            "org.zeromq.ZMQ",
            "org.objectweb.asm.ClassReader",
            "org.eclipse.aether.RepositorySystem",
            "eu.maveniverse.maven.mima.context.Context"
          }) {
        assertThat(kernel.run("Class.forName(\"" + name + "\")").traceback())
            .contains("ClassNotFoundException");
        assertThat(kernel.run(name + " it;").traceback()).as(name).contains("does not exist");
      }
      assertThat(kernel.run("%classpath").value()).contains("slf4j-simple-");
      kernel.run("List.of(1, 2)");
      assertThat(kernel.run("%jars " + binding).status()).isEqualTo("ok");
      assertThat(kernel.run("%classpath").value()).doesNotContain("slf4j-simple-");
      assertThat(kernel.run("Class.forName(\"org.slf4j.simple.SimpleLogger\")").traceback())
          .contains("ClassNotFoundException");
    }
  }
}
