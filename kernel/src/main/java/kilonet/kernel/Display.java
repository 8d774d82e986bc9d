package kilonet.kernel;

import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** What a cell uses to show things. All its methods are imported in a notebook. */
public final class Display {
  private static volatile Frontend frontend;

  private final String id;

  private Display(String id) {
    this.id = id;
  }

  /**
   * Connects cells with the kernel; called by it once.
   *
   * @param kernel the kernel
   */
  public static void connect(Frontend kernel) {
    frontend = kernel;
  }

  static Frontend frontend() {
    Frontend kernel = frontend;
    if (kernel == null) {
      throw new IllegalStateException(
          "There is no notebook to show this in; run the code in a cell of a notebook whose kernel"
              + " is kilonet-kernel.");
    }
    return kernel;
  }

  /**
   * Shows a value below the cell.
   *
   * @param value anything; see {@link Renderer}
   * @return an identifier by which {@link #updateDisplay(String, Object)} shows something else
   *     there
   */
  public static String display(Object value) {
    return publish("display_data", UUID.randomUUID().toString(), render(value));
  }

  /**
   * Shows a value below the cell in some forms.
   *
   * @param value anything; a text counts as any form that is text
   * @param mimes MIME types such as {@code text/html}; those that the value does not have are left
   *     out, {@code text/plain} is always there
   * @return an identifier by which {@link #updateDisplay(String, Object)} shows something else
   *     there
   */
  public static String display(Object value, String... mimes) {
    return publish("display_data", UUID.randomUUID().toString(), render(value, mimes));
  }

  /**
   * Shows a value below the cell in one form, which comes first: {@code display("html", value)}.
   * Two texts of which the second names a form, or the first names none, are a text and its form,
   * as in {@code display("<b>x</b>", "text/html")}.
   *
   * @param mime a MIME type, or {@code text}, {@code html}, {@code md}, {@code latex}, {@code
   *     json}, {@code svg}, {@code png}, {@code jpeg} or {@code gif}
   * @param value anything, see {@link #display(Object, String...)}
   * @return an identifier, as above
   * @throws IllegalArgumentException if the first names no form and the second is no text
   */
  public static String display(String mime, Object value) {
    return isText(mime, value)
        ? display((Object) mime, (String) value)
        : display(value, Forms.mime(mime));
  }

  /** Whether a text comes first, and then its form. */
  private static boolean isText(String first, Object second) {
    boolean named = first != null && Forms.isForm(first);
    if (!named && !(second instanceof String)) {
      throw new IllegalArgumentException(
          first + " is no MIME type; write one such as text/html, or display a single value.");
    }
    return !named || second instanceof String text && Forms.isForm(text);
  }

  /**
   * Replaces what is shown.
   *
   * @param id what {@code display} has returned
   * @param value anything
   */
  public static void updateDisplay(String id, Object value) {
    publish("update_display_data", id, render(value));
  }

  /**
   * Replaces what is shown.
   *
   * @param id what {@code display} has returned
   * @param value anything
   * @param mimes as for {@link #display(Object, String...)}
   */
  public static void updateDisplay(String id, Object value, String... mimes) {
    publish("update_display_data", id, render(value, mimes));
  }

  /**
   * Replaces what is shown, by a value in one form.
   *
   * @param id what {@code display} has returned
   * @param mime as for {@link #display(String, Object)}
   * @param value anything
   * @throws IllegalArgumentException if the mime names no form and the value is no text
   */
  public static void updateDisplay(String id, String mime, Object value) {
    if (isText(mime, value)) {
      updateDisplay(id, (Object) mime, (String) value);
    } else {
      updateDisplay(id, value, Forms.mime(mime));
    }
  }

  /**
   * Turns a value into what notebooks show, without showing it.
   *
   * @param value anything
   * @return its forms
   */
  public static MimeBundle render(Object value) {
    return frontend().render(value);
  }

  /**
   * Turns a value into some of the forms that notebooks show, without showing it.
   *
   * @param value anything
   * @param mimes as for {@link #display(Object, String...)}
   * @return its forms
   */
  public static MimeBundle render(Object value, String... mimes) {
    return frontend().render(value, List.of(mimes));
  }

