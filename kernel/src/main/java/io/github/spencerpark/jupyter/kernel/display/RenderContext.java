package io.github.spencerpark.jupyter.kernel.display;

import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** Which forms of a value are wanted, and what takes them. */
public final class RenderContext {
  private final Renderer renderer;
  private final Set<MIMEType> wanted;
  private final DisplayData output = new DisplayData();

  RenderContext(Renderer renderer, Set<MIMEType> wanted) {
    this.renderer = renderer;
    this.wanted = wanted;
  }

  /**
   * What shows parts of the value.
   *
   * @return the renderer that was asked
   */
  public Renderer getRenderer() {
    return renderer;
  }

  /**
   * What takes the forms.
   *
   * @return the forms so far
   */
  public DisplayData getOutputContainer() {
    return output;
  }

  /**
   * Whether a form is wanted.
   *
   * @param type its type
   * @return whether it is
   */
  public boolean wantsDataRenderedAs(MIMEType type) {
    return resolveRequestedType(type) != null;
  }

  /**
   * The wanted type that a type stands for.
   *
   * @param type a type, perhaps with a wildcard
   * @return the type itself, or the first wanted one that it includes; null for none
   */
  public MIMEType resolveRequestedType(MIMEType type) {
    if (wanted.isEmpty() && !type.isWildcard()) {
      return type;
    }
    for (MIMEType each : wanted) {
      if (each.includes(type)) {
        return type;
      }
      if (type.includes(each)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Makes a form if it is wanted.
   *
   * @param type its type
   * @param renderer puts it into what is shown
   * @return whether it was wanted
   */
  public boolean renderIfRequested(MIMEType type, BiConsumer<MIMEType, DisplayData> renderer) {
    MIMEType form = resolveRequestedType(type);
    if (form != null) {
      renderer.accept(form, output);
    }
    return form != null;
  }

  /**
   * Makes a form if it is wanted.
   *
   * @param type its type
   * @param renderer gives it
   * @return whether it was wanted
   */
  public boolean renderIfRequested(MIMEType type, Function<MIMEType, Object> renderer) {
    return renderIfRequested(type, (form, data) -> data.putData(form, renderer.apply(form)));
  }

  /**
   * Makes a form if it is wanted.
   *
   * @param type its type
   * @param renderer gives it
   * @return whether it was wanted
   */
  public boolean renderIfRequested(MIMEType type, Supplier<Object> renderer) {
    return renderIfRequested(type, (form, data) -> data.putData(form, renderer.get()));
  }
}
