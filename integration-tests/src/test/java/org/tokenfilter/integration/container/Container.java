package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A servlet container, started in this JVM. */
public enum Container implements Deployer {
  TOMCAT_10("Tomcat 10.1", "tomcat-10.1", "TomcatServer"),
  TOMCAT_11("Tomcat 11", "tomcat-11", "TomcatServer"),
  JETTY_12("Jetty 12 (ee10)", "jetty-12", "JettyServer"),
  UNDERTOW("Undertow 2.3", "undertow", "UndertowServer");

  private final String displayName;
  private final String folder;
  private final String server;

  Container(String shown, String folder, String server) {
    this.displayName = shown;
    this.folder = folder;
    this.server = server;
  }

  /**
   * Starts the container without an application.
   *
   * @param more folders with jars, such as drivers, for its class path
   */
  RunningServer start(Path... more) throws Exception {
    ContainerLoader loader = new ContainerLoader(ContainerFolders.ROOT.resolve(folder), more);
    Class<?> type = loader.loadClass(Container.class.getPackageName() + "." + server);
    var constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Path files = ContainerFolders.createEmpty("run-" + folder);
    return new RunningServer((Server) constructor.newInstance(), loader, files);
  }

  @Override
  public Deployment deploy(String contextPath, Path war) throws Exception {
    return Deployment.at(contextPath, this, war);
  }

  /** Returns the folder with the jars of its WebSocket engine. */
  Path webSocketJars() {
    return ContainerFolders.ROOT.resolve(folder + "-websocket");
  }

  /** Returns the lines of its access log since the start. */
  List<String> accessLog() throws IOException {
    Path log = ContainerFolders.folder("run-" + folder).resolve("access.log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  /** Returns the name that tables show. */
  @Override
  public String toString() {
    return displayName;
  }
}
