package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** The log configuration of applications, which by default write INFO to the console. */
final class Quiet {

  private static final String CONFIGURATION = "logback.configurationFile";
  private static final String FILE = "application.log";
  private static final Path TO_A_FILE = Path.of("src/test/resources/containers-logback-file.xml");
  private static final Path WARNINGS_ALONE = Path.of("src/test/resources/containers-logback.xml");

  private Quiet() {}

  /** Makes applications that start from now on log only warnings, unless they log to a file. */
  static void on() {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, WARNINGS_ALONE.toAbsolutePath().toString());
    }
  }

  /** Makes applications that start from now on log to a file. */
  static void to(Path file) {
    System.setProperty(CONFIGURATION, TO_A_FILE.toAbsolutePath().toString());
    System.setProperty(FILE, file.toString());
  }

  /** Resets the configuration: applications that start from now on do not log to a file. */
  static void toNoFile() {
    System.clearProperty(CONFIGURATION);
    System.clearProperty(FILE);
  }
}
