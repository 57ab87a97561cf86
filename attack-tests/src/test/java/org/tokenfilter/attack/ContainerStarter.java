package org.tokenfilter.attack;

import jakarta.servlet.ServletContainerInitializer;
import java.nio.file.Path;

/** A starter of a container with an application. */
@FunctionalInterface
interface ContainerStarter {

  Container.Running start(String contextPath, Path folder, ServletContainerInitializer application)
      throws Exception;
}
