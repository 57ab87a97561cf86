package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** Something that runs a WAR. */
interface Deployer {

  /** Starts with nothing but this WAR; returns when it serves. */
  Deployment deploy(String contextPath, Path war) throws Exception;
}
