package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What the language has, at the top of cells and across them. */
class LanguageTest extends ReplSession {
  /** The value of the last of some cells. */
  private Object value(String... cells) throws Throwable {
    Object value = null;
    for (String cell : cells) {
      value = run(cell);
    }
    return value;
  }

  @Test
  void typesAreSealedAndUnsealed() throws Throwable {
    assertThat(
            value(
                """
                sealed abstract class Base permits One, Two { abstract int v(); }
                final class One extends Base { int v() { return 1; } }
                public static non-sealed class Two extends Base { int v() { return 2; } }
                class Three extends Two { int v() { return 3; } }
                new Three().v()
                """))
        .isEqualTo(3);
    assertThat(value("int non = 5, sealed = 2;\nnon-sealed")).as("a difference").isEqualTo(3);
    assertThat(value("non-sealed\n+ 1")).isEqualTo(4);
    assertThat(repl.completeness("non-sealed class A extends B {")).isEqualTo("incomplete");
  }

  @Test
  void methodsHaveAnyModifier() throws Throwable {
    assertThat(value("synchronized int one() { return 1; }\none()")).isEqualTo(1);
    assertThat(value("public static synchronized int two() { return 2; }\ntwo() + one()"))
        .isEqualTo(3);
    assertThat(value("final strictfp double three() { return 3; }\nthree()")).isEqualTo(3.0);
    assertThat(value("int n = 0;\nsynchronized (Object.class) { n = 4; }\nn")).isEqualTo(4);
    assertThat(value("volatile int v = 5;\ntransient int t = 6;\nv + t")).isEqualTo(11);
  }

  @Test
  void aPackageIsRefusedInASentence() {
    CompileFailure failure =
        catchThrowableOfType(
            CompileFailure.class, () -> run("// of a file\npackage a.b;\nclass C { }"));
    assertThat(failure.problems().get(0).message())
        .isEqualTo("what a cell declares is in no package; leave this line out");
    assertThat(failure.line()).isEqualTo(2);
  }

  @Test
  void aCellIsNotLeftByReturn() throws Throwable {
    for (String cell :
        List.of(
            "int n = 1;\nif (n > 0) return;\nn = 2;",
            "return;",
            "return 5;",
            "return 5",
            "{ int x = 1; return; }",
            "for (int i = 0; i < 3; i++) { Runnable r = () -> { return; }; return; }",
            "try { return; } finally { }",
            "a: while (true) switch (1) { default: return; }")) {
      CompileFailure failure = catchThrowableOfType(CompileFailure.class, () -> run(cell));
      assertThat(failure).as(cell).isNotNull();
      CompileFailure.Problem problem = failure.problems().get(0);
      assertThat(problem.message())
          .as(cell)
          .startsWith("return outside a method: a cell cannot be");
      assertThat(cell.substring(problem.start(), problem.end())).as(cell).isEqualTo("return");
    }
    assertThat(value("n")).as("what stood above it has run").isEqualTo(1);
    assertThat(catchThrowableOfType(CompileFailure.class, () -> run("} int f() { return 1;")))
        .as("a brace too many")
        .hasMessageNotContaining("return outside");
    assertThat(repl.completeness("if (true) {\n  return;")).isEqualTo("incomplete");
    assertThat(
            value(
                """
                if (true) { Runnable r = () -> { return; }; r.run(); }
                for (;;) { class A { int f() { return 4; } } n = new A().f(); break; }
                { var s = new java.util.function.IntSupplier() { public int getAsInt() { return 1; } };
                  n += s.getAsInt(); }
                n"""))
        .isEqualTo(5);
  }

  @Test
  void charactersThatNobodySeesAreBlanks() throws Throwable {
    assertThat(value("\ufeffint bom\u00a0= 4;\u200b\nbom")).isEqualTo(4);
    assertThat(value("\"a\u00a0b\u200b\".length() // \u00a0")).as("in a text").isEqualTo(4);
    assertThat(value("int\u3000wide\u2003=\u202f5;\nwide")).isEqualTo(5);
    assertThat(repl.completeness("int\u00a0x = 1;")).isEqualTo("complete");
    CompileFailure failure =
        catchThrowableOfType(CompileFailure.class, () -> run("\u00a0\u00a0nope"));
    assertThat(failure.problems().get(0).start()).as("places stay").isEqualTo(2);
  }

