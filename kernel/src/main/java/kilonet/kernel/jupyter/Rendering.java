package kilonet.kernel.jupyter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;

/** Finds the renderer of a value, and its plain text. */
public final class Rendering {
  private final List<Renderer<?>> renderers = new CopyOnWriteArrayList<>();
  private ClassLoader library;
  private boolean found;

  /** Says where renderers are to be found. */
  void use(ClassLoader loader) {
    library = loader;
    found = false;
  }

  /** Adds one that is asked first. */
  void register(Renderer<?> renderer) {
    renderers.add(0, renderer);
  }

  /** Looks for renderers again, as after jars have been added. */
  public void lookAgain() {
    found = false;
  }

  private void find() {
    if (found || library == null) {
      return;
    }
    found = true;
    @SuppressWarnings("rawtypes")
    var services = ServiceLoader.load(Renderer.class, library).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          return;
        }
        Renderer<?> renderer = services.next();
        renderer.type();
        if (renderers.stream().noneMatch(r -> r.getClass() == renderer.getClass())) {
          renderers.add(renderer);
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        // It shows values of a library that is not on the class path.
      }
    }
  }

  /**
   * Renders a value.
   *
   * @param value any, also null
   * @return its forms, text/plain among them
   */
  public MimeBundle render(Object value) {
    if (value instanceof MimeBundle bundle) {
      return withText(bundle, "");
    }
    if (value == null
        || value instanceof CharSequence
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character) {
      return MimeBundle.of("text/plain", PlainText.of(value));
    }
    find();
    for (Renderer<?> renderer : renderers) {
      if (renderer.type().isInstance(value)) {
        return withText(render(renderer, value), value);
      }
    }
    return MimeBundle.of("text/plain", PlainText.of(value));
  }

  private static <T> MimeBundle render(Renderer<T> renderer, Object value) {
    return renderer.render(renderer.type().cast(value));
  }

  private static MimeBundle withText(MimeBundle bundle, Object value) {
    if (bundle.data().containsKey("text/plain")) {
      return bundle;
    }
    Map<String, Object> data = new LinkedHashMap<>(bundle.data());
    data.put("text/plain", PlainText.of(value));
    return new MimeBundle(data, bundle.metadata());
  }
}
