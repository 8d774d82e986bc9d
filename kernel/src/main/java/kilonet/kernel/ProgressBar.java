package kilonet.kernel;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/**
 * A bar that grows below the cell, and one line of text once it is done.
 *
 * <pre>{@code
 * try (var progress = new ProgressBar("training", epochs)) {
 *   for (int i = 0; i < epochs; i++) {
 *     progress.step(1, "loss " + trainOneEpoch());
 *   }
 * }
 * }</pre>
 */
public final class ProgressBar implements AutoCloseable {
  /** Time between two updates; a browser shows no more. */
  private static final long PAUSE_NANOS = 100_000_000;

  private final String title;
  private final long total;
  private final long start = System.nanoTime();
  private final Display display;
  private long done;
  private long shown = start;
  private String note = "";
  private boolean closed;

  /**
   * Shows an empty bar.
   *
   * @param title what is being done
   * @param total steps until the end, at least 1
   */
  public ProgressBar(String title, long total) {
    if (total < 1) {
      throw new IllegalArgumentException(
          "A bar of " + total + " steps cannot be shown; give at least 1.");
    }
    this.title = title;
    this.total = total;
    display = Display.show(bundle());
  }

  /**
   * Steps through a list while showing where it is.
   *
   * @param title what is being done
   * @param items the list
   * @param <T> type of its items
   * @return the items
   */
  public static <T> Iterable<T> over(String title, List<T> items) {
    return () -> {
      Iterator<T> inner = items.iterator();
      ProgressBar progress = new ProgressBar(title, Math.max(1, items.size()));
      return new Iterator<T>() {
        private boolean first = true;

        @Override
        public boolean hasNext() {
          boolean more = inner.hasNext();
          if (!more) {
            progress.done = items.size();
            progress.close();
          }
          return more;
        }

        @Override
        public T next() {
          if (!first) {
            progress.step(1, "");
          }
          first = false;
          return inner.next();
        }
      };
    };
  }

  /**
   * Goes on.
   *
   * @param steps steps done since the last call
   * @param note shown beside the bar, such as the loss
   */
  public synchronized void step(long steps, String note) {
    done = Math.min(total, done + steps);
    this.note = note;
    long now = System.nanoTime();
    if (!closed && now - shown >= PAUSE_NANOS) {
      shown = now;
      display.update(bundle());
    }
  }

  /** Replaces the bar by a line that says how far it came and how long it took. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      display.update(MimeBundle.of("text/plain", line()));
    }
  }

  private String line() {
    double seconds = (System.nanoTime() - start) / 1e9;
    return String.format(
        Locale.ROOT,
        "%s: %d of %d in %.1f s%s",
        title,
        done,
        total,
        seconds,
        note.isEmpty() ? "" : ", " + note);
  }

  private MimeBundle bundle() {
    double seconds = (System.nanoTime() - start) / 1e9;
    String left =
        done == 0
            ? ""
            : String.format(Locale.ROOT, ", %.0f s to go", seconds / done * (total - done));
    String html =
        "<div style=\"font-family:monospace\">"
            + escape(title)
            + " <progress style=\"width:20em;vertical-align:middle\" max=\""
            + total
            + "\" value=\""
            + done
            + "\"></progress> "
            + done
            + "/"
            + total
            + left
            + (note.isEmpty() ? "" : " &nbsp; " + escape(note))
            + "</div>";
    return MimeBundle.of("text/html", html).with("text/plain", line());
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