  @Test
  void emptyStatementsAreCompleteAndALabelAloneIsNot() {
    for (String whole : List.of("int x = 1;;", ";", "class A { };", "a: for (;;) { }")) {
      assertThat(repl.completeness(whole)).as(whole).isEqualTo("complete");
    }
    for (String open : List.of("a:", "outer:\n", "x ? y :", "f(); a: b:", "a: while (x)")) {
      assertThat(repl.completeness(open)).as(open).isEqualTo("incomplete");
    }
  }

  @Test
  void interfacesHavePrivateStaticAndDefaultMethods() throws Throwable {
    assertThat(
            value(
                "interface Greets { private String hi() { return \"hi \" + name(); } String name();"
                    + " default String greet() { return hi(); }"
                    + " static Greets of(String s) { return () -> s; } }",
                "Greets.of(\"bob\").greet()"))
        .isEqualTo("hi bob");
    assertThat(
            value(
                "interface A { default String n() { return \"a\"; } }",
                "interface B { default String n() { return \"b\"; } }",
                "class C implements A, B { public String n() { return A.super.n() + B.super.n(); } }",
                "new C().n()"))
        .isEqualTo("ab");
  }

  @Test
  void constantsOfEnumsHaveBodies() throws Throwable {
    assertThat(
            value(
                "Op pick() { return Op.MUL; }",
                "interface Ap { int ap(int a, int b); }\n"
                    + "enum Op implements Ap {\n"
                    + "  ADD(\"+\") { public int ap(int a, int b) { return a + b; } },\n"
                    + "  MUL(\"*\") { public int ap(int a, int b) { return a * b; } };\n"
                    + "  final String s;\n  Op(String s) { this.s = s; }\n}",
                "pick().s + pick().ap(2, 3) + new EnumMap<>(Map.of(Op.ADD, 1))"))
        .isEqualTo("*6{ADD=1}");
    assertThat(
            value(
                "class O { interface I { enum E { A, B; E next() { return values()[1 - ordinal()]; }"
                    + " } } }\nO.I.E.B.next().name()"))
        .isEqualTo("A");
  }

  @Test
  void annotationsAreDeclaredAndRead() throws Throwable {
    assertThat(
            value(
                "import java.lang.annotation.*;\n"
                    + "@Retention(RetentionPolicy.RUNTIME) @Target(ElementType.METHOD)\n"
                    + "@interface Mark { String value() default \"d\"; int[] n() default {1, 2}; }",
                "class Marked { @Mark(\"x\") public void f() { } }",
                "var mark = Marked.class.getMethod(\"f\").getAnnotation(Mark.class);",
                "mark.value() + mark.n().length"))
        .isEqualTo("x2");
    assertThat(
            value(
                "@SuppressWarnings(\"unchecked\")\nList<String> raw = (List<String>) (List)"
                    + " List.of(\"a\");\n@Deprecated int old() { return 3; }\n"
                    + "@SafeVarargs static <T> List<T> all(T... ts) { return List.of(ts); }\n"
                    + "raw.size() + old() + all(1, 2).size()"))
        .isEqualTo(6);
  }

  @Test
  void labelsStandBeforeBlocksAndLoops() throws Throwable {
    assertThat(value("int z = 0;\nlab: { z = 1; if (z == 1) break lab; z = 2; }\nz")).isEqualTo(1);
    assertThat(
            value("int n = 0; loop: do { n++; if (n < 3) continue loop; break; } while (true);\nn"))
        .isEqualTo(3);
  }

  @Test
  void lambdasCallThemselvesByTheirVariable() throws Throwable {
    assertThat(
            value(
                "Function<Integer, Integer> fib ="
                    + " x -> x < 2 ? x : fib.apply(x - 1) + fib.apply(x - 2);",
                "fib.apply(10)"))
        .isEqualTo(55);
    assertThat(value("int acc = 0;\nIntConsumer add = i -> acc += i;", "add.accept(4);\nacc"))
        .as("variables of cells change inside of them")
        .isEqualTo(4);
  }

  @Test
  void namesInsideHideThoseOfTheNotebook() throws Throwable {
    assertThat(
            value(
                "int s = 1;",
                "int use(int s) { int q = s; { int r = q; return r; } }",
                "IntUnaryOperator twice = s -> s * 2;",
                "int seen = 0;\n{ int s = 5; seen = s; }",
                "use(9) + twice.applyAsInt(20) + s + seen"))
        .isEqualTo(55);
  }

