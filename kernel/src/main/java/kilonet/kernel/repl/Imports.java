package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a session has imported. The standard imports lose against everything else: each is made name
 * by name, where a cell uses the name and nothing that the notebook imports or declares has it. Of
 * standard imports of one name the first is made, and the second where only that compiles.
 */
final class Imports {
  private static final Pattern IMPORT =
      Pattern.compile(
          "\\s*import\\s+(?<static>static\\s+)?(?<module>module\\s+)?(?<name>[\\w.$\\p{L}]+(\\s*\\.\\s*\\*)?)\\s*;\\s*");

  private static final String NONE = "";

  /** An import in its parts; the owner is a package or class. */
  private record Parsed(boolean isStatic, boolean module, String owner, String simple) {
    static Optional<Parsed> of(String line) {
      Matcher matcher = IMPORT.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String name = matcher.group("name").replaceAll("\\s", "");
      int dot = name.lastIndexOf('.');
      return Optional.of(
          new Parsed(
              matcher.group("static") != null,
              matcher.group("module") != null,
              name.substring(0, Math.max(0, dot)),
              name.substring(dot + 1)));
    }

    boolean star() {
      return simple.equals("*");
    }

    /** Imports of the same name replace each other; methods of a name may come from anywhere. */
    String key() {
      return !star() && !module && !isStatic ? type(simple) : this.toString();
    }

    static String type(String simple) {
      return "type " + simple;
    }
  }

  private final ClassFiles classes;
  private final List<Parsed> standard = new ArrayList<>();
  private final List<String> standardLines = new ArrayList<>();
  private final Map<String, String> own = new LinkedHashMap<>();
  private final Map<String, Parsed> parsed = new HashMap<>();

  /** Names of types that standard imports have; null where that has to be looked up. */
  private Set<String> standardNames;

  /** The standard import of a type by its name; empty for none. */
  private final Map<String, String> standardTypes = new HashMap<>();

  /** The standard import of a type that is taken instead, by its name. */
  private final Map<String, String> second = new HashMap<>();

  Imports(ClassFiles classes) {
    this.classes = classes;
  }

  /** The simple name of the type that a line imports by name. */
  static Optional<String> typeOf(String line) {
    return Parsed.of(line)
        .filter(each -> !each.isStatic() && !each.star() && !each.module())
        .map(Parsed::simple);
  }

  /** Sets what is imported by itself, the most wanted first. */
  void standard(List<String> names) {
    standardNames = null;
    for (String name : names) {
      String line = "import " + name + ";";
      Parsed.of(line).ifPresent(standard::add);
      standardLines.add(line);
    }
  }

  /** Adds an import of the notebook's; returns the simple name of the type it imports, or null. */
  String add(String line) {
    Optional<Parsed> added = Parsed.of(line);
    if (added.isEmpty()) {
      return null;
    }
    String key = added.get().key();
    own.remove(key);
    own.put(key, line.strip());
    parsed.put(key, added.get());
    return typeOf(line).orElse(null);
  }

  /** Whether an import that is about to be added brings a name anew. */
  boolean bringsAnew(String line, String name) {
    return !own.containsValue(line.strip())
        && Parsed.of(line).filter(each -> brings(each, name)).isPresent();
  }

  /** Forgets the import of a type, since a cell has declared one of its name. */
  void forgetType(String simple) {
    own.remove(Parsed.type(simple));
    parsed.remove(Parsed.type(simple));
  }

  /** To be called when the class path has changed. */
  void lookAgain() {
    standardTypes.clear();
    standardNames = null;
  }

  /** The notebook's own imports, except those of types that are imported or declared anew. */
  List<String> own(Set<String> replaced) {
    List<String> lines = new ArrayList<>();
    own.forEach(
        (key, line) -> {
          if (replaced.stream().noneMatch(name -> key.equals(Parsed.type(name)))) {
            lines.add(line);
          }
        });
    return lines;
  }

  /**
   * The standard imports that a source needs.
   *
   * @param words the words of the source
   * @param declared names that cells declare
   * @param lines imports that are about to be added
   */
  List<String> standard(Collection<String> words, Set<String> declared, List<String> lines) {
    List<Parsed> notebooks = new ArrayList<>(parsed.values());
    lines.forEach(line -> Parsed.of(line).ifPresent(notebooks::add));
    List<String> needed = new ArrayList<>();
    for (String word : words) {
      if (declared.contains(word)) {
        continue;
      }
      String type = standardType(word);
      List<String> members = standardMembers(word);
      if (type.isEmpty() && members.isEmpty()
          || notebooks.stream().anyMatch(each -> brings(each, word))) {
        continue;
      }
      if (!type.isEmpty()) {
        needed.add(type);
      }
      needed.addAll(members);
    }
    return needed;
  }

