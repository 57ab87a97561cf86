package org.tokenfilter.integration.container;

import java.nio.file.Path;

/**
 * A container on loopback that runs web applications. It is public because its implementations are
 * in class loaders of their own.
 */
public interface Server {

  /**
   * Starts without an application.
   *
   * @param folder an empty one, for its files
   * @return the port that it listens at
   */
  int start(Path folder) throws Exception;

  /**
   * Runs a WAR, in place of the one that is at its path.
   *
   * @param contextPath where, such as {@code /shop}; empty for the root
   * @return the application's class loader
   */
  ClassLoader deploy(Path war, String contextPath) throws Exception;

  /** Stops the application that came last, and takes it away. */
  void undeploy() throws Exception;

  /** Stops whatever runs. */
  void stop() throws Exception;
}
