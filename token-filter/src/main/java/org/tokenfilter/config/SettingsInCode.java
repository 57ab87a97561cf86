package org.tokenfilter.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that an application gives in code: by their keys, or by the typed methods of {@link
 * TokenSecurityBuilder}. Not thread-safe.
 */
final class SettingsInCode {

  private final Map<String, String> byKey = new HashMap<>();
  private final Map<ConfigurationKey, String> typed = new HashMap<>();

  void set(String key, String value) {
    byKey.put(key, value);
  }

  void setAll(Map<String, String> values) {
    byKey.putAll(values);
  }

  void setTyped(ConfigurationKey key, Object value) {
    typed.put(key, value.toString());
  }

  /**
   * Sets a list by a typed method.
   *
   * @throws IllegalArgumentException if an element contains a comma, which separates elements
   */
  void setTyped(ConfigurationKey key, String... elements) {
    for (String element : elements) {
      if (element.indexOf(',') >= 0) {
        throw new IllegalArgumentException(
            "%s must not contain a comma: give each value of %s by itself"
                .formatted(element, key.key()));
      }
    }
    setTyped(key, String.join(",", elements));
  }

  /**
   * Returns all settings by their keys.
   *
   * @param problems receives a sentence for each setting that is given twice with different values
   */
  Map<String, String> merged(List<String> problems) {
    Map<String, String> all = new HashMap<>(byKey);
    typed.forEach(
        (key, text) -> {
          String other = all.putIfAbsent(key.key(), text);
          if (other != null && !isSame(key, text, other)) {
            problems.add(
                "%s is set twice in code: to %s by its method, and to %s by its key; set it once"
                    .formatted(key.key(), text, other));
          }
        });
    return all;
  }

  private static boolean isSame(ConfigurationKey key, String text, String other) {
    try {
      return key.parse(text.strip()).equals(key.parse(other.strip()));
    } catch (IllegalArgumentException invalid) {
      return text.equals(other);
    }
  }
}
