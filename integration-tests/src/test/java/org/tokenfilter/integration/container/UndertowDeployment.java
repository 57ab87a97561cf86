package org.tokenfilter.integration.container;

import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.ErrorPage;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.api.ListenerInfo;
import io.undertow.servlet.api.ServletInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebInitParam;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EventListener;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * A reader of an unpacked WAR for Undertow: its web.xml, and the annotations of its classes. It
 * fails on unknown elements, so that no part of an application is left out unnoticed.
 */
final class UndertowDeployment {

  private final ClassLoader classes;
  private final DeploymentInfo info;

  private UndertowDeployment(Path root, String contextPath, ClassLoader classes) {
    this.classes = classes;
    info =
        new DeploymentInfo()
            .setDeploymentName(
                contextPath.isEmpty() ? "ROOT.war" : contextPath.substring(1) + ".war")
            .setContextPath(contextPath.isEmpty() ? "/" : contextPath)
            .setClassLoader(classes)
            .setResourceManager(new PathResourceManager(root));
  }

  static DeploymentInfo of(Path root, String contextPath, ClassLoader classes) throws Exception {
    UndertowDeployment deployment = new UndertowDeployment(root, contextPath, classes);
    WebXml webXml = WebXml.read(root.resolve("WEB-INF/web.xml"));
    for (Element element : webXml.elements()) {
      deployment.read(element);
    }
    if (!webXml.isMetadataComplete()) {
      deployment.readAnnotations(root.resolve("WEB-INF/classes"));
    }
    return deployment.info;
  }

  private void read(Element element) throws ClassNotFoundException {
    switch (element.getLocalName()) {
      case "display-name" -> info.setDisplayName(element.getTextContent());
      case "context-param" ->
          info.addInitParameter(
              WebXml.text(element, "param-name"), WebXml.text(element, "param-value"));
      case "listener" -> addListener(WebXml.text(element, "listener-class"));
      case "filter" -> addFilter(element);
      case "filter-mapping" -> mapFilter(element);
      case "servlet" -> addServlet(element);
      case "servlet-mapping" ->
          Objects.requireNonNull(info.getServlets().get(WebXml.text(element, "servlet-name")))
              .addMappings(WebXml.texts(element, "url-pattern"));
      case "welcome-file-list" -> info.addWelcomePages(WebXml.texts(element, "welcome-file"));
      case "error-page" -> addErrorPage(element);
      default -> throw new IllegalArgumentException("unknown element: " + element.getLocalName());
    }
  }

  private void addListener(String className) throws ClassNotFoundException {
    info.addListener(
        new ListenerInfo(classes.loadClass(className).asSubclass(EventListener.class)));
  }

  private void addFilter(Element element) throws ClassNotFoundException {
    FilterInfo filter =
        new FilterInfo(
            WebXml.text(element, "filter-name"),
            classes.loadClass(WebXml.text(element, "filter-class")).asSubclass(Filter.class));
    filter.setAsyncSupported(WebXml.text(element, "async-supported").equals("true"));
    for (Element param : WebXml.children(element)) {
      if (param.getLocalName().equals("init-param")) {
        filter.addInitParam(WebXml.text(param, "param-name"), WebXml.text(param, "param-value"));
      }
    }
    info.addFilter(filter);
  }

  private void mapFilter(Element element) {
    String filter = WebXml.text(element, "filter-name");
    List<String> dispatchers = WebXml.texts(element, "dispatcher");
    for (String name : dispatchers.isEmpty() ? List.of("REQUEST") : dispatchers) {
      DispatcherType type = DispatcherType.valueOf(name);
      WebXml.texts(element, "url-pattern")
          .forEach(pattern -> info.addFilterUrlMapping(filter, pattern, type));
      WebXml.texts(element, "servlet-name")
          .forEach(servlet -> info.addFilterServletNameMapping(filter, servlet, type));
    }
  }

  private void addErrorPage(Element element) throws ClassNotFoundException {
    String location = WebXml.text(element, "location");
    String failure = WebXml.text(element, "exception-type");
    info.addErrorPage(
        failure.isEmpty()
            ? new ErrorPage(location, Integer.parseInt(WebXml.text(element, "error-code")))
            : new ErrorPage(location, classes.loadClass(failure).asSubclass(Throwable.class)));
  }

  private void addServlet(Element element) throws ClassNotFoundException {
    ServletInfo servlet =
        new ServletInfo(
            WebXml.text(element, "servlet-name"),
            classes.loadClass(WebXml.text(element, "servlet-class")).asSubclass(Servlet.class));
    servlet.setAsyncSupported(WebXml.text(element, "async-supported").equals("true"));
    String load = WebXml.text(element, "load-on-startup");
    if (!load.isEmpty()) {
      servlet.setLoadOnStartup(Integer.valueOf(load));
    }
    for (Element param : WebXml.children(element)) {
      if (param.getLocalName().equals("init-param")) {
        servlet.addInitParam(WebXml.text(param, "param-name"), WebXml.text(param, "param-value"));
      }
    }
    info.addServlet(servlet);
  }

  private void readAnnotations(Path folder) throws IOException, ClassNotFoundException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(it -> it.toString().endsWith(".class")).sorted().toList()) {
        String name = folder.relativize(file).toString().replace('/', '.');
        readAnnotations(classes.loadClass(name.substring(0, name.lastIndexOf('.'))));
      }
    }
  }

  private void readAnnotations(Class<?> type) throws ClassNotFoundException {
    if (type.isAnnotationPresent(WebListener.class)) {
      addListener(type.getName());
    }
    WebFilter filter = type.getAnnotation(WebFilter.class);
    if (filter != null) {
      FilterInfo added =
          new FilterInfo(type.getName(), type.asSubclass(Filter.class))
              .setAsyncSupported(filter.asyncSupported());
      for (WebInitParam param : filter.initParams()) {
        added.addInitParam(param.name(), param.value());
      }
      info.addFilter(added);
      for (String pattern : filter.urlPatterns()) {
        for (DispatcherType dispatcher : filter.dispatcherTypes()) {
          info.addFilterUrlMapping(type.getName(), pattern, dispatcher);
        }
      }
    }
    WebServlet servlet = type.getAnnotation(WebServlet.class);
    if (servlet != null) {
      info.addServlet(
          new ServletInfo(type.getName(), type.asSubclass(Servlet.class))
              .addMappings(servlet.urlPatterns())
              .setAsyncSupported(servlet.asyncSupported())
              .setLoadOnStartup(servlet.loadOnStartup()));
    }
  }
}
