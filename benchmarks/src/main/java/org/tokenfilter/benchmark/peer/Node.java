package org.tokenfilter.benchmark.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.jspecify.annotations.Nullable;

/** An application behind one peer, on a separate Jetty server. */
public final class Node implements AutoCloseable {

  private static final String REQUEST =
      """
      GET %s HTTP/1.1\r
      Host: localhost\r
      Accept: application/json\r
      User-Agent: benchmark\r
      %s\r
      """;

  private final Peer peer;
  private final Server server =
      new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

  /** Applications can be added and removed while the server runs. */
  private final ContextHandlerCollection applications = new ContextHandlerCollection(true);

  private @Nullable ServletContextHandler running;

  /** Starts the node. */
  public Node(Peer peer) throws Exception {
    this.peer = peer;
    server.setHandler(applications);
    server.start();
    startApplication();
  }

  private void startApplication() throws Exception {
    ServletContextHandler application = new ServletContextHandler("/");
    peer.protect(application);
    application.addServlet(new ServletHolder(new GreetingServlet()), GreetingServlet.PATH);
    applications.addHandler(application);
    application.start();
    running = application;
  }

  /**
   * Stops the application and starts it anew on the running server, which clears all that the peer
   * keeps in it.
   */
  public void restart() throws Exception {
    if (running != null) {
      running.stop();
      applications.removeHandler(running);
    }
    startApplication();
  }

  /** Returns the port on the loopback address. */
  public int port() {
    return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
  }

  /** Returns the peer. */
  public Peer peer() {
    return peer;
  }

  /** Returns a request with the given header lines. */
  public static byte[] request(String headers) {
    return REQUEST.formatted(GreetingServlet.PATH, headers).getBytes(StandardCharsets.US_ASCII);
  }

  /** Logs in clients, and returns the request of each. */
  public List<byte[]> requests(int clients) throws Exception {
    return peer.logIn(clients).stream().map(Node::request).toList();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Jetty did not stop", e);
    } finally {
      peer.close();
    }
  }
}
