package kilonet.cli;

import kilonet.data.DownloadListener;
import kilonet.text.Terminal;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One progress bar for each file that is downloaded, on standard error. */
final class DownloadBar implements DownloadListener {

  private ProgressBar bar;

  private DownloadBar() {}

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
              .build();
    }
    bar.stepTo(received);
  }

  @Override
  public synchronized void finished(String file) {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
