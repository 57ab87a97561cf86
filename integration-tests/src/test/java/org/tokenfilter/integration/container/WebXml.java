package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** A web.xml that can be read, changed and written. */
final class WebXml {

  private static final String NAMESPACE = "https://jakarta.ee/xml/ns/jakartaee";

  private final Document document;

  private WebXml(Document document) {
    this.document = document;
  }

  static WebXml read(Path file) throws IOException, ParserConfigurationException, SAXException {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return new WebXml(factory.newDocumentBuilder().parse(file.toFile()));
  }

  void write(Path file) throws IOException, TransformerException {
    try (var out = Files.newOutputStream(file)) {
      TransformerFactory.newDefaultInstance()
          .newTransformer()
          .transform(new DOMSource(document), new StreamResult(out));
    }
  }

  /** Returns true if the container ignores annotations. */
  boolean isMetadataComplete() {
    return document.getDocumentElement().getAttribute("metadata-complete").equals("true");
  }

  /** Makes the container read annotations. */
  void enableAnnotations() {
    document.getDocumentElement().setAttribute("metadata-complete", "false");
  }

  /** Returns the elements below the root, in their order. */
  List<Element> elements() {
    return children(document.getDocumentElement());
  }

  /** Removes filters and servlets with their mappings, by the names of their classes. */
  void remove(Predicate<String> className) {
    List<String> gone = new ArrayList<>();
    for (String kind : List.of("filter", "servlet")) {
      for (Element element : elements()) {
        if (element.getLocalName().equals(kind) && className.test(text(element, kind + "-class"))) {
          gone.add(text(element, kind + "-name"));
          element.getParentNode().removeChild(element);
        }
      }
      for (Element element : elements()) {
        if (element.getLocalName().equals(kind + "-mapping")
            && gone.contains(text(element, kind + "-name"))) {
          element.getParentNode().removeChild(element);
        }
      }
    }
  }

  /** Adds an element at the end; children are name, text, name, text. */
  void add(String name, String... children) {
    Element element = document.createElementNS(NAMESPACE, name);
    for (int i = 0; i < children.length; i += 2) {
      Element child = document.createElementNS(NAMESPACE, children[i]);
      child.setTextContent(children[i + 1]);
      element.appendChild(child);
    }
    document.getDocumentElement().appendChild(element);
  }

  /** Returns the text of the only child of this name; empty if there is none. */
  static String text(Element parent, String name) {
    List<String> texts = texts(parent, name);
    if (texts.size() > 1) {
      throw new IllegalArgumentException(name + " stands more than once: " + texts);
    }
    return texts.isEmpty() ? "" : texts.get(0);
  }

  /** Returns the texts of all children of this name. */
  static List<String> texts(Element parent, String name) {
    return children(parent).stream()
        .filter(it -> it.getLocalName().equals(name))
        .map(it -> it.getTextContent().strip())
        .toList();
  }

  static List<Element> children(Element parent) {
    List<Element> children = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        children.add(element);
      }
    }
    return children;
  }
}
