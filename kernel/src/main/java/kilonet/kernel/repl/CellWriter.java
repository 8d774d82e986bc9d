package kilonet.kernel.repl;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes the class that a cell becomes: imports of what it uses, its variables as static fields,
 * its methods and types as members, its statements in methods that are called in turn.
 */
final class CellWriter {
  /** Statements in one method; its byte code is limited to 64 KB. */
  private static final int STATEMENTS_PER_METHOD = 50;

  private final Names names;
  private final Imports imports;

  CellWriter(Names names, Imports imports) {
    this.names = names;
    this.imports = imports;
  }

  /**
   * Writes a whole class.
   *
   * @param unit where it goes
   * @param parts what is in it
   * @param inferred the types of variables declared with var
   * @param asStatement whether the value of the last expression is not asked for
   */
  void write(
      Unit unit,
      Unit.Parts parts,
      Map<Piece.Variable, VarTypes.Inferred> inferred,
      boolean asStatement) {
    head(unit, parts);
    fields(unit, parts, inferred);
    members(unit, parts);
    runs(unit, parts.pieces(), asStatement);
    unit.source().add("}\n");
  }

  /** Writes what stands before the class's members. */
  void head(Unit unit, Unit.Parts parts) {
    CellSource source = unit.source();
    Set<String> words = new LinkedHashSet<>();
    parts.declared().forEach(piece -> words.addAll(Words.of(piece.text())));
    Set<String> here = new HashSet<>();
    Set<String> methodsHere = new HashSet<>();
    Set<String> importedHere = new HashSet<>();
    for (Piece piece : parts.declared()) {
      (piece instanceof Piece.Method ? methodsHere : here).addAll(piece.names());
      if (piece instanceof Piece.Type type) {
        words.addAll(Words.of(type.head()));
      } else if (piece instanceof Piece.Import line) {
        Imports.typeOf(line.line()).ifPresent(importedHere::add);
      }
    }
    for (Names.Waiting wait : parts.postponed()) {
      Piece piece = wait.piece();
      (piece instanceof Piece.Method ? methodsHere : here).addAll(piece.names());
    }
    source.add("package " + Homes.PACKAGE + ";\n");
    imports.own(importedHere).forEach(line -> source.add(line + "\n"));
    Set<String> declared = new HashSet<>(here);
    for (String word : words) {
      boolean found = methodsHere.contains(word);
      List<Names.Declaration> overloads = found ? null : names.methods(word);
      Names.Declaration variable = here.contains(word) ? null : names.variables().get(word);
      if (variable != null) {
        unit.uses().add(variable.home());
        source.add("import static " + Homes.PACKAGE + "." + variable.home() + "." + word + ";\n");
        found = true;
      }
      if (overloads != null) {
        String from = overloads.get(0).home();
        unit.uses().add(from);
        if (variable == null || !variable.home().equals(from)) {
          source.add("import static " + Homes.PACKAGE + "." + from + "." + word + ";\n");
        }
        found = true;
      }
      Names.Declaration type =
          here.contains(word) || importedHere.contains(word) ? null : names.type(word);
      if (type != null) {
        unit.uses().add(type.home());
        source.add("import " + Homes.PACKAGE + "." + type.home() + "." + word + ";\n");
        found = true;
      }
      if (found) {
        declared.add(word);
      }
    }
    for (Piece piece : parts.pieces()) {
      if (piece instanceof Piece.Import) {
        source.add(piece.text(), piece.start()).add("\n");
      }
    }
    List<String> lines =
        parts.pieces().stream()
            .filter(Piece.Import.class::isInstance)
            .map(piece -> ((Piece.Import) piece).line())
            .toList();
    imports.standard(words, declared, lines).forEach(line -> source.add(line + "\n"));
    source.add("public class " + unit.home() + " {\n");
  }

  /**
   * Takes other standard imports of names that a failure is about; returns whether there are any.
   */
  boolean takeSecondNames(CompileFailure failure) {
    boolean any = false;
    for (CompileFailure.Problem problem : failure.problems()) {
      any |= imports.takeSecond(problem.message());
    }
    return any;
  }

  /** Takes the first of the standard imports that have a name. */
  void takeFirstNames() {
    imports.takeFirst();
  }

