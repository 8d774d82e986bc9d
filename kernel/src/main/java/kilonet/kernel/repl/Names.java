package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The variables, methods and types of a session: which cell's class holds each, and who uses it.
 */
final class Names {
  /**
   * A thing that a cell declared.
   *
   * @param name its name
   * @param home the cell's class
   * @param number how manieth class that is
   * @param piece the piece that declared it
   * @param type type of a variable, as source
   * @param shown that type, for people
   */
  record Declaration(
      String name, String home, int number, Piece piece, String type, String shown) {}

  /**
   * A declaration that cannot be used before the missing names are declared.
   *
   * @param piece the declaration
   * @param missing the names
   */
  record Waiting(Piece piece, Set<String> missing) {
    String sentence() {
      return String.join(" and ", piece.names())
          + (piece instanceof Piece.Method ? " can be called once " : " can be used once ")
          + String.join(" and ", missing)
          + (missing.size() == 1 ? " is" : " are")
          + " declared";
    }
  }

  private final Map<String, Declaration> variables = new LinkedHashMap<>();
  private final Map<String, List<Declaration>> methods = new LinkedHashMap<>();
  private final Map<String, Declaration> types = new LinkedHashMap<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  private final Set<String> homes = new HashSet<>();

  /** Types and methods that use what has been imported otherwise since. */
  private final Set<Piece> stale = new HashSet<>();

  /** Never forgotten: values of these types may live on when the names mean others. */
  private final Set<String> withTypes = new HashSet<>();

  Map<String, Declaration> variables() {
    return variables;
  }

  /** The overloads of a method; null for none. */
  List<Declaration> methods(String name) {
    return methods.get(name);
  }

  Declaration type(String name) {
    return types.get(name);
  }

  /** How many cells' classes are kept because a name refers to them. */
  int homes() {
    return homes.size();
  }

  boolean has(String name) {
    return variables.containsKey(name) || methods.containsKey(name) || types.containsKey(name);
  }

  /** What somebody waits for who waits under this name; null if nobody does. */
  Waiting waitingAs(String name) {
    return waiting.values().stream()
        .filter(wait -> wait.piece().names().contains(name))
        .findFirst()
        .orElse(null);
  }

  List<Waiting> waiting() {
    return List.copyOf(waiting.values());
  }

