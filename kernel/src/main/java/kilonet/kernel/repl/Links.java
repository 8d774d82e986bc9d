package kilonet.kernel.repl;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;

/**
 * Which declarations of a cell's class use which others. A name that a declaration seems to take
 * from around it may be one that its class inherits, which only the compiler knows.
 */
final class Links {
  private final Compiler compiler;

  Links(Compiler compiler) {
    this.compiler = compiler;
  }

  /**
   * Those of some declarations of earlier cells that use nothing which the cell declares anew, also
   * by way of others.
   *
   * @param unit the class, which compiles
   * @param parts what it is made of
   * @param asked the declarations
   */
  List<Piece> idle(Unit unit, Unit.Parts parts, List<Piece> asked) {
    Map<Piece, Set<String>> uses =
        compiler.analyze(
            Homes.PACKAGE,
            unit.home(),
            unit.source().toString(),
            (task, tree, errors) -> uses(task, tree, unit));
    Set<String> anew = new HashSet<>();
    parts.declared().stream()
        .filter(piece -> !asked.contains(piece))
        .forEach(piece -> anew.addAll(piece.names()));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Piece piece : asked) {
        if (!Collections.disjoint(uses.getOrDefault(piece, Set.of()), anew)) {
          grown |= anew.addAll(piece.names());
        }
      }
    }
    return asked.stream().filter(piece -> Collections.disjoint(piece.names(), anew)).toList();
  }

  /** By declaration, the names of members of the cell's class that it uses. */
  private static Map<Piece, Set<String>> uses(JavacTask task, CompilationUnitTree tree, Unit unit) {
    Trees trees = Trees.instance(task);
    SourcePositions positions = trees.getSourcePositions();
    Element home = trees.getElement(new TreePath(new TreePath(tree), tree.getTypeDecls().get(0)));
    Map<Piece, Set<String>> uses = new HashMap<>();
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitIdentifier(IdentifierTree node, Void none) {
        Piece piece = unit.declarationAt(positions.getStartPosition(tree, node));
        Element element = trees.getElement(getCurrentPath());
        if (piece != null && element != null && element.getEnclosingElement() == home) {
          uses.computeIfAbsent(piece, p -> new HashSet<>()).add(node.getName().toString());
        }
        return null;
      }
    }.scan(tree, null);
    return uses;
  }
}
