package kilonet.kernel.repl;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ErroneousTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Types;

/** What fits at a {@link Place}: finds it out while the compiler knows its types. */
final class Fitting implements Shadow.Witness {
  private final Set<String> names = new LinkedHashSet<>();

  /** Where it is asked; null while nobody does. */
  private Place place;

  /** Says where it is asked; null for nowhere. */
  void at(Place place) {
    this.place = place;
    names.clear();
  }

  /** What has been found there. */
  Set<String> found() {
    return new LinkedHashSet<>(names);
  }

  @Override
  public void saw(JavacTask task, CompilationUnitTree unit) {
    if (place == null) {
      return;
    }
    new TreePathScanner<Void, Void>() {
      @Override
      public Void visitMemberSelect(MemberSelectTree tree, Void unused) {
        if (tree.getIdentifier().contentEquals(Place.MARK)) {
          found(task, unit, new TreePath(getCurrentPath(), tree.getExpression()));
        }
        return super.visitMemberSelect(tree, unused);
      }

      @Override
      public Void visitErroneous(ErroneousTree tree, Void unused) {
        return scan(tree.getErrorTrees(), unused);
      }
    }.scan(unit, null);
  }

  private void found(JavacTask task, CompilationUnitTree unit, TreePath site) {
    Trees trees = Trees.instance(task);
    boolean isType = trees.getElement(site) instanceof TypeElement;
    if (!(trees.getTypeMirror(site) instanceof DeclaredType declared)
        || declared.getKind() == TypeKind.ERROR) {
      return;
    }
    TypeElement type = (TypeElement) declared.asElement();
    Stream<String> fits =
        switch (place.kind()) {
          case LABEL -> labels(type);
          case ARRAY -> Stream.empty();
          case REFERENCE -> methods(task, trees, type, isType);
          case ELEMENT -> Stream.concat(elements(type), values(type, "value", unit));
          case VALUE -> values(type, place.element(), unit);
        };
    fits.filter(name -> !place.taken().contains(name)).forEach(names::add);
  }

  /** Constants of an enum; what a sealed type permits. */
  private static Stream<String> labels(TypeElement type) {
    if (type.getKind() == ElementKind.ENUM) {
      return constants(type);
    }
    Set<String> permitted = new LinkedHashSet<>();
    Deque<TypeElement> open = new ArrayDeque<>(List.of(type));
    while (!open.isEmpty()) {
      for (TypeMirror each : open.pop().getPermittedSubclasses()) {
        if (each instanceof DeclaredType below
            && below.asElement() instanceof TypeElement element
            && permitted.add(written(element))) {
          open.push(element);
        }
      }
    }
    return permitted.stream();
  }

  private static Stream<String> constants(TypeElement type) {
    return type.getEnclosedElements().stream()
        .filter(VariableElement.class::isInstance)
        .filter(each -> each.getKind() == ElementKind.ENUM_CONSTANT)
        .map(each -> each.getSimpleName().toString());
  }

  /** A type's name as a cell writes it, which finds nested ones in their own only. */
  private static String written(TypeElement type) {
    Element outer = type.getEnclosingElement();
    boolean nested = outer instanceof TypeElement && !isShell(outer);
    return (nested ? written((TypeElement) outer) + "." : "") + type.getSimpleName();
  }

  /** Whether a type is known by its simple name. */
  private static boolean isImported(TypeElement type, CompilationUnitTree unit) {
    String name = type.getQualifiedName().toString();
    String above = name.substring(0, name.lastIndexOf('.') + 1);
    return type.getEnclosingElement() instanceof TypeElement
        || above.equals("java.lang.")
        || unit.getImports().stream()
            .map(line -> line.getQualifiedIdentifier().toString())
            .anyMatch(line -> line.equals(name) || line.equals(above + "*"));
  }

  /** What a reference may name: of a type all methods and constructors, of a value its own. */
  private static Stream<String> methods(
      JavacTask task, Trees trees, TypeElement type, boolean isType) {
    Stream<String> named =
        declared(task.getTypes(), type.asType())
            .filter(each -> each.getKind() == ElementKind.METHOD)
            .filter(each -> isType || !each.getModifiers().contains(Modifier.STATIC))
            .filter(each -> isReachable(trees, each))
            .map(each -> each.getSimpleName().toString());
    boolean made =
        isType
            && type.getKind().isClass()
            && type.getKind() != ElementKind.ENUM
            && !type.getModifiers().contains(Modifier.ABSTRACT);
    return Stream.concat(named, made ? Stream.of("new") : Stream.empty());
  }

  /**
   * Methods and constructors of a type and of those above it. No other member is looked at: JShell
   * keeps nested types in files that the compiler refuses to read.
   */
  private static Stream<ExecutableElement> declared(Types types, TypeMirror type) {
    Stream<ExecutableElement> own =
        type instanceof DeclaredType declared
            ? declared.asElement().getEnclosedElements().stream()
                .filter(ExecutableElement.class::isInstance)
                .map(ExecutableElement.class::cast)
            : Stream.empty();
    return Stream.concat(
        own, types.directSupertypes(type).stream().flatMap(above -> declared(types, above)));
  }

  /** What is private is reached where it is written, what is not public in the whole session. */
  private static boolean isReachable(Trees trees, Element member) {
    Set<Modifier> modifiers = member.getModifiers();
    if (modifiers.contains(Modifier.PUBLIC) || trees.getPath(member) != null) {
      return true;
    }
    Element outer = member.getEnclosingElement();
    return !modifiers.contains(Modifier.PRIVATE)
        && outer.getEnclosingElement() instanceof TypeElement shell
        && isShell(shell);
  }

  /** Whether a type is what JShell puts around what cells declare. */
  private static boolean isShell(Element type) {
    return type.getSimpleName().toString().startsWith("$JShell$");
  }

  private static Stream<String> elements(TypeElement annotation) {
    return ElementFilter.methodsIn(annotation.getEnclosedElements()).stream()
        .map(each -> each.getSimpleName() + " = ");
  }

  /** The values of an element that has few. */
  private static Stream<String> values(
      TypeElement annotation, String element, CompilationUnitTree unit) {
    for (ExecutableElement each : ElementFilter.methodsIn(annotation.getEnclosedElements())) {
      if (each.getSimpleName().contentEquals(element)) {
        TypeMirror type = each.getReturnType();
        if (type instanceof ArrayType array) {
          type = array.getComponentType();
        }
        if (type.getKind() == TypeKind.BOOLEAN) {
          return Stream.of("true", "false");
        }
        if (type instanceof DeclaredType declared
            && declared.asElement().getKind() == ElementKind.ENUM) {
          TypeElement holder = (TypeElement) declared.asElement();
          String from = isImported(holder, unit) ? written(holder) : holder.toString();
          return constants(holder).map(name -> from + "." + name);
        }
      }
    }
    return Stream.empty();
  }
}