  /** The declarations of earlier cells that use a name which these pieces declare. */
  List<Piece> dependents(Collection<Piece> pieces) {
    Set<String> changed = new HashSet<>();
    Set<String> redeclared = new HashSet<>();
    Set<String> methodNames = new HashSet<>();
    for (Piece piece : pieces) {
      changed.addAll(piece.names());
      if (piece instanceof Piece.Import) {
        // What it imports may be what somebody waits for.
        waiting.values().forEach(wait -> changed.addAll(wait.missing()));
      } else if (!piece.names().isEmpty()) {
        redeclared.add(piece.key());
        if (piece instanceof Piece.Method method) {
          methodNames.add(method.name());
        }
      }
    }
    if (changed.isEmpty()) {
      return new ArrayList<>();
    }
    List<Piece> candidates = new ArrayList<>();
    types.values().forEach(declaration -> candidates.add(declaration.piece()));
    methods.values().forEach(list -> list.forEach(each -> candidates.add(each.piece())));
    waiting.values().forEach(wait -> candidates.add(wait.piece()));
    Set<Piece> pulled = new LinkedHashSet<>();
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Piece piece : candidates) {
        if (pulled.contains(piece) || redeclared.contains(piece.key())) {
          continue;
        }
        boolean overload =
            piece instanceof Piece.Method method && methodNames.contains(method.name());
        if (overload || piece.uses().stream().anyMatch(changed::contains)) {
          pulled.add(piece);
          changed.addAll(piece.names());
          if (piece instanceof Piece.Method method) {
            methodNames.add(method.name());
          }
          grown = true;
        }
      }
    }
    return new ArrayList<>(pulled);
  }

  /**
   * The pieces without those types and methods that are declared again just as they are, where
   * nothing that they use is declared anew: these stay what they are, with all that has come of
   * them.
   */
  List<Piece> changed(List<Piece> pieces) {
    Map<Piece, Piece> same = new IdentityHashMap<>();
    for (Piece piece : pieces) {
      known(piece).filter(each -> isSame(each, piece)).ifPresent(e -> same.put(piece, e.piece()));
    }
    List<Piece> anew =
        dependents(pieces.stream().filter(piece -> !same.containsKey(piece)).toList());
    return pieces.stream()
        .filter(piece -> !same.containsKey(piece) || anew.contains(same.get(piece)))
        .toList();
  }

  /** What a piece that declares a type or method declares anew. */
  private Optional<Declaration> known(Piece piece) {
    if (piece instanceof Piece.Type type) {
      return Optional.ofNullable(types.get(type.name()));
    }
    return piece instanceof Piece.Method method
        ? methods.getOrDefault(method.name(), List.of()).stream()
            .filter(each -> each.piece().key().equals(piece.key()))
            .findFirst()
        : Optional.empty();
  }

  /** Whether a piece is what its name stands for; one that waits is not. */
  boolean holds(Piece piece) {
    return known(piece).filter(each -> each.piece() == piece).isPresent();
  }

  private boolean isSame(Declaration known, Piece piece) {
    return !stale.contains(known.piece())
        && new JavaText(source(known.piece())).bare().equals(new JavaText(source(piece)).bare())
        && piece.uses().stream()
            .flatMap(this::named)
            .noneMatch(used -> used.number() > known.number());
  }

  private Stream<Declaration> named(String name) {
    return Stream.concat(
        Stream.of(variables, types).map(each -> each.get(name)).filter(Objects::nonNull),
        methods.getOrDefault(name, List.of()).stream());
  }

  /** Says that some names mean something else where what uses them is declared again. */
  void otherwise(Predicate<String> names) {
    Stream.concat(types.values().stream(), methods.values().stream().flatMap(List::stream))
        .map(Declaration::piece)
        .filter(piece -> piece.uses().stream().anyMatch(names))
        .forEach(stale::add);
  }

  /**
   * The variables among these words of whose types one has been declared anew since they were.
   *
   * @param now what a cell is about to declare
   */
  List<Declaration> outdated(Collection<String> words, List<Piece> now) {
    return words.stream()
        .map(variables::get)
        .filter(variable -> variable != null && !outdatedTypes(variable, now).isEmpty())
        .toList();
  }

  /** The types of a variable that have been declared anew since it was, or are about to be. */
  Set<String> outdatedTypes(Declaration variable, List<Piece> now) {
    Set<String> found = Words.of(variable.type());
    found.removeIf(
        name ->
            (!types.containsKey(name) || types.get(name).number() <= variable.number())
                && now.stream().noneMatch(piece -> declares(piece, name)));
    return found;
  }

  private static boolean declares(Piece piece, String type) {
    return piece instanceof Piece.Type declared && declared.name().equals(type);
  }

  /** An older version of what waits is no longer meant. */
  void letWait(List<Waiting> postponed) {
    for (Waiting wait : postponed) {
      Piece piece = wait.piece();
      if (piece instanceof Piece.Type type) {
        types.remove(type.name());
      } else if (piece instanceof Piece.Method method) {
        // Its other overloads are compiled again with the cell that declared it.
        methods.remove(method.name());
      } else {
        piece.names().forEach(variables::remove);
      }
      waiting.put(piece.key(), wait);
    }
  }

  /** Takes in what a cell's class declares. */
  void declare(String home, List<Declaration> declarations) {
    homes.add(home);
    Map<String, List<Declaration>> newMethods = new LinkedHashMap<>();
    for (Declaration declaration : declarations) {
      waiting.remove(declaration.piece().key());
      stale.remove(declaration.piece());
      if (declaration.piece() instanceof Piece.Variables) {
        variables.put(declaration.name(), declaration);
      } else if (declaration.piece() instanceof Piece.Type) {
        types.put(declaration.name(), declaration);
        withTypes.add(home);
      } else {
        newMethods.computeIfAbsent(declaration.name(), name -> new ArrayList<>()).add(declaration);
      }
    }
    methods.putAll(newMethods);
  }

  void forgetType(String name) {
    types.remove(name);
  }

  /** The classes of cells of which nothing is in use any more; they are forgotten here. */
  List<String> released() {
    Set<String> live = new HashSet<>(withTypes);
    variables.values().forEach(declaration -> live.add(declaration.home()));
    methods.values().forEach(list -> list.forEach(declaration -> live.add(declaration.home())));
    List<String> released = new ArrayList<>();
    for (Iterator<String> it = homes.iterator(); it.hasNext(); ) {
      String home = it.next();
      if (!live.contains(home)) {
        released.add(home);
        it.remove();
      }
    }
    return released;
  }

  void clear() {
    variables.clear();
    methods.clear();
    types.clear();
    waiting.clear();
    stale.clear();
  }

  /** What stands before the bodies of methods, or of types. */
  List<String> heads(boolean ofMethods) {
    List<Declaration> wanted = new ArrayList<>();
    if (ofMethods) {
      methods.values().forEach(wanted::addAll);
    } else {
      wanted.addAll(types.values());
    }
    return wanted.stream()
        .map(each -> source(each.piece()))
        .map(text -> text.substring(0, Math.max(0, text.indexOf('{'))).strip())
        .toList();
  }

  private static String source(Piece piece) {
    return piece instanceof Piece.Type type ? type.head() + type.text() : piece.text();
  }

  /** All declarations as source, in an order in which they compile. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    types.values().forEach(type -> lines.add(source(type.piece())));
    methods.values().forEach(list -> list.forEach(method -> lines.add(method.piece().text())));
    waiting.values().forEach(wait -> lines.add(wait.piece().text()));
    variables.values().forEach(v -> lines.add(v.type() + " " + v.name() + ";"));
    return lines;
  }
}
