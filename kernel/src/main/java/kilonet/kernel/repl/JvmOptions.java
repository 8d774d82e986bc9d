package kilonet.kernel.repl;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the compiler has to know of the options that this JVM was started with. */
final class JvmOptions {
  private static final String PREVIEW = "--enable-preview";

  /** Options that mean the same to the compiler, with their value behind an equals sign. */
  private static final List<String> SHARED =
      List.of("--add-modules=", "--add-exports=", "--add-reads=", "--limit-modules=");

  private JvmOptions() {}

  /** Where Linux has the command of a process; to ask the JVM's management takes 30 ms. */
  private static final Path COMMAND = Path.of("/proc/self/cmdline");

  /** Options for the compiler, so that it sees what the running code will. */
  static List<String> forCompiler() {
    List<String> options = forCompiler(ofThisJvm());
    List<String> known = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      // A JVM starts with a warning where a module is unknown; the compiler would not.
      boolean unknown =
          options.get(i).equals("--add-modules")
              && List.of(options.get(i + 1).split(",")).stream()
                  .anyMatch(name -> ModuleLayer.boot().findModule(name).isEmpty());
      if (unknown) {
        i++;
      } else {
        known.add(options.get(i));
      }
    }
    return known;
  }

  private static List<String> ofThisJvm() {
    try {
      List<String> words = new ArrayList<>();
      for (String variable : List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
        words.addAll(List.of(System.getenv().getOrDefault(variable, "").split("\\s+")));
      }
      String command = Files.readString(COMMAND);
      if (!command.contains("\0@")) {
        words.addAll(List.of(command.split("\0")));
        return words;
      }
      // Files of options are the JVM's to read.
    } catch (IOException e) {
      // No Linux.
    }
    return ManagementFactory.getRuntimeMXBean().getInputArguments();
  }

  /**
   * Options for the compiler.
   *
   * @param jvm those of a JVM, where a value may be a word of its own
   */
  static List<String> forCompiler(List<String> jvm) {
    List<String> options = new ArrayList<>();
    for (int i = 0; i < jvm.size(); i++) {
      String next = i + 1 < jvm.size() ? jvm.get(i + 1) : "";
      String argument = SHARED.contains(jvm.get(i) + "=") ? jvm.get(i) + "=" + next : jvm.get(i);
      if (argument.equals(PREVIEW) && !options.contains(PREVIEW)) {
        options.add(PREVIEW);
        options.add("-source");
        options.add(String.valueOf(Runtime.version().feature()));
      }
      for (String shared : SHARED) {
        // ALL-SYSTEM and its like are for JVMs whose class path is a program.
        if (argument.startsWith(shared) && !argument.contains("ALL-SYSTEM")) {
          options.add(shared.substring(0, shared.length() - 1));
          options.add(argument.substring(shared.length()));
        }
      }
    }
    return options;
  }
}
