package kilonet.kernel.repl;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What the class files of the JDK and the class path say of themselves, without loading them. */
final class ClassFiles {
  private final ClassPathIndex index;
  private final Map<String, Boolean> known = new HashMap<>();
  private final Map<String, Set<String>> members = new HashMap<>();
  private Map<String, Module> exported;

  ClassFiles(ClassPathIndex index) {
    this.index = index;
  }

  /** To be called when the class path has changed. */
  void lookAgain() {
    known.clear();
    members.clear();
  }

  boolean hasPackage(String name) {
    return isOfJdk(name) || index.hasPackage(name);
  }

  boolean isOfJdk(String packageName) {
    return exported().containsKey(packageName);
  }

  /** The simple names of the top-level classes of a package, as far as it is on the class path. */
  List<String> names(String packageName) {
    return index.list(packageName).stream()
        .map(file -> ((ClassPathIndex.Named) file).binaryName())
        .filter(name -> name.indexOf('$') < 0)
        .map(name -> name.substring(packageName.length() + 1))
        .toList();
  }

  /**
   * Whether there is a public class.
   *
   * @param name its binary name
   */
  boolean isPublic(String name) {
    Boolean found = known.get(name);
    if (found == null) {
      byte[] bytes = bytes(name);
      found = bytes != null && (new ClassReader(bytes).getAccess() & Opcodes.ACC_PUBLIC) != 0;
      known.put(name, found);
    }
    return found;
  }

  /**
   * Names of the static methods, fields and classes that a class has or inherits.
   *
   * @param name its name as it stands in an import
   */
  Set<String> staticMembers(String name) {
    Set<String> found = members.get(name);
    if (found == null) {
      found = new HashSet<>();
      String binary = name;
      while (bytes(binary) == null && binary.indexOf('.') >= 0) {
        int dot = binary.lastIndexOf('.');
        binary = binary.substring(0, dot) + "$" + binary.substring(dot + 1);
      }
      collect(binary, found);
      members.put(name, found);
    }
    return found;
  }

  private void collect(String name, Set<String> found) {
    byte[] bytes = bytes(name);
    if (bytes == null) {
      return;
    }
    ClassReader reader = new ClassReader(bytes);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          private void add(int access, String member) {
            if ((access & Opcodes.ACC_STATIC) != 0 && (access & Opcodes.ACC_PRIVATE) == 0) {
              found.add(member);
            }
          }

          @Override
          public FieldVisitor visitField(int access, String n, String d, String s, Object v) {
            add(access, n);
            return null;
          }

          @Override
          public MethodVisitor visitMethod(int access, String n, String d, String s, String[] e) {
            add(access, n);
            return null;
          }

          @Override
          public void visitInnerClass(String n, String outer, String inner, int access) {
            if (inner != null && reader.getClassName().equals(outer)) {
              add(access, inner);
            }
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    if (reader.getSuperName() != null && !reader.getSuperName().equals("java/lang/Object")) {
      collect(reader.getSuperName().replace('/', '.'), found);
    }
    for (String each : reader.getInterfaces()) {
      collect(each.replace('/', '.'), found);
    }
  }

  /** A class file; null if there is none, or if its module keeps its package to itself. */
  private byte[] bytes(String name) {
    int dot = name.lastIndexOf('.');
    String packageName = dot < 0 ? "" : name.substring(0, dot);
    Module module = exported().get(packageName);
    if (module == null) {
      return index.bytes(name);
    }
    try (InputStream in = module.getResourceAsStream(name.replace('.', '/') + ".class")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      return null;
    }
  }

  private Map<String, Module> exported() {
    if (exported == null) {
      exported = new HashMap<>();
      for (Module module : ModuleLayer.boot().modules()) {
        module.getDescriptor().exports().stream()
            .filter(export -> !export.isQualified())
            .forEach(export -> exported.put(export.source(), module));
      }
    }
    return exported;
  }
}