  /**
   * Shows a value below the cell.
   *
   * @param value anything; see {@link Renderer}
   * @return a handle by which the same place can show something else later
   */
  public static Display show(Object value) {
    return new Display(display(value));
  }

  /**
   * Replaces what is shown.
   *
   * @param value anything
   */
  public void update(Object value) {
    updateDisplay(id, value);
  }

  private static String publish(String type, String id, MimeBundle bundle) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("data", bundle.data());
    content.put("metadata", bundle.metadata());
    content.put("transient", Map.of("display_id", id));
    frontend().publish(type, content);
    return id;
  }

  /**
   * HTML to display.
   *
   * @param html a fragment
   * @return what {@link #display(Object)} or the end of a cell shows
   */
  public static MimeBundle html(String html) {
    return MimeBundle.of("text/html", html).with("text/plain", "[HTML]");
  }

  /**
   * Markdown to display.
   *
   * @param markdown with formulas between dollar signs
   * @return what {@link #display(Object)} or the end of a cell shows
   */
  public static MimeBundle markdown(String markdown) {
    return MimeBundle.of("text/markdown", markdown).with("text/plain", markdown);
  }

  /**
   * A formula to display.
   *
   * @param latex with or without dollar signs around it
   * @return what {@link #display(Object)} or the end of a cell shows
   */
  public static MimeBundle latex(String latex) {
    String formula =
        MimeBundle.needed("text/latex", latex).startsWith("$") ? latex : "$$" + latex + "$$";
    return MimeBundle.of("text/latex", formula).with("text/plain", latex);
  }

  /**
   * An SVG drawing to display.
   *
   * @param svg the element; an XML prolog before it is removed, which nbconvert cannot read
   * @return what {@link #display(Object)} or the end of a cell shows
   */
  public static MimeBundle svg(String svg) {
    String element =
        MimeBundle.needed("image/svg+xml", svg).substring(Math.max(0, svg.indexOf("<svg")));
    // nbconvert since 6.5.1 empties SVG elements for safety's sake, but leaves images alone.
    String data = Base64.getEncoder().encodeToString(element.getBytes(StandardCharsets.UTF_8));
    return MimeBundle.of("image/svg+xml", element)
        .with("text/html", "<img alt=\"\" src=\"data:image/svg+xml;base64," + data + "\"/>")
        .with("text/plain", "[SVG]");
  }

  /** Clears the cell's output. */
  public static void clearOutput() {
    clearOutput(false);
  }

  /**
   * Clears the cell's output.
   *
   * @param wait whether to wait for the next output, which avoids flicker
   */
  public static void clearOutput(boolean wait) {
    frontend().publish("clear_output", Map.of("wait", wait));
  }

  /**
   * Shows a value in the pager, not in the notebook.
   *
   * @param value anything
   */
  public static void page(Object value) {
    frontend().page(frontend().render(value));
  }

  /**
   * Asks the user for a line of text.
   *
   * @param prompt shown before the field
   * @return what was typed
   */
  public static String input(String prompt) {
    return frontend().input(prompt, false);
  }

  /**
   * Asks the user for a secret, which is not shown.
   *
   * @param prompt shown before the field
   * @return what was typed
   */
  public static String password(String prompt) {
    return frontend().input(prompt, true);
  }

  /**
   * Says how values of a type are shown from now on.
   *
   * @param type the type, with its subtypes
   * @param renderer turns a value into what is shown
   * @param <T> the type
   */
  public static <T> void register(Class<T> type, Function<T, MimeBundle> renderer) {
    @SuppressWarnings("unchecked")
    Class<T> boxed = (Class<T>) MethodType.methodType(type).wrap().returnType();
    frontend()
        .register(
            new Renderer<T>() {
              @Override
              public Class<T> type() {
                return boxed;
              }

              @Override
              public MimeBundle render(T value) {
                return renderer.apply(value);
              }
            });
  }

  /**
   * Takes comms that the front end opens.
   *
   * @param target the name they are opened under
   * @param handler called for each
   */
  public static void comm(String target, Comm.Handler handler) {
    frontend().comm(target, handler);
  }

  /** For people; a cell that ends with {@code show(x)} has shown it already. */
  @Override
  public String toString() {
    return "Display[" + id + "]";
  }
}
