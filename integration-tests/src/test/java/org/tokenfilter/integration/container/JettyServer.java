package org.tokenfilter.integration.container;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.ee10.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.CustomRequestLog;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.RequestLogWriter;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.jspecify.annotations.Nullable;

/** A Jetty that supports web.xml, fragments and annotations of EE 10. */
final class JettyServer implements Server {

  private final org.eclipse.jetty.server.Server server =
      new org.eclipse.jetty.server.Server(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final ContextHandlerCollection contexts = new ContextHandlerCollection();
  private final Deque<WebAppContext> applications = new ArrayDeque<>();
  private @Nullable Path work;

  @Override
  public int start(Path folder) throws Exception {
    work = Files.createDirectories(folder.resolve("work"));
    server.setHandler(contexts);
    server.setRequestLog(
        new CustomRequestLog(
            new RequestLogWriter(folder.resolve("access.log").toString()),
            "%m %U %{org.tokenfilter.user}attr"));
    server.start();
    return ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
  }

  @Override
  public ClassLoader deploy(Path war, String contextPath) throws Exception {
    String path = contextPath.isEmpty() ? "/" : contextPath;
    for (WebAppContext former : List.copyOf(applications)) {
      if (former.getContextPath().equals(path)) {
        remove(former);
      }
    }
    WebAppContext context = new WebAppContext();
    context.setContextPath(path);
    context.setWar(war.toString());
    context.setTempDirectory(
        Objects.requireNonNull(work).resolve("app" + contextPath.replace('/', '-')).toFile());
    context.addConfiguration(new AnnotationConfiguration());
    context.setThrowUnavailableOnStartupException(true);
    contexts.addHandler(context);
    context.start();
    // As Jetty's deployer does: changeSessionId() drops the former id only in managed contexts.
    contexts.manage(context);
    applications.push(context);
    return context.getClassLoader();
  }

  @Override
  public void undeploy() throws Exception {
    remove(applications.element());
  }

  private void remove(WebAppContext context) throws Exception {
    applications.remove(context);
    contexts.unmanage(context);
    context.stop();
    contexts.removeHandler(context);
    context.destroy();
    // An open connection keeps a reference to the application that it used last.
    for (Connector connector : server.getConnectors()) {
      connector.getConnectedEndPoints().forEach(EndPoint::close);
    }
  }

  @Override
  public void stop() throws Exception {
    // Stopping the server neither removes nor destroys them.
    while (!applications.isEmpty()) {
      undeploy();
    }
    server.stop();
  }
}
