package kilonet.cli;

import kilonet.data.DownloadListener;
import kilonet.text.Terminal;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One progress bar for each file that is downloaded, on standard error. */
final class DownloadBar implements DownloadListener {

  private ProgressBar bar;

  DownloadBar() {}

  /** A bar where a person looks on, silence elsewhere. */
  static DownloadListener onTerminal() {
    return Terminal.isThere() ? new DownloadBar() : SILENT;
  }

  @Override
  public synchronized void progress(String file, long received, long total) {
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(file)
              .setInitialMax(total)
              .setUnit(" kB", 1000)
              .setStyle(ProgressBarStyle.ASCII)
              // Without one of its own it asks for the terminal, with native code of its own.
              .setConsumer(new ConsoleProgressBarConsumer(System.err, EpochBar.WIDTH))
              .build();
    }
    bar.stepTo(received);
  }

  @Override
  public synchronized void finished(String file, boolean whole) {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
