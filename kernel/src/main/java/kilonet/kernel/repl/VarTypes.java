package kilonet.kernel.repl;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeMirror;

/**
 * Finds the types of variables declared with {@code var}, which fields have to name. An anonymous
 * class in their initializers becomes a class with a name, so that its members are not lost.
 */
final class VarTypes {
  private static final String METHOD = "$infer";

  /**
   * A type.
   *
   * @param type as source
   * @param shown as people know it
   */
  record Inferred(String type, String shown) {}

  private final Compiler compiler;
  private final CellWriter writer;
  private int named;

  VarTypes(Compiler compiler, CellWriter writer) {
    this.compiler = compiler;
    this.writer = writer;
  }

  /** What an analysis has found: the types by variable, and the pieces with classes named. */
  record Found(Map<Piece.Variable, Inferred> types, List<Piece> pieces) {}

  /** The types of all variables declared with var; anonymous classes are named where wanted. */
  Found infer(Unit.Parts parts, boolean naming) throws CompileFailure {
    Map<Piece.Variable, Inferred> types = new HashMap<>();
    List<Piece> pieces = parts.pieces();
    if (pieces.stream().noneMatch(VarTypes::hasVar)) {
      return new Found(types, pieces);
    }
    List<Piece> named = analyze(parts, types);
    List<Piece> rewritten = naming ? named : pieces;
    if (rewritten.equals(pieces)) {
      return new Found(types, pieces);
    }
    Map<Piece.Variable, Inferred> again = new HashMap<>();
    Unit.Parts second = new Unit.Parts(parts.cell(), rewritten, parts.pulled(), parts.postponed());
    analyze(second, again);
    Map<String, String> shown = new HashMap<>();
    types.forEach((variable, type) -> shown.put(variable.name(), type.shown()));
    again.replaceAll((variable, type) -> new Inferred(type.type(), shown.get(variable.name())));
    return new Found(again, rewritten);
  }

  private static boolean hasVar(Piece piece) {
    return piece instanceof Piece.Variables variables
        && variables.variables().stream().anyMatch(variable -> variable.type() == null);
  }

  /** Where in the generated source an initializer stands. */
  private record Place(Piece.Variables piece, Piece.Variable variable, int start) {}

  /** Fills in the types; returns the pieces with names for anonymous classes. */
  private List<Piece> analyze(Unit.Parts parts, Map<Piece.Variable, Inferred> types)
      throws CompileFailure {
    Unit unit = new Unit(Homes.PASSING, 0, parts.cell());
    CellSource source = unit.source();
    writer.head(unit, parts);
    writer.fields(unit, parts, Map.of());
    writer.members(unit, parts);
    source.add("static void " + METHOD + "() throws Throwable {\n");
    List<Place> wanted = new ArrayList<>();
    for (Piece piece : parts.pieces()) {
      if (piece instanceof Piece.Variables variables) {
        for (Piece.Variable variable : variables.variables()) {
          if (variable.type() == null) {
            wanted.add(initializer(source, variables, variable));
          }
        }
      }
    }
    source.add("}\n}\n");
    List<Piece> named = new ArrayList<>(parts.pieces());
    List<Finding> errors =
        compiler.analyze(
            Homes.PACKAGE,
            unit.home(),
            source.toString(),
            (task, tree, findings) -> {
              read(task, tree, wanted, types, named);
              return findings;
            });
    for (Place place : wanted) {
      if (!types.containsKey(place.variable())) {
        List<Finding> own = errors.stream().filter(e -> !source.foreign(e.start())).toList();
        throw CompileFailure.of(
            own.isEmpty()
                ? List.of(
                    new Finding(
                        "the type of "
                            + place.variable().name()
                            + " cannot be inferred; write it out",
                        place.start(),
                        place.start(),
                        "",
                        ""))
                : own,
            source,
            writer::remark);
      }
    }
    return named;
  }

  private static Place initializer(
      CellSource source, Piece.Variables piece, Piece.Variable variable) throws CompileFailure {
    if (variable.initStart() < 0) {
      throw new CompileFailure(
          List.of(
              new CompileFailure.Problem(
                  piece.start(),
                  piece.start() + PieceParser.end(piece.text()),
                  variable.name() + " is declared with var and so needs a value")));
    }
    source.add("var " + variable.name() + " = ");
    Place place = new Place(piece, variable, source.length());
    source
        .add(
            piece.text().substring(variable.initStart(), variable.initEnd()),
            piece.start() + variable.initStart())
        .add("\n;\n");
    return place;
  }

  private void read(
      JavacTask task,
      CompilationUnitTree tree,
      List<Place> wanted,
      Map<Piece.Variable, Inferred> types,
      List<Piece> named) {
    Trees trees = Trees.instance(task);
    Map<String, Place> byName = new HashMap<>();
    wanted.forEach(place -> byName.putIfAbsent(place.variable().name(), place));
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree node, Void none) {
        return node.getName().contentEquals(METHOD) ? super.visitMethod(node, none) : null;
      }

