package kilonet.cli;

import kilonet.data.LoadListener;
import kilonet.text.Terminal;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar for pictures that are read, on standard error. */
final class LoadBar implements LoadListener {

  private ProgressBar bar;
  private int most;

  /** A bar where a person looks on, silence elsewhere. */
  static LoadListener onTerminal() {
    return Terminal.isThere() ? new LoadBar() : SILENT;
  }

  @Override
  public synchronized void progress(int read, int total) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName("pictures")
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.ASCII)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, EpochBar.WIDTH))
              .build();
    }
    // Threads may come in another order than they counted.
    most = Math.max(most, read);
    bar.stepTo(most);
    if (most == total) {
      bar.close();
    }
  }
}
