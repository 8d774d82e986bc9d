package kilonet.kernel;

import java.util.List;
import java.util.concurrent.Callable;

/** What a cell uses to run others. Its static methods are imported in a notebook. */
public final class Notebook {
  private static final Notebook INSTANCE = new Notebook();

  private Notebook() {}

  /**
   * Runs a cell inside the one that is running.
   *
   * @param source Java and magics
   * @return its value; null where it shows none
   */
  public static Object eval(String source) {
    return run(() -> Display.frontend().evaluate(source));
  }

  /**
   * Runs a magic.
   *
   * @param name its name, without percent signs
   * @param arguments the words behind it
   * @param <T> type of its value, which nobody checks
   * @return its value; null for none
   */
  public static <T> T lineMagic(String name, List<String> arguments) {
    return run(() -> Display.frontend().magic(name, arguments, null));
  }

  /**
   * Runs a magic that has a cell below it.
   *
   * @param name its name, without percent signs
   * @param arguments the words behind it
   * @param body what stands below it
   * @param <T> type of its value, which nobody checks
   * @return its value; null for none
   */
  public static <T> T cellMagic(String name, List<String> arguments, String body) {
    return run(() -> Display.frontend().magic(name, arguments, body));
  }

  /**
   * What a magic in brackets, or behind an equals sign, becomes: a name that no cell declares.
   *
   * @param name its name, without percent signs
   * @param argument what stands behind it
   * @param <T> type of its value, which nobody checks
   * @return its value; null for none
   */
  public static <T> T $lineMagic(String name, String argument) {
    return run(() -> Display.frontend().magic(name, argument));
  }

  /**
   * What {@code %timeit} becomes above code with a value.
   *
   * @param code what is measured
   * @return its timing
   * @throws Exception what the code throws
   */
  public static Timing $measure(Callable<?> code) throws Exception {
    return Timing.measure(code);
  }

  /**
   * What {@code %timeit} becomes above code without a value.
   *
   * @param code what is measured
   * @return its timing
   * @throws Exception what the code throws
   */
  public static Timing $measure(Timing.Code code) throws Exception {
    return Timing.measure(code);
  }

  /**
   * The kernel, for notebooks that ask it under this name.
   *
   * @return always the same
   */
  public static Notebook getKernelInstance() {
    return INSTANCE;
  }

  /**
   * Runs a cell inside the one that is running.
   *
   * @param source Java and magics
   * @return its value; null where it shows none
   */
  public Object evalRaw(String source) {
    return eval(source);
  }

  /**
   * Adds to the class path of cells.
   *
   * @param paths jars, folders or patterns, separated as in a class path
   */
  public void addToClasspath(String paths) {
    lineMagic("classpath", List.of(paths.split(java.io.File.pathSeparator)));
  }

  /**
   * Shows what is rendered already.
   *
   * @param bundle its forms
   */
  public void display(MimeBundle bundle) {
    Display.display(bundle);
  }

  private interface Body {
    Object run() throws Throwable;
  }

  @SuppressWarnings("unchecked")
  private static <T> T run(Body body) {
    try {
      return (T) body.run();
    } catch (Throwable e) {
      // As it is: where a cell calls these, no throws clause is in the way.
      throw Notebook.<RuntimeException>unchecked(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
