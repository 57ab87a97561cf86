package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** A server that runs a WAR. */
interface Deployer {

  /** Starts with this WAR only; returns when it serves. */
  Deployment deploy(String contextPath, Path war) throws Exception;
}