  private boolean brings(Parsed line, String word) {
    if (!line.star()) {
      return line.simple().equals(word);
    }
    if (line.isStatic()) {
      return classes.staticMembers(line.owner()).contains(word);
    }
    return Character.isUpperCase(word.charAt(0))
        && (classes.isPublic(line.owner() + "." + word)
            || classes.isPublic(line.owner() + "$" + word));
  }

  private String standardType(String word) {
    if (!Character.isUpperCase(word.charAt(0))) {
      return NONE;
    }
    String other = second.get(word);
    return other != null
        ? other
        : standardTypes.computeIfAbsent(
            word,
            name ->
                classes.isPublic("java.lang." + name)
                    ? NONE
                    : standardTypes(name).findFirst().orElse(NONE));
  }

  /** The standard imports of types of a name, the most wanted first. */
  private Stream<String> standardTypes(String name) {
    return standard.stream()
        .filter(line -> !line.isStatic() && (line.star() || line.simple().equals(name)))
        .map(line -> line.owner() + "." + name)
        .filter(classes::isPublic)
        .map(type -> "import " + type + ";");
  }

  /**
   * What is to be added to an error about a type whose name several standard imports have.
   *
   * @param message the compiler's
   * @return which of them was taken, and how to have the other; empty for other errors
   */
  String remark(String message) {
    StringBuilder remark = new StringBuilder();
    others(message)
        .forEach(
            (simple, other) ->
                remark.append(
                    "\n"
                        + simple
                        + " is "
                        + taken(simple)
                        + " here; for the other write: "
                        + other));
    return remark.toString();
  }

  /**
   * Takes, where an error is about a type whose name several standard imports have, the second of
   * them instead of the first, until {@link #takeFirst}.
   *
   * @return whether there is such a type
   */
  boolean takeSecond(String message) {
    second.putAll(others(message));
    return !second.isEmpty();
  }

  /** Takes the first of the standard imports that have a name. */
  void takeFirst() {
    second.clear();
  }

  /** By simple name, what else would import a type that an error is about. */
  private Map<String, String> others(String message) {
    Map<String, String> others = new HashMap<>();
    for (String simple : List.copyOf(standardTypes.keySet())) {
      String taken = taken(simple);
      if (!taken.isEmpty()
          && Pattern.compile("\\b" + Pattern.quote(taken) + "\\b").matcher(message).find()) {
        standardTypes(simple)
            .filter(other -> !other.equals(standardTypes.get(simple)))
            .findFirst()
            .ifPresent(other -> others.put(simple, other));
      }
    }
    return others;
  }

  /** The full name of the type that a simple name stands for; empty for none. */
  private String taken(String simple) {
    return standardTypes.get(simple).replaceAll("^import |;$", "");
  }

  private List<String> standardMembers(String word) {
    List<String> lines = new ArrayList<>();
    for (Parsed line : standard) {
      if (line.isStatic()
          && (line.star()
              ? classes.staticMembers(line.owner()).contains(word)
              : line.simple().equals(word) && classes.isPublic(line.owner()))) {
        lines.add("import static " + line.owner() + "." + word + ";");
      }
    }
    return lines;
  }

  /** By name, the types that a standard import and one of the notebook's with a star both have. */
  private List<String> decided() {
    List<String> lines = new ArrayList<>();
    for (Parsed line : parsed.values()) {
      if (line.star() && !line.isStatic()) {
        Set<String> both = new LinkedHashSet<>(standardNames());
        if (!classes.isOfJdk(line.owner())) {
          both.retainAll(Set.copyOf(classes.names(line.owner())));
        }
        for (String name : both) {
          if (classes.isPublic(line.owner() + "." + name)) {
            lines.add("import " + line.owner() + "." + name + ";");
          }
        }
      }
    }
    return lines;
  }

  /** The types of the class path that the standard imports with a star have. */
  private Set<String> standardNames() {
    if (standardNames == null) {
      standardNames = new LinkedHashSet<>();
      for (Parsed each : standard) {
        if (each.star()) {
          standardNames.addAll(classes.names(each.owner()));
        }
      }
    }
    return standardNames;
  }

  /** All imports as JShell takes them, the standard ones with their stars. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    for (String line : standardLines) {
      Parsed each = Parsed.of(line).orElseThrow();
      if (each.isStatic()
          ? classes.isPublic(each.owner())
          : each.star()
              ? classes.hasPackage(each.owner())
              : classes.isPublic(each.owner() + "." + each.simple())) {
        lines.add(line);
      }
    }
    lines.addAll(own.values());
    lines.addAll(decided());
    return lines;
  }
}
