package kilonet.data;

/** Is told how the reading of pictures goes on. */
public interface LoadListener {

  /** Looks away. */
  LoadListener SILENT = (read, total) -> {};

  /**
   * One more picture has been looked at. Called by several threads.
   *
   * @param read how many have been
   * @param total how many there are
   */
  void progress(int read, int total);
}
