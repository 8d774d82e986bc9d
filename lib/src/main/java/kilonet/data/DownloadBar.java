package kilonet.data;

import java.io.Console;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One progress bar for each file that is downloaded, on standard error. */
final class DownloadBar implements DownloadListener {

  private ProgressBar bar;

  /** Whether a person looks on: standard input and output are a terminal. */
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From JDK 22 on there is a console without a terminal, too, and this method to tell.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
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
