package io.github.spencerpark.jupyter.kernel.display;

import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.LinkedHashMap;
import java.util.Map;
import kilonet.kernel.MimeBundle;

/** The forms of a value, which are put into it one by one. */
public final class DisplayData {
  private final Map<String, Object> data = new LinkedHashMap<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();

  /** Without any form. */
  public DisplayData() {}

  /**
   * With one form.
   *
   * @param text plain text
   */
  public DisplayData(String text) {
    putText(text);
  }

  DisplayData(MimeBundle bundle) {
    data.putAll(bundle.data());
    metadata.putAll(bundle.metadata());
  }

  /**
   * What the kernel shows.
   *
   * @return the forms so far
   */
  public MimeBundle bundle() {
    return new MimeBundle(Map.copyOf(data), Map.copyOf(metadata));
  }

  /**
   * Puts a form.
   *
   * @param type its type
   * @param content text, or Base64; null for nothing
   */
  public void putData(MIMEType type, Object content) {
    putData(type.name(), content);
  }

  /**
   * Puts a form.
   *
   * @param type its type
   * @param content text, or Base64; null for nothing
   */
  public void putData(String type, Object content) {
    if (content != null) {
      data.put(type, content);
    }
  }

  /**
   * Says more of a form.
   *
   * @param type its type
   * @param content such as a map of width and height
   */
  public void putMetaData(MIMEType type, Object content) {
    metadata.put(type.name(), content);
  }

  /**
   * A form.
   *
   * @param type its type
   * @return null if there is none
   */
  public Object getData(MIMEType type) {
    return data.get(type.name());
  }

  /**
   * Whether there is a form.
   *
   * @param type its type
   * @return whether there is
   */
  public boolean hasDataForType(MIMEType type) {
    return data.containsKey(type.name());
  }

  /**
   * Takes over the forms of another.
   *
   * @param other the other
   */
  public void assign(DisplayData other) {
    data.putAll(other.data);
    metadata.putAll(other.metadata);
  }

  /**
   * Puts plain text.
   *
   * @param text the text
   */
  public void putText(String text) {
    putData(MIMEType.TEXT_PLAIN, text);
  }

  /**
   * Puts HTML.
   *
   * @param html a fragment
   */
  public void putHTML(String html) {
    putData(MIMEType.TEXT_HTML, html);
  }

  /**
   * Puts LaTeX.
   *
   * @param latex with its dollar signs
   */
  public void putLatex(String latex) {
    putData(MIMEType.TEXT_LATEX, latex);
  }

  /**
   * Puts a formula.
   *
   * @param math LaTeX without dollar signs
   */
  public void putMath(String math) {
    putLatex("$$" + math + "$$");
  }

  /**
   * Puts Markdown.
   *
   * @param markdown the text
   */
  public void putMarkdown(String markdown) {
    putData(MIMEType.TEXT_MARKDOWN, markdown);
  }

  /**
   * Puts a script.
   *
   * @param script JavaScript
   */
  public void putJavaScript(String script) {
    putData(MIMEType.APPLICATION_JAVASCRIPT, script);
  }

  /**
   * Puts JSON.
   *
   * @param json the text
   */
  public void putJSON(String json) {
    putData(MIMEType.APPLICATION_JSON, json);
  }

  /**
   * Puts a drawing.
   *
   * @param svg the text
   */
  public void putSVG(String svg) {
    putData(MIMEType.IMAGE_SVG, svg);
  }
}
