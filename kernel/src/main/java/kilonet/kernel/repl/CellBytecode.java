package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Fits classes for the notebook: a check before every jump backwards, so that a loop can be
 * stopped; {@code System.exit} and {@code System.getenv} diverted; in cells also a check at the
 * beginning of each method and where everything is caught, the lines and the file name of the cell
 * instead of those of the generated source, and everything that is not private made public, because
 * every cell has a class loader of its own and so a run-time package of its own.
 */
final class CellBytecode {
  private static final String GUARD = "kilonet/kernel/CellGuard";

  /** Their methods end soon, and many are single instructions, as are those of vectors. */
  private static final Set<String> NUMBERS =
      Set.of(
          "java/lang/Math",
          "java/lang/StrictMath",
          "java/lang/Integer",
          "java/lang/Long",
          "java/lang/Float",
          "java/lang/Double");

  private CellBytecode() {}

  /**
   * Fits a class of a cell.
   *
   * @param bytes the class file
   * @param label shown as file name in stack traces, such as {@code cell 7}
   * @param lines for each line of the generated source the line of the cell, 0 for none
   * @return the class file to load
   */
  static byte[] ofCell(byte[] bytes, String label, int[] lines) {
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public void visit(int v, int access, String n, String s, String sup, String[] itf) {
            super.visit(v, open(access), n, s, sup, itf);
          }

          @Override
          public void visitInnerClass(String name, String outer, String inner, int access) {
            super.visitInnerClass(
                name, outer, inner, name.startsWith(Homes.PACKAGE + "/") ? open(access) : access);
          }

          @Override
          public void visitSource(String source, String debug) {
            super.visitSource(label, null);
          }

          @Override
          public org.objectweb.asm.FieldVisitor visitField(
              int access, String name, String descriptor, String signature, Object value) {
            return super.visitField(open(access), name, descriptor, signature, value);
          }

          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next =
                super.visitMethod(open(access), name, descriptor, signature, exceptions);
            MethodVisitor numbered =
                new MethodVisitor(Opcodes.ASM9, next) {
                  @Override
                  public void visitLineNumber(int line, Label start) {
                    int mapped = line < lines.length ? lines[line] : 0;
                    if (mapped > 0) {
                      super.visitLineNumber(mapped, start);
                    }
                  }
                };
            return new Asking(new Guarding(numbered, null));
          }
        },
        0);
    return writer.toByteArray();
  }

  private static int open(int access) {
    return (access & Opcodes.ACC_PRIVATE) != 0
        ? access
        : access & ~Opcodes.ACC_PROTECTED | Opcodes.ACC_PUBLIC;
  }

  /**
   * Fits a class of a library, where it is worth it: a check is given to loops that call methods,
   * other than those on numbers, and to loops around others. The innermost loops that compute and
   * nothing else end soon, and a check would keep the compiler from vectorizing them.
   *
   * @param bytes the class file
   * @return the class file to load; the same array where nothing was changed
   */
  static byte[] ofLibrary(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    boolean[] environment = {false};
    Set<String> loops = loopsThatAsk(reader, environment);
    if (loops.isEmpty() && !environment[0]) {
      return bytes;
    }
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            return new Guarding(next, loops(name + descriptor));
          }

          private Set<Integer> loops(String method) {
            Set<Integer> jumps = new HashSet<>();
            for (String loop : loops) {
              int at = loop.lastIndexOf('#');
              if (loop.substring(0, at).equals(method)) {
                jumps.add(Integer.valueOf(loop.substring(at + 1)));
              }
            }
            return jumps;
          }
        },
        0);
    return writer.toByteArray();
  }

  /**
   * The jumps backwards that are given a check, as {@code method#number}; says too whether the
   * environment is read.
   */
  private static Set<String> loopsThatAsk(ClassReader reader, boolean[] environment) {
    Set<String> found = new HashSet<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            return new MethodVisitor(Opcodes.ASM9) {
              private final List<Label> seen = new ArrayList<>();
              private final List<Integer> callsBefore = new ArrayList<>();
              private int innermost = -1;
              private int calls;
              private int jumps;

              @Override
              public void visitLabel(Label label) {
                seen.add(label);
                callsBefore.add(calls);
              }

              @Override
              public void visitMethodInsn(int op, String owner, String n, String d, boolean itf) {
                if (!owner.startsWith("jdk/") && !NUMBERS.contains(owner)) {
                  calls++;
                }
                environment[0] |= isEnvironment(owner, n);
              }

              @Override
              public void visitJumpInsn(int opcode, Label label) {
                int target = seen.indexOf(label);
                if (target >= 0 && (callsBefore.get(target) < calls || innermost > target)) {
                  found.add(name + descriptor + '#' + jumps);
                }
                innermost = Math.max(innermost, target);
                jumps++;
              }
            };
          }
        },
        ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return found;
  }

  private static final class Guarding extends MethodVisitor {
    private final Set<Label> seen = new HashSet<>();
    private final Set<Integer> only;
    private int jumps;

    Guarding(MethodVisitor next, Set<Integer> only) {
      super(Opcodes.ASM9, next);
      this.only = only;
    }

    @Override
    public void visitLabel(Label label) {
      seen.add(label);
      super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      if (seen.contains(label) && (only == null || only.contains(jumps))) {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, GUARD, "check", "()V", false);
      }
      jumps++;
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String desc, boolean itf) {
      String guarded = guarded(owner, name, desc);
      if (guarded == null) {
        super.visitMethodInsn(opcode, owner, name, desc, itf);
      } else {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, GUARD, name, guarded, false);
      }
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String desc, Handle bootstrap, Object... arguments) {
      Object[] fitted = arguments.clone();
      for (int i = 0; i < fitted.length; i++) {
        if (fitted[i] instanceof Handle handle) {
          String guarded = guarded(handle.getOwner(), handle.getName(), handle.getDesc());
          if (guarded != null) {
            fitted[i] = new Handle(Opcodes.H_INVOKESTATIC, GUARD, handle.getName(), guarded, false);
          }
        }
      }
      super.visitInvokeDynamicInsn(name, desc, bootstrap, fitted);
    }
  }

  private static boolean isEnvironment(String owner, String name) {
    return owner.equals("java/lang/System") && name.equals("getenv");
  }

  /** The descriptor of the guard's method that stands in for another; null where none does. */
  private static String guarded(String owner, String name, String descriptor) {
    if (owner.equals("java/lang/System") && name.equals("exit") || isEnvironment(owner, name)) {
      return descriptor;
    }
    return owner.equals("java/lang/Runtime") && (name.equals("exit") || name.equals("halt"))
        ? "(Ljava/lang/Runtime;I)V"
        : null;
  }

  /** Asks at the beginning of a method, for recursion, and where everything is caught. */
  private static final class Asking extends MethodVisitor {
    private final Set<Label> handlers = new HashSet<>();
    private boolean caught;

    Asking(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      super.visitMethodInsn(Opcodes.INVOKESTATIC, GUARD, "check", "()V", false);
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
      if ("java/lang/Throwable".equals(type) || "java/lang/Error".equals(type)) {
        handlers.add(handler);
      }
      super.visitTryCatchBlock(start, end, handler, type);
    }

    @Override
    public void visitLabel(Label label) {
      super.visitLabel(label);
      caught |= handlers.contains(label);
    }

    /** A handler of javac's begins by storing what it caught, or by dropping it. */
    private void ask() {
      if (caught) {
        caught = false;
        super.visitInsn(Opcodes.DUP);
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC, GUARD, "caught", "(Ljava/lang/Throwable;)V", false);
      }
    }

    @Override
    public void visitVarInsn(int opcode, int index) {
      ask();
      super.visitVarInsn(opcode, index);
    }

    @Override
    public void visitInsn(int opcode) {
      ask();
      super.visitInsn(opcode);
    }

    @Override
    public void visitMaxs(int stack, int locals) {
      super.visitMaxs(Math.max(2, stack), locals);
    }
  }
}
