package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.kernel.magic.FilePatterns;
import kilonet.kernel.magic.MagicFailure;
import kilonet.kernel.magic.Magics;
import kilonet.kernel.magic.Script;
import kilonet.kernel.repl.CompileFailure;

/**
 * What the environment asks for before the first cell, under the names of this kernel, of JJava and
 * of IJava: a class path, options for the compiler, scripts to run.
 */
final class Startup {
  private static final List<String> PREFIXES = List.of("KILONET_", "JJAVA_", "IJAVA_");

  private static final Pattern TIMEOUT =
      Pattern.compile("\\s*(?<number>-?\\d+)\\s*(?<unit>[A-Za-z]+)?\\s*");

  private final Map<String, String> environment;

  Startup(Map<String, String> environment) {
    this.environment = environment;
  }

  private String get(String name) {
    return PREFIXES.stream()
        .map(prefix -> environment.getOrDefault(prefix + name, ""))
        .filter(value -> !value.isBlank())
        .findFirst()
        .orElse("");
  }

  /** Jars and folders, from patterns separated as in a class path. */
  List<Path> classPath() {
    return files(get("CLASSPATH"));
  }

  /** Options, separated by blanks. */
  List<String> compilerOptions() {
    String options = get("COMPILER_OPTS").strip();
    return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
  }

  /** How long a cell may take, in milliseconds; 0 for no limit. */
  long timeoutMillis() {
    Matcher limit = TIMEOUT.matcher(get("TIMEOUT"));
    if (!limit.matches()) {
      return 0;
    }
    String unit = limit.group("unit");
    try {
      TimeUnit of =
          unit == null
              ? TimeUnit.MILLISECONDS
              : TimeUnit.valueOf(unit.toUpperCase(java.util.Locale.ROOT));
      return Math.max(0, of.toMillis(Long.parseLong(limit.group("number"))));
    } catch (IllegalArgumentException e) {
      Log.warn("The time limit " + get("TIMEOUT") + " is none; write one such as 30 SECONDS.");
      return 0;
    }
  }

  private static List<Path> files(String patterns) {
    List<Path> files = new ArrayList<>();
    for (String pattern : patterns.split(java.io.File.pathSeparator)) {
      if (!pattern.isBlank()) {
        try {
          files.addAll(FilePatterns.matching(pattern.strip()));
        } catch (IOException | MagicFailure e) {
          Log.warn("The pattern " + pattern + " cannot be looked up: " + e);
        }
      }
    }
    return files;
  }

  boolean hasScripts() {
    return !get("STARTUP_SCRIPTS_PATH").isEmpty() || !get("STARTUP_SCRIPT").isEmpty();
  }

  /** Runs the scripts; what is wrong with them is told. */
  void run(Magics magics, Consumer<String> notes) {
    for (Path file : files(get("STARTUP_SCRIPTS_PATH"))) {
      try {
        run(magics, Files.readString(file), file.toString(), notes);
      } catch (IOException e) {
        notes.accept("The start-up script " + file + " cannot be read as UTF-8 text.");
      }
    }
    run(magics, get("STARTUP_SCRIPT"), "the start-up script", notes);
  }

  private static void run(Magics magics, String script, String name, Consumer<String> notes) {
    if (script.isBlank()) {
      return;
    }
    try {
      magics.run(Script.cell(script), name);
    } catch (CompileFailure e) {
      notes.accept("A part of " + name + " does not compile: " + e.getMessage());
    } catch (Throwable e) {
      notes.accept("A part of " + name + " failed: " + e);
    }
  }
}
