package kilonet.kernel.repl;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Documentation comments of libraries whose sources lie beside them: {@code a-1.0-sources.jar} in
 * the folder of {@code a-1.0.jar}, as Maven downloads and IDEs expect them.
 */
final class SourceComments {
  private static final String JAVA = ".java";

  /** A call as JShell's analysis describes it, without type arguments. */
  private static final Pattern CALLED =
      Pattern.compile("(?:.*\\s)?([\\p{L}\\p{N}_$.]+?)(?:\\.([\\p{L}\\p{N}_$]+))?\\((.*)\\)");

  /** A field or constant, with or without its type. */
  private static final Pattern NAMED = Pattern.compile("([\\p{L}\\p{N}_$.]+)(?::.*)?");

  private final Compiler compiler;

  /** Entries of the jars' sources by the simple name of their class. */
  private final Map<String, List<Place>> places = new HashMap<>();

  private int jarsSeen;

  SourceComments(Compiler compiler) {
    this.compiler = compiler;
  }

  private record Place(Path jar, String entry) {}

  /** What is looked for in a class: a member's name, or null for the class; parameters, or null. */
  private record Wanted(String type, String member, List<String> parameters) {
    /** Its folder in a jar; empty if only the simple name is known, as with methods. */
    String folder() {
      int dot = type.indexOf(types().get(0)) - 1;
      return dot < 0 ? "" : type.substring(0, dot).replace('.', '/') + "/";
    }

    /** The names of the class and those around it, without the package, which is in lower case. */
    List<String> types() {
      List<String> types = new ArrayList<>();
      for (String part : type.split("\\.")) {
        if (!types.isEmpty() || !part.isEmpty() && Character.isUpperCase(part.charAt(0))) {
          types.add(part);
        }
      }
      return types;
    }
  }

  /**
   * The comment of what a signature names.
   *
   * @param signature such as {@code String WordUtils.wrap(String str, int wrapLength)}, {@code
   *     WordUtils.SIZE:int} or {@code java.util.Map.Entry<K, V>}
   * @return the text between the comment's marks; null if there is none
   */
  String of(String signature) {
    index();
    for (Wanted wanted : readings(withoutTypeArguments(signature).strip())) {
      for (Place place : places.getOrDefault(wanted.types().get(0), List.of())) {
        String comment = place.entry().startsWith(wanted.folder()) ? comment(place, wanted) : null;
        if (comment != null) {
          return comment;
        }
      }
    }
    return null;
  }

  private void index() {
    List<Path> classPath = compiler.classPath();
    for (; jarsSeen < classPath.size(); jarsSeen++) {
      String name = String.valueOf(classPath.get(jarsSeen).getFileName());
      Path jar = classPath.get(jarsSeen).resolveSibling(name.replaceAll("\\.jar$", "-sources.jar"));
      if (!name.endsWith(".jar") || !Files.isReadable(jar)) {
        continue;
      }
      try (ZipFile zip = new ZipFile(jar.toFile());
          Stream<? extends ZipEntry> entries = zip.stream()) {
        entries
            .map(ZipEntry::getName)
            .filter(entry -> entry.endsWith(JAVA))
            .forEach(
                entry -> {
                  String simple = entry.substring(entry.lastIndexOf('/') + 1);
                  places
                      .computeIfAbsent(
                          simple.substring(0, simple.length() - JAVA.length()),
                          s -> new ArrayList<>())
                      .add(new Place(jar, entry));
                });
      } catch (IOException e) {
        // It documents and nothing else.
      }
    }
  }

  /** What a signature may mean: {@code a.b.C} is a class or a member of one. */
  private static List<Wanted> readings(String signature) {
    List<Wanted> readings = new ArrayList<>();
    Matcher called = CALLED.matcher(signature);
    Matcher named = NAMED.matcher(signature);
    if (called.matches()) {
      String method = called.group(2) == null ? "<init>" : called.group(2);
      readings.add(new Wanted(called.group(1), method, parameters(called.group(3))));
    } else if (named.matches()) {
      String name = named.group(1);
      readings.add(new Wanted(name, null, null));
      int dot = name.lastIndexOf('.');
      if (dot > 0) {
        readings.add(new Wanted(name.substring(0, dot), name.substring(dot + 1), null));
      }
    }
    readings.removeIf(wanted -> wanted.types().isEmpty());
    return readings;
  }

  private static List<String> parameters(String list) {
    List<String> types = new ArrayList<>();
    for (String parameter : list.isBlank() ? new String[0] : list.split(",")) {
      types.add(simple(parameter.strip().replaceAll("\\s+[\\p{L}\\p{N}_$]+$", "")));
    }
    return types;
  }

  private static String simple(String type) {
    String bare =
        withoutTypeArguments(type)
            .replace("...", "[]")
            .replaceAll("@[\\p{L}\\p{N}_$.]+(\\([^)]*\\))?", "")
            .replaceAll("\\s", "");
    return bare.substring(bare.lastIndexOf('.') + 1);
  }

  private static String withoutTypeArguments(String text) {
    String before;
    String after = text;
    do {
      before = after;
      after = before.replaceAll("<[^<>]*>", "");
    } while (!after.equals(before));
    return after;
  }

  private String comment(Place place, Wanted wanted) {
    String source;
    try (ZipFile zip = new ZipFile(place.jar().toFile())) {
      source =
          new String(
              zip.getInputStream(zip.getEntry(place.entry())).readAllBytes(),
              StandardCharsets.UTF_8);
    } catch (IOException e) {
      return null;
    }
    return compiler.parse(
        source,
        (task, unit, errors) -> {
          TreePath path = new TreePath(unit);
          List<? extends Tree> inside = unit.getTypeDecls();
          for (String name : wanted.types()) {
            ClassTree type = type(inside, name);
            if (type == null) {
              return null;
            }
            path = new TreePath(path, type);
            inside = type.getMembers();
          }
          return wanted.member() == null
              ? Trees.instance(task).getDocComment(path)
              : member(task, path, inside, wanted);
        });
  }

  private static ClassTree type(List<? extends Tree> trees, String name) {
    for (Tree tree : trees) {
      if (tree instanceof ClassTree type && type.getSimpleName().contentEquals(name)) {
        return type;
      }
    }
    return null;
  }

  private static String member(
      JavacTask task, TreePath type, List<? extends Tree> members, Wanted wanted) {
    for (Tree tree : members) {
      boolean found =
          wanted.parameters() == null
              ? tree instanceof VariableTree field && field.getName().contentEquals(wanted.member())
              : tree instanceof MethodTree method
                  && method.getName().contentEquals(wanted.member())
                  && method.getParameters().stream()
                      .map(parameter -> simple(parameter.getType().toString()))
                      .toList()
                      .equals(wanted.parameters());
      if (found) {
        return Trees.instance(task).getDocComment(new TreePath(type, tree));
      }
    }
    return null;
  }
}
