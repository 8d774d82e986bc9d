package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import kilonet.kernel.Display;
import kilonet.kernel.Notebook;

/** What notebooks that were written for IJava ask of their kernel. */
public final class JavaKernel {
  private final Renderer renderer = new Renderer();

  JavaKernel() {}

  /**
   * Shows values, and takes what shows those of other types.
   *
   * @return always the same
   */
  public Renderer getRenderer() {
    return renderer;
  }

  /**
   * Shows something.
   *
   * @param data its forms
   */
  public void display(DisplayData data) {
    Display.display(data.bundle());
  }

  /**
   * Runs a cell inside the one that is running.
   *
   * @param source Java and magics
   * @return its value's forms; null where it shows none
   */
  public DisplayData eval(String source) {
    Object value = evalRaw(source);
    return value == null ? null : renderer.render(value);
  }

  /**
   * Runs a cell inside the one that is running.
   *
   * @param source Java and magics
   * @return its value; null where it shows none
   */
  public Object evalRaw(String source) {
    return Notebook.eval(source);
  }

  /**
   * Adds to the class path of cells.
   *
   * @param paths jars, folders or patterns, separated as in a class path
   */
  public void addToClasspath(String paths) {
    Notebook.getKernelInstance().addToClasspath(paths);
  }
}