  @Test
  void overloadsWithAnyNumberOfArgumentsOfSeveralCells() throws Throwable {
    assertThat(
            value(
                "int sum(int... xs) { int s = 0; for (int x : xs) s += x; return s; }",
                "int sum(String s, int... xs) { return sum(xs) + s.length(); }",
                "sum(\"ab\", 1, 2) + sum() + sum(1)"))
        .isEqualTo(6);
    assertThat(
            value(
                "String kind(Object o) { return \"o\"; }\nString kind(Integer i) { return \"i\"; }\n"
                    + "String kind(int... i) { return \"v\"; }\n"
                    + "kind(1) + kind(\"s\") + kind(1, 2)"))
        .isEqualTo("iov");
  }

  @Test
  void recordsAndTypesThatReferToThemselvesAreGeneral() throws Throwable {
    assertThat(
            value(
                "record Pair<A, B>(A a, B b) { static <T> Pair<T, T> twin(T t) { return new"
                    + " Pair<>(t, t); } <C> Pair<C, B> first(C c) { return new Pair<>(c, b); } }",
                "var pair = Pair.twin(3).first(\"x\");",
                "pair.a() + pair.b()"))
        .isEqualTo("x3");
    assertThat(
            value(
                "abstract class Builder<T extends Builder<T>> { int n; abstract T self();"
                    + " T with(int k) { n = k; return self(); } }",
                "class Own extends Builder<Own> { Own self() { return this; } int go() { return n;"
                    + " } }",
                "new Own().with(5).go()"))
        .isEqualTo(5);
  }

  @Test
  void aClassBelowOneThatIsDeclaredAnewIsOfTheNewOne() throws Throwable {
    assertThat(
            value(
                "class Animal { String say() { return \"...\"; } }",
                "class Dog extends Animal { }",
                "class Animal { String say() { return \"woof\"; } }",
                "new Dog().say()"))
        .isEqualTo("woof");
  }

  @Test
  void importsOfMembersAndNestedTypesMeetVariablesOfTheirNames() throws Throwable {
    assertThat(
            value(
                "import java.util.Map.Entry;\nimport static java.util.Map.entry;",
                "Entry<String, Integer> entry = entry(\"k\", 1);",
                "entry.getValue() + entry(\"l\", 2).getValue()"))
        .isEqualTo(3);
    assertThat(value("import java.util.*;;\nimport java.io.*;\nnew ArrayList<>().size()"))
        .isEqualTo(0);
  }

  @Test
  void wordsThatAreKeywordsOnlySomewhereAreNames() throws Throwable {
    assertThat(
            value(
                "int record = 1, permits = 3, module = 4, with = 5, open = 6, when = 7;",
                "int exports(int to) { return to; }",
                "record + permits + module + with + open + when + exports(1)"))
        .isEqualTo(27);
  }

  @Test
  void escapesOfUnicodeAreCharacters() throws Throwable {
    assertThat(value("char ch = '\\u0041'; ch += 1;\nString \\u0061bc = \"e\";\nch + abc"))
        .isEqualTo("Be");
    assertThat(value("int ñandú(int 数) { return 数 * 2; }\nñandú(4)")).isEqualTo(8);
  }

  @Test
  void whatSwitchesAndResourcesDoAtTheTop() throws Throwable {
    assertThat(
            value(
                "int sel = 2; String got = \"\";\n"
                    + "switch (sel) { case 1: int tmp = 1; got = \"one\"; break; case 2: tmp = 5;"
                    + " got = \"two\" + tmp; default: got += \"!\"; }\ngot"))
        .isEqualTo("two5!");
    assertThat(value("switch (3) { case 3 -> \"three\"; default -> \"other\"; }"))
        .isEqualTo("three");
    assertThat(
            value(
                "String res = \"\";\n"
                    + "try (var in = new Scanner(\"1 2 x\")) { while (true) res += in.nextInt(); }\n"
                    + "catch (InputMismatchException | IllegalStateException e) { res += \"x\"; }\n"
                    + "finally { res += \".\"; }\nres"))
        .isEqualTo("12x.");
  }
}
