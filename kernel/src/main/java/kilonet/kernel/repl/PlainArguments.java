package kilonet.kernel.repl;

import com.sun.tools.javac.comp.ArgumentAttr;
import com.sun.tools.javac.tree.JCTree.JCConditional;
import com.sun.tools.javac.tree.JCTree.JCLambda;
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
  /** Arguments that any source may have; a long one has more, but none without a name. */
  private static final int FEW = 2_000;

  private int left;

  private PlainArguments(Context context, int left) {
    super(context);
    this.left = left;
  }

  /** To be called before each task of a context, with the length of its source. */
  static void begin(Context context, int length) {
    int enough = FEW + 2 * length;
    if (context.get(methodAttrKey) instanceof PlainArguments arguments) {
      arguments.left = enough;
    } else {
      context.put(
          methodAttrKey,
          (Context.Factory<ArgumentAttr>) fresh -> new PlainArguments(fresh, enough));
    }
  }

  private boolean isEnough() {
    return left-- < 0;
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
  public void visitLambda(JCLambda lambda) {
    if (isEnough()) {
      visitTree(lambda);
    } else {
      super.visitLambda(lambda);
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
