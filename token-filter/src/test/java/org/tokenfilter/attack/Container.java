package org.tokenfilter.attack;

import jakarta.servlet.ServletContainerInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The containers that are attacked, each on a port of its own, on loopback. */
enum Container {
  /** As it comes. */
  JETTY {
    @Override
    Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      return jetty(contextPath, application, UriCompliance.DEFAULT);
    }
  },

  /** Told to let every ambiguous path through to the application. */
  JETTY_UNSAFE {
    @Override
    Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      return jetty(contextPath, application, UriCompliance.UNSAFE);
    }
  },

  /** As it comes. */
  TOMCAT {
    @Override
    Running start(String contextPath, Path folder, ServletContainerInitializer application)
        throws Exception {
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir(folder.resolve("tomcat").toString());
      tomcat.setSilent(true);
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", InetAddress.getLoopbackAddress().getHostAddress());
      connector.setThrowOnFailure(true);
      tomcat.setConnector(connector);
      Path pages = Files.createDirectories(folder.resolve("pages")).toAbsolutePath();
      Context context = tomcat.addContext(contextPath, pages.toString());
      context.addServletContainerInitializer(application, Set.of());
      tomcat.start();
      return new Running(
          connector.getLocalPort(),
          () -> {
            tomcat.stop();
            tomcat.destroy();
          });
    }
  };

  /** Ends a container. */
  @FunctionalInterface
  interface Stop {
    void stop() throws Exception;
  }

  /** A container that runs. */
  record Running(int port, Stop stop) {}

  abstract Running start(String contextPath, Path folder, ServletContainerInitializer application)
      throws Exception;

  private static Running jetty(
      String contextPath, ServletContainerInitializer application, UriCompliance compliance)
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
    context.getServletHandler().setDecodeAmbiguousURIs(compliance == UriCompliance.UNSAFE);
    context.addServletContainerInitializer(application);
    server.setHandler(context);
    server.start();
    return new Running(connector.getLocalPort(), server::stop);
  }
}
