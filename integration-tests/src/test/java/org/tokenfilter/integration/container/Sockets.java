package org.tokenfilter.integration.container;

import java.io.IOException;

/** What a shop with WebSockets is made of. */
final class Sockets {

  /** The path of the endpoint. */
  static final String PATH = "/secure/socket";

  /** The setting by which tokens travel in cookies, too. */
  static final String COOKIES =
      """
      <context-param>
        <param-name>token.carriers</param-name>
        <param-value>bearer,cookie</param-value>
      </context-param>
      """;

  /** Says to whom it is opened. */
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

  /** The same; no container finds it by itself. */
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

  /** Registers the filter in code. */
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

  /** Adds an endpoint when it is created, as a listener, or when it is asked, as a servlet. */
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

  private Sockets() {}

  /** A shop that has a class {@code Native}. */
  static Shop ofJetty(String name) throws IOException {
    Shop shop = new Shop(name);
    shop.compile("Native", NATIVE);
    return shop;
  }

  /** A shop with an annotated endpoint. */
  static Shop annotated(String name) throws IOException {
    Shop shop = new Shop(name);
    shop.compile("Annotated", ANNOTATED);
    return shop;
  }

  /** A shop that has a class {@code Adder}, and no endpoint before that is asked. */
  static Shop later(String name) throws IOException {
    Shop shop = new Shop(name);
    shop.compile("Programmatic", PROGRAMMATIC);
    shop.compile("Adder", ADDER);
    return shop;
  }

  /** Has the filter registered by a listener. */
  static Shop inCode(Shop shop, boolean isMatchAfter) throws Exception {
    shop.compile("Start", START.formatted(isMatchAfter));
    return shop.filterBy("Start");
  }
}