      @Override
      public Void visitVariable(VariableTree node, Void none) {
        Place place = byName.remove(node.getName().toString());
        if (place == null) {
          return super.visitVariable(node, none);
        }
        TypeSource writer = new TypeSource(task.getTypes());
        TypeMirror type = trees.getElement(getCurrentPath()).asType();
        String text = writer.of(type).replace(Homes.PACKAGE + "." + Homes.PASSING + ".", "");
        if (!text.isEmpty()) {
          types.put(place.variable(), new Inferred(text, Homes.hidden(text)));
          if (writer.metAnonymous()) {
            name(task, tree, getCurrentPath(), place, named);
          }
        }
        return null;
      }
    }.scan(tree, null);
  }

  /** Gives names to the anonymous classes of an initializer. */
  private void name(
      JavacTask task,
      CompilationUnitTree tree,
      TreePath initializer,
      Place place,
      List<Piece> pieces) {
    SourcePositions positions = Trees.instance(task).getSourcePositions();
    Piece.Variables piece = place.piece();
    Piece.Variable variable = place.variable();
    StringBuilder init =
        new StringBuilder(piece.text().substring(variable.initStart(), variable.initEnd()));
    List<Piece> classes = new ArrayList<>();
    List<Edit> edits = new ArrayList<>();
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitLambdaExpression(LambdaExpressionTree node, Void none) {
        // What it captures it could not take with it.
        return null;
      }

      @Override
      public Void visitClass(ClassTree node, Void none) {
        return null;
      }

      @Override
      public Void visitNewClass(NewClassTree node, Void none) {
        if (node.getClassBody() == null || node.getEnclosingExpression() != null) {
          return super.visitNewClass(node, none);
        }
        int from = (int) positions.getStartPosition(tree, node) - place.start();
        int to = (int) positions.getEndPosition(tree, node) - place.start();
        List<? extends Tree> arguments = node.getArguments();
        int head =
            arguments.isEmpty()
                ? (int) positions.getEndPosition(tree, node.getIdentifier()) - place.start()
                : (int) positions.getEndPosition(tree, arguments.get(arguments.size() - 1))
                    - place.start();
        int open = from < 0 || to > init.length() ? -1 : init.indexOf("(", from);
        int brace = head < 0 ? -1 : init.indexOf("{", head);
        int close = brace < 0 ? -1 : init.lastIndexOf(")", brace);
        Header header = header(task, getCurrentPath(), node);
        if (header != null && open >= 0 && close >= head && open <= close) {
          String name = "$Anonymous" + ++named;
          String rest = init.substring(open, close + 1);
          edits.add(new Edit(from, to, "new " + name + rest));
          classes.add(
              new Piece.Type(
                  "class " + name + header.extending() + " { " + header.constructor(name),
                  init.substring(brace + 1, to),
                  piece.start() + variable.initStart() + brace + 1,
                  name,
                  Words.of(init.substring(brace, to))));
        }
        return null;
      }
    }.scan(initializer, null);
    for (int i = edits.size() - 1; i >= 0; i--) {
      init.replace(edits.get(i).from(), edits.get(i).to(), edits.get(i).text());
    }
    if (!edits.isEmpty()) {
      pieces.addAll(0, classes);
      pieces.replaceAll(
          each -> each == piece ? withInitializer(piece, variable, init.toString()) : each);
    }
  }

  private record Edit(int from, int to, String text) {}

  private static Piece withInitializer(
      Piece.Variables piece, Piece.Variable variable, String init) {
    String text =
        piece.text().substring(0, variable.initStart())
            + init
            + piece.text().substring(variable.initEnd());
    Piece.Variable changed =
        new Piece.Variable(
            variable.name(),
            null,
            -1,
            variable.initStart(),
            variable.initStart() + init.length(),
            false);
    return new Piece.Variables(text, piece.start(), List.of(changed), piece.uses());
  }

  /** What an anonymous class extends or implements, and the constructor it inherits. */
  private record Header(String extending, List<String> parameters, String thrown) {
    String constructor(String name) {
      if (parameters.isEmpty() && thrown.isEmpty()) {
        return "";
      }
      List<String> declared = new ArrayList<>();
      List<String> passed = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        declared.add(parameters.get(i) + " $" + i);
        passed.add("$" + i);
      }
      return name
          + "("
          + String.join(", ", declared)
          + ")"
          + thrown
          + " { super("
          + String.join(", ", passed)
          + "); } ";
    }
  }

  /** Null for a class that cannot be written with a name. */
  private static Header header(JavacTask task, TreePath path, NewClassTree node) {
    Trees trees = Trees.instance(task);
    TypeSource writer = new TypeSource(task.getTypes());
    if (!(trees.getElement(new TreePath(path, node.getClassBody())) instanceof TypeElement type)
        || !(trees.getElement(path) instanceof ExecutableElement constructor)) {
      return null;
    }
    boolean implementing = !type.getInterfaces().isEmpty();
    String above = writer.of(implementing ? type.getInterfaces().get(0) : type.getSuperclass());
    List<String> parameters = new ArrayList<>();
    for (VariableElement parameter : constructor.getParameters()) {
      parameters.add(writer.of(parameter.asType()));
    }
    List<String> thrown =
        constructor.getThrownTypes().stream().map(each -> writer.of(each)).toList();
    Set<String> all = new HashSet<>(parameters);
    all.addAll(thrown);
    all.add(above);
    if (writer.metAnonymous() || all.contains("")) {
      return null;
    }
    String home = Homes.PACKAGE + "." + Homes.PASSING + ".";
    return new Header(
        (implementing ? " implements " : " extends ") + above.replace(home, ""),
        parameters.stream().map(each -> each.replace(home, "")).toList(),
        thrown.isEmpty() ? "" : " throws " + String.join(", ", thrown).replace(home, ""));
  }
}
