package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is proposed at places where the type of something before says what fits. */
@TestInstance(Lifecycle.PER_CLASS)
class CompletionTest extends ReplSession {
  private Analysis analysis;

  /** One for all tests, which declare nothing. */
  @Override
  @BeforeEach
  void session() {
    if (repl == null) {
      super.session();
      analysis = new Analysis(repl);
    }
  }

  @BeforeAll
  void declarations() throws Throwable {
    session();
    run(
        """
        enum Dir { NORTH, NE, EAST, NEXT; static int count; Dir turn() { return this; } private void own() {} }
        enum Color { RED, GREEN }
        class Out {
          enum In { AA, AB }
          sealed interface S permits P, Q { }
          record P(int a) implements S { }
          record Q() implements S { }
          In in; S s; int size;
          protected int sum() { return 1; }
          private int secret() { return 2; }
        }
        abstract class Abs { abstract void run(); }
        @interface Note { String value() default ""; int count() default 1; boolean flag() default true;
          Dir dir() default Dir.NE; Dir[] many() default {}; Class<?> type() default Object.class; }
        @interface Only { Dir value(); }
        Dir dir = Dir.NE; Color color = Color.RED; Out out = new Out(); String text = "x"; Object object = out;
        Dir[] all = {dir}; Map<String, Dir> map = Map.of(); List<Dir> dirs = List.of();
        Dir of(int i) { return dir; }
        """);
  }

  @AfterAll
  void end() {
    analysis.close();
  }

