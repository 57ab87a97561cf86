package org.tokenfilter.attack;

import jakarta.servlet.ServletContainerInitializer;
import java.nio.file.Path;

/** What an application can be started on. */
@FunctionalInterface
interface Host {

  Container.Running start(String contextPath, Path folder, ServletContainerInitializer application)
      throws Exception;
}
