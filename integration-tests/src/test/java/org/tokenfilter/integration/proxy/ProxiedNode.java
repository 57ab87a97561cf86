package org.tokenfilter.integration.proxy;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.ee10.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A node of an application at {@code /shop}: its login, a page that shows the user, the client
 * address and the node, and a WebSocket that sends hello. Tokens travel in cookies.
 */
final class ProxiedNode implements AutoCloseable {

  /** The accounts of the sample. */
  static final String ACCOUNTS =
      Path.of("../sample-webapp/src/main/webapp/WEB-INF/accounts").toString();

  private static final String SOCKET_FILTER =
      "org.eclipse.jetty.ee10.websocket.servlet.WebSocketUpgradeFilter";

  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final TokenSecurity security;

  /** Starts a node; all nodes of an application share a folder, for the keys, and a store. */
  ProxiedNode(String name, Path folder, TokenStore store, Map<String, String> settings)
      throws Exception {
    this(name, folder, store, settings, false);
  }

  private ProxiedNode(
      String name,
      Path folder,
      TokenStore store,
      Map<String, String> settings,
      boolean believesHeaders)
      throws Exception {
    security =
        TokenSecurity.builder()
            .setting("token.keys.file", folder.resolve("keys.jwks").toString())
            .setting("token.keys.generate", "true")
            .setting("token.credentials", "file")
            .setting("token.credentials.file", ACCOUNTS)
            .setting("token.audience", "/shop")
            .setting("token.carriers", "cookie")
            .settings(settings)
            .store(store)
            .build();
    ServletContextHandler context = new ServletContextHandler("/shop");
    EnumSet<DispatcherType> all = EnumSet.allOf(DispatcherType.class);
    FilterHolder filter = new FilterHolder(new TokenFilter(security));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", all);
    FilterHolder sockets = new FilterHolder();
    sockets.setName(SOCKET_FILTER);
    sockets.setClassName(SOCKET_FILTER);
    sockets.setAsyncSupported(true);
    context.addFilter(sockets, "/*", EnumSet.of(DispatcherType.REQUEST));
    ServletHolder login = new ServletHolder(new AccessTokenServlet());
    login.setInitOrder(1);
    context.addServlet(login, "/security/rest/*");
    context.addServlet(new ServletHolder(new Page(name)), "/page");
    JakartaWebSocketServletContainerInitializer.configure(
        context,
        (ServletContext unused, jakarta.websocket.server.ServerContainer container) ->
            container.addEndpoint(
                ServerEndpointConfig.Builder.create(Hello.class, "/socket").build()));
    server.setHandler(context);
    if (believesHeaders) {
      server
          .getConnectors()[0]
          .getConnectionFactory(HttpConnectionFactory.class)
          .getHttpConfiguration()
          .addCustomizer(new ForwardedRequestCustomizer());
    }
    server.start();
  }

  /** Starts a node whose container trusts forwarded headers of any sender. */
  static ProxiedNode trustingForwardedHeaders(String name, Path folder, TokenStore store)
      throws Exception {
    return new ProxiedNode(name, folder, store, Map.of(), true);
  }

  int port() {
    return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new AssertionError("the node did not stop", e);
    } finally {
      security.close();
    }
  }

  private final class Page extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final String name;

    Page(String name) {
      this.name = name;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        response
            .getWriter()
            .print(
                "%s at %s to node %s"
                    .formatted(
                        request.getRemoteUser(), security.proxies().clientOf(request), name));
      } catch (TokenRejectedException refused) {
        throw new IOException(refused);
      }
    }
  }

  /** An endpoint that greets its user. */
  public static final class Hello extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
      try {
        session.getBasicRemote().sendText("hello " + session.getUserPrincipal().getName());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
