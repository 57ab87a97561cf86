package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** The log configuration of applications, which by default write INFO to the console. */
final class SilencedLog {

  private static final String CONFIGURATION = "logback.configurationFile";
  private static final String FILE = "application.log";
  private static final Path FILE_CONFIGURATION =
      Path.of("src/test/resources/containers-logback-file.xml");
  private static final Path WARNINGS_CONFIGURATION =
      Path.of("src/test/resources/containers-logback.xml");

  private SilencedLog() {}

  /** Makes applications that start from now on log only warnings, unless they log to a file. */
  static void silence() {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, WARNINGS_CONFIGURATION.toAbsolutePath().toString());
    }
  }

  /** Makes applications that start from now on log to a file. */
  static void logTo(Path file) {
    System.setProperty(CONFIGURATION, FILE_CONFIGURATION.toAbsolutePath().toString());
    System.setProperty(FILE, file.toString());
  }

  /** Resets the configuration: applications that start from now on do not log to a file. */
  static void stopLoggingToFile() {
    System.clearProperty(CONFIGURATION);
    System.clearProperty(FILE);
  }
}
