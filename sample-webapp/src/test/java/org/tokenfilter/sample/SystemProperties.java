package org.tokenfilter.sample;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What stands on the command line as {@code -DKEY=VALUE}, for a while. */
final class SystemProperties {

  private SystemProperties() {}

  /** Does something while these are set, and puts back what was there before. */
  static <T> T during(Map<String, String> properties, Callable<T> action) throws Exception {
    Map<String, @Nullable String> before = new HashMap<>();
    properties.forEach((key, value) -> before.put(key, System.setProperty(key, value)));
    try {
      return action.call();
    } finally {
      before.forEach(SystemProperties::putBack);
    }
  }

  private static void putBack(String key, @Nullable String value) {
    if (value == null) {
      System.clearProperty(key);
    } else {
      System.setProperty(key, value);
    }
  }
}
