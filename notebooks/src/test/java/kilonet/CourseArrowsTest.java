package kilonet;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The course knows the library, and the published experiments know nothing of the course. */
class CourseArrowsTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("kilonet");

  @Test
  void publishedExperimentsAreRecipesAlone() {
    noClasses()
        .that()
        .resideInAPackage("kilonet.published")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("kilonet.course..")
        .check(CLASSES);
  }

  @Test
  void theLibraryKnowsNothingOfTheCourse() {
    noClasses()
        .that()
        .resideOutsideOfPackages("kilonet.course..", "kilonet.published..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("kilonet.course..", "kilonet.published..")
        .check(CLASSES);
  }
}
