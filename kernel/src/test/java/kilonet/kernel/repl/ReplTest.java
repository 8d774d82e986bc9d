package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What cells mean, without a kernel around them. */
class ReplTest extends ReplSession {

  @Test
  void variablesKeepTheirValuesAndMayChangeTheirType() throws Throwable {
    assertThat(run("int x = 5")).isSameAs(Repl.NOTHING);
    assertThat(run("x++; x")).isEqualTo(6);
    assertThat(run("String x = \"now a text\"; x.length()")).isEqualTo(10);
  }

  @Test
  void theCompilerSpeaksEnglishWhateverTheLocale() throws Throwable {
    Locale before = Locale.getDefault();
    try {
      // The JDK has its compiler's words in German, too.
      Locale.setDefault(Locale.GERMANY);
      CompileFailure failure =
          catchThrowableOfType(CompileFailure.class, () -> run("int x = \"text\";"));
      assertThat(failure.problems().get(0).message())
          .isEqualTo("incompatible types: java.lang.String cannot be converted to int");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void everyFormOfVariableIsUnderstood() throws Throwable {
    assertThat(run("int a = 1, b[] = {2, 3}, c;\na + b[1] + c")).isEqualTo(4);
    assertThat(run("final private static long d = 4L;\nd")).isEqualTo(4L);
    assertThat(run("int[][] e = {{1}, {2, 3}};\ne[1][1]")).isEqualTo(3);
    assertThat(run("Map<String, List<Integer>> m = new HashMap<>();\nm.isEmpty()")).isEqualTo(true);
    assertThat(run("Function<Integer, Integer> twice = v -> 2 * v;\ntwice.apply(4)")).isEqualTo(8);
  }

  @Test
  void varInfersTypesThatCanBeWrittenOrTheNearestThatCan() throws Throwable {
    run("var list = new ArrayList<Map<String, int[]>>();");
    assertThat(repl.typeOf("list")).isEqualTo("ArrayList<Map<String, int[]>>");
    run("List<? extends Number> numbers = List.of(1, 2.5);\nvar first = numbers.get(0);");
    assertThat(repl.typeOf("first")).isEqualTo("Number");
    run("var anonymous = new Runnable() { public void run() { } };");
    assertThat(repl.typeOf("anonymous")).isEqualTo("Runnable");
    run("var mixed = List.of(1, \"a\");");
    assertThat(run("mixed.get(1)")).isEqualTo("a");
    assertThat(run("var p = 2; var q = p * 3; q")).isEqualTo(6);
    CompileFailure failure =
        catchThrowableOfType(CompileFailure.class, () -> run("var wrong = nowhere();"));
    assertThat(failure.problems().get(0).message()).contains("cannot find symbol");
  }

  @Test
  void whatStandsAboveTheFirstErrorHolds() throws Throwable {
    CompileFailure failure =
        catchThrowableOfType(
            CompileFailure.class,
            () ->
                run(
                    "import java.awt.Point;\n"
                        + "int good = 1;\n"
                        + "int twice() { return 2 * good; }\n"
                        + "good = 4;\n"
                        + "int bad = \"text\";\n"
                        + "int after = 1;"));
    assertThat(failure.problems().get(0).message()).contains("incompatible types");
    assertThat(warnings)
        .containsExactly("Line 5 does not compile (see below); what stands above it runs first.");
    assertThat(run("twice() + new Point(1, 2).x")).isEqualTo(9);
    assertThatThrownBy(() -> run("after")).isInstanceOf(CompileFailure.class);
    assertThatThrownBy(() -> run("int fine = 3;\nint 4 = 5;")).isInstanceOf(CompileFailure.class);
    assertThat(run("fine")).as("above an error of syntax").isEqualTo(3);
    assertThatThrownBy(() -> run("class Half { }\nwrong();")).isInstanceOf(CompileFailure.class);
    assertThat(run("new Half() != null")).isEqualTo(true);
  }

  @Test
  void whatTheNotebookImportsComesBeforeTheStandardImports() throws Throwable {
    assertThat(run("new Stack<Integer>().getClass().getName()"))
        .as("the first standard import of a name")
        .isEqualTo("java.util.Stack");
    assertThat(run("import java.awt.*;\nList.class.getName()")).isEqualTo("java.awt.List");
    assertThat(run("new Point(1, 2).x + Map.of().size()")).isEqualTo(1);
    run("import java.util.*;");
    assertThatThrownBy(() -> run("List.class")).hasMessageContaining("ambiguous");
    run("import java.util.List;");
    assertThat(run("List.of(1).size()")).isEqualTo(1);
    assertThat(run("class Stack { }\nStack.class.getSimpleName() + Stack.class.isMemberClass()"))
        .as("declared in a cell")
        .isEqualTo("Stacktrue");
    run("import java.util.concurrent.locks.*;\nimport static java.util.Map.*;");
    assertThat(run("Entry.class.getName() + Lock.class.getSimpleName()"))
        .isEqualTo("java.util.Map$EntryLock");
    assertThat(run("class Record { int r = 1; }\nnew Record().r")).isEqualTo(1);
  }

  @Test
  void completionTakesANameFromTheNotebooksStarRatherThanFromAStandardOne() throws Throwable {
    repl.standardImports(List.of("kilonet.evaluate.*", "kilonet.text.*"));

    run("import org.nd4j.evaluation.classification.*;\nimport org.w3c.dom.*;\nimport java.time.*;");

    assertThat(repl.summary())
        .contains(
            "import kilonet.evaluate.*;",
            "import org.nd4j.evaluation.classification.*;",
            "import org.nd4j.evaluation.classification.ConfusionMatrix;",
            "import org.w3c.dom.Text;")
        .noneMatch(line -> line.startsWith("import java.time.") && !line.endsWith("*;"));
  }

  @Test
  void anErrorAboutANameOfTwoStandardImportsTellsOfTheOther() {
    repl.standardImports(List.of("java.awt.*"));
    for (String cell :
        List.of("List.nope();", "var l = List.nope();", "java.awt.List l = List.of();")) {
      CompileFailure failure = catchThrowableOfType(CompileFailure.class, () -> run(cell));
      assertThat(failure.problems().get(0).message())
          .as(cell)
          .endsWith("List is java.util.List here; for the other write: import java.awt.List;");
    }
    assertThatThrownBy(() -> run("Set.nope()"))
        .isInstanceOf(CompileFailure.class)
        .extracting(thrown -> ((CompileFailure) thrown).problems().get(0).message().toString())
        .asString()
        .doesNotContain("here; for");
  }

  @Test
  void theSecondStandardImportOfANameIsTakenWhereOnlyThatCompiles() throws Throwable {
    repl.standardImports(List.of("java.awt.*", "java.lang.ref.*", "java.lang.reflect.*"));
    assertThat(run("List.LEFT_ALIGNMENT")).isEqualTo(0f);
    run("java.awt.List made = null;\nList same = made;");
    assertThat(run("var alignment = List.LEFT_ALIGNMENT; alignment + 1")).isEqualTo(1f);
    assertThat(
            run(
                "Class<?> c() { return List.LEFT_ALIGNMENT == 0 ? List.class : null; }\nc().getName()"))
        .isEqualTo("java.awt.List");
    assertThat(run("List.of(same == null)")).as("the first again").isEqualTo(List.of(true));
    assertThatThrownBy(() -> run("List.of(List.LEFT_ALIGNMENT)"))
        .as("both at once")
        .isInstanceOf(CompileFailure.class)
        .hasMessageContaining("cannot find symbol");
    assertThatThrownBy(() -> run("List.LEFT_ALIGNMENT + (wrong)"))
        .as("another error in a cell of the second")
        .isInstanceOf(CompileFailure.class)
        .extracting(thrown -> ((CompileFailure) thrown).problems().toString())
        .asString()
        .contains("wrong")
        .doesNotContain("LEFT_ALIGNMENT");
    assertThat(run("List.of(1).size()")).isEqualTo(1);
  }

  @Test
  void membersThatTheNotebookImportsComeBeforeTheStandardOnes() throws Throwable {
    run("import static java.lang.String.*;");
    assertThat(run("format(\"%s\", 3)")).isEqualTo("3");
    assertThat(run("static String html(String s) { return \"mine\"; }\nhtml(\"\")"))
        .isEqualTo("mine");
    assertThat(run("html(\"\")")).isEqualTo("mine");
  }

  @Test
  void anAnonymousClassKeepsItsMembers() throws Throwable {
    assertThat(run("var an = new Object() { int z = 3; int twice() { return 2 * z; } };\nan.z"))
        .isEqualTo(3);
    assertThat(run("an.z = 5; an.twice()")).isEqualTo(10);
    assertThat(
            run(
                "int base = 4;\n"
                    + "var sized = new ArrayList<String>(base) {\n"
                    + "  int more = base + 1;\n"
                    + "};\n"
                    + "sized.add(\"a\"); sized.more + sized.size()"))
        .isEqualTo(6);
    assertThat(run("var some = List.of(new Object() { String s = \"in\"; });\nsome.get(0).s"))
        .isEqualTo("in");
    assertThat(repl.typeOf("an")).isEqualTo("Object");
    Throwable thrown =
        catchThrowableOfType(
            ArithmeticException.class,
            () ->
                run(
                    "var bad = new Object() {\n"
                        + "  int zero;\n"
                        + "  int f() {\n"
                        + "    return 1 / zero;\n"
                        + "  }\n"
                        + "};\n"
                        + "bad.f()"));
    assertThat(thrown.getStackTrace()[0].getLineNumber()).isEqualTo(4);
    assertThat(
            run("int n = 2;\nvar r = new Thread(() -> n++) { int own = 1; };\nr.run(); r.own + n"))
        .isEqualTo(4);
  }

  @Test
  void aClassOfACellIsFoundByItsNameWhileItLives() throws Throwable {
    assertThat(
            run(
                "var o = new Object() { };\n"
                    + "Thread.currentThread().setContextClassLoader(o.getClass().getClassLoader().getParent());\n"
                    + "Class.forName(o.getClass().getName(), false,"
                    + " Thread.currentThread().getContextClassLoader()) == o.getClass()"))
        .isEqualTo(true);
    Object passing = run("new Object() { }");
    run("new Object() { }");
    assertThat(Class.forName(passing.getClass().getName(), false, repl.loader()))
        .isSameAs(passing.getClass());
  }

  @Test
  void anExpressionShowsItsValueWithASemicolonToo() throws Throwable {
    assertThat(run("1 + 1;")).isEqualTo(2);
    assertThat(run("List.of(3).get(0);")).isEqualTo(3);
    assertThat(run("new HashMap<Integer, Integer>().put(1, 2);")).isSameAs(Repl.NOTHING);
    assertThat(run("int v = 1;\nv = 3;")).isSameAs(Repl.NOTHING);
    assertThat(run("System.out.printf(\"\");")).isSameAs(Repl.NOTHING);
    assertThat(run("new ArrayList<Integer>().clear();")).isSameAs(Repl.NOTHING);
  }

  @Test
  void whatTheCompilerCannotDigestHarmsNoLaterCell() throws Throwable {
    String large = "x".repeat(66_000);
    CompileFailure failure =
        catchThrowableOfType(CompileFailure.class, () -> run("String s = \"" + large + "\";"));
    assertThat(failure.getMessage()).contains("constant string too long");
    assertThat(run("1 + 1")).isEqualTo(2);
    String many =
        java.util.stream.IntStream.range(0, 70_000)
            .mapToObj(i -> "static long l" + i + " = " + (1L << 40) + i + "L;")
            .collect(java.util.stream.Collectors.joining("\n"));
    assertThatThrownBy(() -> run("class Many { " + many + " }")).isInstanceOf(CompileFailure.class);
    assertThat(run("int after = 3;\nafter")).isEqualTo(3);
    assertThatThrownBy(() -> run("(".repeat(20_000) + "1" + ")".repeat(20_000)))
        .isInstanceOf(CompileFailure.class)
        .hasMessageContaining("too deeply");
    assertThat(run("after")).isEqualTo(3);
  }

  @Test
  void theLineOfAValueIsInTheTrace() {
    Throwable thrown =
        catchThrowableOfType(ArithmeticException.class, () -> run("int a = 1;\nint b = 0;\na/b"));
    assertThat(thrown.getStackTrace()[0].getLineNumber()).isEqualTo(3);
  }

  @Test
  void typesMayRelyOnEachOtherAndOnPackagePrivateMembers() throws Throwable {
    run(
        "abstract class Shape { abstract double area(); int sides = 0; protected int id() { return"
            + " 7; } }");
    run(
        "class Square extends Shape { double s; Square(double s) { this.s = s; } double area() {"
            + " return s * s; } }");
    assertThat(run("var q = new Square(3); q.area() + q.sides + q.id()")).isEqualTo(16.0);
    run("record P(int a) { P { if (a < 0) throw new IllegalArgumentException(); } }");
    run("enum Color { RED, GREEN }");
    run("interface Fn { int apply(int x); }\nFn fn = x -> x + 1;");
    assertThat(run("fn.apply(new P(4).a()) + Color.GREEN.ordinal()")).isEqualTo(6);
    assertThat(run("switch (Color.RED) { case RED -> \"r\"; case GREEN -> \"g\"; }"))
        .isEqualTo("r");
  }

  @Test
  void statementsMayFollowWhatNeverEnds() throws Throwable {
    assertThatThrownBy(() -> run("if (true) throw new IllegalStateException(\"x\");\n1"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> run("throw new IllegalStateException(\"y\");\n1"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(run("while (true) { break; }\n2")).isEqualTo(2);
    assertThat(run("int n = 0;\nfor (;;) { if (++n > 3) break; }\nn")).isEqualTo(4);
  }

  @Test
  void commentsStringsAndTextBlocksDoNotConfuseTheEndOfACell() throws Throwable {
    assertThat(run("1 + 1 // two;")).isEqualTo(2);
    assertThat(run("\"a;\" /* ; */")).isEqualTo("a;");
    assertThat(run("\"\"\"\n  // not a comment ;\n  \"\"\"")).isEqualTo("// not a comment ;\n");
    assertThat(run("// nothing")).isSameAs(Repl.NOTHING);
    assertThat(run("")).isSameAs(Repl.NOTHING);
    assertThat(run(";;")).isSameAs(Repl.NOTHING);
    assertThat(run("if (false) { }\n// between\nelse { }\n3")).isEqualTo(3);
  }

  @Test
  void importsHoldForLaterCellsAndTheLatestWins() throws Throwable {
    run("import java.awt.List;\nimport static java.lang.Math.*;");
    assertThat(run("List.class.getName() + max(1, 2)")).isEqualTo("java.awt.List2");
    run("import java.util.List;");
    assertThat(run("List.of().size()")).isEqualTo(0);
    assertThatThrownBy(() -> run("import no.such.Thing;")).isInstanceOf(CompileFailure.class);
    assertThat(run("1")).as("the wrong import is forgotten").isEqualTo(1);
  }

  @Test
  void errorsPointIntoTheCell() {
    CompileFailure syntax =
        catchThrowableOfType(CompileFailure.class, () -> run("int a = 1;\nint b = ;"));
    assertThat(syntax.problems().get(0).start()).isEqualTo("int a = 1;\nint b = ".length());
    CompileFailure type =
        catchThrowableOfType(
            CompileFailure.class, () -> run("int a = 1;\nint f() {\n  return \"x\";\n}\nf()"));
    assertThat(type.problems().get(0).start())
        .isEqualTo("int a = 1;\nint f() {\n  return ".length());
  }

  @Test
  void stackTracesGiveTheCellsLines() {
    Throwable thrown =
        catchThrowableOfType(
            ArithmeticException.class,
            () -> run("int zero = 0;\n\nint f() {\n  return 1 / zero;\n}\n\nf()"));
    StackTraceElement[] frames = thrown.getStackTrace();
    assertThat(frames[0].getFileName()).isEqualTo("cell 1");
    assertThat(frames[0].getLineNumber()).isEqualTo(4);
    assertThat(frames[1].getLineNumber()).isEqualTo(7);
  }

  @Test
  void callsThatReturnNothingShowNothing() throws Throwable {
    assertThat(run("new ArrayList<Integer>().clear()")).isSameAs(Repl.NOTHING);
    assertThat(run("int y;\ny = 5")).isSameAs(Repl.NOTHING);
    assertThat(run("(Object) null")).isNull();
  }

  @Test
  void thousandsOfCellsDoNotPileUp() throws Throwable {
    for (int i = 0; i < 300; i++) {
      run("int again = " + i + ";\nagain");
    }
    assertThat(run("again")).isEqualTo(299);
    assertThat(repl.homes()).isLessThanOrEqualTo(2);
  }

  @Test
  void aCellThatFailedLeavesNothingBehindForTheNextOne() throws Throwable {
    String local =
        "Supplier<Integer> s = new Supplier<>() { public Integer get() { return %s; } };";
    for (String wrong : List.of("\"x\"", "nowhere")) {
      assertThatThrownBy(() -> run("{ " + local.formatted(wrong) + " s.get(); }"))
          .isInstanceOf(CompileFailure.class);
      assertThat(run("new Object() { int two() { return 2; } }.two()")).isEqualTo(2);
      run("record P(int a) { }\nvar p = new P(1);");
      run("record P(String a) { }\nvar q = new P(\"x\");");
      assertThat(run("p.a() + q.a().length()")).isEqualTo(2);
    }
  }

  @Test
  void resetForgetsDeclarations() throws Throwable {
    run("int gone = 1;");
    repl.reset();
    assertThatThrownBy(() -> run("gone")).isInstanceOf(CompileFailure.class);
    assertThat(run("new ArrayList<>().size()")).as("imports stay").isEqualTo(0);
  }

  @Test
  void optionsOfTheJvmThatTheCompilerKnowsArePassedOn() {
    assertThat(
            JvmOptions.forCompiler(
                List.of(
                    "java",
                    "-Xmx1g",
                    "--add-modules=a.b,c",
                    "--add-exports",
                    "x/y=ALL-UNNAMED",
                    "--add-opens=p/q=ALL-UNNAMED",
                    "-cp",
                    "z",
                    "Main")))
        .containsExactly("--add-modules", "a.b,c", "--add-exports", "x/y=ALL-UNNAMED");
    assertThat(JvmOptions.forCompiler(List.of("--enable-preview", "--enable-preview")))
        .containsExactly(
            "--enable-preview", "-source", String.valueOf(Runtime.version().feature()));
  }

  @Test
  void completenessIsKnown() {
    assertThat(repl.completeness("int f() {")).isEqualTo("incomplete");
    assertThat(repl.completeness("int f() { return 1; }")).isEqualTo("complete");
    assertThat(repl.completeness("foo(1,")).isEqualTo("incomplete");
    assertThat(repl.completeness("class 5 { }")).isEqualTo("invalid");
    assertThat(repl.completeness("")).isEqualTo("complete");
    for (String open :
        List.of(
            "if (x)",
            "if (x) { } else",
            "@Override",
            "x ? 1",
            "for (;;)",
            "while (x)",
            "int x =",
            "1 +",
            "@Deprecated public",
            "try {",
            "\"\"\"\n a",
            "/* a",
            "do",
            "foo.",
            "List<")) {
      assertThat(repl.completeness(open)).as(open).isEqualTo("incomplete");
    }
    for (String whole :
        List.of(
            "x = f()",
            "System.out.println()",
            "int x = 5",
            "if (x) f();",
            "do f(); while (x)",
            "@Override void f() { }",
            "x ? 1 : 2",
            "// a",
            "while (x) { }")) {
      assertThat(repl.completeness(whole)).as(whole).isEqualTo("complete");
    }
    for (String wrong : List.of("}", ")", "int 4 = 5;", "import 7q;", "class 5 { }\n1")) {
      assertThat(repl.completeness(wrong)).as(wrong).isEqualTo("invalid");
    }
  }
}
