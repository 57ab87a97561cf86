package org.tokenfilter.sample;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Temporary system properties, in place of {@code -DKEY=VALUE} on the command line. */
final class SystemProperties {

  private SystemProperties() {}

  /** Runs an action with these properties, and restores the former ones. */
  static <T> T runWith(Map<String, String> properties, Callable<T> action) throws Exception {
    Map<String, @Nullable String> before = new HashMap<>();
    properties.forEach((key, value) -> before.put(key, System.setProperty(key, value)));
    try {
      return action.call();
    } finally {
      before.forEach(SystemProperties::restore);
    }
  }

  private static void restore(String key, @Nullable String value) {
    if (value == null) {
      System.clearProperty(key);
    } else {
      System.setProperty(key, value);
    }
  }
}
