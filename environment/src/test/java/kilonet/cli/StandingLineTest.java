package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import kilonet.train.Cluster;
import org.junit.jupiter.api.Test;

class StandingLineTest {

  private final StringWriter err = new StringWriter();

  private static Cluster.Standing standing(int finished, int running, int waiting, int seconds) {
    return new Cluster.Standing(finished, running, waiting, Duration.ofSeconds(seconds));
  }

  @Test
  void onATerminalItIsOneLineThatGivesWay() {
    StandingLine line = new StandingLine(new PrintWriter(err), true);
    line.changed(standing(0, 2, 10, 0));
    line.changed(standing(1, 2, 9, 3_723));
    String shown = "1 done, 2 running, 9 left, about 1:02:03 left";
    assertThat(err.toString())
        .isEqualTo("0 done, 2 running, 10 left\r" + " ".repeat(26) + "\r" + shown);
    err.getBuffer().setLength(0);
    line.say("A worker is lost.");
    String gone = "\r" + " ".repeat(shown.length()) + "\r";
    assertThat(err.toString())
        .isEqualTo(gone + "A worker is lost." + System.lineSeparator() + shown);
    err.getBuffer().setLength(0);
    line.pause();
    line.pause();
    assertThat(err.toString()).isEqualTo(gone);
  }

  @Test
  void elsewhereItIsALineForEachRunThatHasEnded() {
    StandingLine line = new StandingLine(new PrintWriter(err), false);
    line.changed(standing(0, 1, 2, 0));
    line.changed(standing(0, 2, 1, 0));
    line.pause();
    line.changed(standing(1, 2, 0, 5));
    line.changed(standing(2, 0, 1, 5));
    assertThat(err.toString().lines())
        .containsExactly(
            "0 done, 1 running, 2 left",
            "1 done, 2 running, 0 left, about 0:00:05 left",
            "2 done, 0 running, 1 left, about 0:00:05 left");
  }
}