  /** What is proposed for a cell in which # is the cursor. */
  private List<String> proposed(String cell) {
    int cursor = cell.indexOf('#');
    return analysis.complete(cell.replace("#", ""), cursor).matches().stream()
        .map(Analysis.Match::text)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "switch (dir) { case NE#",
        "switch (dir) { case NE#: break; }",
        "switch (dir) { case NORTH, NE#",
        "switch (dir) { case NORTH -> 1; case NE#",
        "switch (dir) { case NORTH: break; case NE#",
        "switch(dir){case NORTH:case NE#",
        "int v = switch (dir) { case NORTH -> { yield 1; } case NE# -> 2; default -> 3; };",
        "System.out.println(switch (dir) { case NE#",
        "text.isEmpty() ? switch (dir) { case NE#",
        "return switch (of(2).turn()) { case NE#",
        "switch (all[0]) { case NE#",
        "switch (map.get(\"a)\")) { /* case ( */ case NORTH: // {\n case NE#",
        "switch (color) { case RED: switch (dir) { case NE#",
        "Dir local = Dir.NE;\nswitch (local) { case NE#",
        "void m(Dir d) {\n  switch (d) {\n    case NE#",
        "for (Dir d : Dir.values()) { switch (d) { case NORTH -> { f(); } case NE#",
        "dirs.forEach(d -> { switch (d) { case NE#",
        "dirs.stream().map(d -> switch (d) { case NE#",
        "nope(x -> switch (dir) { case NE#",
        "class K { Dir d; void m() { switch (this.d) { case NE#",
        "new Thread() { Dir d; public void run() { switch (d) { case NE#",
      })
  void aLabelIsAConstant(String cell) {
    assertThat(proposed(cell)).containsExactly("NE", "NEXT");
  }

  @Test
  void labelsThatStandThereAlreadyAreLeftOut() {
    assertThat(proposed("switch (dir) { case NORTH, EAST -> 1; case NE, #"))
        .containsExactly("NEXT");
    assertThat(
            proposed("switch (dir) { case NORTH -> { switch (color) { case RED: break; } } case #"))
        .containsExactly("EAST", "NE", "NEXT");
    assertThat(proposed("switch (color) { case RED: switch (dir) { case NE: break; } case #"))
        .containsExactly("GREEN");
  }

  @Test
  void labelsOfOtherTypes() {
    assertThat(proposed("switch (out.in) { case #")).containsExactly("AA", "AB");
    assertThat(proposed("switch (out.s) { case #")).containsExactly("Out.P", "Out.Q");
    assertThat(proposed("switch (Thread.currentThread().getState()) { case NE#"))
        .containsExactly("NEW");
    assertThat(proposed("int one = 1;\nswitch (one) { case on#")).contains("one");
    assertThat(proposed("switch (dir) { case Dir.N#")).containsExactly("NE", "NEXT", "NORTH");
    assertThat(proposed("switch (2) { case 1, Integer.MAX#")).containsExactly("MAX_VALUE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dirs.stream().map(Dir::#                       | turn name valueOf    | own count new",
        "Function<String, Integer> f = String::len#     | length               | isEmpty",
        "Supplier<String> s = text::#                   | trim isEmpty         | valueOf new",
        "Supplier<Object> s = new String(\"a\")::#      | trim                 | join",
        "Supplier<Integer> s = out::s#                  | sum                  | secret size",
        "map.entrySet().stream().map(Map.Entry::get#    | getKey getValue      | key",
        "Supplier<List<String>> s = ArrayList::#        | new add              | modCount",
        "Supplier<Object> s = HashMap<String, List<String>>::# | new put       | loadFactor",
        "Supplier<Abs> s = Abs::#                       | run                  | new",
        "IntFunction<int[]> f = int[]::#                | new                  | length",
        "IntFunction<Object> f = String[]::n#           | new                  | null",
        "nope(x -> text::tr#                            | trim                 | text",
        "class A { private int own() { return 1; } Object m() { return this::o# | own | of",
      })
  void aReferenceNamesAMethod(String cell, String fitting, String others) {
    assertThat(proposed(cell)).contains(fitting.split(" ")).doesNotContain(others.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "@Note(#                             | count = ,dir = ,flag = ,many = ,type = ,value = ",
        "@Note(count = 1, f#) class A { }    | flag = ",
        "@Note(flag = #                      | false,true",
        "@Note(dir = #) class A { }          | Dir.EAST,Dir.NE,Dir.NEXT,Dir.NORTH",
        "@Note(many = {Dir.NE, Di#           | Dir.EAST,Dir.NE,Dir.NEXT,Dir.NORTH",
        "@Note(many = {Dir.NE, Dir.N#        | NE,NEXT,NORTH",
        "@Only(Dir.EA#) int f() { return 1; } | EAST",
        "class A { @Only(#) int a; }         | Dir.EAST,Dir.NE,Dir.NEXT,Dir.NORTH,value = ",
        "void m(@Only(Dir.EA#) int a) { }     | EAST",
        "@Note(type = Out.cl#                | class",
        "@Deprecated(f#                      | forRemoval = ",
        "@java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.S#     | SOURCE",
      })
  void anAnnotationHasElementsAndTheirValues(String cell, String fitting) {
    assertThat(proposed(cell).stream().map(String::strip).toList())
        .containsExactly(fitting.strip().split(" *,"));
  }

  @Test
  void constantsOfAnAnnotationCompile() {
    assertThat(proposed("@java.lang.annotation.Retention(#"))
        .contains("java.lang.annotation.RetentionPolicy.SOURCE");
    assertThat(proposed("import java.lang.annotation.*;\n@Retention(#"))
        .contains("RetentionPolicy.SOURCE");
  }

  /** In conditions JShell tells all types and packages instead. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "if (text.isEmpty() && text.#",
        "if (object instanceof String s && s.#",
        "if (object instanceof String s && s.length() > 1 && s.#) { }",
        "while (object instanceof String s && s.#",
        "void m(Object o) { if (o instanceof String s && s.#",
        "switch (dir) { case NE: text.#",
      })
  void aMemberIsOfWhatStandsBeforeItsDot(String cell) {
    assertThat(proposed(cell)).contains("trim()").doesNotContain("java.", "String");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "class C extends Out { void m() { s#              | s sum() size super",
        "class C extends Thread { String n = getN#        | getName()",
        "class C extends Thread { String n() { f(1, getN# | getName()",
        "class C { { getC#                                | getClass()",
        "enum E { A; E next() { return va#                | valueOf( values()",
        "enum E { A; int next() { return ord#             | ordinal()",
        "interface I { default int a() { return 1; } default int b() { return a# | a()",
        "f(new Out() { void m() { s#                      | s sum() size super",
      })
  void membersThatAreInheritedNeedNoThis(String cell, String fitting) {
    assertThat(proposed(cell)).contains(fitting.split(" "));
  }

  @Test
  void membersAreNoTypes() {
    assertThat(proposed("class C { void m(Str#")).contains("String").doesNotContain("strip()");
    assertThat(proposed("class C { toS#")).isEmpty();
    assertThat(proposed("dirs.forEach(d -> { toS#")).isEmpty();
  }
}
