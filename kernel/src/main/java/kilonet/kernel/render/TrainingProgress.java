package kilonet.kernel.render;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kilonet.kernel.Display;
import kilonet.kernel.MimeBundle;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Progress;
import kilonet.train.Recipe;

/**
 * Shows a training run while it goes on: a bar for the epoch, and the epochs so far; at the end a
 * table of the epochs as text. With KILONET_PROGRESS in the environment, whoever started the kernel
 * is told of each epoch, too: nobody sees a notebook that is executed as a whole.
 *
 * <pre>{@code
 * new Trainer(recipe, data).progress(new TrainingProgress()).run();
 * }</pre>
 */
public final class TrainingProgress implements Progress {
  /** Time between two updates; a browser shows no more. */
  private static final long PAUSE_NANOS = 200_000_000;

  private final List<EpochResult> epochs = new ArrayList<>();
  private final Progress besides =
      System.getenv("KILONET_PROGRESS") == null
          ? Progress.NONE
          : Progress.lines(
              new PrintWriter(
                  new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
  private Display display;
  private int batches;
  private int total;
  private int finished;
  private long shown;

  /** A view that appears when the run begins. */
  public TrainingProgress() {}

  @Override
  public void started(Recipe recipe, int batches, int finished) {
    this.batches = batches;
    this.total = recipe.epochs();
    this.finished = finished;
    epochs.clear();
    besides.started(recipe, batches, finished);
    display = Display.show(bundle(0, ""));
  }

  @Override
  public void teacher(Recipe teacher) {
    besides.teacher(teacher);
  }

  @Override
  public void batch(int batch, double loss, double accuracy, double rate, double speed) {
    besides.batch(batch, loss, accuracy, rate, speed);
    long now = System.nanoTime();
    if (display != null && now - shown >= PAUSE_NANOS) {
      shown = now;
      display.update(
          bundle(
              batch,
              String.format(
                  Locale.ROOT,
                  "loss %.3f, accuracy %.2f%%, rate %.4f, %,.0f images/s",
                  loss,
                  accuracy,
                  rate,
                  speed)));
    }
  }

  @Override
  public void epoch(EpochResult e) {
    finished = e.epoch();
    epochs.add(e);
    besides.epoch(e);
    if (display != null) {
      display.update(bundle(0, ""));
    }
  }

  @Override
  public void ended() {
    if (display != null) {
      display.update(MimeBundle.of("text/plain", text()));
    }
  }

  private String text() {
    return epochs.isEmpty() ? "no epoch was finished" : new History(epochs).toString();
  }

  private MimeBundle bundle(int batch, String note) {
    String html =
        "<div style=\"font-family:monospace\">epoch "
            + Math.min(total, finished + 1)
            + "/"
            + total
            + " <progress style=\"width:20em;vertical-align:middle\" max=\""
            + Math.max(1, batches)
            + "\" value=\""
            + batch
            + "\"></progress> "
            + Html.escape(note)
            + (epochs.isEmpty() ? "" : "<pre>" + text() + "</pre>")
            + "</div>";
    return MimeBundle.of("text/html", html).with("text/plain", text());
  }
}
