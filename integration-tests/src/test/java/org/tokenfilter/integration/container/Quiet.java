package org.tokenfilter.integration.container;

import java.nio.file.Path;

/** The log of applications, whose own goes to the console at INFO. */
final class Quiet {

  private static final String CONFIGURATION = "logback.configurationFile";
  private static final String FILE = "application.log";
  private static final Path TO_A_FILE = Path.of("src/test/resources/containers-logback-file.xml");
  private static final Path WARNINGS_ALONE = Path.of("src/test/resources/containers-logback.xml");

  private Quiet() {}

  /** Applications that start from now on log warnings alone, unless they log to a file. */
  static void on() {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty(CONFIGURATION, WARNINGS_ALONE.toAbsolutePath().toString());
    }
  }

  /** Applications that start from now on log to a file. */
  static void to(Path file) {
    System.setProperty(CONFIGURATION, TO_A_FILE.toAbsolutePath().toString());
    System.setProperty(FILE, file.toString());
  }

  /** Applications that start from now on log to no file. */
  static void toNoFile() {
    System.clearProperty(CONFIGURATION);
    System.clearProperty(FILE);
  }
}
