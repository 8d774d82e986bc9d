package kilonet.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Called by the code of cells that were loaded for the debugger: each method says when it begins
 * and ends, and each line what its variables hold. Nobody else needs it.
 */
public final class CellFrames {
  /** A call of a method of a cell that has not ended yet. */
  public static final class Frame {
    private final String source;
    private final String method;
    private int line;
    private int place;
    private String variables = "";
    private Object[] values = {};

    Frame(String source, String method) {
      this.source = source;
      this.method = method;
    }

    /**
     * The cell.
     *
     * @return its path, as front ends know it
     */
    public String source() {
      return source;
    }

    /**
     * The method.
     *
     * @return its name
     */
    public String method() {
      return method;
    }

    /**
     * Where it is.
     *
     * @return the line of the cell, from 1; 0 before the first
     */
    public int line() {
      return line;
    }

    /**
     * Its variables.
     *
     * @return each as its name, a colon and its type in the language of class files; separated by
     *     blanks
     */
    public String variables() {
      return variables;
    }

    /**
     * What its variables held when its line began.
     *
     * @return in the order of the variables
     */
    public Object[] values() {
      return values.clone();
    }
  }

  /** Told what threads do; may keep them waiting. */
  public interface Watcher {
    /**
     * A line begins.
     *
     * @param frames of this thread, the outermost first
     */
    void line(List<Frame> frames);

    /**
     * A method ends with an error.
     *
     * @param frames of this thread, the one that ends last
     * @param thrown the error
     */
    void thrown(List<Frame> frames, Throwable thrown);
  }

  private static final ThreadLocal<List<Frame>> FRAMES = ThreadLocal.withInitial(ArrayList::new);

  /** Threads that evaluate something for the debugger itself. */
  private static final ThreadLocal<Boolean> UNWATCHED = new ThreadLocal<>();

  private static volatile Watcher watcher;

  private CellFrames() {}

  /**
   * Sets who is told.
   *
   * @param next null for nobody
   */
  public static void watch(Watcher next) {
    watcher = next;
  }

  /** Something to do. */
  public interface Body {
    /**
     * Does it.
     *
     * @return its value
     * @throws Throwable whatever it throws
     */
    Object run() throws Throwable;
  }

  /**
   * Runs code on this thread that nobody is told of.
   *
   * @param body the code
   * @return its value
   * @throws Throwable what the code throws
   */
  public static Object unwatched(Body body) throws Throwable {
    UNWATCHED.set(true);
    try {
      return body.run();
    } finally {
      UNWATCHED.remove();
    }
  }

  /** Forgets what this thread has been doing. */
  public static void clear() {
    FRAMES.remove();
  }

  /**
   * A method begins.
   *
   * @param source path of its cell
   * @param method its name
   */
  public static void enter(String source, String method) {
    FRAMES.get().add(new Frame(source, method));
  }

  /**
   * A line begins.
   *
   * @param line its number in the cell
   * @param place how manieth place of the method that is
   * @param variables names and types, see {@link Frame#variables()}
   * @param values what they hold
   */
  public static void line(int line, int place, String variables, Object[] values) {
    List<Frame> frames = FRAMES.get();
    if (frames.isEmpty()) {
      return;
    }
    Frame frame = frames.get(frames.size() - 1);
    // A line may have several places; only where it began does it begin anew, as in a loop.
    boolean begins = line != frame.line || place == frame.place;
    if (begins) {
      frame.place = place;
    }
    frame.line = line;
    frame.variables = variables;
    frame.values = values;
    Watcher told = watcher;
    if (begins && told != null && UNWATCHED.get() == null) {
      told.line(frames);
    }
  }

  /** A method ends. */
  public static void leave() {
    List<Frame> frames = FRAMES.get();
    if (!frames.isEmpty()) {
      frames.remove(frames.size() - 1);
    }
  }

  /**
   * A method ends with an error.
   *
   * @param thrown the error
   */
  public static void leave(Throwable thrown) {
    Watcher told = watcher;
    try {
      if (told != null && UNWATCHED.get() == null && !FRAMES.get().isEmpty()) {
        told.thrown(FRAMES.get(), thrown);
      }
    } finally {
      leave();
    }
  }
}
