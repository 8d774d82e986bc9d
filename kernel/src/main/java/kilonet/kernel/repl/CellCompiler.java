package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles the pieces of a cell as one class, with those declarations of earlier cells that use
 * what it declares anew. What lacks nothing but names is put aside, what no longer compiles stays
 * as it was; so it may take some attempts.
 */
final class CellCompiler {
  /** Whatever makes a class that somebody may look for by its name. */
  private static final Pattern INNER =
      Pattern.compile("->|::|\\b(new|class|interface|enum|record)\\b");

  private final Compiler compiler;
  private final Names names;
  private final CellWriter writer;
  private final VarTypes varTypes;
  private final Links links;
  private final Consumer<String> warnings;
  private int sequence;

  CellCompiler(Compiler compiler, Names names, CellWriter writer, Consumer<String> warnings) {
    this.compiler = compiler;
    this.names = names;
    this.writer = writer;
    this.warnings = warnings;
    links = new Links(compiler);
    varTypes = new VarTypes(compiler, writer);
  }

  /**
   * A class without anything in it: with a name of its own if later cells will refer to it. The
   * compiler never forgets a name, so a thousand cells that only compute share one.
   */
  private Unit unit(Unit.Parts parts) {
    boolean passing =
        parts.pulled().isEmpty()
            && parts.pieces().stream()
                .allMatch(piece -> piece.names().isEmpty() && !INNER.matcher(piece.text()).find());
    return passing
        ? new Unit(Homes.PASSING, 0, parts.cell())
        : new Unit("Cell" + ++sequence, sequence, parts.cell());
  }

  /**
   * The class of a cell, compiled.
   *
   * @param cell the source
   * @param written its pieces that are to be compiled
   * @throws CompileFailure if they do not
   */
  Unit compile(String cell, List<Piece> written) throws CompileFailure {
    try {
      return compileWithEitherName(cell, written);
    } catch (Compiler.TooDeep e) {
      Piece first = written.get(0);
      throw e.failure(first.start(), first.start() + first.text().length());
    }
  }

  private Unit compileWithEitherName(String cell, List<Piece> written) throws CompileFailure {
    try {
      return compileKnown(cell, written);
    } catch (CompileFailure e) {
      if (!writer.takeSecondNames(e)) {
        throw e;
      }
      try {
        return compileKnown(cell, written);
      } catch (CompileFailure again) {
        throw again.problems().size() < e.problems().size() ? again : e;
      } finally {
        writer.takeFirstNames();
      }
    }
  }

  private Unit compileKnown(String cell, List<Piece> written) throws CompileFailure {
    Unit.Parts parts =
        new Unit.Parts(
            cell, new ArrayList<>(written), names.dependents(written), new ArrayList<>());
    CompileFailure first = null;
    boolean asStatement = false;
    boolean naming = true;
    Map<Piece, Names.Declaration> renewed = new LinkedHashMap<>();
    while (true) {
      VarTypes.Found found;
      try {
        found = varTypes.infer(parts, naming);
      } catch (CompileFailure e) {
        first = first == null ? e : first.cutAs(e);
        if (renew(parts, e, renewed)) {
          continue;
        }
        throw first.remarked(problem -> remark(problem, parts));
      }
      Unit.Parts now = new Unit.Parts(cell, found.pieces(), parts.pulled(), parts.postponed());
      Unit unit = unit(now);
      writer.write(unit, now, found.types(), asStatement);
      Compiler.Result result =
          compiler.compile(Homes.PACKAGE, unit.home(), unit.source().toString());
      if (result.errors().isEmpty()) {
        List<Piece> asked = asked(parts);
        List<Piece> idle = asked.isEmpty() ? asked : links.idle(unit, now, asked);
        if (!idle.isEmpty()) {
          parts.pulled().removeAll(idle);
          continue;
        }
        unit.compiled(result.classes());
        letWait(parts.postponed());
        renewed.keySet().retainAll(parts.pulled());
        tellOfRenewed(renewed.values());
        return unit;
      }
      if (!found.pieces().equals(parts.pieces())) {
        naming = false;
        continue;
      }
      List<Finding> own =
          result.errors().stream().filter(e -> !unit.source().foreign(e.start())).toList();
      List<Names.Waiting> incomplete = incomplete(unit, result.errors());
      if (!incomplete.isEmpty()) {
        if (first == null && !own.isEmpty()) {
          first = failure(own, unit);
        }
        for (Names.Waiting wait : incomplete) {
          parts.pieces().remove(wait.piece());
          parts.pulled().remove(wait.piece());
        }
        parts.postponed().addAll(incomplete);
        continue;
      }
      if (own.isEmpty()) {
        // Only what earlier cells declared does not compile with the new declarations.
        dropFailing(unit, parts.pulled(), result.errors().get(0));
        continue;
      }
      Piece last = written.get(written.size() - 1);
      if (!asStatement
          && last instanceof Piece.Expression expression
          && expression.maybeVoid()
          && own.stream().allMatch(unit::inValue)) {
        asStatement = true;
        continue;
      }
      CompileFailure latest = failure(own, unit);
      first = first == null ? latest : first.cutAs(latest);
      if (!renew(parts, latest, renewed)) {
        throw first.remarked(problem -> remark(problem, parts));
      }
    }
  }

