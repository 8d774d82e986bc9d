package kilonet.kernel.repl;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What the compiler has to know of the options that this JVM was started with. */
final class JvmOptions {
  private static final String PREVIEW = "--enable-preview";

  /** Options that mean the same to the compiler, with their value behind an equals sign. */
  private static final List<String> SHARED =
      List.of("--add-modules=", "--add-exports=", "--add-reads=", "--limit-modules=");

  private JvmOptions() {}

  /** Options for the compiler, so that it sees what the running code will. */
  static List<String> forCompiler() {
    List<String> options = forCompiler(ManagementFactory.getRuntimeMXBean().getInputArguments());
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

  static List<String> forCompiler(List<String> jvm) {
    List<String> options = new ArrayList<>();
    for (String argument : jvm) {
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
