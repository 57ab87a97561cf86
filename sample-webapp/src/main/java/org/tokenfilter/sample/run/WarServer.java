package org.tokenfilter.sample.run;

import java.nio.file.Path;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A Jetty server with this WAR only, on the loopback address by default. */
public final class WarServer {

  private WarServer() {}

  /**
   * Starts the server, and prints its address.
   *
   * @param war the archive to deploy
   * @param folder the folder to unpack it to
   * @return a handle that stops the server
   * @throws Exception if the server could not be started
   */
  public static AutoCloseable serve(Path war, Path folder) throws Exception {
    if (System.getProperty("sample.data") == null) {
      System.setProperty("sample.data", "sample-data");
    }
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost(System.getProperty("jetty.host", "127.0.0.1"));
    connector.setPort(Integer.parseInt(System.getProperty("jetty.port", "8080")));
    server.addConnector(connector);
    WebAppContext application = new WebAppContext();
    application.setContextPath("/");
    application.setWar(war.toString());
    application.setInitParameter("org.eclipse.jetty.servlet.Default.dirAllowed", "false");
    // The container and the application share one log.
    application.getProtectedClassMatcher().add("org.slf4j.", "ch.qos.logback.");
    application.setTempDirectory(folder.toFile());
    application.setThrowUnavailableOnStartupException(true);
    server.setHandler(application);
    try {
      server.start();
    } catch (Exception failure) {
      server.stop();
      throw failure;
    }
    System.out.printf(
        "The sample is at http://%s:%d/ and keeps its keys and tokens in %s%n",
        connector.getHost(),
        connector.getLocalPort(),
        Path.of(System.getProperty("sample.data")).toAbsolutePath());
    return server::stop;
  }
}
