package org.tokenfilter.sample;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The sample as it is, and its accounts. */
final class Sample {

  static final String ALICE = "alice:wonderland-4711";
  static final String BOB = "bob:builder-4711";
  static final String ADMIN = "admin:looking-glass-4711";

  private Sample() {}

  /**
   * Starts the sample.
   *
   * @param data where it keeps its keys, {@code -Dsample.data}
   * @param properties that stand on the command line besides
   */
  static WebApplication start(Path data, Map<String, String> properties) throws Exception {
    return start(data, properties, as -> as);
  }

  /** Starts it in a container that is somehow different. */
  static WebApplication start(
      Path data, Map<String, String> properties, UnaryOperator<WebApplication> container)
      throws Exception {
    Map<String, String> commandLine = new HashMap<>(properties);
    commandLine.put("sample.data", data.toString());
    // Settings are read at the start, and never again.
    return SystemProperties.during(
        commandLine, () -> container.apply(new WebApplication(Path.of("src/main/webapp"))).start());
  }
}
