package kilonet.kernel.debug;

import java.util.ArrayList;
import java.util.List;

/** Types in the language of class files, written as source. */
final class Signature {
  private static final String CELL = "cells/Cell";

  private final String text;
  private int at;

  private Signature(String text) {
    this.text = text;
  }

  /** A type as source; {@code Object} for one that has no name where it is written. */
  static String source(String signature) {
    return new Signature(signature).type();
  }

  private String type() {
    char first = text.charAt(at++);
    return switch (first) {
      case 'Z' -> "boolean";
      case 'B' -> "byte";
      case 'C' -> "char";
      case 'S' -> "short";
      case 'I' -> "int";
      case 'J' -> "long";
      case 'F' -> "float";
      case 'D' -> "double";
      case '[' -> type() + "[]";
      case 'T' -> {
        at = text.indexOf(';', at) + 1;
        yield "Object";
      }
      default -> classType();
    };
  }

  private String classType() {
    StringBuilder name = new StringBuilder();
    boolean local = false;
    while (text.charAt(at) != ';') {
      char c = text.charAt(at);
      if (c == '<') {
        name.append(arguments());
        continue;
      }
      // A digit behind the dollar makes a class of a method or without a name.
      local |= (c == '$' || c == '.') && Character.isDigit(text.charAt(at + 1));
      name.append(c == '/' || c == '$' ? '.' : c);
      at++;
    }
    at++;
    if (local) {
      return "Object";
    }
    // A cell's class is the kernel's business; what it holds is imported by its simple name.
    String source = name.toString();
    return source.startsWith(CELL.replace('/', '.'))
        ? source.replaceFirst("cells\\.Cell\\d+\\.?", "")
        : source;
  }

  private String arguments() {
    List<String> arguments = new ArrayList<>();
    at++;
    while (text.charAt(at) != '>') {
      char first = text.charAt(at);
      if (first == '*') {
        at++;
        arguments.add("?");
      } else if (first == '+' || first == '-') {
        at++;
        arguments.add((first == '+' ? "? extends " : "? super ") + type());
      } else {
        arguments.add(type());
      }
    }
    at++;
    return "<" + String.join(", ", arguments) + ">";
  }
}
