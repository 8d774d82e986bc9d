package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
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

/** What notebooks written for IJava, JJava and rapaio's kernel rely on. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MigrationTest {
  @TempDir static Path folder;
  private static KernelProcess kernel;
  private static Path remote;

  @BeforeAll
  static void start() throws IOException {
    remote = TestRepository.create(folder.resolve("remote"));
    Path script = Files.writeString(folder.resolve("start.jshell"), "int started() { return 3; }");
    kernel =
        new KernelProcess(
                folder,
                builder -> {
                  builder.environment().put("IJAVA_STARTUP_SCRIPTS_PATH", script.toString());
                  builder.environment().put("JJAVA_STARTUP_SCRIPT", "import java.awt.Point;");
                  builder.environment().put("IJAVA_CLASSPATH", folder + "/extra/*");
                })
            .ready();
  }

  @AfterAll
  static void stop() {
    kernel.close();
  }

  private static String text(String cell) throws IOException {
    Outcome outcome = kernel.run(cell);
    assertThat(outcome.status()).as(cell + outcome.traceback()).isEqualTo("ok");
    return outcome.value();
  }

  @Test
  void startUpScriptsHaveRun() throws IOException {
    assertThat(text("started() + new Point(1, 2).x")).isEqualTo("4");
  }

  @Test
  void standardImportsAreIJavasAndLoseAgainstTheNotebooks() throws IOException {
    assertThat(text("new URL(\"http://a/b\").getPath() + Preferences.class.getSimpleName()"))
        .isEqualTo("/bPreferences");
    assertThat(text("Stack<Integer> pile = new Stack<>();\npile.size()")).isEqualTo("0");
    Path own = folder.resolve("own");
    StringBuilder source = new StringBuilder();
    for (String name : List.of("Trainer", "Normalize", "Engine", "Accuracy", "Figure", "Model")) {
      Path file = Files.createDirectories(own.resolve("own/pack")).resolve(name + ".java");
      Files.writeString(file, "package own.pack; public class " + name + " { }");
      assertThat(
              javax.tools.ToolProvider.getSystemJavaCompiler()
                  .run(null, null, null, file.toString()))
          .isZero();
      source.append(name).append(".class.getPackageName().length() + ");
    }
    text("%classpath " + own);
    assertThat(text("import own.pack.*;\n" + source + "0"))
        .isEqualTo(String.valueOf(6 * "own.pack".length()));
    assertThat(text("Trainer t = new Trainer();\nt.getClass().getName()"))
        .isEqualTo("own.pack.Trainer");
    Message member =
        kernel.ask("complete_request", Map.of("code", "t.hashC", "cursor_pos", "t.hashC".length()));
    assertThat(member.content().get("matches")).isEqualTo(List.of("hashCode()"));
  }

  @Test
  void printingFunctionsPrint() throws IOException {
    Outcome outcome =
        kernel.run(
            "print(1); print('c'); println(\"a\"); println(); printf(\"%s %s\\n\", 5, \"b\");\n"
                + "println(new char[] {'x'}); printf(Locale.GERMANY, \"%.1f\", 1.5);");
    assertThat(outcome.stream("stdout")).isEqualTo("1ca\n\n5 b\nx\n1,5");
    assertThat(outcome.value()).isNull();
  }

  @Test
  void displayAndItsKin() throws IOException {
    Outcome outcome =
        kernel.run(
            "String id = display(\"<b>Countdown:</b> 3\", \"text/html\");\n"
                + "for (int i = 3; i >= 0; i--) {\n"
                + "    updateDisplay(id, \"<b>Countdown:</b> \" + i, \"text/html\");\n"
                + "}\n"
                + "render(\"<b>Liftoff!</b>\", \"text/html\")");
    Map<?, ?> shown = (Map<?, ?>) outcome.of("display_data").get(0).content().get("data");
    assertThat(shown.get("text/html")).isEqualTo("<b>Countdown:</b> 3");
    assertThat(shown.get("text/plain")).isEqualTo("<b>Countdown:</b> 3");
    assertThat(outcome.of("update_display_data")).hasSize(4);
    Map<?, ?> result = (Map<?, ?>) outcome.of("execute_result").get(0).content().get("data");
    assertThat(result.get("text/html")).isEqualTo("<b>Liftoff!</b>");
    Outcome two = kernel.run("display(\"alert(1)\", \"application/javascript\", \"image/png\")");
    Map<?, ?> data = (Map<?, ?>) two.of("display_data").get(0).content().get("data");
    assertThat(data.keySet().toString()).isEqualTo("[application/javascript, text/plain]");
    assertThat(two.value()).as("its identifier is not shown").isNull();
    Outcome image =
        kernel.run("display(new java.awt.image.BufferedImage(2, 2, 1), \"image/jpeg\");");
    assertThat(image.of("display_data").get(0).content().get("data").toString())
        .startsWith("{image/jpeg=/9j/");
    assertThat(text("display(5).length()")).isEqualTo("36");
  }

  @Test
  void cellsAndMagicsRunInsideOthers() throws IOException {
    assertThat(text("eval(\"int fromEval = 6; fromEval * 7\")")).isEqualTo("42");
    assertThat(text("fromEval")).isEqualTo("6");
    assertThat(text("eval(\"int none = 1;\") == null")).isEqualTo("true");
    assertThat(text("getKernelInstance().evalRaw(\"1 + 1\")")).isEqualTo("2");
    Files.createDirectories(folder.resolve("some/jars"));
    Files.copy(
        remote.resolve("org/example/words/2.0/words-2.0.jar"),
        folder.resolve("some/jars/words.jar"));
    String pattern = folder + "/some/*/*.jar";
    assertThat(text("List<String> added = %jars " + pattern + "\nadded.size()")).isEqualTo("1");
    assertThat(
            text("List<String> again = lineMagic(\"jars\", List.of(\"" + pattern + "\"));\nagain"))
        .isEqualTo("[" + folder.toRealPath().resolve("some/jars/words.jar") + "]");
    assertThat(text("for (int i = 0; i < 2; i++) {\n  %env TURN=yes\n}\nSystem.getenv(\"TURN\")"))
        .isEqualTo("yes");
    Outcome missing = kernel.run("%jars missing*.jar " + pattern + "\nint goesOn = 1;");
    assertThat(missing.status()).isEqualTo("ok");
    assertThat(missing.stream("stderr")).contains("No file matches missing*.jar");
    text("cellMagic(\"time\", List.of(), \"int inMagic = 4;\");");
    assertThat(text("inMagic")).isEqualTo("4");
  }

  @Test
  void dependenciesComeByAllTheirNames() throws IOException {
    assertThat(kernel.run("%mavenRepo local " + remote.toUri()).status()).isEqualTo("ok");
    for (String line :
        List.of(
            "%maven org.example:extra:3.1",
            "%addMavenDependency org.example:extra:jar:3.1",
            "%addMavenDependencies org.example:extra::3.1 -v",
            "%maven org.example#extra;3.1",
            "%maven --from local org.example:extra:3.1",
            "%maven --from=" + remote.toUri() + " org.example:extra:3.1",
            "%addMavenRepo other " + remote.toUri(),
            "%dependency /add org.example:extra:3.1",
            "%dependency /resolve",
            "%jshell /imports",
            "%jshell /all")) {
      Outcome outcome = kernel.run(line);
      assertThat(outcome.status()).as(line + outcome.traceback()).isEqualTo("ok");
    }
    assertThat(text("new org.example.Extra() != null")).isEqualTo("true");
    Outcome loose =
        kernel.run(
            "%%loadFromPOM\n<repository><id>loose</id><url>"
                + remote.toUri()
                + "</url></repository>\n\n<!-- a comment -->\n<dependency>\n<groupId>org.example</groupId>"
                + "<artifactId>greeter</artifactId><version>1.0</version></dependency>");
    assertThat(loose.stream("stdout")).as(loose.traceback()).contains("added greeter-1.0.jar");
    Path parent = folder.resolve("project/pom.xml");
    Files.createDirectories(folder.resolve("project/child"));
    Files.writeString(
        parent,
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>above</artifactId>"
            + "<version>1</version><packaging>pom</packaging><repositories><repository><id>r</id><url>"
            + remote.toUri()
            + "</url></repository></repositories><dependencyManagement><dependencies><dependency>"
            + "<groupId>org.example</groupId><artifactId>late</artifactId><version>1.0</version>"
            + "</dependency></dependencies></dependencyManagement></project>");
    Files.writeString(
        folder.resolve("project/child/pom.xml"),
        "<?xml version=\"1.0\"?><project><modelVersion>4.0.0</modelVersion><parent><groupId>a</groupId>"
            + "<artifactId>above</artifactId><version>1</version></parent><artifactId>child</artifactId>"
            + "<dependencies><dependency><groupId>org.example</groupId><artifactId>late</artifactId>"
            + "</dependency></dependencies></project>");
    Outcome file = kernel.run("%loadFromPOM " + folder.resolve("project/child/pom.xml"));
    assertThat(file.stream("stdout")).as(file.traceback()).contains("added late-1.0.jar");
    assertThat(kernel.run("%loadFromPOM nowhere.xml").traceback()).contains("There is no file");
    assertThat(kernel.run("%loadFROMpom nowhere.xml").traceback()).contains("There is no file");
  }

  @Test
  void aVersionThatIsAskedForTakesThePlaceOfOneThatIsNotInUse() throws IOException {
    String from = "%maven --from " + remote.toUri() + " ";
    assertThat(kernel.run(from + "org.example:versioned:1.0").stream("stdout"))
        .isEqualTo("added versioned-1.0.jar\n");
    assertThat(kernel.run(from + "org.example:versioned:2.0").stream("stdout"))
        .isEqualTo("added versioned-2.0.jar in place of versioned-1.0.jar\n");
    assertThat(text("org.example.Versioned.number()")).isEqualTo("2");
    assertThat(kernel.run(from + "org.example:versioned:1.0").stream("stdout"))
        .contains("versioned-1.0.jar was not added: versioned-2.0.jar is in use already");
    assertThat(kernel.run(from + "org.other:versioned:1.0").stream("stdout"))
        .as("the same name in another group")
        .isEqualTo("added versioned-1.0.jar\n");
    Outcome bundled = kernel.run(from + "commons-lang:commons-lang:99 org.example:versioned:2.0");
    assertThat(bundled.stream("stdout")).as(bundled.traceback()).contains("commons-lang-99.jar");
  }

  @Test
  void filesAndNotebooksAreLoaded() throws IOException {
    Files.writeString(folder.resolve("helpers.jshell"), "int helped = 11;");
    text("%load " + folder.resolve("helpers"));
    assertThat(text("helped")).isEqualTo("11");
    Files.writeString(
        folder.resolve("other.ipynb"),
        "{\"cells\": [{\"cell_type\": \"markdown\", \"source\": [\"no Java\"]},"
            + "{\"cell_type\": \"code\", \"source\": [\"int one = 1;\\n\", \"int two = 2;\"]},"
            + "{\"cell_type\": \"code\", \"source\": \"%env NB=1\\none + two\"}],"
            + "\"nbformat\": 4}");
    assertThat(text("%load " + folder.resolve("other.ipynb"))).isEqualTo("3");
    assertThat(text("%load " + folder.resolve("other"))).isEqualTo("3");
    assertThat(kernel.run("%load nothing.jshell").traceback())
        .contains("There is no file", "nothing.jshell");
  }

  /** As D2L's Java edition does for its charts in each chapter. */
  @Test
  void renderersAreRegisteredByIJavasNames() throws IOException {
    text("class Figure { String name = \"f\"; }\nclass Sub extends Figure { }");
    text(
        """
        import io.github.spencerpark.ijava.IJava;

        IJava.getKernelInstance().getRenderer()
            .createRegistration(Figure.class)
            .preferring(io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.TEXT_HTML)
            .register((figure, ctx) -> {
                ctx.renderIfRequested(
                    io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.TEXT_HTML, () -> {
                  return "<b>" + figure.name + "</b>";
                });
                ctx.renderIfRequested(
                    io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.IMAGE_PNG,
                    () -> "none");
            });
        """);
    Outcome shown = kernel.run("new Sub()");
    assertThat(shown.status()).as(shown.traceback()).isEqualTo("ok");
    Map<?, ?> data = (Map<?, ?>) shown.of("execute_result").get(0).content().get("data");
    assertThat(data.get("text/html")).isEqualTo("<b>f</b>");
    assertThat(data.containsKey("image/png")).isFalse();
    Outcome displayed =
        kernel.run(
            """
            import io.github.spencerpark.jupyter.kernel.display.DisplayData;
            import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
            var data = new DisplayData("plain");
            data.putMarkdown("*m*");
            IJava.getKernelInstance().display(data);
            IJava.getKernelInstance().getRenderer().createRegistration(Thread.class)
                .supporting("image/*", "text/latex")
                .register((t, c) -> {
                  c.renderIfRequested(MIMEType.ANY, (type, out) -> out.putData(type, "any"));
                  c.renderIfRequested(MIMEType.TEXT_HTML, () -> "no");
                  c.renderIfRequested(MIMEType.IMAGE_SVG, type -> "" + type);
                });
            Thread.currentThread()""");
    assertThat(displayed.status()).as(displayed.traceback()).isEqualTo("ok");
    Map<?, ?> both = (Map<?, ?>) displayed.of("display_data").get(0).content().get("data");
    assertThat(both.get("text/markdown")).isEqualTo("*m*");
    assertThat(both.get("text/plain")).isEqualTo("plain");
    Map<?, ?> forms = (Map<?, ?>) displayed.of("execute_result").get(0).content().get("data");
    assertThat(forms.get("image/svg+xml")).isEqualTo("image/svg+xml");
    assertThat(forms.containsKey("text/html")).isFalse();
  }

  @Test
  void magicsInCommentsAndTextsAreNone() throws IOException {
    Outcome comment = kernel.run("/*\n%help\n%%bash\n*/\nint inComment = 1;\ninComment");
    assertThat(comment.value()).as(comment.traceback()).isEqualTo("1");
    assertThat(comment.stream("stdout")).isEmpty();
    assertThat(text("String t = \"\"\"\n%help\n%time x\n\"\"\";\nt")).isEqualTo("%help\n%time x\n");
    assertThat(text("// %help\nString s = \"a % b = %help\";\ns.length()")).isEqualTo("13");
    assertThat(text("int a = 17;\nint b = a\n  % 5;\nb")).isEqualTo("2");
    assertThat(text("%jars " + folder + "/remote/*\nint below = 3;\nbelow")).isEqualTo("3");
  }

  @Test
  void environmentVariablesReachTheCodeOfCells() throws IOException {
    text("%env KEPT=some value");
    assertThat(text("System.getenv(\"KEPT\")")).isEqualTo("some value");
    assertThat(text("System.getenv().get(\"KEPT\") + System.getenv().containsKey(\"PATH\")"))
        .isEqualTo("some valuetrue");
    assertThat(text("Function<String, String> read = System::getenv;\nread.apply(\"KEPT\")"))
        .isEqualTo("some value");
    assertThat(kernel.run("%bash echo $KEPT").stream("stdout")).isEqualTo("some value\n");
    assertThat(text("%env KEPT")).isEqualTo("some value");
  }
}