  /**
   * The declarations of earlier cells that may turn out to use nothing of this one; not methods
   * with overloads, which live together.
   */
  private List<Piece> asked(Unit.Parts parts) {
    List<Piece> all = parts.declared();
    parts.postponed().forEach(wait -> all.add(wait.piece()));
    return parts.pulled().stream()
        .filter(names::holds)
        .filter(
            piece ->
                piece instanceof Piece.Type type && type.head().isEmpty()
                    || piece instanceof Piece.Method method
                        && names.methods(method.name()).size() == 1
                        && all.stream().filter(e -> e.names().equals(piece.names())).count() == 1)
        .toList();
  }

  /**
   * Takes a variable anew whose type has been declared anew since, where the cell gives it a value
   * before it reads it; the old one stays as it is, and so does every other variable.
   *
   * @param renewed those that have been tried, by the pieces that declare them anew
   * @return whether there is one more, of those that the failure is about
   */
  private boolean renew(
      Unit.Parts parts, CompileFailure failure, Map<Piece, Names.Declaration> renewed) {
    for (CompileFailure.Problem problem : failure.problems()) {
      for (Names.Declaration variable : outdatedAt(problem, parts)) {
        if (renewed.containsValue(variable)) {
          continue;
        }
        Piece piece =
            new Piece.Variables(
                variable.type() + " " + variable.name() + ";",
                0,
                List.of(new Piece.Variable(variable.name(), variable.type(), -1, -1, -1, false)),
                Set.of());
        List<Piece> users = users(piece, variable, parts);
        if (isSetFirst(variable.name(), readers(variable.name(), users, parts), parts)) {
          renewed.put(piece, variable);
          parts.pulled().add(piece);
          parts.pulled().addAll(users);
          return true;
        }
      }
    }
    return false;
  }

  /** The variables of outdated types in the piece that has a problem, in their order there. */
  private List<Names.Declaration> outdatedAt(CompileFailure.Problem problem, Unit.Parts parts) {
    return parts.pieces().stream()
        .filter(piece -> piece.start() <= problem.start())
        .reduce((before, behind) -> behind)
        .map(piece -> names.outdated(Words.of(code(piece)), parts.declared()))
        .orElse(List.of())
        .stream()
        .filter(each -> parts.declared().stream().noneMatch(p -> p.names().contains(each.name())))
        .toList();
  }

  private static String code(Piece piece) {
    return new JavaText(piece.text()).code();
  }

  /**
   * The declarations of earlier cells that are to see a variable's new value; none where its type
   * is one of them, which would be another one then.
   */
  private List<Piece> users(Piece piece, Names.Declaration variable, Unit.Parts parts) {
    List<Piece> users = names.dependents(List.of(piece));
    Set<String> types = Words.of(variable.type());
    if (users.stream().anyMatch(each -> each.names().stream().anyMatch(types::contains))) {
      return List.of();
    }
    Set<String> declared = new HashSet<>();
    parts.declared().forEach(each -> declared.add(each.key()));
    users.removeIf(each -> declared.contains(each.key()));
    return users;
  }

