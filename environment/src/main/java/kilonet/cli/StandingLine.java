package kilonet.cli;

import java.io.PrintWriter;
import java.time.Duration;
import kilonet.text.Terminal;
import kilonet.text.Text;
import kilonet.train.Cluster;

/** A line about how runs stand: at its place on a terminal, else each time that one has ended. */
final class StandingLine implements Cluster.Watcher {

  private final PrintWriter err;
  private final boolean terminal;
  private int finished = -1;
  private String shown = "";

  StandingLine(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  static StandingLine of(PrintWriter err) {
    return new StandingLine(err, Terminal.isThere());
  }

  @Override
  public synchronized void changed(Cluster.Standing now) {
    String words =
        Text.of(
            "%d done, %d running, %d left%s",
            now.finished(), now.running(), now.waiting(), left(now.left()));
    if (terminal) {
      pause();
      shown = words;
      show();
    } else if (now.finished() != finished) {
      finished = now.finished();
      err.println(words);
    }
  }

  private static String left(Duration left) {
    return left.isZero()
        ? ""
        : Text.of(
            ", about %d:%02d:%02d left",
            left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  /** Writes a sentence above the line. */
  synchronized void say(String sentence) {
    String line = shown;
    pause();
    err.println(sentence);
    shown = line;
    show();
  }

  @Override
  public synchronized void pause() {
    if (!shown.isEmpty()) {
      err.print("\r" + " ".repeat(shown.length()) + "\r");
      err.flush();
      shown = "";
    }
  }

  private void show() {
    err.print(shown);
    err.flush();
  }
}
