package org.tokenfilter.sample;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The unchanged sample, and its accounts. */
final class Sample {

  static final String ALICE = "alice:wonderland-4711";
  static final String BOB = "bob:builder-4711";
  static final String ADMIN = "admin:looking-glass-4711";

  private Sample() {}

  /**
   * Starts the sample.
   *
   * @param data the folder for its keys, {@code -Dsample.data}
   * @param properties further system properties of the command line
   */
  static WebApplication start(Path data, Map<String, String> properties) throws Exception {
    return start(data, properties, as -> as);
  }

  /** Starts it in a container that was configured differently. */
  static WebApplication start(
      Path data, Map<String, String> properties, UnaryOperator<WebApplication> container)
      throws Exception {
    Map<String, String> commandLine = new HashMap<>(properties);
    commandLine.put("sample.data", data.toString());
    // Settings are read only at the start.
    return SystemProperties.runWith(
        commandLine, () -> container.apply(new WebApplication(Path.of("src/main/webapp"))).start());
  }
}
