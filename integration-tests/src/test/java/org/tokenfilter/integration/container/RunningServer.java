package org.tokenfilter.integration.container;

import java.nio.file.Path;
import java.util.Properties;

/**
 * A container that runs, in its own class path. The system properties that it and its applications
 * set are gone when it is closed.
 */
final class RunningServer implements AutoCloseable {

  private final Server server;
  private final ContainerLoader loader;
  private final Path folder;
  private final Properties before = (Properties) System.getProperties().clone();
  private final int port;

  RunningServer(Server server, ContainerLoader loader, Path folder) throws Exception {
    this.server = server;
    this.loader = loader;
    this.folder = folder;
    port = inside(() -> server.start(folder));
  }

  int port() {
    return port;
  }

  /** What it has on the disk. */
  Path folder() {
    return folder;
  }

  /** Runs a WAR in place of the one at its path; returns the application's class loader. */
  ClassLoader deploy(Path war, String contextPath) throws Exception {
    return inside(() -> server.deploy(war, contextPath));
  }

  void undeploy() throws Exception {
    inside(
        () -> {
          server.undeploy();
          return port;
        });
  }

  @Override
  public void close() {
    try {
      inside(
          () -> {
            server.stop();
            return port;
          });
      loader.close();
    } catch (Exception e) {
      throw new AssertionError("the container did not stop", e);
    } finally {
      System.setProperties(before);
    }
  }

  @FunctionalInterface
  private interface Action<T> {
    T run() throws Exception;
  }

  /** A container looks for its parts by the thread's class loader, and its threads inherit it. */
  private <T> T inside(Action<T> action) throws Exception {
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
