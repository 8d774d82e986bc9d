package kilonet.kernel.repl;

import com.sun.tools.javac.comp.ArgumentAttr;
import com.sun.tools.javac.tree.JCTree.JCConditional;
import com.sun.tools.javac.tree.JCTree.JCMethodInvocation;
import com.sun.tools.javac.tree.JCTree.JCNewClass;
import com.sun.tools.javac.tree.JCTree.JCParens;
import com.sun.tools.javac.tree.JCTree.JCSwitchExpression;
import com.sun.tools.javac.util.Context;

/**
 * The compiler's way with the arguments of calls, with an end to it. Where a call cannot be
 * resolved the compiler looks at each of its arguments twice, and so at the innermost of n calls
 * 2^n times. Once that has become more than any source in order needs, an argument is looked at by
 * itself, without asking what its call would like it to be, which takes time in proportion to the
 * source; the errors that are reported then are the same.
 */
final class PlainArguments extends ArgumentAttr {
  /** Arguments that a cell's source is worth; a cell of a thousand lines has some thousand. */
  private static final int ENOUGH = 20_000;

  private int met;

  private PlainArguments(Context context) {
    super(context);
  }

  /** To be called before each task of a context. */
  static void begin(Context context) {
    if (context.get(methodAttrKey) instanceof PlainArguments arguments) {
      arguments.met = 0;
    } else {
      context.put(methodAttrKey, (Context.Factory<ArgumentAttr>) PlainArguments::new);
    }
  }

  private boolean isEnough() {
    return met++ > ENOUGH;
  }

  @Override
  public void visitApply(JCMethodInvocation call) {
    if (isEnough()) {
      visitTree(call);
    } else {
      super.visitApply(call);
    }
  }

  @Override
  public void visitNewClass(JCNewClass creation) {
    if (isEnough()) {
      visitTree(creation);
    } else {
      super.visitNewClass(creation);
    }
  }

  @Override
  public void visitParens(JCParens brackets) {
    if (isEnough()) {
      visitTree(brackets);
    } else {
      super.visitParens(brackets);
    }
  }

  @Override
  public void visitConditional(JCConditional choice) {
    if (isEnough()) {
      visitTree(choice);
    } else {
      super.visitConditional(choice);
    }
  }

  @Override
  public void visitSwitchExpression(JCSwitchExpression choice) {
    if (isEnough()) {
      visitTree(choice);
    } else {
      super.visitSwitchExpression(choice);
    }
  }
}
