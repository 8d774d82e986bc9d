package kilonet.kernel.repl;

import com.sun.tools.javac.api.ClientCodeWrapper;
import com.sun.tools.javac.code.Kinds.KindName;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;

/**
 * An error of the compiler's; positions are offsets in the source that was given.
 *
 * @param message what the compiler says
 * @param start where it is
 * @param end where that ends
 * @param code the compiler's own name of what it says
 * @param missing name of the method, type or variable that was looked for and not found; empty for
 *     other errors, and for members of something that was found
 */
record Finding(String message, long start, long end, String code, String missing) {
  /** A call that has no value stands where one is needed. */
  private static final String VOID = "compiler.err.void.not.allowed.here";

  /** A member of what has a name. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "(?<of>[\\p{L}_$][\\p{L}\\p{N}_$]*)(\\s*\\.\\s*[\\p{L}_$][\\p{L}\\p{N}_$]*)+");

  /** What a diagnostic of a source says. */
  static Finding of(Diagnostic<? extends JavaFileObject> diagnostic, String source) {
    return new Finding(
        // English is the root of the JDK's words; what is asked for as English, where there is no
        // file of that name, is given in the language of the machine.
        diagnostic.getMessage(Locale.ROOT),
        diagnostic.getStartPosition(),
        diagnostic.getEndPosition(),
        diagnostic.getCode(),
        missing(diagnostic, source));
  }

  private static String missing(Diagnostic<? extends JavaFileObject> diagnostic, String source) {
    if (!(diagnostic instanceof ClientCodeWrapper.DiagnosticSourceUnwrapper unwrapper)
        || !diagnostic.getCode().startsWith("compiler.err.cant.resolve")) {
      return "";
    }
    Object[] arguments = unwrapper.d.getArgs();
    if (arguments.length < 2
        || arguments[0] != KindName.METHOD
            && arguments[0] != KindName.CLASS
            && arguments[0] != KindName.VAR
        || diagnostic.getStartPosition() < 0) {
      return "";
    }
    String name = String.valueOf(arguments[1]);
    if (arguments[0] == KindName.CLASS
        && source.charAt((int) diagnostic.getStartPosition()) == '@') {
      // An annotation processor has written it: what such members use stands at the annotation.
      return name;
    }
    // The error of a member begins with what it should be a member of.
    return source.startsWith(name, (int) diagnostic.getStartPosition())
            && diagnostic.getEndPosition() == diagnostic.getStartPosition() + name.length()
        ? name
        : "";
  }

  /** Whether it has nothing to do with what a lambda is taken for. */
  boolean isCertain(String source) {
    if (!source.contains("->") || !missing.isEmpty() || code.equals(VOID)) {
      return true;
    }
    Matcher member = start < 0 ? null : MEMBER.matcher(source.substring((int) start, (int) end));
    return member != null
        && member.matches()
        && !source.matches("(?s).*\\bvar\\s+" + Pattern.quote(member.group("of")) + "\\b.*");
  }
}
