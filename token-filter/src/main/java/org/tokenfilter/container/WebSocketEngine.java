package org.tokenfilter.container;

import jakarta.servlet.ServletContext;
import java.io.StringWriter;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A WebSocket engine that answers handshakes in a filter of its own. */
enum WebSocketEngine {
  JETTY(
      "org\\.eclipse\\.jetty\\..*\\.websocket\\.servlet\\.WebSocketUpgradeFilter",
      "declare the engine's filter by this name in web.xml, and map it behind the token filter") {
    @Override
    @Nullable Boolean endpoints(ServletContext context) throws ReflectiveOperationException {
      Object mappings =
          new ContainerObject(context)
              .get("getContextHandler")
              .call("getAttribute", "org.eclipse.jetty.websocket.core.server.WebSocketMappings");
      if (mappings == null) {
        return false;
      }
      StringWriter text = new StringWriter();
      new ContainerObject(mappings).call("dump", text, "");
      Matcher size = SIZE.matcher(text.toString());
      return size.find() ? !size.group(1).equals("0") : null;
    }
  },

  TOMCAT(
      "org\\.apache\\.tomcat\\.websocket\\.server\\.WsFilter", WebSocketEngine.MAP_TOKEN_FILTER) {
    @Override
    @Nullable Boolean endpoints(ServletContext context) throws ReflectiveOperationException {
      return (Boolean) new ContainerObject(container(context)).call("areEndpointsRegistered");
    }
  },

  UNDERTOW(
      "io\\.undertow\\.websockets\\.jsr\\.JsrWebSocketFilter", WebSocketEngine.MAP_TOKEN_FILTER) {
    @Override
    @Nullable Boolean endpoints(ServletContext context) throws ReflectiveOperationException {
      Object all = new ContainerObject(container(context)).call("getConfiguredServerEndpoints");
      return all instanceof Collection<?> some ? !some.isEmpty() : null;
    }
  },

  TYRUS(
      "org\\.glassfish\\.tyrus\\.servlet\\.TyrusServletFilter", WebSocketEngine.MAP_TOKEN_FILTER) {
    @Override
    @Nullable Boolean endpoints(ServletContext context) {
      return null;
    }
  };

  private static final Pattern SIZE = Pattern.compile("\\[size=(\\d+)]");

  private static final String MAP_TOKEN_FILTER =
      "map the token filter in web.xml, or in code with isMatchAfter=false";

  private final String filter;
  private final String remedy;

  /**
   * Creates an engine.
   *
   * @param filter a regular expression of the class name of the engine's filter
   * @param remedy the way to move the engine's filter behind the token filter
   */
  WebSocketEngine(String filter, String remedy) {
    this.filter = filter;
    this.remedy = remedy;
  }

  /**
   * Returns the engine of a filter class; null if it is not a known one.
   *
   * @param classNames the names of the class and of its superclasses
   */
  static @Nullable WebSocketEngine of(Iterable<String> classNames) {
    for (String name : classNames) {
      for (WebSocketEngine engine : values()) {
        if (name.matches(engine.filter)) {
          return engine;
        }
      }
    }
    return null;
  }

  /** Returns the way to move the engine's filter behind the token filter. */
  String remedy() {
    return remedy;
  }

  /** Returns true if the engine has endpoints, or if that cannot be determined. */
  final boolean mayHaveEndpoints(ServletContext context) {
    try {
      return !Boolean.FALSE.equals(endpoints(context));
    } catch (ReflectiveOperationException | RuntimeException unknown) {
      return true;
    }
  }

  /**
   * Returns true if the engine has endpoints; null if it does not expose that.
   *
   * @throws ReflectiveOperationException if the container's internals are inaccessible
   */
  abstract @Nullable Boolean endpoints(ServletContext context) throws ReflectiveOperationException;

  private static Object container(ServletContext context) throws NoSuchFieldException {
    Object container = context.getAttribute("jakarta.websocket.server.ServerContainer");
    if (container == null) {
      throw new NoSuchFieldException("no ServerContainer");
    }
    return container;
  }
}