  /** The names by which a cell reads a variable: its own, and those of methods that use it. */
  private static Set<String> readers(String variable, List<Piece> users, Unit.Parts parts) {
    Set<String> readers = new HashSet<>(Set.of(variable));
    users.forEach(each -> readers.addAll(each.names()));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Piece piece : parts.declared()) {
        if (!Collections.disjoint(piece.uses(), readers)) {
          grown |= readers.addAll(piece.names());
        }
      }
    }
    return readers;
  }

  /** Whether a cell sets a variable in any case before it reads it. */
  private static boolean isSetFirst(String variable, Set<String> readers, Unit.Parts parts) {
    Pattern set = Pattern.compile(Pattern.quote(variable) + "\\s*=(?!=)");
    for (Piece piece : parts.pieces()) {
      if (piece.runs()) {
        String code = code(piece);
        Matcher matcher = set.matcher(code);
        boolean sets = piece instanceof Piece.Statement && matcher.lookingAt();
        String read = sets ? code.substring(matcher.end()) : code;
        if (sets || !Collections.disjoint(Words.of(read), readers)) {
          return sets && Collections.disjoint(Words.of(read), readers);
        }
      }
    }
    return false;
  }

  /** What is to be added to a problem that comes of variables of outdated types. */
  private String remark(CompileFailure.Problem problem, Unit.Parts parts) {
    StringBuilder remark = new StringBuilder();
    for (Names.Declaration variable : outdatedAt(problem, parts)) {
      Set<String> types = names.outdatedTypes(variable, parts.declared());
      types.retainAll(Words.of(problem.message()));
      if (!types.isEmpty()) {
        boolean isHere =
            parts.declared().stream()
                .anyMatch(piece -> piece instanceof Piece.Type t && types.contains(t.name()));
        String name = variable.name();
        remark
            .append("\n" + name + " holds " + String.join(" and ", types))
            .append(" of an earlier cell; ")
            .append(
                isHere
                    ? "declare " + name + " in this cell, too"
                    : "run again the cell that declares " + name);
      }
    }
    return remark.toString();
  }

  private void tellOfRenewed(Collection<Names.Declaration> renewed) {
    for (Names.Declaration variable : renewed) {
      warnings.accept(
          variable.name()
              + " was of an earlier "
              + variable.shown()
              + "; it is of the new one now and has no value.");
    }
  }

  /**
   * The declarations that lack nothing but names; none if there are other errors in the cell.
   * Variables wait only for their types, and if they have no value.
   */
  private static List<Names.Waiting> incomplete(Unit unit, List<Finding> errors) {
    Map<Piece, Set<String>> missing = new LinkedHashMap<>();
    Set<Piece> wrong = new HashSet<>();
    for (Finding error : errors) {
      Piece declaration = unit.declarationAt(error.start());
      boolean mayWait = declaration != null && !declaration.runs();
      if (mayWait && !error.missing().isEmpty()) {
        missing.computeIfAbsent(declaration, m -> new LinkedHashSet<>()).add(error.missing());
      } else if (unit.source().foreign(error.start())) {
        wrong.add(declaration);
      } else {
        return List.of();
      }
    }
    missing.keySet().removeAll(wrong);
    List<Names.Waiting> incomplete = new ArrayList<>();
    missing.forEach((piece, names) -> incomplete.add(new Names.Waiting(piece, names)));
    return incomplete;
  }

  private void letWait(List<Names.Waiting> postponed) {
    List<Names.Waiting> known = names.waiting();
    names.letWait(postponed);
    for (Names.Waiting wait : postponed) {
      if (!known.contains(wait)) {
        warnings.accept(wait.sentence() + ".");
      }
    }
  }

  private void dropFailing(Unit unit, List<Piece> pulled, Finding error) {
    Piece piece = unit.declarationAt(error.start());
    if (piece == null || !pulled.remove(piece)) {
      pulled.clear();
      return;
    }
    warnings.accept(
        String.join(", ", piece.names())
            + " does not compile with what this cell declares and stays as it was: "
            + error.message().lines().findFirst().orElse(""));
  }

  private CompileFailure failure(List<Finding> errors, Unit unit) {
    return CompileFailure.of(
        errors,
        unit.source(),
        error -> {
          Names.Waiting wait = names.waitingAs(error.missing());
          return wait == null ? writer.remark(error) : "\n" + wait.sentence();
        });
  }
}
