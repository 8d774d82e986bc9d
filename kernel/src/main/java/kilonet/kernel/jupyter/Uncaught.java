package kilonet.kernel.jupyter;

/** Shows what threads of the user's die of; without one of its own the kernel ends. */
final class Uncaught implements Thread.UncaughtExceptionHandler {
  private final ErrorReport errors;

  Uncaught(ErrorReport errors) {
    this.errors = errors;
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    try {
      if (Channels.isEssential(thread)) {
        Log.failure("The thread " + thread.getName() + " has died, the kernel with it", thrown);
        Runtime.getRuntime().halt(1);
      }
      System.err.println(
          "Exception in thread "
              + thread.getName()
              + ":\n"
              + String.join("\n", errors.of(thrown).traceback()));
    } catch (Throwable e) {
      // Deaf or dumb is worse than dead: Jupyter starts a kernel anew that has ended.
      Runtime.getRuntime().halt(1);
    }
  }
}
