package kilonet.kernel.repl;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.TypeParameterTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** The names that a declaration takes from around it, as far as its own source tells. */
final class Uses extends TreeScanner<Void, Void> {
  private final Set<String> used = new HashSet<>();

  /** What is declared around a place, the innermost first; methods with a bracket. */
  private final Deque<Set<String>> scopes = new ArrayDeque<>(List.of(new HashSet<>()));

  private Uses() {}

  static Set<String> of(Tree declaration) {
    Uses uses = new Uses();
    uses.scan(declaration, null);
    return uses.used;
  }

  private void declare(CharSequence name) {
    scopes.peek().add(name.toString());
  }

  private void use(String name, String kind) {
    if (scopes.stream().noneMatch(scope -> scope.contains(name + kind))) {
      used.add(name);
    }
  }

  private Void within(Supplier<Void> scan) {
    scopes.push(new HashSet<>());
    scan.get();
    scopes.pop();
    return null;
  }

  private void declare(List<? extends TypeParameterTree> parameters) {
    parameters.forEach(parameter -> declare(parameter.getName()));
  }

  @Override
  public Void visitClass(ClassTree node, Void none) {
    declare(node.getSimpleName());
    return within(
        () -> {
          declare(node.getTypeParameters());
          for (Tree member : node.getMembers()) {
            if (member instanceof MethodTree method) {
              declare(method.getName() + "(");
            } else if (member instanceof VariableTree field) {
              declare(field.getName());
            } else if (member instanceof ClassTree type) {
              declare(type.getSimpleName());
            }
          }
          return super.visitClass(node, none);
        });
  }

  @Override
  public Void visitMethod(MethodTree node, Void none) {
    return within(
        () -> {
          declare(node.getTypeParameters());
          return super.visitMethod(node, none);
        });
  }

  @Override
  public Void visitVariable(VariableTree node, Void none) {
    declare(node.getName());
    return super.visitVariable(node, none);
  }

  @Override
  public Void visitIdentifier(IdentifierTree node, Void none) {
    use(node.getName().toString(), "");
    return null;
  }

  @Override
  public Void visitMethodInvocation(MethodInvocationTree node, Void none) {
    if (!(node.getMethodSelect() instanceof IdentifierTree method)) {
      return super.visitMethodInvocation(node, none);
    }
    use(method.getName().toString(), "(");
    scan(node.getTypeArguments(), none);
    return scan(node.getArguments(), none);
  }

  @Override
  public Void visitLambdaExpression(LambdaExpressionTree node, Void none) {
    return within(() -> super.visitLambdaExpression(node, none));
  }

  @Override
  public Void visitBlock(BlockTree node, Void none) {
    return within(() -> super.visitBlock(node, none));
  }

  @Override
  public Void visitForLoop(ForLoopTree node, Void none) {
    return within(() -> super.visitForLoop(node, none));
  }

  @Override
  public Void visitEnhancedForLoop(EnhancedForLoopTree node, Void none) {
    return within(() -> super.visitEnhancedForLoop(node, none));
  }

  @Override
  public Void visitTry(TryTree node, Void none) {
    return within(() -> super.visitTry(node, none));
  }

  @Override
  public Void visitCatch(CatchTree node, Void none) {
    return within(() -> super.visitCatch(node, none));
  }

  @Override
  public Void visitSwitch(SwitchTree node, Void none) {
    return within(() -> super.visitSwitch(node, none));
  }

  @Override
  public Void visitSwitchExpression(SwitchExpressionTree node, Void none) {
    return within(() -> super.visitSwitchExpression(node, none));
  }
}
