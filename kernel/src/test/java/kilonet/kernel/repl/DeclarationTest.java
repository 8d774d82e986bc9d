package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of names that cells declare anew, twice, or later than they use them. */
class DeclarationTest extends ReplSession {
  @Test
  void aRedefinedMethodIsSeenByEarlierOnesAndVariablesStay() throws Throwable {
    run("int base = 1;");
    run("int f(int n) { return n + base; }");
    run("int g(int n) { return 10 * f(n); }");
    assertThat(run("base = 2; g(1)")).isEqualTo(30);
    run("int f(int n) { return 100; }");
    assertThat(run("g(1)")).isEqualTo(1000);
    assertThat(run("base")).isEqualTo(2);
  }

  @Test
  void aMethodSeesAVariableThatWasDeclaredAnew() throws Throwable {
    run("int k = 3;");
    run("int three() { return k; }");
    run("int k = 4;");
    assertThat(run("three()")).isEqualTo(4);
  }

  @Test
  void overloadsOfSeveralCellsLiveTogether() throws Throwable {
    run("String show(int i) { return \"int\"; }");
    run("String show(String s) { return \"text\"; }");
    assertThat(run("show(1) + show(\"\")")).isEqualTo("inttext");
  }

  @Test
  void whatNoLongerCompilesStaysAsItWasAndIsNamed() throws Throwable {
    run("int f() { return 1; }");
    run("int g() { return f() + 1; }");
    run("String f() { return \"text\"; }");
    assertThat(warnings).hasSize(1).first().asString().startsWith("g does not compile with");
    assertThat(run("g()")).isEqualTo(2);
  }

  @Test
  void aMethodMayCallOneThatALaterCellDeclares() throws Throwable {
    run("boolean odd(int n) { return n != 0 && even(n - 1); }");
    assertThat(warnings).containsExactly("odd can be called once even is declared.");
    CompileFailure early = catchThrowableOfType(CompileFailure.class, () -> run("odd(3)"));
    assertThat(early.problems().get(0).message())
        .endsWith("odd can be called once even is declared");
    run("boolean even(int n) { return n == 0 || odd(n - 1); }");
    assertThat(run("odd(7)")).isEqualTo(true);
    assertThat(run("even(7)")).isEqualTo(false);
    assertThat(warnings).hasSize(1);
  }

  @Test
  void whatUsesAWaitingMethodWaitsWithIt() throws Throwable {
    run("int a() { return b() + 1; }");
    run("int c() { return a() + 1; }\nint shown = 5;");
    assertThat(run("shown")).as("the rest of the cell is there").isEqualTo(5);
    assertThat(warnings)
        .containsExactly(
            "a can be called once b is declared.", "c can be called once a is declared.");
    run("int b() { return 1; }");
    assertThat(run("c()")).isEqualTo(3);
    run("int b() { return 10; }");
    assertThat(run("c()")).isEqualTo(12);
  }

  @Test
  void typesMayBeDeclaredInAnyOrderOfCells() throws Throwable {
    run("class Tree { Leaf leaf = new Leaf(this); int size() { return 1 + leaf.size(); } }");
    assertThat(warnings).containsExactly("Tree can be used once Leaf is declared.");
    run("class Leaf { Tree of; Leaf(Tree of) { this.of = of; } int size() { return 1; } }");
    assertThat(run("new Tree().size()")).isEqualTo(2);
    run("double shade(Color c) { return c.getRed() / 255.0; }");
    run("import java.awt.Color;");
    assertThat(run("shade(Color.RED)")).isEqualTo(1.0);
  }

  @Test
  void aMethodThatNowWaitsIsNotTakenForItsOlderVersion() throws Throwable {
    run("String f(int n) { return \"old\"; }\nString f(String s) { return s; }");
    run("String g() { return f(1); }");
    run("String f(int n) { return later(); }");
    assertThatThrownBy(() -> run("f(1)")).isInstanceOf(CompileFailure.class);
    assertThat(run("f(\"other\")")).isEqualTo("other");
    run("String later() { return \"new\"; }");
    assertThat(run("f(1) + g()")).isEqualTo("newnew");
  }

  @Test
  void aMethodThatIsWrongDoesNotWait() {
    assertThatThrownBy(() -> run("int f() { return \"\".g(); }"))
        .isInstanceOf(CompileFailure.class);
    assertThatThrownBy(() -> run("int f() { return 1 + true; }"))
        .isInstanceOf(CompileFailure.class);
    assertThat(warnings).isEmpty();
    CompileFailure used =
        catchThrowableOfType(CompileFailure.class, () -> run("int f() { return g(); }\nf()"));
    assertThat(used.problems().get(0).start()).isEqualTo("int f() { return ".length());
    assertThat(warnings).containsExactly("f can be called once g is declared.");
  }

