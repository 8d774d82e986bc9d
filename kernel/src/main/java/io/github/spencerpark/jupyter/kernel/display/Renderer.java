package io.github.spencerpark.jupyter.kernel.display;

import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import kilonet.kernel.Display;

/** Shows values, and takes what shows those of other types. */
public final class Renderer {
  /** The kernel's own, under the name that notebooks know. */
  public Renderer() {}

  /**
   * Begins to say how values of a type are shown.
   *
   * @param type the type, with its subtypes
   * @param <T> the type
   * @return what takes the rest
   */
  public <T> RenderRegistration<T> createRegistration(Class<T> type) {
    return new RenderRegistration<>(type);
  }

  /**
   * The forms of a value.
   *
   * @param value a value
   * @return all that the kernel would show
   */
  public DisplayData render(Object value) {
    return new DisplayData(Display.render(value));
  }

  /**
   * Some forms of a value.
   *
   * @param value a value
   * @param types MIME types
   * @return those
   */
  public DisplayData renderAs(Object value, String... types) {
    return new DisplayData(Display.render(value, types));
  }

  /**
   * How values of a type are shown.
   *
   * @param <T> the type
   */
  public final class RenderRegistration<T> {
    private final Set<Class<? extends T>> types = new LinkedHashSet<>();
    private final Set<MIMEType> supported = new LinkedHashSet<>();
    private final Set<MIMEType> preferred = new LinkedHashSet<>();

    private RenderRegistration(Class<? extends T> type) {
      types.add(type);
    }

    /**
     * The same for one type more.
     *
     * @param type the type, with its subtypes
     * @return this
     */
    public RenderRegistration<T> onType(Class<? extends T> type) {
      types.add(type);
      return this;
    }

    /**
     * Which forms there can be.
     *
     * @param forms their types
     * @return this
     */
    public RenderRegistration<T> supporting(MIMEType... forms) {
      supported.addAll(Arrays.asList(forms));
      return this;
    }

    /**
     * Which forms there can be.
     *
     * @param forms their types
     * @return this
     */
    public RenderRegistration<T> supporting(String... forms) {
      return supporting(types(forms));
    }

    /**
     * Which forms are made where nobody asks for certain ones.
     *
     * @param forms their types
     * @return this
     */
    public RenderRegistration<T> preferring(MIMEType... forms) {
      preferred.addAll(Arrays.asList(forms));
      return this;
    }

    /**
     * Which forms are made where nobody asks for certain ones.
     *
     * @param forms their types
     * @return this
     */
    public RenderRegistration<T> preferring(String... forms) {
      return preferring(types(forms));
    }

    private static MIMEType[] types(String... names) {
      return Arrays.stream(names).map(MIMEType::parse).toArray(MIMEType[]::new);
    }

    /**
     * Ends what was begun: values are shown so from now on.
     *
     * @param function makes the forms
     */
    public void register(RenderFunction<T> function) {
      Set<MIMEType> wanted = Set.copyOf(preferred.isEmpty() ? supported : preferred);
      for (Class<? extends T> type : types) {
        Display.register(
            type,
            value -> {
              RenderContext context = new RenderContext(Renderer.this, wanted);
              function.render(value, context);
              return context.getOutputContainer().bundle();
            });
      }
    }
  }
}
