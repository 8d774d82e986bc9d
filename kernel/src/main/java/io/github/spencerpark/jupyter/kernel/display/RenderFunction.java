package io.github.spencerpark.jupyter.kernel.display;

/**
 * Shows values of a type.
 *
 * @param <T> the type
 */
@FunctionalInterface
public interface RenderFunction<T> {
  /**
   * Puts a value's forms into what is shown.
   *
   * @param value never null
   * @param context says which forms are wanted, and takes them
   */
  void render(T value, RenderContext context);
}
