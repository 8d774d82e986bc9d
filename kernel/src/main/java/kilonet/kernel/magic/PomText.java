package kilonet.kernel.magic;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Makes a whole POM of what people copy into a cell: elements of one, in any order, or all of it.
 */
final class PomText {
  /** Elements that may stand alone, and the list that each belongs to. */
  private static final Map<String, String> LOOSE =
      Map.of("dependency", "dependencies", "repository", "repositories");

  private static final Map<String, String> NEEDED =
      Map.of(
          "modelVersion", "4.0.0",
          "groupId", "io.github.kilonet.notebook",
          "artifactId", "cell",
          "version", "1",
          "packaging", "pom");

  private PomText() {}

  /**
   * A whole POM.
   *
   * @param text a POM, or elements of one
   * @return a POM
   */
  static String whole(String text) {
    Document document = parse(text);
    Element outer = document.getDocumentElement();
    List<Element> elements = children(outer);
    boolean whole = elements.size() == 1 && elements.get(0).getTagName().equals("project");
    Element project = whole ? elements.get(0) : document.createElement("project");
    if (!whole) {
      for (Element element : elements) {
        String list = LOOSE.getOrDefault(element.getTagName(), element.getTagName());
        if (LOOSE.containsKey(element.getTagName())) {
          child(document, project, list).appendChild(element);
        } else if (LOOSE.containsValue(element.getTagName())) {
          Element all = child(document, project, list);
          children(element).forEach(all::appendChild);
        } else {
          project.appendChild(element);
        }
      }
    }
    boolean inherits = children(project).stream().anyMatch(e -> e.getTagName().equals("parent"));
    NEEDED.forEach(
        (name, value) -> {
          boolean inherited =
              inherits && !name.equals("modelVersion") && !name.equals("artifactId");
          boolean given = whole && name.equals("packaging");
          if (!inherited
              && !given
              && children(project).stream().noneMatch(e -> e.getTagName().equals(name))) {
            child(document, project, name).setTextContent(value);
          }
        });
    return written(project);
  }

  private static Document parse(String text) {
    String inside = text.strip().replaceFirst("(?s)^<\\?xml.*?\\?>", "");
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return builder.parse(new InputSource(new StringReader("<cell>" + inside + "</cell>")));
    } catch (SAXException e) {
      throw new MagicFailure("This is no part of a POM: " + e.getMessage());
    } catch (ParserConfigurationException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Element> children(Element element) {
    List<Element> children = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        children.add(child);
      }
    }
    return children;
  }

  /** The child of a name, made where there is none. */
  private static Element child(Document document, Element parent, String name) {
    for (Element child : children(parent)) {
      if (child.getTagName().equals(name)) {
        return child;
      }
    }
    return (Element) parent.appendChild(document.createElement(name));
  }

  private static String written(Element project) {
    try {
      StringWriter out = new StringWriter();
      Transformer identity = TransformerFactory.newInstance().newTransformer();
      identity.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      identity.transform(new DOMSource(project), new StreamResult(out));
      return out.toString();
    } catch (TransformerException e) {
      throw new IllegalStateException(e);
    }
  }
}
