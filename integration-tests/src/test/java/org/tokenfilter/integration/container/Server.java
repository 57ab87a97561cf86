package org.tokenfilter.integration.container;

import java.nio.file.Path;

/**
 * A container on loopback that runs web applications. The interface is public because its
 * implementations are in other class loaders.
 */
public interface Server {

  /**
   * Starts without an application.
   *
   * @param folder an empty folder for its files
   * @return the port that it listens on
   */
  int start(Path folder) throws Exception;

  /**
   * Deploys a WAR, in place of the one at its path.
   *
   * @param contextPath the context path, such as {@code /shop}; empty for the root
   * @return the class loader of the application
   */
  ClassLoader deploy(Path war, String contextPath) throws Exception;

  /** Stops and removes the application that was deployed last. */
  void undeploy() throws Exception;

  /** Stops all applications and the container. */
  void stop() throws Exception;
}
