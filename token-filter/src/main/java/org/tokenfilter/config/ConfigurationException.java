package org.tokenfilter.config;

import java.io.Serial;
import java.util.List;

/** The configuration is wrong, and the application must not start. Lists every mistake at once. */
public final class ConfigurationException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final String[] problems;

  /** The mistakes, each a sentence that says what to write instead. */
  public ConfigurationException(List<String> problems) {
    super("The token filter cannot start:\n  - " + String.join("\n  - ", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** The mistakes. */
  public List<String> problems() {
    return List.of(problems);
  }
}
