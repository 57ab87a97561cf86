package org.tokenfilter.integration.container;

import java.io.IOException;

/** Builders of shops with WebSocket endpoints. */
final class WebSocketShops {

  /** The path of the endpoint. */
  static final String PATH = "/secure/socket";

  /** The setting that allows tokens in cookies, too. */
  static final String COOKIES =
      """
      <context-param>
        <param-name>token.carriers</param-name>
        <param-value>bearer,cookie</param-value>
      </context-param>
      """;

  /** An annotated endpoint that sends the name of its user. */
  private static final String ANNOTATED =
      """
      import jakarta.websocket.*;
      import jakarta.websocket.server.ServerEndpoint;

      @ServerEndpoint("/secure/socket")
      public class Annotated {
        @OnOpen
        public void open(Session session) throws java.io.IOException {
          var user = session.getUserPrincipal();
          session.getBasicRemote().sendText("hello " + (user == null ? "" : user.getName()));
        }
      }
      """;

  /** The same without an annotation, so that no container finds it by itself. */
  private static final String PROGRAMMATIC =
      """
      import jakarta.websocket.*;

      public class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
          var user = session.getUserPrincipal();
          session.getAsyncRemote().sendText("hello " + (user == null ? "" : user.getName()));
        }
      }
      """;

  /** A listener that registers the filter in code. */
  private static final String START =
      """
      import jakarta.servlet.*;
      import java.util.EnumSet;

      public class Start implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
          var filter =
              event.getServletContext().addFilter("token", new org.tokenfilter.filter.TokenFilter());
          filter.setAsyncSupported(true);
          filter.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), %s, "/*");
        }
      }
      """;

  /**
   * A class that adds an endpoint at its creation, as a listener, or on a request, as a servlet.
   */
  private static final String ADDER =
      """
      import jakarta.servlet.*;
      import jakarta.servlet.http.*;
      import jakarta.websocket.server.*;

      public class Adder extends HttpServlet implements ServletContextListener {
        @Override
        public void contextInitialized(ServletContextEvent event) {
          add(event.getServletContext());
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
          add(request.getServletContext());
        }

        private static void add(ServletContext context) {
          try {
            ((ServerContainer) context.getAttribute(ServerContainer.class.getName()))
                .addEndpoint(
                    ServerEndpointConfig.Builder.create(Programmatic.class, "/secure/socket")
                        .build());
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }
      """;

  /** An endpoint of Jetty's own API, in a servlet, or added by a listener. */
  private static final String NATIVE =
      """
      import jakarta.servlet.*;
      import org.eclipse.jetty.ee10.websocket.server.*;
      import org.eclipse.jetty.websocket.api.*;

      public class Native extends JettyWebSocketServlet implements ServletContextListener {
        @Override
        protected void configure(JettyWebSocketServletFactory factory) {
          factory.setCreator((request, response) -> hello(request));
        }

        @Override
        public void contextInitialized(ServletContextEvent event) {
          JettyWebSocketServerContainer.getContainer(event.getServletContext())
              .addMapping("/secure/socket", (request, response) -> hello(request));
        }

        private static Session.Listener hello(JettyServerUpgradeRequest request) {
          var user = request.getUserPrincipal();
          return new Hello("hello " + (user == null ? "" : user.getName()));
        }

        public static class Hello extends Session.Listener.Abstract {
          private final String text;

          public Hello(String text) {
            this.text = text;
          }

          @Override
          public void onWebSocketOpen(Session session) {
            super.onWebSocketOpen(session);
            session.sendText(text, Callback.NOOP);
          }
        }
      }
      """;

  /** Spares a Tomcat with an engine the parsing of all classes of all jars. */
  private static final String NO_SCAN_OF_JARS =
      """
      <Context>
        <JarScanner>
          <JarScanFilter pluggabilitySkip="*.jar"/>
        </JarScanner>
      </Context>
      """;

  private WebSocketShops() {}

  private static Shop shop(String name) throws IOException {
    return new Shop(name).contextXml(NO_SCAN_OF_JARS);
  }

  /** Returns a shop that has a class {@code Native}. */
  static Shop withJettyApi(String name) throws IOException {
    Shop shop = shop(name);
    shop.compile("Native", NATIVE);
    return shop;
  }

  /** Returns a shop with an annotated endpoint. */
  static Shop withAnnotatedEndpoint(String name) throws IOException {
    Shop shop = shop(name);
    shop.compile("Annotated", ANNOTATED);
    return shop;
  }

  /** Returns a shop that has a class {@code Adder}, which adds its only endpoint when called. */
  static Shop withLateEndpoint(String name) throws IOException {
    Shop shop = shop(name);
    shop.compile("Programmatic", PROGRAMMATIC);
    shop.compile("Adder", ADDER);
    return shop;
  }

  /** Makes a listener register the filter. */
  static Shop registerFilterInCode(Shop shop, boolean isMatchAfter) throws Exception {
    shop.compile("Start", START.formatted(isMatchAfter));
    return shop.registerFilterBy("Start");
  }
}
