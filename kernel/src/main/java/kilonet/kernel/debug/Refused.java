package kilonet.kernel.debug;

/** What a request asks for cannot be done. */
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  Refused(String message) {
    super(message, null, false, false);
  }
}
