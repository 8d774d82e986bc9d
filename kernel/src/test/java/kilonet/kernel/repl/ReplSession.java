package kilonet.kernel.repl;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** A session for tests of what cells mean, without a kernel around them. */
abstract class ReplSession {
  final List<String> warnings = new ArrayList<>();
  Repl repl;
  private int cells;

  @BeforeEach
  void session() {
    List<Path> classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
    repl =
        new Repl(classPath, List.of(), new Interrupter(new Object(), warnings::add), warnings::add);
    repl.standardImports(
        List.of(
            "java.util.*",
            "java.util.function.*",
            "no.such.pack.*",
            "static no.such.Thing.*",
            "static kilonet.kernel.Display.html",
            "kilonet.kernel.NoSuchThing"));
  }

  Object run(String cell) throws Throwable {
    return repl.run(cell, "cell " + ++cells);
  }
}
