package kilonet.data;

import kilonet.text.Text;

/** A line on standard error for each file that has arrived. */
final class DownloadLines implements DownloadListener {

  private long received;

  @Override
  public synchronized void progress(String file, long received, long total) {
    this.received = received;
  }

  @Override
  public synchronized void finished(String file, boolean whole) {
    if (whole) {
      System.err.println(Text.of("%s: %,d kB", file, received / 1_000));
    }
    received = 0;
  }
}
