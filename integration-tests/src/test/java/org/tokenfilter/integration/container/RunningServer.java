package org.tokenfilter.integration.container;

import java.nio.file.Path;
import java.util.Properties;

/**
 * A running container with its own class path. Its close restores the system properties that it and
 * its applications have set.
 */
final class RunningServer implements AutoCloseable {

  private final Server server;
  private final ContainerLoader loader;
  private final Path folder;
  private final Properties savedProperties = (Properties) System.getProperties().clone();
  private final int port;

  RunningServer(Server server, ContainerLoader loader, Path folder) throws Exception {
    this.server = server;
    this.loader = loader;
    this.folder = folder;
    port = withContainerLoader(() -> server.start(folder));
  }

  int port() {
    return port;
  }

  /** Returns the folder with its files. */
  Path folder() {
    return folder;
  }

  /** Deploys a WAR in place of the one at its path; returns its class loader. */
  ClassLoader deploy(Path war, String contextPath) throws Exception {
    return withContainerLoader(() -> server.deploy(war, contextPath));
  }

  void undeploy() throws Exception {
    withContainerLoader(
        () -> {
          server.undeploy();
          return port;
        });
  }

  @Override
  public void close() {
    try {
      withContainerLoader(
          () -> {
            server.stop();
            return port;
          });
      loader.close();
    } catch (Exception e) {
      throw new AssertionError("the container did not stop", e);
    } finally {
      System.setProperties(savedProperties);
    }
  }

  @FunctionalInterface
  private interface Action<T> {
    T run() throws Exception;
  }

  /**
   * Runs an action with the class loader of the container as context class loader: a container
   * finds its parts by it, and its threads inherit it.
   */
  private <T> T withContainerLoader(Action<T> action) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader own = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return action.run();
    } finally {
      thread.setContextClassLoader(own);
    }
  }
}
