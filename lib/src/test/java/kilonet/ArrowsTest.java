package kilonet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which package of the library may know which. */
class ArrowsTest {

  private static final String ROOT = "kilonet.";

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("kilonet");

  /** A package, then those of the library that it may use. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "text",
        "augment text",
        "schedule text",
        "data augment text",
        "layer text",
        "model layer augment text",
        "fused layer text",
        "train fused model data augment schedule text",
        "evaluate train data model layer text",
        "chart evaluate train model data augment schedule text",
        "photo data augment text",
        "export train fused layer data text"
      })
  void aPackageKnowsThoseBelowItAlone(String arrows) {
    List<String> names = Arrays.asList(arrows.split(" "));
    String[] allowed = names.stream().map(name -> ROOT + name + "..").toArray(String[]::new);
    String[] library = packages().stream().map(name -> ROOT + name + "..").toArray(String[]::new);
    String[] forbidden =
        Stream.of(library)
            .filter(each -> !Arrays.asList(allowed).contains(each))
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage(allowed[0])
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .check(LIBRARY);
  }

  private static Set<String> packages() {
    Set<String> names = new TreeSet<>();
    LIBRARY.forEach(each -> names.add(each.getPackageName().substring(ROOT.length())));
    return names;
  }

  @Test
  void noOtherPackageIsInTheLibrary() {
    assertThat(packages())
        .containsExactly(
            "augment",
            "chart",
            "data",
            "evaluate",
            "export",
            "fused",
            "layer",
            "model",
            "photo",
            "schedule",
            "text",
            "train");
  }

  @Test
  void thereAreNoCircles() {
    slices().matching("kilonet.(*)..").should().beFreeOfCycles().check(LIBRARY);
  }

  @Test
  void commandLineAndBindingsAreOthers() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "me.tongfei..", "org.slf4j.simple..")
        .check(LIBRARY);
    classes().should().resideOutsideOfPackages("kilonet.cli..", "kilonet.course..").check(LIBRARY);
  }
}
