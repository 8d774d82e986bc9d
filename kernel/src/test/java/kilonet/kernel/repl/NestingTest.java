package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Calls in the arguments of calls, where the compiler's own way takes twice as long with each. What
 * is wrong with these tests where they fail is that they do not end.
 */
@Timeout(100)
@TestInstance(Lifecycle.PER_CLASS)
class NestingTest {
  private static final int DEEP = 40;

  private final List<String> warnings = new ArrayList<>();
  private Repl repl;
  private Analysis analysis;

  @BeforeAll
  void session() throws Throwable {
    repl =
        new Repl(List.of(), List.of(), new Interrupter(new Object(), warnings::add), warnings::add);
    repl.standardImports(List.of("java.util.*", "java.util.function.*", "java.util.stream.*"));
    analysis = new Analysis(repl);
    run("class Q { Q m(Q q) { return q; } <T> T g(T t) { return t; } Q(Object o) { } }");
    run("Q q = new Q(0);\nString text = \"\";\nboolean yes = true;\nint id(int i) { return i; }");
  }

  @AfterAll
  void close() {
    analysis.close();
  }

  private Object run(String cell) throws Throwable {
    return repl.run(cell, "cell");
  }

  /**
   * Something in itself; a hash sign stands for the inner one, an at sign for a number that differs
   * from level to level.
   */
  private static String nested(String shape, String innermost, int times) {
    StringBuilder close = new StringBuilder();
    for (int level = times - 1; level >= 0; level--) {
      close.append(level(shape.substring(shape.indexOf('#') + 1), level));
    }
    return opened(shape, times) + innermost + close;
  }

  /** As much of it as is typed before the innermost. */
  private static String opened(String shape, int times) {
    StringBuilder open = new StringBuilder();
    for (int level = 0; level < times; level++) {
      open.append(level(shape.substring(0, shape.indexOf('#')), level));
    }
    return open.toString();
  }

  private static String level(String part, int level) {
    return part.replace("@", String.valueOf(level));
  }

