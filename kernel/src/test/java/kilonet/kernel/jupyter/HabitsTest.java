package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people write in notebooks of Java, beyond the cells of those that were looked at. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HabitsTest {
  @TempDir static Path folder;
  private static KernelProcess kernel;

  @BeforeAll
  static void start() throws IOException {
    kernel = new KernelProcess(folder, builder -> {}).ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  /** The value of the last of some cells, all of which run. */
  private static String value(String... cells) throws IOException {
    String value = null;
    for (String cell : cells) {
      Outcome outcome = kernel.run(cell);
      assertThat(outcome.status()).as(cell + outcome.traceback()).isEqualTo("ok");
      value = outcome.value();
    }
    return value;
  }

  private static String complete(String code) throws IOException {
    return kernel.ask("is_complete_request", Map.of("code", code)).text("status", "");
  }

  @Test
  void ownTypesTakeTheNamesOfTheLibrarys() throws IOException {
    assertThat(value("class Model { int v = 1; }", "Model m = new Model();", "m.v")).isEqualTo("1");
    assertThat(value("record Result(int x) { }\nnew Result(4)")).contains("4");
    assertThat(value("enum Recipe { PLAIN, RICH }\nRecipe.RICH.ordinal()")).isEqualTo("1");
    assertThat(value("interface Mnist { int f(); }\nMnist one = () -> 5;\none.f()")).isEqualTo("5");
  }

  @Test
  void theLastImportOfANameHolds() throws IOException {
    assertThat(value("import java.awt.List;\nList.class.getName()")).isEqualTo("java.awt.List");
    assertThat(value("import java.util.List;", "List.of(1).size()")).isEqualTo("1");
    assertThat(value("import java.sql.Date;", "Date.class.getName()")).isEqualTo("java.sql.Date");
    assertThat(value("import java.util.Date;", "new Date(0L).getTime()")).isEqualTo("0");
  }

  @Test
  void constantsArraysAndGuessedTypesAreDeclaredTwiceInACell() throws IOException {
    assertThat(value("final int n = 3;\nfinal int n = 4;\nn")).isEqualTo("4");
    assertThat(value("int a[] = {1};\nint[] a = {1, 2};\na.length")).isEqualTo("2");
    assertThat(value("var c = 'a';\nvar c = \"text\";\nc.length()")).isEqualTo("4");
    assertThat(value("int i = 1, j = 2;\nString j = \"x\";\ni + j")).isEqualTo("1x");
  }

  @Test
  void interfacesRecordsAndEnumsAreDeclaredTwiceInACell() throws IOException {
    assertThat(
            value(
                "interface Shape { int f(); }\ninterface Shape { String f(); }\n"
                    + "Shape s = () -> \"second\";\ns.f()"))
        .isEqualTo("second");
    assertThat(value("record P(int x) { }\nrecord P(int x, int y) { }\nnew P(1, 2).y()"))
        .isEqualTo("2");
    assertThat(value("enum Way { UP }\nenum Way { UP, DOWN }\nWay.values().length")).isEqualTo("2");
  }

  @Test
  void methodsConstantsAndTypesComeInAnyOrderOfCells() throws IOException {
    assertThat(
            value(
                "double area(Disc d) { return RATIO * square(d.radius()); }",
                "double square(double x) { return x * x; }",
                "record Disc(double radius) { }",
                "final double RATIO = 0.5;",
                "area(new Disc(4))"))
        .isEqualTo("8.0");
    assertThat(
            value(
                "class Reader<T extends Later> { int size() { return kept.size(); } }",
                "interface Later { }",
                "var kept = List.of(1, 2, 3);",
                "new Reader<Later>().size()"))
        .isEqualTo("3");
  }

  @Test
  void anonymousClassesKeepWhatTheyAdd() throws IOException {
    assertThat(
            value(
                "var counter = new Object() { int z = 3; int up() { return ++z; } };",
                "counter.up();",
                "counter.z"))
        .isEqualTo("4");
    assertThat(
            value(
                "var named = new Thread(\"thread\") { int more = 4; };",
                "named.more + named.getName()"))
        .isEqualTo("4thread");
    assertThat(
            value(
                "var list = new ArrayList<String>() {{ add(\"a\"); add(\"b\"); }};",
                "list.get(1) + list.size()"))
        .isEqualTo("b2");
  }

  @Test
  void signsOfMagicsInTextsAndCommentsAreNone() throws IOException {
    assertThat(value("char p = '%';\nString q = \"%maven a:b:c \\\" %help\";\nq.length() + p"))
        .isEqualTo(String.valueOf(20 + '%'));
    assertThat(value("/**\n * %help\n %%bash */ int documented = 6;\ndocumented % 4"))
        .isEqualTo("2");
    assertThat(value("int x = 7\n    // %time\n    % 4;\nx")).isEqualTo("3");
  }

  @Test
  void magicsAreWrittenInAnyCase() throws IOException {
    assertThat(kernel.run("%TIME 1 + 1").status()).isEqualTo("ok");
    assertThat(value("%%Time\n2 + 2")).isEqualTo("4");
    assertThat(value("%Env HABIT=yes", "System.getenv(\"HABIT\")")).isEqualTo("yes");
  }

  @Test
  void whatClosesStandardOutputSilencesNoLaterCell() throws IOException {
    Outcome closed =
        kernel.run(
            "try (var w = new OutputStreamWriter(System.out)) { w.write(\"first \"); }\n"
                + "System.out.close();\nSystem.err.close();\nSystem.out.print(\"second\");");
    assertThat(closed.stream("stdout")).isEqualTo("first second");
    assertThat(kernel.run("System.err.print(\"third\");").stream("stderr")).isEqualTo("third");
    assertThat(
            kernel
                .run(
                    "try (Stream<String> s = new BufferedReader(new InputStreamReader("
                        + "new ByteArrayInputStream(\"x\".getBytes()))).lines()) {"
                        + " s.forEach(System.out::print); }")
                .stream("stdout"))
        .isEqualTo("x");
  }

  @Test
  void moreThanTheHeapHoldsIsAnErrorOfTheCell() throws IOException {
    assertThat(kernel.run("long[] huge = new long[Integer.MAX_VALUE];").traceback())
        .contains("OutOfMemoryError");
    assertThat(kernel.run("\"x\".repeat(Integer.MAX_VALUE).length()").traceback())
        .contains("OutOfMemoryError");
    assertThat(
            kernel
                .run("{ var l = new ArrayList<long[]>(); for (;;) { l.add(new long[1 << 20]); } }")
                .traceback())
        .contains("OutOfMemoryError");
    assertThat(value("1 + 1")).isEqualTo("2");
  }

  @Test
  void whatNoClassFileHoldsHarmsNoLaterCell() throws IOException {
    String body = "x += x * 3 + 1;\n".repeat(9000);
    assertThat(kernel.run("int long1(int x) {\n" + body + "return x;\n}").traceback())
        .contains("code too large");
    String parameters = "int a" + String.join(", int a", numbers(300));
    assertThat(kernel.run("int many(" + parameters + ") { return 1; }").status())
        .isEqualTo("error");
    assertThat(kernel.run("int" + "[]".repeat(300) + " deep = null;").status()).isEqualTo("error");
    assertThat(value("int after = 3;\nafter")).isEqualTo("3");
  }

  private static List<String> numbers(int n) {
    return java.util.stream.IntStream.range(0, n).mapToObj(String::valueOf).toList();
  }

  @Test
  void openEndsAreIncomplete() throws IOException {
    for (String open :
        List.of(
            "for (;;)",
            "try {",
            "switch (x) {",
            "String t = \"\"\"\n text",
            "Runnable r = () ->",
            "int x =",
            "@SuppressWarnings(",
            "/* open",
            "1 +",
            "new int[] {1,",
            "class A {\n int f() {\n }",
            "while (true)",
            "do { x++; }",
            "List.of(1,\n 2")) {
      assertThat(complete(open)).as(open).isEqualTo("incomplete");
    }
    for (String whole : List.of("do { } while (true);", "int[] a = {1};", "// comment", "{ }")) {
      assertThat(complete(whole)).as(whole).isEqualTo("complete");
    }
  }

  @Test
  void valuesOfCellsSurviveSerialization() throws IOException {
    assertThat(
            value(
                "record Kept(int x, String s) implements Serializable { }",
                "var bytes = new ByteArrayOutputStream();\n"
                    + "try (var out = new ObjectOutputStream(bytes)) { out.writeObject(new Kept(1,"
                    + " \"a\")); }",
                "var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {\n"
                    + "  protected Class<?> resolveClass(ObjectStreamClass c) throws"
                    + " ClassNotFoundException {\n"
                    + "    return Class.forName(c.getName(), false,"
                    + " Thread.currentThread().getContextClassLoader());\n"
                    + "  }\n"
                    + "};\n"
                    + "((Kept) in.readObject()).s()"))
        .isEqualTo("a");
    assertThat(
            value(
                "Function<Integer, Integer> f = (Function<Integer, Integer> & Serializable) x -> x"
                    + " + 1;",
                "f.apply(1)"))
        .isEqualTo("2");
  }

  @Test
  void aRedeclaredTypeIsTheOneThatOldVariablesAreSetTo() throws IOException {
    assertThat(
            value(
                "class Node { int a = 1; }",
                "List<Node> nodes = new ArrayList<>();\nnodes.add(new Node());",
                "class Node { int a = 1; int b = 2; }",
                "nodes = new ArrayList<>(List.of(new Node()));\nnodes.get(0).b"))
        .isEqualTo("2");
    assertThat(
            value(
                "int scale() { return 2; }\nint scaled(int x) { return x * scale(); }",
                "int scale() { return 3; }",
                "scaled(5)"))
        .isEqualTo("15");
  }

  @Test
  void whatStandsAboveAnErrorHolds() throws IOException {
    assertThat(
            kernel
                .run("import java.util.zip.CRC32;\nint kept1 = 8;\nint f1() { return 9; }\nnope();")
                .status())
        .isEqualTo("error");
    assertThat(value("new CRC32().getValue() + kept1 + f1()")).isEqualTo("17");
  }

  @Test
  void generalMethodsAndBoundsAreInferred() throws IOException {
    assertThat(
            value(
                "<T extends Comparable<T>> T most(Collection<T> all) { return Collections.max(all);"
                    + " }",
                "var best = most(List.of(3, 9, 4));",
                "best + 1"))
        .isEqualTo("10");
    assertThat(
            value(
                "var grouped = Stream.of(\"a\", \"bb\", \"cc\").collect(Collectors.groupingBy("
                    + "String::length, TreeMap::new, Collectors.counting()));",
                "grouped.lastEntry().getValue()"))
        .isEqualTo("2");
    assertThat(value("var mixed = List.of(1, \"a\", 2.5);", "mixed.get(1)")).isEqualTo("a");
  }

  @Test
  void labelsSwitchesAndPatternsRunAtTheTop() throws IOException {
    assertThat(
            value(
                "int found = 0;\n"
                    + "outer:\n"
                    + "for (int i = 0; i < 5; i++) {\n"
                    + "  for (int j = 0; j < 5; j++) {\n"
                    + "    if (i * j == 6) { found = i; break outer; }\n"
                    + "  }\n"
                    + "}\n"
                    + "found"))
        .isEqualTo("2");
    assertThat(
            value(
                "Object o = \"text\";\nString s;\nif (o instanceof String t && t.length() > 2) {"
                    + " s = t; } else { s = \"none\"; }\ns"))
        .isEqualTo("text");
    assertThat(
            value(
                "int day = 3;\nString kind = switch (day) { case 1, 7 -> \"end\"; default -> {"
                    + " int d = day; yield \"day \" + d; } };\nkind"))
        .isEqualTo("day 3");
  }

  @Test
  void callsThatReturnNothingShowNothing() throws IOException {
    assertThat(value("List<Integer> filled = new ArrayList<>();\nfilled.add(1);\nfilled.clear()"))
        .isNull();
    assertThat(value("void nothing() { }", "nothing()")).isNull();
    assertThat(value("Runnable r = () -> { };\nr.run();")).isNull();
    assertThat(value("filled.size();")).isEqualTo("0");
    assertThat(value("int assigned;\nassigned = 5")).isNull();
    assertThat(value("assigned++;\nassigned")).isEqualTo("6");
  }

  @Test
  void textsOfAllScriptsAndNamesOfManyLetters() throws IOException {
    assertThat(
            value("String größe = \"日本 😀 \\u00e9 \\t\";\ngröße.codePointCount(0, größe.length())"))
        .isEqualTo("8");
    assertThat(value("int $dollar = 1, _under = 2, π = 3;\n$dollar + _under + π")).isEqualTo("6");
    assertThat(value("String block = \"\"\"\n  a \\\n  b\n   c\"\"\";\nblock"))
        .isEqualTo("a b\n c");
  }

  @Test
  void checkedErrorsNeedNoHandlerAtTheTop() throws IOException {
    assertThat(
            value(
                "var reader = new BufferedReader(new StringReader(\"line\"));\nreader.readLine()"))
        .isEqualTo("line");
    assertThat(value("var found = Class.forName(\"java.util.ArrayList\");\nfound.getSimpleName()"))
        .isEqualTo("ArrayList");
    assertThat(value("Thread.sleep(1);\nvar size = Files.list(Path.of(\".\")).count();\nsize >= 0"))
        .isEqualTo("true");
  }

  @Test
  void sealedAndNestedTypesAreDeclared() throws IOException {
    assertThat(
            value(
                "sealed interface Expr permits Num, Sum { }\n"
                    + "record Num(int n) implements Expr { }\n"
                    + "record Sum(Expr a, Expr b) implements Expr { }",
                "int eval(Expr e) {\n  if (e instanceof Num x) return x.n();\n"
                    + "  Sum s = (Sum) e;\n  return eval(s.a()) + eval(s.b());\n}",
                "eval(new Sum(new Num(2), new Sum(new Num(3), new Num(4))))"))
        .isEqualTo("9");
    assertThat(
            value(
                "class Outer { static class In { int v = 5; } class Inner { int w ="
                    + " In.class.hashCode() * 0 + 6; } }",
                "new Outer.In().v + new Outer().new Inner().w"))
        .isEqualTo("11");
  }
}
