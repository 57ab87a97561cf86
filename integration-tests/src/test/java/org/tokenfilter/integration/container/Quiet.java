package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** The log of applications, whose own goes to the console at INFO. */
final class Quiet {

  private static final Path WARNINGS_ALONE = Path.of("src/test/resources/containers-logback.xml");

  private Quiet() {}

  /** Applications that start from now on log warnings alone. */
  static void on() {
    System.setProperty("logback.configurationFile", WARNINGS_ALONE.toAbsolutePath().toString());
  }
}
