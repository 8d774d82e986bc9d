package kilonet.kernel.repl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cells have of jars: annotation processors, documentation, and nothing of the kernel's. */
class ClassPathTest extends ReplSession {
  /** A folder with an annotation gen.Build and its processor gen.Builds. */
  private static Path processor(Path folder, String source) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("source/gen"));
    Path classes = Files.createDirectories(folder.resolve("classes"));
    Files.writeString(sources.resolve("Build.java"), "package gen; public @interface Build { }");
    Files.writeString(sources.resolve("Builds.java"), source);
    List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
    for (String part : List.of("api", "code", "tree", "util")) {
      arguments.add("--add-exports=jdk.compiler/com.sun.tools.javac." + part + "=ALL-UNNAMED");
    }
    arguments.add(sources.resolve("Build.java").toString());
    arguments.add(sources.resolve("Builds.java").toString());
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, arguments.toArray(new String[0])))
        .isZero();
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(services.resolve("javax.annotation.processing.Processor"), "gen.Builds");
    return classes;
  }

  /** As Lombok does: it writes members into the tree of the class, at its annotation. */
  @Test
  void whatAnAnnotationProcessorAddsToATypeMayComeLater(@TempDir Path folder) throws Throwable {
    Path classes =
        processor(
            folder,
            """
            package gen;
            import com.sun.source.util.Trees;
            import com.sun.source.util.JavacTask;
            import com.sun.tools.javac.api.*;
            import com.sun.tools.javac.code.Flags;
            import com.sun.tools.javac.tree.*;
            import com.sun.tools.javac.util.*;
            import java.util.Set;
            import javax.annotation.processing.*;
            import javax.lang.model.SourceVersion;
            import javax.lang.model.element.*;
            import javax.tools.*;
            public class Builds extends AbstractProcessor {
              public Set<String> getSupportedAnnotationTypes() { return Set.of("gen.Build"); }
              public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
              public boolean process(Set<? extends TypeElement> found, RoundEnvironment round) {
                for (Element each : round.getElementsAnnotatedWith(Build.class)) {
                  JavacTrees trees = (JavacTrees) Trees.instance(processingEnv);
                  var type = (JCTree.JCClassDecl) trees.getTree((TypeElement) each);
                  Context context =
                      ((BasicJavacTask) JavacTask.instance(processingEnv)).getContext();
                  TreeMaker make = TreeMaker.instance(context).at(type.mods.annotations.head.pos);
                  for (JCTree member : type.defs) {
                    if (member instanceof JCTree.JCVariableDecl field) {
                      var body = make.Block(0, List.of(make.Return(make.Ident(field.name))));
                      type.defs = type.defs.append(make.MethodDef(make.Modifiers(Flags.PUBLIC),
                          field.name, make.Ident(((JCTree.JCIdent) field.vartype).name), List.nil(),
                          List.nil(), List.nil(), body, null));
                    }
                  }
                }
                return true;
              }
            }\
            """);
    repl.addToClassPath(List.of(classes));
    run("import gen.Build;\n@Build class Node { Other other; String name = \"n\"; }");
    assertThat(warnings).containsExactly("Node can be used once Other is declared.");
    run("@Build class Other { Node node; }");
    assertThat(run("Node n = new Node();\nn.other = new Other();\nn.other().node() + n.name()"))
        .isEqualTo("nulln");
  }

  @Test
  void annotationProcessorsOfWhatIsAddedRun(@TempDir Path folder) throws Throwable {
    Path classes =
        processor(
            folder,
            """
        package gen;
        import java.io.*;
        import java.util.*;
        import javax.annotation.processing.*;
        import javax.lang.model.SourceVersion;
        import javax.lang.model.element.*;
        public class Builds extends AbstractProcessor {
          public Set<String> getSupportedAnnotationTypes() { return Set.of("gen.Build"); }
          public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
          public boolean process(Set<? extends TypeElement> found, RoundEnvironment round) {
            for (Element each : round.getElementsAnnotatedWith(Build.class)) {
              String name = each.getSimpleName() + "Builder";
              try (Writer out = processingEnv.getFiler()
                  .createSourceFile("cells." + name, each).openWriter()) {
                out.write("package cells; public class " + name + " { public static " + each
                    + " make() { return new " + each + "(); } }");
                processingEnv.getFiler().createResource(
                    javax.tools.StandardLocation.CLASS_OUTPUT, "", "META-INF/made").openWriter()
                    .close();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
            return true;
          }
        }\
        """);
    repl.addToClassPath(List.of(classes));
    assertThat(
            run(
                "import gen.Build;\n@Build class Thing { int v = 4; }\n"
                    + "var thing = ThingBuilder.make();\nthing.v"))
        .isEqualTo(4);
    assertThat(run("thing.v + 1")).isEqualTo(5);
    assertThat(run("@Deprecated int old() { return 6; }\nold()")).isEqualTo(6);
    assertThat(Path.of("META-INF")).doesNotExist();
    CompileFailure failure =
        catchThrowableOfType(
            CompileFailure.class, () -> run("@Build class Wrong { int v = 1 + true; }"));
    assertThat(failure.getMessage()).contains("bad operand types");
  }

  @Test
  void theKernelsOwnLibrariesAreHiddenFromCells() throws Throwable {
    Class<?> own = org.objectweb.asm.ClassReader.class;
    Object seen = run("Class.forName(\"kilonet.kernel.CellGuard\").getClassLoader()");
    assertThat(seen).isSameAs(kilonet.kernel.CellGuard.class.getClassLoader());
    assertThat(repl.loader().loadClass(own.getName())).isNotSameAs(own);
  }

  @Test
  void inspectionFindsCommentsInTheSourcesBesideAJar(@TempDir Path folder) throws Exception {
    Path source = Files.createDirectories(folder.resolve("some/lib")).resolve("Pan.java");
    Files.writeString(
        source,
        """
        package some.lib;
        /** A pan. */
        public class Pan {
          /** How much fits in. */
          public static final int SIZE = 3;
          /** Fries for a while. @param <T> what */
          public <T> T fry(java.util.Map<String, T> things, int... seconds) { return null; }
          /** Fries at once. */
          public void fry() { }
          /** What covers it. */
          public static class Lid { }
        }
        """);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-d", folder + "/classes", source.toString()))
        .isZero();
    zip(folder.resolve("pan-1.jar"), folder.resolve("classes"));
    repl.addToClassPath(List.of(folder.resolve("pan-1.jar")));
    assertThat(inspect("some.lib.Pan")).isEqualTo("some.lib.Pan");
    Files.createDirectories(folder.resolve("sources/some/lib"));
    Files.move(source, folder.resolve("sources/some/lib/Pan.java"));
    zip(folder.resolve("pan-2-sources.jar"), folder.resolve("sources"));
    Files.copy(folder.resolve("pan-1.jar"), folder.resolve("pan-2.jar"));
    repl.addToClassPath(List.of(folder.resolve("pan-2.jar")));
    assertThat(inspect("some.lib.Pan")).isEqualTo("some.lib.Pan\n\nA pan.");
    assertThat(inspect("some.lib.Pan.SIZE")).endsWith("How much fits in.");
    assertThat(inspect("some.lib.Pan.Lid")).endsWith("What covers it.");
    assertThat(inspect("new some.lib.Pan().fry("))
        .contains("Fries for a while. @param <T> what")
        .contains("fry()\n\nFries at once.");
  }

  @Test
  void inspectionFindsCommentsInTheSourcesOfTheJdk() {
    Path home = Path.of(System.getProperty("java.home"));
    assumeTrue(Files.isReadable(home.resolve("lib/src.zip")), "this JDK has no src.zip");
    assertThat(inspect("Math.abs")).contains("Returns the absolute value of");
  }

  private String inspect(String code) {
    try (Analysis analysis = new Analysis(repl)) {
      return (String) analysis.inspect(code, code.length()).data().get("text/plain");
    }
  }

  private static void zip(Path jar, Path folder) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new ZipEntry(folder.relativize(file).toString().replace(File.separatorChar, '/')));
        Files.copy(file, out);
      }
    }
  }
}
