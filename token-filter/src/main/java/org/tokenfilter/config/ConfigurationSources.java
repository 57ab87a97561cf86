package org.tokenfilter.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from; the first that has a key wins: system properties, environment,
 * init-params (or the settings of a builder), context-params. So an operator overrides what is
 * packed.
 *
 * @param properties looks up a system property; null if it is not set
 * @param environment looks up an environment variable; null if it is not set
 * @param initParams of the filter or servlet, or a builder's settings
 * @param contextParams of the application
 */
record ConfigurationSources(
    UnaryOperator<@Nullable String> properties,
    UnaryOperator<@Nullable String> environment,
    Map<String, String> initParams,
    Map<String, String> contextParams) {

  static ConfigurationSources of(
      Map<String, String> initParams, Map<String, String> contextParams) {
    return new ConfigurationSources(
        System::getProperty, System::getenv, Map.copyOf(initParams), Map.copyOf(contextParams));
  }

  /** The text that a key has; null if it is not set anywhere. */
  @Nullable String text(String key) {
    String text = properties.apply(key);
    text = text == null ? environment.apply(ConfigurationKey.environmentVariable(key)) : text;
    text = text == null ? initParams.get(key) : text;
    text = text == null ? contextParams.get(key) : text;
    return text == null ? null : text.strip();
  }

  /** The keys that are written down for this application, so that misspelt ones are found. */
  SortedSet<String> written() {
    SortedSet<String> keys = new TreeSet<>(initParams.keySet());
    keys.addAll(contextParams.keySet());
    keys.removeIf(key -> !key.startsWith("token."));
    return keys;
  }

  /** The same, with some init-params more. */
  ConfigurationSources plus(Map<String, String> moreInitParams) {
    Map<String, String> all = new LinkedHashMap<>(initParams);
    all.putAll(moreInitParams);
    return new ConfigurationSources(properties, environment, all, contextParams);
  }
}
