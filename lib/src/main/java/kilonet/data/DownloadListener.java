package kilonet.data;

import kilonet.text.Terminal;

/** Is told how a download goes on. */
public interface DownloadListener {

  /** Looks away. */
  DownloadListener SILENT = (file, received, total) -> {};

  /**
   * More of a file has arrived. Called some twenty times a second, by the thread that waits for it.
   *
   * @param file its name
   * @param received bytes that have arrived
   * @param total bytes that are to arrive, or -1 if the server did not say
   */
  void progress(String file, long received, long total);

  /**
   * A transfer has ended.
   *
   * @param file its name
   * @param whole whether it has arrived and is what it should be; else its mirror was given up
   */
  default void finished(String file, boolean whole) {}

  /** A line on standard error for each file that has arrived, where a person looks on. */
  static DownloadListener onTerminal() {
    return Terminal.isThere() ? new DownloadLines() : SILENT;
  }
}
