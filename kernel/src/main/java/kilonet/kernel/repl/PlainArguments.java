package kilonet.kernel.repl;

import com.sun.tools.javac.code.Symtab;
import com.sun.tools.javac.code.Type;
import com.sun.tools.javac.comp.ArgumentAttr;
import com.sun.tools.javac.comp.Attr;
import com.sun.tools.javac.comp.AttrContext;
import com.sun.tools.javac.comp.Env;
import com.sun.tools.javac.tree.JCTree;
import com.sun.tools.javac.tree.JCTree.JCConditional;
import com.sun.tools.javac.tree.JCTree.JCLambda;
import com.sun.tools.javac.tree.JCTree.JCMemberReference;
import com.sun.tools.javac.tree.JCTree.JCMethodInvocation;
import com.sun.tools.javac.tree.JCTree.JCNewClass;
import com.sun.tools.javac.tree.JCTree.JCParens;
import com.sun.tools.javac.tree.JCTree.JCSwitchExpression;
import com.sun.tools.javac.tree.TreeInfo;
import com.sun.tools.javac.util.Context;
import java.lang.reflect.Field;
import java.util.function.Consumer;

/**
 * The compiler's way with the arguments of calls, with an end to it. Where a call cannot be
 * resolved the compiler looks at each of its arguments twice or more, and so at the innermost of n
 * calls 2^n times. Here looks are counted. Once there are more than was granted, either the task is
 * given up, or each further argument is looked at once and by itself, without asking what its call
 * would like it to be. That takes time in proportion to the source and finds what has no name, but
 * is not the language: what passes so is not right for that, and must not be run.
 */
final class PlainArguments extends ArgumentAttr {
  /** How much is granted, and what follows. */
  enum Patience {
    /** Nothing is granted: each argument is looked at by itself. */
    NONE(0, 0.0, false),
    /** As much as sources in order need but for a few; then each argument by itself. */
    SOME(500, 1.0, false),
    /** The same, but then the task is given up. */
    LITTLE(400, 0.5, true),
    /** More than that, since lambdas in each other take it, and then the task is given up. */
    MORE(2_000, 1.0, true),
    /** What choices in each other take, seven deep, and then the task is given up. */
    MUCH(10_000, 4.0, true);

    private final int looks;
    private final double perCharacter;
    private final boolean ending;

    Patience(int looks, double perCharacter, boolean ending) {
      this.looks = looks;
      this.perCharacter = perCharacter;
      this.ending = ending;
    }
  }

  /** Too many looks. */
  static final class Exhausted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Exhausted() {
      super("too many arguments of arguments", null, false, false);
    }
  }

  private static final Field ENVIRONMENT = field(Attr.class, "env");
  private static final Field RESULT = field(ArgumentAttr.class, "result");

  private final Attr attr;
  private final Type nothing;
  private Patience patience;
  private long left;

  private PlainArguments(Context context) {
    super(context);
    attr = Attr.instance(context);
    ((PlainChoices) attr).arguments = this;
    nothing = Symtab.instance(context).botType;
  }

  /** To be called before each task of a context, with the length of its source. */
  static void begin(Context context, Patience patience, int length) {
    Consumer<PlainArguments> start =
        arguments -> {
          arguments.patience = patience;
          arguments.left = patience.looks + (long) (patience.perCharacter * length);
        };
    if (context.get(methodAttrKey) instanceof PlainArguments arguments) {
      start.accept(arguments);
    } else {
      PlainChoices.prepare(context);
      context.put(
          methodAttrKey,
          (Context.Factory<ArgumentAttr>)
              fresh -> {
                PlainArguments arguments = new PlainArguments(fresh);
                start.accept(arguments);
                return arguments;
              });
    }
  }

  private static Field field(Class<?> of, String name) {
    try {
      Field field = of.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether an argument is to be looked at by itself. */
  private boolean isEnough() {
    if (--left >= 0) {
      return false;
    }
    if (patience.ending) {
      throw new Exhausted();
    }
    return true;
  }

  /** Looks at an expression without an expectation. */
  @SuppressWarnings("unchecked")
  private static Type alone(Attr attr, JCTree expression, Type expected) {
    try {
      return attr.attribExpr(expression, (Env<AttrContext>) ENVIRONMENT.get(attr), expected);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private void answer(Type type) {
    try {
      RESULT.set(this, type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void visitApply(JCMethodInvocation call) {
    if (isEnough()) {
      answer(alone(attr, call, Type.noType));
    } else {
      super.visitApply(call);
    }
  }

  @Override
  public void visitNewClass(JCNewClass creation) {
    if (isEnough()) {
      answer(alone(attr, creation, Type.noType));
    } else {
      super.visitNewClass(creation);
    }
  }

  @Override
  public void visitLambda(JCLambda lambda) {
    if (isEnough()) {
      recovered(lambda);
    } else {
      super.visitLambda(lambda);
    }
  }

  /** The compiler's own way to look at what it knows no more of; and null fits all. */
  private void recovered(JCTree function) {
    Type found = alone(attr, function, Type.recoveryType);
    answer(found.isErroneous() ? found : nothing);
  }

  @Override
  public void visitReference(JCMemberReference reference) {
    if (isEnough()) {
      recovered(reference);
    } else {
      super.visitReference(reference);
    }
  }

  @Override
  public void visitParens(JCParens brackets) {
    if (isEnough()) {
      JCTree inner = TreeInfo.skipParens(brackets);
      if (inner instanceof JCLambda || inner instanceof JCMemberReference) {
        inner.accept(this);
        brackets.type = inner.type;
      } else {
        answer(alone(attr, brackets, Type.noType));
      }
    } else {
      super.visitParens(brackets);
    }
  }

  @Override
  public void visitConditional(JCConditional choice) {
    if (isEnough()) {
      answer(alone(attr, choice, Type.noType));
    } else {
      super.visitConditional(choice);
    }
  }

  @Override
  public void visitSwitchExpression(JCSwitchExpression choice) {
    if (isEnough()) {
      answer(alone(attr, choice, Type.noType));
    } else {
      super.visitSwitchExpression(choice);
    }
  }

  /**
   * The same for choices that are no arguments, but stand in a lambda or a class that is one: to
   * find out whether they are of a number, the compiler looks at their first part one time more.
   */
  private static final class PlainChoices extends Attr {
    private PlainArguments arguments;
    private boolean inChoice;

    private PlainChoices(Context context) {
      super(context);
    }

    static void prepare(Context context) {
      context.put(attrKey, (Context.Factory<Attr>) PlainChoices::new);
    }

    @Override
    public void visitConditional(JCConditional choice) {
      boolean known = inChoice;
      inChoice = false;
      if (known || arguments == null || arguments.left >= 0 || arguments.patience.ending) {
        super.visitConditional(choice);
      } else {
        inChoice = true;
        alone(this, choice, Type.noType);
      }
    }
  }
}