  /** Each names something that does not exist, or passes what does not fit. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '~',
      value = {
        "nope(#) ! 1",
        "nope.f(#) ! 1",
        "Nope.f(#) ! 1",
        "text.nope(#) ! 1",
        "Math.max(#) ! \"x\"",
        "List.of(#) ! nope",
        "q.m(#) ! 1",
        "q.g(#) ! nope",
        "new Nope(#) ! 1",
        "new ArrayList<>(#) ! nope",
        "q.nope((#)) ! 2",
        "q.nope(() -> #) ! 2",
        "this.nope(#) ! 1",
        "q.q.q(#) ! 1",
        "Optional.of(x@ -> #) ! 1",
        "nope(yes ? # : 0) ! 1",
        "nope(yes ? 0 : #) ! 1",
        "nope(# ? 0 : 1) ! yes",
        "nope((yes ? # : null)) ! 1",
        "q.m(yes ? # : q) ! 1",
        "q.g(yes ? # : nope) ! 1",
        "nope(yes ? no() : yes ? # : 0) ! 1",
        "new Nope(yes ? # : 0) ! 1",
        "nope(yes ? new ArrayList<>(#) : null) ! nope",
        "nope(switch (1) { case 1 -> #; default -> 0; }) ! 1",
        "nope(switch (#) { case 1 -> 1; default -> 0; }) ! 1",
        "nope(switch (1) { case 1: yield #; default: yield 0; }) ! 1",
        "nope(x@ -> #) ! 1",
        "nope((int x@) -> #) ! 1",
        "nope(x@ -> { return #; }) ! 1",
        "nope(x@ -> { var y@ = #; return y@; }) ! 1",
        "nope(x@ -> yes ? # : x@) ! 1",
        "nope(x@ -> { int y@ = yes ? # : 0; return y@; }) ! 1",
        "q.nope(x@ -> q.g(y@ -> #)) ! 1",
        "Optional.of(1).map(x@ -> nope(#)) ! x0",
        "List.of(1).forEach(x@ -> text.nope(#)) ! x0",
        "nope((Object) #) ! 1",
        "nope((Supplier<Object>) () -> #) ! 1",
        "nope(new Object() { int f = #; }) ! 1",
        "nope(new Object() { int f = yes ? # : 0; }) ! 1",
        "nope(new Object() { Object f() { return #; } }) ! 1",
        "nope(new Q(#) { }) ! nope",
        "nope(new int[] {#}) ! 1",
        "nope(text + #) ! 1",
        "nope(-#) ! 1",
        "nope(#.f) ! q",
        "nope(#::f) ! q",
        "nope(#.f(1)) ! q",
        "nope(1, #, 2) ! 1",
        "Stream.of(#).collect(nope) ! 1",
        "Stream.of(1).map(x@ -> #).collect(Collectors.nope(y@ -> y@)) ! x0",
        "Stream.of(1, #).map(nope::new).toList() ! 1",
        "Stream.of(1, #).map((nope::new)).toList() ! 1",
        "Stream.of(1, #).map((x@ -> nope)).toList() ! 1",
        "text.<String>nope(#) ! 1",
        "q.<Q>g(#) ! nope",
        "List.<Integer>of(yes ? # : 1) ! nope",
      })
  void whatCannotBeResolvedIsReported(String shape, String innermost) throws Throwable {
    String deep = nested(shape, innermost, DEEP);
    for (String cell : List.of(deep, "var v = yes ? " + deep + " : 0;")) {
      CompileFailure failure = catchThrowableOfType(CompileFailure.class, () -> run(cell));
      assertThat(failure).isNotNull();
      assertThat(failure.problems()).isNotEmpty();
    }
    // Front ends ask while it is typed.
    String typed = opened(shape, DEEP);
    assertThat(names(typed + "tex")).contains("text");
    analysis.inspect(deep, typed.length());
    assertThat(names(deep + ";\nMath.ab")).contains("abs(");
    assertThat(run("1 + 1")).isEqualTo(2);
  }

  private List<String> names(String code) {
    return analysis.complete(code, code.length()).matches().stream()
        .map(Analysis.Match::text)
        .toList();
  }

  /** What a method calls may come later; and other cells, which hold nothing of it, go on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {"nope(#) ! 1", "nope(yes ? # : 0) ! 1", "nope(x@ -> #) ! 1", "text.nope(#) ! 1"})
  void aMethodThatHoldsItHarmsNothing(String shape, String innermost) throws Throwable {
    String method = "Object deep() { return " + nested(shape, innermost, DEEP) + "; }";
    if (shape.startsWith("nope")) {
      run(method);
    } else {
      assertThatThrownBy(() -> run(method)).isInstanceOf(CompileFailure.class);
    }
    String cell = method.replace("deep", "other") + "\nMath.ab";
    assertThat(names(cell)).contains("abs(");
    assertThat(analysis.inspect(cell + "s", cell.length() + 1)).isNotNull();
    assertThat(run("yes")).isEqualTo(true);
  }

  /**
   * JShell compiles it with less patience than the kernel; what it says of the rest is not lost.
   */
  @Test
  void whatIsRightButTakesLongHarmsNothing() throws Throwable {
    String method = "Object slow() { return " + nested("List.of(yes ? # : 0)", "4", 7) + "; }";
    assertThat(run(method + "\nslow()").toString()).startsWith("[[[[[[[4]");
    assertThat(names("Math.ab")).contains("abs(");
    assertThat(names(method.replace("slow", "other") + "\nMath.ab")).contains("abs(");
  }

  @Test
  void theNameThatIsMissingIsSaid() {
    CompileFailure failure =
        catchThrowableOfType(
            CompileFailure.class, () -> run(nested("nope(yes ? # : 0)", "here", DEEP)));
    assertThat(failure.getMessage()).isEqualTo("cannot find symbol");
    assertThat(failure.problems().get(0).start())
        .isEqualTo(nested("nope(yes ? # : 0)", "here", DEEP).indexOf("here"));
  }

  /** What is right compiles as the language says, however much of it there is. */
  @Test
  void whatIsRightIsNotMistakenForIt() throws Throwable {
    assertThat(run(nested("id(#)", "4", 60))).isEqualTo(4);
    assertThat(run(nested("q.g(#)", "4", 20))).isEqualTo(4);
    assertThat(run(nested("List.of(#)", "4", 8)).toString()).startsWith("[[[[");
    assertThat(run(nested("id(yes ? # : 0)", "4", 7))).isEqualTo(4);
    assertThat(
            run(
                "int n = "
                    + nested("Stream.of(1, 2).flatMap(x@ -> #)", "Stream.of(\"ab\")", 7)
                    + ".mapToInt(s -> s.length()).sum();\nn"))
        .isEqualTo(256);
    assertThat(run(nested("Optional.of(1).flatMap(x@ -> #)", "Optional.of(5)", 8) + ".get() + 1"))
        .isEqualTo(6);
    assertThat(
            run(
                "Map<Integer, Map<Integer, Map<Integer, List<String>>>> m = Stream.of(text).collect("
                    + nested(
                        "Collectors.groupingBy(s@ -> s@.length(), #)", "Collectors.toList()", 3)
                    + ");\nm"))
        .hasToString("{0={0={0=[]}}}");
    assertThat(
            run(
                "String[] all = {"
                    + "List.of(text, \"a\").get(1), ".repeat(900)
                    + "};\nall.length"))
        .isEqualTo(900);
  }
}
