package org.tokenfilter.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from; the first that has a key wins: system properties, environment,
 * init-params (or the settings of a builder), context-params. So an operator overrides what is
 * packed.
 *
 * @param properties the system properties
 * @param environment the environment variables
 * @param initParams of the filter or servlet, or a builder's settings
 * @param contextParams of the application
 */
record ConfigurationSources(
    Named properties,
    Named environment,
    Map<String, String> initParams,
    Map<String, String> contextParams) {

  /**
   * Texts that have names, which others may have put there.
   *
   * @param text looks up one; null if it is not set
   * @param names all that are set
   */
  record Named(UnaryOperator<@Nullable String> text, Supplier<Set<String>> names) {

    static Named of(Map<String, String> texts) {
      return new Named(texts::get, texts::keySet);
    }
  }

  /** One of the sources. */
  enum Source {
    PROPERTY("system property"),
    ENVIRONMENT("environment variable"),
    INIT_PARAM("init-param, or in code"),
    CONTEXT_PARAM("context-param");

    private final String shown;

    Source(String shown) {
      this.shown = shown;
    }

    @Override
    public String toString() {
      return shown;
    }
  }

  static ConfigurationSources of(
      Map<String, String> initParams, Map<String, String> contextParams) {
    return new ConfigurationSources(
        new Named(System::getProperty, () -> System.getProperties().stringPropertyNames()),
        new Named(System::getenv, () -> System.getenv().keySet()),
        Map.copyOf(initParams),
        Map.copyOf(contextParams));
  }

  /** The text that a key has; null if it is not set anywhere. */
  @Nullable String text(String key) {
    for (Source source : Source.values()) {
      String text = text(key, source);
      if (text != null) {
        return text.strip();
      }
    }
    return null;
  }

  /** Where a key's text comes from; null if it is not set anywhere. */
  @Nullable Source sourceOf(String key) {
    for (Source source : Source.values()) {
      if (text(key, source) != null) {
        return source;
      }
    }
    return null;
  }

  private @Nullable String text(String key, Source source) {
    return switch (source) {
      case PROPERTY -> properties.text().apply(key);
      case ENVIRONMENT -> environment.text().apply(ConfigurationKey.environmentVariable(key));
      case INIT_PARAM -> initParams.get(key);
      case CONTEXT_PARAM -> contextParams.get(key);
    };
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
