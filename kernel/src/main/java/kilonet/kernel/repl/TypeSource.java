package kilonet.kernel.repl;

import java.util.List;
import java.util.stream.Collectors;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.IntersectionType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import javax.lang.model.type.WildcardType;
import javax.lang.model.util.Types;

/** Writes a type of the compiler as source, or the nearest that can be written. */
final class TypeSource {
  private static final int DEPTH = 8;

  private final Types types;
  private boolean anonymous;

  TypeSource(Types types) {
    this.types = types;
  }

  /** Whether a class without a name was among the types asked for. */
  boolean metAnonymous() {
    return anonymous;
  }

  /** Source of a type; empty if there is none. */
  String of(TypeMirror type) {
    return of(type, DEPTH);
  }

  private String of(TypeMirror type, int depth) {
    if (type.getKind().isPrimitive()) {
      return type.getKind().name().toLowerCase(java.util.Locale.ROOT);
    }
    return switch (type.getKind()) {
      case ARRAY -> {
        String component = of(((ArrayType) type).getComponentType(), depth);
        yield component.isEmpty() ? "" : component + "[]";
      }
      case DECLARED -> declared((DeclaredType) type, depth);
      case INTERSECTION -> of(((IntersectionType) type).getBounds().get(0), depth);
      case TYPEVAR -> of(((TypeVariable) type).getUpperBound(), depth - 1);
      case NULL -> "Object";
      default -> "";
    };
  }

  private String declared(DeclaredType type, int depth) {
    TypeElement element = (TypeElement) type.asElement();
    if (element.getSimpleName().length() == 0) {
      anonymous = true;
      List<? extends TypeMirror> interfaces = element.getInterfaces();
      return of(interfaces.isEmpty() ? element.getSuperclass() : interfaces.get(0), depth);
    }
    String name = element.getQualifiedName().toString();
    if (type.getTypeArguments().isEmpty() || depth <= 0) {
      return depth <= 0 ? of(types.erasure(type)) : name;
    }
    return name
        + type.getTypeArguments().stream()
            .map(argument -> argument(argument, depth - 1))
            .collect(Collectors.joining(", ", "<", ">"));
  }

  private String argument(TypeMirror argument, int depth) {
    if (argument instanceof WildcardType wildcard) {
      if (wildcard.getExtendsBound() != null) {
        return "? extends " + of(wildcard.getExtendsBound(), depth);
      }
      return wildcard.getSuperBound() != null
          ? "? super " + of(wildcard.getSuperBound(), depth)
          : "?";
    }
    if (argument.getKind() == TypeKind.TYPEVAR
        || argument.getKind() == TypeKind.INTERSECTION
        || argument.getKind() == TypeKind.DECLARED
            && ((DeclaredType) argument).asElement().getSimpleName().length() == 0) {
      // What cannot be named is only known to be something that extends what can.
      return "? extends " + of(argument, depth);
    }
    String source = of(argument, depth);
    return source.isEmpty() ? "?" : source;
  }

  /** A type as people write it. */
  static String withoutPackages(String type) {
    return type.replaceAll("\\b(?:\\p{Ll}[\\p{L}\\p{N}_$]*\\.)+(?=\\p{Lu})", "");
  }
}
