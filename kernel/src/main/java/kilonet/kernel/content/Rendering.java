package kilonet.kernel.content;

import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;

/** Finds the renderer of a value, and its plain text. */
public final class Rendering {
  /** A renderer that is made when there is a value for it. */
  private record Candidate(String type, ServiceLoader.Provider<?> provider) {}

  private final List<Renderer<?>> registered = new CopyOnWriteArrayList<>();
  private final List<Candidate> candidates = new CopyOnWriteArrayList<>();
  private final Map<String, Renderer<?>> made = new ConcurrentHashMap<>();
  private ClassLoader library;
  private boolean found;

  /**
   * Says where renderers are to be found.
   *
   * @param loader the notebook's class loader
   */
  public void use(ClassLoader loader) {
    library = loader;
    found = false;
  }

  /**
   * Adds one that is asked first.
   *
   * @param renderer shows values of one type
   */
  public void register(Renderer<?> renderer) {
    registered.add(0, renderer);
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
    var services = ServiceLoader.load(Renderer.class, library).stream().iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          return;
        }
        var provider = services.next();
        Class<?> renderer = provider.type();
        if (candidates.stream().anyMatch(known -> known.provider().type() == renderer)) {
          continue;
        }
        Shows shows = renderer.getAnnotation(Shows.class);
        String type = shows != null ? shows.value() : make(provider).type().getName();
        candidates.add(new Candidate(type, provider));
      } catch (ServiceConfigurationError | LinkageError e) {
        // It shows values of a library that is not on the class path.
      }
    }
  }

  private Renderer<?> make(ServiceLoader.Provider<?> provider) {
    return made.computeIfAbsent(provider.type().getName(), name -> (Renderer<?>) provider.get());
  }

  private Renderer<?> rendererOf(Object value) {
    for (Renderer<?> renderer : registered) {
      if (renderer.type().isInstance(value)) {
        return renderer;
      }
    }
    if (isPlain(value)) {
      return null;
    }
    find();
    Set<String> types = new HashSet<>();
    typesOf(value.getClass(), types);
    for (Candidate candidate : candidates) {
      if (types.contains(candidate.type())) {
        try {
          Renderer<?> renderer = make(candidate.provider());
          if (renderer.type().isInstance(value)) {
            return renderer;
          }
        } catch (ServiceConfigurationError | LinkageError e) {
          // It was made for another version of the type's library.
          candidates.remove(candidate);
        }
      }
    }
    return null;
  }

  /** Whether a value is nothing but text unless somebody has said otherwise. */
  private static boolean isPlain(Object value) {
    return value instanceof CharSequence
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character;
  }

  private static void typesOf(Class<?> type, Set<String> names) {
    if (type != null && names.add(type.getName())) {
      typesOf(type.getSuperclass(), names);
      for (Class<?> each : type.getInterfaces()) {
        typesOf(each, names);
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
    Renderer<?> renderer = value == null ? null : rendererOf(value);
    if (renderer == null) {
      return MimeBundle.of("text/plain", PlainText.of(value));
    }
    try {
      return withText(render(renderer, value), value);
    } catch (LinkageError e) {
      // It was made for another version of the value's library.
      return MimeBundle.of("text/plain", PlainText.of(value));
    }
  }

  /**
   * Renders a value in some forms.
   *
   * @param value any, also null
   * @param mimes the forms that are wanted; a text counts as any that is text
   * @return those that it has, text/plain among them
   */
  public MimeBundle render(Object value, List<String> mimes) {
    MimeBundle all = render(value);
    Map<String, Object> data = new LinkedHashMap<>();
    for (String mime : mimes) {
      if (all.data().containsKey(mime)) {
        data.put(mime, all.data().get(mime));
      } else if (value instanceof CharSequence && isText(mime)) {
        data.put(mime, value.toString());
      } else if (value instanceof RenderedImage image && mime.startsWith("image/")) {
        picture(image, mime.substring("image/".length())).ifPresent(each -> data.put(mime, each));
      }
    }
    data.putIfAbsent("text/plain", all.data().get("text/plain"));
    return new MimeBundle(data, all.metadata());
  }

  private static boolean isText(String mime) {
    return mime.startsWith("text/") || mime.startsWith("application/") || mime.endsWith("+xml");
  }

  /** A picture in a format of the JDK's, as Base64. */
  private static Optional<String> picture(RenderedImage image, String format) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      return ImageIO.write(image, format, out)
          ? Optional.of(Base64.getEncoder().encodeToString(out.toByteArray()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
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
