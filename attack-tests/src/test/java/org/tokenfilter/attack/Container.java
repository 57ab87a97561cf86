package org.tokenfilter.attack;

import jakarta.servlet.ServletContainerInitializer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The containers under attack, each on its own loopback port. */
enum Container implements ContainerStarter {
  /** Jetty with its default settings. */
  JETTY {
    @Override
    public Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      return jetty(contextPath, folder, application, UriCompliance.DEFAULT, context -> context);
    }
  },

  /** Jetty that passes every ambiguous path to the application. */
  JETTY_UNSAFE {
    @Override
    public Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      return jetty(contextPath, folder, application, UriCompliance.UNSAFE, context -> context);
    }
  },

  /** Tomcat with its default settings. */
  TOMCAT {
    @Override
    public Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      return tomcat(contextPath, folder, application, connector -> {});
    }
  };

  /** Stops a container. */
  @FunctionalInterface
  interface Stop {
    void stop() throws Exception;
  }

  /** A running container. */
  record Running(int port, Stop stop) {}

  private static Running jetty(
      String contextPath,
      Path folder,
      ServletContainerInitializer application,
      UriCompliance compliance,
      UnaryOperator<Handler> around)
      throws Exception {
    Server server = new Server();
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setUriCompliance(compliance);
    ServerConnector connector =
        new ServerConnector(server, new HttpConnectionFactory(configuration));
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    connector.setHost(loopback.getHostString());
    server.addConnector(connector);
    ServletContextHandler context =
        new ServletContextHandler(contextPath.isEmpty() ? "/" : contextPath);
    context.setBaseResourceAsPath(pages(folder));
    context.getServletHandler().setDecodeAmbiguousURIs(compliance == UriCompliance.UNSAFE);
    context.addServletContainerInitializer(application);
    server.setHandler(around.apply(context));
    server.start();
    return new Running(connector.getLocalPort(), server::stop);
  }

  private static Running tomcat(
      String contextPath,
      Path folder,
      ServletContainerInitializer application,
      Consumer<Connector> prepare)
      throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.resolve("tomcat").toString());
    tomcat.setSilent(true);
    Connector connector = new Connector();
    connector.setPort(0);
    connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
    connector.setThrowOnFailure(true);
    prepare.accept(connector);
    tomcat.setConnector(connector);
    Context context = tomcat.addContext(contextPath, pages(folder).toString());
    context.addServletContainerInitializer(application, Set.of());
    tomcat.start();
    return new Running(
        connector.getLocalPort(),
        () -> {
          tomcat.stop();
          tomcat.destroy();
        });
  }

  /** Returns a Jetty with a handler around the application. */
  static ContainerStarter jettyWith(UnaryOperator<Handler> around) {
    return (contextPath, folder, application) ->
        jetty(contextPath, folder, application, UriCompliance.DEFAULT, around);
  }

  /** Returns a Tomcat with a modified connector. */
  static ContainerStarter tomcatWith(Consumer<Connector> prepare) {
    return (contextPath, folder, application) -> tomcat(contextPath, folder, application, prepare);
  }

  /** Creates the folder of an application's files. */
  private static Path pages(Path folder) throws IOException {
    return Files.createDirectories(folder.resolve("pages")).toAbsolutePath();
  }
}
