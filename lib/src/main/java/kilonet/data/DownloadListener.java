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

  /** A file has arrived and is what it should be, or its mirror was given up. */
  default void finished(String file) {}

  /** A line on standard error for each file that has arrived, where a person looks on. */
  static DownloadListener onTerminal() {
    return Terminal.isThere() ? new DownloadLines() : SILENT;
  }
}