  @Test
  void aMethodOrTypeMayUseAVariableThatALaterCellDeclares() throws Throwable {
    run("int cells() { return grid.length * other; }");
    assertThat(warnings).containsExactly("cells can be called once grid and other are declared.");
    run("class Board { int wide() { return grid[0].length; } }");
    run("int[][] grid = new int[3][4];");
    run("var other = 10;");
    assertThat(run("cells() + new Board().wide()")).isEqualTo(34);
    run("int both() { return later; }\nint later = 5;");
    assertThat(run("both()")).isEqualTo(5);
  }

  @Test
  void aVariableMayBeOfATypeThatALaterCellDeclares() throws Throwable {
    run("Later one;\nList<Later> many;");
    assertThat(warnings)
        .containsExactly(
            "one can be used once Later is declared.", "many can be used once Later is declared.");
    assertThatThrownBy(() -> run("one = null;")).isInstanceOf(CompileFailure.class);
    run("class Later { int n = 7; }");
    assertThat(run("one = new Later(); many = List.of(one); many.get(0).n")).isEqualTo(7);
    assertThatThrownBy(() -> run("Never with = new Never();")).isInstanceOf(CompileFailure.class);
  }

  @Test
  void aNameMayBeDeclaredTwiceInACell() throws Throwable {
    assertThat(run("String s = \"a\"; String s = new String(\"b\"); s")).isEqualTo("b");
    assertThat(run("var n = 2; var m = n + 1; var n = m + 1.9; n")).isEqualTo(4.9);
    assertThat(run("int f() { return 1; }\nint a = f();\nint f() { return 2; }\na * 10 + f()"))
        .isEqualTo(12);
    assertThat(run("int g(int i) { return 1; }\nint g(long i) { return 2; }\ng(1) + g(1L)"))
        .as("overloads are not the same")
        .isEqualTo(3);
    assertThat(
            run(
                "class P { int x = 1; }\n"
                    + "int x = new P().x;\n"
                    + "class P { int y = 5; }\n"
                    + "x + new P().y"))
        .isEqualTo(6);
    assertThatThrownBy(() -> run("int k = 1;\nif (true) throw new Exception();\nint k = 2;"))
        .isInstanceOf(Exception.class);
    assertThat(run("k")).as("the second one was not reached").isEqualTo(1);
  }

  @Test
  void aVariableOfATypeThatWasDeclaredAnewMayTakeAValueOfTheNewOne() throws Throwable {
    run("class A { }");
    run("A a = new A();\nList<A> all = new ArrayList<>();");
    run("class A { int x = 3; }");
    assertThat(run("a = new A(); a.x")).isEqualTo(3);
    assertThat(warnings)
        .containsExactly("a was of an earlier A; it is of the new one now and has no value.");
    assertThat(run("all = new ArrayList<>(List.of(a)); all.get(0).x")).isEqualTo(3);
  }

  @Test
  void anOldValueSurvivesItsRedefinedType() throws Throwable {
    run("record P(int a) { }");
    run("P old = new P(1);");
    run("record P(int a, int b) { }");
    assertThat(run("old.a() + new P(2, 3).b()")).isEqualTo(4);
  }

