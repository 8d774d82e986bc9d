package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import kilonet.data.DataException;

/**
 * What came of inputs that were damaged at random: accepted and right, refused with a sentence, or
 * anything else, which is a fault of ours.
 *
 * <p>The build tries few of them. Who maintains Kilonet tries many with a system property for each
 * suite, which prints what came out:
 *
 * <pre>
 * mvn -pl lib test -Dtest=RecipeFaultsTest -Dkilonet.faults.recipes=10000
 * mvn -pl lib test -Dtest=CheckpointFaultsTest -Dkilonet.faults.checkpoints=3000
 * mvn -pl lib test -Dtest=KillsTest -Dkilonet.faults.kills=300
 * mvn -pl lib test -Dtest=ThreadsFaultsTest -Dkilonet.faults.seconds=60
 * </pre>
 *
 * <p>{@code -Dkilonet.faults.seed} draws other inputs than those of seed 1.
 */
final class Outcomes {

  private static final Pattern SENTENCE = Pattern.compile("\\S.*[.)]", Pattern.DOTALL);
  private static final Pattern INNARDS =
      Pattern.compile(
          "java\\.|kilonet\\.|org\\.(?!deeplearning4j saved)|jackson|Exception|null\\)");

  private final String what;
  private final List<String> else_ = Collections.synchronizedList(new ArrayList<>());
  private int accepted;
  private int refused;

  Outcomes(String what) {
    this.what = what;
  }

  /** How many inputs a suite tries: those of the build, or as many as its property says. */
  static int count(String suite, int build) {
    return Integer.getInteger("kilonet.faults." + suite, build);
  }

  /** What the inputs are drawn from. */
  static long seed() {
    return Long.getLong("kilonet.faults.seed", 1);
  }

  /** Something that is right or throws. */
  interface Attempt {
    void run() throws Exception;
  }

  /** Counts what comes of an input. */
  void of(String input, Attempt attempt) {
    try {
      attempt.run();
      accepted++;
    } catch (IllegalArgumentException
        | DataException
        | TrainingException
        | UncheckedIOException e) {
      boolean told =
          e.getMessage() != null
              && SENTENCE.matcher(e.getMessage()).matches()
              && !INNARDS.matcher(e.getMessage()).find();
      if (told) {
        refused++;
      } else {
        else_.add(input + "\n    -> " + e);
      }
    } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
      StackTraceElement[] trace = e.getStackTrace();
      else_.add(input + "\n    -> " + e + (trace.length > 0 ? " at " + trace[0] : ""));
    }
  }

  /** Prints the counts; fails where there is anything else. */
  void end() {
    System.out.printf(
        "%s: %d accepted and right, %d refused with a sentence, %d anything else%n",
        what, accepted, refused, else_.size());
    assertThat(else_).isEmpty();
    assertThat(accepted).as("accepted").isPositive();
    assertThat(refused).as("refused").isPositive();
  }
}
