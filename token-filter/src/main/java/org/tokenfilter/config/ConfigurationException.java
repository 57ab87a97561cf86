package org.tokenfilter.config;

import java.io.Serial;
import java.util.List;

/**
 * An exception that reports all mistakes in the configuration at once. It keeps the application
 * from starting.
 */
public final class ConfigurationException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final String[] problems;

  /**
   * Creates an exception.
   *
   * @param problems the mistakes, one sentence each, with the remedy
   */
  public ConfigurationException(List<String> problems) {
    super("The token filter cannot start:\n  - " + String.join("\n  - ", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** Returns the mistakes, one sentence each; unmodifiable. */
  public List<String> problems() {
    return List.of(problems);
  }
}
