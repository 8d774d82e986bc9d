package kilonet.kernel.jupyter;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** A small Maven repository of the file system: a greeter, the words it needs, an extra, a BOM. */
final class TestRepository {
  private TestRepository() {}

  static Path create(Path root) throws IOException {
    Path classes = Files.createDirectories(root.resolveSibling("classes"));
    Path words = classes.resolve("words");
    compile(words, "", "Words", "public static String from() { return \"2.0\"; }");
    Path greeter = classes.resolve("greeter");
    compile(
        greeter,
        words.toString(),
        "Greeter",
        "public static String greet() { return \"hello from \" + Words.from(); }");
    Path extra = classes.resolve("extra");
    compile(extra, "", "Extra", "");
    publish(root, "words", "2.0", words, "");
    publish(
        root,
        "greeter",
        "1.0",
        greeter,
        "<dependencies>" + dependency("words", "2.0") + "</dependencies>");
    publish(root, "extra", "3.1", extra, "");
    Path late = classes.resolve("late");
    compile(late, "", "Late", "");
    publish(root, "late", "1.0", late, "");
    for (int number = 1; number <= 2; number++) {
      Path versioned = classes.resolve("versioned" + number);
      compile(versioned, "", "Versioned", "public static int number() { return " + number + "; }");
      publish(root, "versioned", number + ".0", versioned, "");
    }
    publish(root, "org.other", "versioned", "1.0", extra, "");
    publish(root, "commons-lang", "commons-lang", "99", extra, "");
    publish(
        root,
        "bom",
        "1",
        null,
        "<dependencyManagement><dependencies>"
            + dependency("extra", "3.1")
            + "</dependencies></dependencyManagement>");
    return root;
  }

  private static String dependency(String artifact, String version) {
    return "<dependency><groupId>org.example</groupId><artifactId>"
        + artifact
        + "</artifactId><version>"
        + version
        + "</version></dependency>";
  }

  private static void compile(Path target, String classPath, String name, String body)
      throws IOException {
    Files.createDirectories(target);
    Path source = target.resolveSibling(name + ".java");
    Files.writeString(source, "package org.example; public class " + name + " { " + body + " }");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                classPath,
                "--release",
                "17",
                "-d",
                target.toString(),
                source.toString());
    if (status != 0) {
      throw new IOException("the test's source does not compile");
    }
  }

  private static void publish(Path root, String artifact, String version, Path classes, String more)
      throws IOException {
    publish(root, "org.example", artifact, version, classes, more);
  }

  private static void publish(
      Path root, String group, String artifact, String version, Path classes, String more)
      throws IOException {
    Path folder =
        Files.createDirectories(
            root.resolve(group.replace('.', '/') + "/" + artifact + "/" + version));
    String base = artifact + "-" + version;
    Files.writeString(
        folder.resolve(base + ".pom"),
        "<project><modelVersion>4.0.0</modelVersion><groupId>"
            + group
            + "</groupId><artifactId>"
            + artifact
            + "</artifactId><version>"
            + version
            + "</version>"
            + (classes == null ? "<packaging>pom</packaging>" : "")
            + more
            + "</project>");
    if (classes != null) {
      try (OutputStream out = Files.newOutputStream(folder.resolve(base + ".jar"));
          JarOutputStream jar = new JarOutputStream(out);
          Stream<Path> files = Files.walk(classes)) {
        List<Path> all = files.filter(Files::isRegularFile).toList();
        for (Path file : all) {
          jar.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
          Files.copy(file, jar);
        }
      }
    }
  }
}