  /** What is to be added to an error about a name that several standard imports have. */
  String remark(Finding error) {
    return imports.remark(error.message());
  }

  /** Writes the variables as fields without values. */
  void fields(Unit unit, Unit.Parts parts, Map<Piece.Variable, VarTypes.Inferred> inferred) {
    for (Piece piece : parts.declared()) {
      if (piece instanceof Piece.Variables variables) {
        boolean earlier = parts.pulled().contains(piece);
        unit.declare(piece, () -> fields(unit, variables, earlier, inferred));
      }
    }
  }

  private static void fields(
      Unit unit,
      Piece.Variables piece,
      boolean earlier,
      Map<Piece.Variable, VarTypes.Inferred> inferred) {
    for (Piece.Variable variable : piece.variables()) {
      VarTypes.Inferred found = inferred.get(variable);
      String type = variable.type() != null ? variable.type() : found == null ? null : found.type();
      if (type == null) {
        continue;
      }
      unit.source().add("public static ");
      if (earlier) {
        unit.source().add(type, -1);
      } else if (variable.typeStart() >= 0) {
        unit.source().add(type, piece.start() + variable.typeStart());
      } else {
        unit.source().add(type);
      }
      unit.source().add(" " + variable.name() + ";\n");
      String plain = Homes.hidden(type);
      unit.declared(piece, variable.name(), plain, found == null ? plain : found.shown());
    }
  }

  /** Writes methods and types. */
  void members(Unit unit, Unit.Parts parts) {
    for (Piece piece : parts.declared()) {
      if (piece instanceof Piece.Type type) {
        // A type keeps its own access: a record's constructor may not be less accessible than it.
        unit.source().add("static " + type.head());
      } else if (piece instanceof Piece.Method) {
        unit.source().add("public static ");
      } else {
        continue;
      }
      int at = parts.pulled().contains(piece) ? -1 : piece.start();
      unit.declare(piece, () -> unit.source().add(piece.text(), at));
      unit.source().add("\n");
      unit.declared(piece, piece.names().get(0), null, null);
    }
  }

  private static void runs(Unit unit, List<Piece> pieces, boolean asStatement) {
    CellSource source = unit.source();
    int inMethod = 0;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      if (!piece.runs()) {
        continue;
      }
      boolean value = i == pieces.size() - 1 && piece instanceof Piece.Expression && !asStatement;
      // What follows a loop without end or a throw would be an error in the same method.
      boolean alone = value || piece instanceof Piece.Statement;
      if (inMethod > 0 && (alone || inMethod >= STATEMENTS_PER_METHOD)) {
        source.add("}\n");
        inMethod = 0;
      }
      if (value) {
        unit.valueHere();
        // On one line with the return, which is the line that errors of the expression name.
        source
            .add("public static Object " + unit.nextRun() + "() throws Throwable { return (")
            .add(piece.text(), piece.start())
            .add("\n);}\n");
        continue;
      }
      if (inMethod == 0) {
        source.add("public static void " + unit.nextRun() + "() throws Throwable {\n");
      }
      inMethod++;
      statement(source, piece);
      if (alone) {
        source.add("}\n");
        inMethod = 0;
      }
    }
    if (inMethod > 0) {
      source.add("}\n");
    }
  }

  private static void statement(CellSource source, Piece piece) {
    if (piece instanceof Piece.Variables variables) {
      for (Piece.Variable variable : variables.variables()) {
        if (variable.initStart() >= 0) {
          source.add(variable.name() + " = ");
          if (variable.arrayInit()) {
            source.add("new " + variable.type());
          }
          source
              .add(
                  piece.text().substring(variable.initStart(), variable.initEnd()),
                  piece.start() + variable.initStart())
              .add("\n;\n");
        }
      }
    } else if (piece instanceof Piece.Expression expression && !expression.maybeVoid()) {
      source.add("{ Object $v = (").add(piece.text(), piece.start()).add("\n); }\n");
    } else {
      // A semicolon behind a throw would be a statement that is never reached.
      String end = piece instanceof Piece.Statement ? "\n" : "\n;\n";
      source.add(piece.text(), piece.start()).add(end);
    }
  }
}
