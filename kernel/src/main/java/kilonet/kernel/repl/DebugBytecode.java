package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes the classes of a cell tell {@link kilonet.kernel.CellFrames} what they do. A debugger made
 * so needs no second JVM and no option of this one, costs nothing where nobody debugs, and stops
 * the threads of cells only.
 */
final class DebugBytecode {
  private static final String FRAMES = "kilonet/kernel/CellFrames";

  private static final String CONSTRUCTOR = "<init>";

  /** Operands that a call at a line adds to what is on the stack. */
  private static final int OPERANDS = 9;

  private DebugBytecode() {}

  /** A variable of a method, and between which of its labels it has a value. */
  private record Local(String name, String type, int index, int from, int to) {}

  /**
   * Fits a class.
   *
   * @param bytes the class file, whose lines are those of the cell
   * @param source path of the cell
   * @return the class file to load
   */
  static byte[] of(byte[] bytes, String source) {
    ClassReader reader = new ClassReader(bytes);
    Map<String, List<Local>> locals = locals(reader);
    ClassWriter writer = new ClassWriter(0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            boolean lambda = name.startsWith("lambda$");
            return (access & Opcodes.ACC_SYNTHETIC) != 0 && !lambda
                ? next
                : new Telling(next, source, name, locals.get(name + descriptor));
          }
        },
        0);
    return writer.toByteArray();
  }

  private static Map<String, List<Local>> locals(ClassReader reader) {
    Map<String, List<Local>> all = new HashMap<>();
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String descriptor, String signature, String[] exceptions) {
            List<Local> found = new ArrayList<>();
            all.put(name + descriptor, found);
            return new MethodVisitor(Opcodes.ASM9) {
              private final Map<Label, Integer> numbers = new HashMap<>();

              @Override
              public void visitLabel(Label label) {
                numbers.put(label, numbers.size());
              }

              @Override
              public void visitLocalVariable(
                  String local, String type, String generic, Label start, Label end, int index) {
                found.add(
                    new Local(
                        local,
                        generic == null ? type : generic,
                        index,
                        numbers.get(start),
                        numbers.get(end)));
              }
            };
          }
        },
        0);
    return all;
  }

  private static final class Telling extends MethodVisitor {
    private final String source;
    private final String name;
    private final List<Local> locals;
    private final Label start = new Label();
    private int labels;

    /** A line that has begun and was not told yet: the frame of its label comes first. */
    private int line = -1;

    /** Objects that were begun; a constructor's own is complete where there is none left. */
    private int begun;

    private boolean complete;

    Telling(MethodVisitor next, String source, String name, List<Local> locals) {
      super(Opcodes.ASM9, next);
      this.source = source;
      this.name = name;
      this.locals = locals;
    }

    @Override
    public void visitCode() {
      super.visitCode();
      if (!name.equals(CONSTRUCTOR)) {
        enter();
      }
    }

    private void enter() {
      complete = true;
      super.visitLdcInsn(source);
      super.visitLdcInsn(name);
      call("enter", "(Ljava/lang/String;Ljava/lang/String;)V");
      super.visitLabel(start);
    }

    private void call(String method, String descriptor) {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, FRAMES, method, descriptor, false);
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      tell();
      super.visitTypeInsn(opcode, type);
      if (opcode == Opcodes.NEW) {
        begun++;
      }
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String method, String desc, boolean itf) {
      tell();
      super.visitMethodInsn(opcode, owner, method, desc, itf);
      if (opcode == Opcodes.INVOKESPECIAL && method.equals(CONSTRUCTOR)) {
        if (!complete && begun == 0) {
          enter();
        } else {
          begun--;
        }
      }
    }

    @Override
    public void visitLabel(Label label) {
      labels++;
      super.visitLabel(label);
    }

    @Override
    public void visitLineNumber(int number, Label at) {
      super.visitLineNumber(number, at);
      line = number;
    }

    @Override
    public void visitFrame(int type, int locals, Object[] local, int stacked, Object[] stack) {
      super.visitFrame(type, locals, local, stacked, stack);
      tell();
    }

    private void tell() {
      int begun = line;
      line = -1;
      if (begun < 0 || !complete) {
        return;
      }
      int place = labels - 1;
      List<Local> here = new ArrayList<>();
      Set<String> names = new HashSet<>();
      for (Local local : locals) {
        if (local.from() <= place && place < local.to() && names.add(local.name())) {
          here.add(local);
        }
      }
      StringBuilder described = new StringBuilder();
      here.forEach(local -> described.append(local.name() + ":" + local.type() + " "));
      push(begun);
      push(place);
      super.visitLdcInsn(described.toString());
      push(here.size());
      super.visitTypeInsn(Opcodes.ANEWARRAY, "java/lang/Object");
      for (int i = 0; i < here.size(); i++) {
        super.visitInsn(Opcodes.DUP);
        push(i);
        load(here.get(i));
        super.visitInsn(Opcodes.AASTORE);
      }
      call("line", "(IILjava/lang/String;[Ljava/lang/Object;)V");
    }

    private void push(int value) {
      if (value <= Short.MAX_VALUE) {
        super.visitIntInsn(Opcodes.SIPUSH, value);
      } else {
        super.visitLdcInsn(value);
      }
    }

    private void load(Local local) {
      char first = local.type().charAt(0);
      // A type variable is an object.
      Type type = first == 'T' ? Type.getType(Object.class) : primitive(first);
      super.visitVarInsn(type.getOpcode(Opcodes.ILOAD), local.index());
      String box = box(first);
      if (box != null) {
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC, box, "valueOf", "(" + first + ")L" + box + ";", false);
      }
    }

    private static Type primitive(char first) {
      return first == 'L' || first == '['
          ? Type.getType(Object.class)
          : Type.getType(String.valueOf(first));
    }

    private static String box(char type) {
      return switch (type) {
        case 'Z' -> "java/lang/Boolean";
        case 'B' -> "java/lang/Byte";
        case 'C' -> "java/lang/Character";
        case 'S' -> "java/lang/Short";
        case 'I' -> "java/lang/Integer";
        case 'J' -> "java/lang/Long";
        case 'F' -> "java/lang/Float";
        case 'D' -> "java/lang/Double";
        default -> null;
      };
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      tell();
      super.visitIntInsn(opcode, operand);
    }

    @Override
    public void visitVarInsn(int opcode, int index) {
      tell();
      super.visitVarInsn(opcode, index);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String field, String descriptor) {
      tell();
      super.visitFieldInsn(opcode, owner, field, descriptor);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String method, String descriptor, Handle bootstrap, Object... arguments) {
      tell();
      super.visitInvokeDynamicInsn(method, descriptor, bootstrap, arguments);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      tell();
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitLdcInsn(Object value) {
      tell();
      super.visitLdcInsn(value);
    }

    @Override
    public void visitIincInsn(int index, int increment) {
      tell();
      super.visitIincInsn(index, increment);
    }

    @Override
    public void visitTableSwitchInsn(int from, int to, Label otherwise, Label... labels) {
      tell();
      super.visitTableSwitchInsn(from, to, otherwise, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
      tell();
      super.visitLookupSwitchInsn(otherwise, keys, labels);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
      tell();
      super.visitMultiANewArrayInsn(descriptor, dimensions);
    }

    @Override
    public void visitInsn(int opcode) {
      tell();
      if (complete && opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
        call("leave", "()V");
      }
      super.visitInsn(opcode);
    }

    @Override
    public void visitMaxs(int stack, int variables) {
      if (complete) {
        Label handler = new Label();
        super.visitLabel(handler);
        // Nothing is said of the variables there, so that it fits wherever the error comes from.
        super.visitFrame(Opcodes.F_FULL, 0, new Object[0], 1, new Object[] {"java/lang/Throwable"});
        super.visitInsn(Opcodes.DUP);
        call("leave", "(Ljava/lang/Throwable;)V");
        super.visitInsn(Opcodes.ATHROW);
        // The last of all, for what no other takes.
        super.visitTryCatchBlock(start, handler, handler, null);
      }
      super.visitMaxs(stack + OPERANDS, variables);
    }
  }
}