  @Test
  void aTypeThatIsDeclaredAgainJustAsItIsStaysTheSame() throws Throwable {
    run("class Acc { int n; static int made = 0; String s = \"a  b\"; }");
    run("List<Acc> accs = new ArrayList<>(); accs.add(new Acc()); Acc.made = 7;");
    run(
        "// again\nclass Acc {\n  int n; /* a count */\n  static int made=0; String s = \"a  b\"; }");
    assertThat(run("int sum = Acc.made; for (Acc q : accs) sum += q.n; sum")).isEqualTo(7);
    run("class Acc { int n; static int made = 0; String s = \"a b\"; }");
    assertThat(run("new Acc().s + Acc.made")).as("a text is another one").isEqualTo("a b0");

    run("enum Co { RED, GREEN }\nCo co = Co.RED;");
    run("enum Co { RED, GREEN }");
    assertThat(run("co == Co.RED")).isEqualTo(true);

    String both =
        "class Item { Box in; int twice() { return two(1); } }\n"
            + "class Box { Item of; }\nint two(int n) { return 2 * n; }\nnew Item().twice()";
    assertThat(run(both)).isEqualTo(2);
    run("Item item = new Item();");
    assertThat(run(both)).isEqualTo(2);
    assertThat(run("Box box = new Box(); box.of = item; new Item().getClass() == item.getClass()"))
        .isEqualTo(true);
    assertThat(run("1 + 1;\nclass Box { Item of; }")).isEqualTo(Repl.NOTHING);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aTypeThatUsesWhatWasDeclaredAnewIsDeclaredAnewToo() throws Throwable {
    run("int k = 1; int plus(int n) { return n + k; }");
    run("class A { int f() { return plus(1); } }\nA a = new A();");
    run("class A { int f() { return plus(1); } }\nint k = 5;");
    assertThat(run("new A().f()")).isEqualTo(6);
    run("class Holder { String of() { return List.class.getName(); } }");
    run("import java.awt.List;");
    run("class Holder { String of() { return List.class.getName(); } }");
    assertThat(run("new Holder().of()")).isEqualTo("java.awt.List");
    run("int f() { return 1; }");
    run("class B { String g() { return \"\" + (f() + 1); } int h() { return f(); } }");
    run("String f() { return \"x\"; }");
    assertThat(warnings).hasSize(1).first().asString().startsWith("B does not compile with");
    assertThatThrownBy(
            () ->
                run("class B { String g() { return \"\" + (f() + 1); } int h() { return f(); } }"))
        .as("it is not taken for what stayed as it was")
        .isInstanceOf(CompileFailure.class);
  }

  @Test
  void onlyAVariableThatIsSetFirstIsTakenAnew() throws Throwable {
    run("class P { int v; }");
    run("P p = new P(); P q = new P(); q.v = 42;\nList<P> all = new ArrayList<>(List.of(q));");
    run("int old() { return q.v; }");
    run("class P { int v; int w; }");
    String again = "all holds P of an earlier cell; run again the cell that declares all";
    for (String cell :
        List.of(
            "all.add(new P());",
            "all.stream().mapToInt(P::hashCode).filter(n -> all.get(0) == new P()).sum()",
            "for (P each : all) System.out.println(each.v);",
            "var first = new P(); all.add(first);",
            "int n = all.size(); all = new ArrayList<>(List.of(new P()));",
            "all = new ArrayList<>(List.of(all.get(0), new P())); P one = all.get(1);",
            "int size() { return all.size(); }\nint n = size(); all = List.of(new P());",
            "if (all.isEmpty()) { all = List.of(new P()); }")) {
      CompileFailure failure = catchThrowableOfType(CompileFailure.class, () -> run(cell));
      assertThat(failure).as(cell).isNotNull();
      assertThat(failure.problems().get(0).message()).as(cell).endsWith(again);
    }
    assertThat(run("all.get(0).v + old()")).isEqualTo(84);
    assertThat(warnings).noneMatch(each -> each.contains("is of the new one now"));
    warnings.clear();
    assertThat(run("p = new P(); p.w = 1; q.v")).isEqualTo(42);
    assertThat(warnings)
        .containsExactly("p was of an earlier P; it is of the new one now and has no value.");
    assertThat(run("var w = p.w; q = new P(); var n = q.w + w; n + old()")).isEqualTo(1);
  }

  @Test
  void aVariableIsSetInTheCellThatDeclaresItsTypeAnew() throws Throwable {
    run("class N { int v = 1; }\nN n = new N();");
    run("int v() { return n.v; }");
    assertThat(run("class N { int v = 2; }\nn = new N();\nv()")).isEqualTo(2);
    CompileFailure failure =
        catchThrowableOfType(
            CompileFailure.class, () -> run("class N { int v = 3; void set() { n = this; } }"));
    assertThat(failure.problems().get(0).message())
        .endsWith("n holds N of an earlier cell; declare n in this cell, too");
    assertThat(run("n.v")).isEqualTo(2);
  }

  @Test
  void whatATypeInheritsOrNamesItselfIsNoUseOfTheNotebooks() throws Throwable {
    run("class Gen<T> { static int kept = 7; T t; <U> U of(U u) { return u; } }\nGen.kept = 8;");
    run("int T = 3, U = 4, t = 5, of = 6;");
    assertThat(run("Gen.kept")).isEqualTo(8);
    run("class Base { int inherited = 3; int call() { return 1; } }");
    run(
        "class Der extends Base { static int kept = 0;\n"
            + "int f() { return inherited + call(); } }\nDer.kept = 4; Der one = new Der();");
    run("int inherited = 9; int call() { return 10; }");
    assertThat(run("Der.kept + one.f() + new Der().f()")).isEqualTo(12);
    run("class Base { int inherited = 5; int call() { return 1; } }");
    assertThat(run("Der.kept + new Der().f()")).as("what it extends is anew").isEqualTo(6);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aNameIsUsedWhereNothingHidesIt() throws Throwable {
    run("int k = 1; int size() { return 2; }");
    run("class A { int f() { return k + size(); } int g() { int k = 5, size = 6; return k; } }");
    run("class B { int f() { return A.class == null ? 0 : new A().f(); } }");
    run("int k = 10; int size() { return 20; }");
    assertThat(run("new A().f() + new B().f()")).isEqualTo(60);
    run("class Limit { static final int MOST = 1; }");
    run("class C { int most() { return Limit.MOST; } }");
    run("class Limit { static final int MOST = 2; }");
    assertThat(run("new C().most()")).as("a constant leaves no trace in bytecode").isEqualTo(2);
  }
}
