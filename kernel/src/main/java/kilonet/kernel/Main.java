package kilonet.kernel;

/** The kernel's command line. */
public final class Main {
  private Main() {}

  /**
   * Runs a command.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(kilonet.kernel.install.Commands.run(args));
  }
}
