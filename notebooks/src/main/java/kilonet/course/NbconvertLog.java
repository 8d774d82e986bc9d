package kilonet.course;

import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What of nbconvert's talk is worth reading: what notebooks say of their progress, and of an error
 * the cell and the exception, without colours and the stacks of Python and Java.
 */
final class NbconvertLog {

  private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");
  private static final String CELL_ERROR = "nbclient.exceptions.CellExecutionError: ";

  private final Consumer<String> said;
  private boolean inTraceback;
  private boolean kernelIsMissing;

  NbconvertLog(Consumer<String> said) {
    this.said = said;
  }

  /** Passes a line on, or not. */
  void line(String coloured) {
    String line = COLOUR.matcher(coloured).replaceAll("");
    if (line.startsWith("Traceback (")) {
      inTraceback = true;
    } else if (line.contains("NoSuchKernel: ")) {
      inTraceback = false;
      kernelIsMissing = true;
    } else if (!isOfStack(line) && !line.contains("Using incubator modules")) {
      inTraceback = false;
      said.accept(line.startsWith(CELL_ERROR) ? line.substring(CELL_ERROR.length()) : line);
    }
  }

  private boolean isOfStack(String line) {
    String text = line.strip();
    boolean indented = !text.isEmpty() && Character.isWhitespace(line.charAt(0));
    boolean java = text.startsWith("at ") || text.startsWith("… ") || text.startsWith("... ");
    return indented && (inTraceback || java && !text.startsWith("at cell "));
  }

  /** Whether it was said that Jupyter does not know the notebook's kernel. */
  boolean kernelIsMissing() {
    return kernelIsMissing;
  }
}
