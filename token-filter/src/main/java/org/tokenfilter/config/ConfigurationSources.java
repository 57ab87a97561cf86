package org.tokenfilter.config;

import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The sources of settings. The first source that has a key wins: system properties, environment
 * variables, init-params (or the settings of a builder), context-params. An operator can thus
 * override the packaged settings.
 *
 * @param properties the system properties
 * @param environment the environment variables
 * @param initParams the init-params of the filter or servlet, or the settings of the builder
 * @param contextParams the context-params of the application
 */
record ConfigurationSources(
    NamedValues properties,
    NamedValues environment,
    Map<String, String> initParams,
    Map<String, String> contextParams) {

  /**
   * Named values of the process, among them values for other programs.
   *
   * @param lookup the lookup of a value by name; returns null if it is not set
   * @param names the names of all values
   */
  record NamedValues(UnaryOperator<@Nullable String> lookup, Supplier<Set<String>> names) {

    static NamedValues of(Map<String, String> texts) {
      return new NamedValues(texts::get, texts::keySet);
    }
  }

  /** A kind of source, in the order of precedence. */
  enum Source {
    PROPERTY("system property"),
    ENVIRONMENT("environment variable"),
    INIT_PARAM("init-param, or in code"),
    CONTEXT_PARAM("context-param");

    private final String displayName;

    Source(String shown) {
      this.displayName = shown;
    }

    @Override
    public String toString() {
      return displayName;
    }
  }

  static ConfigurationSources of(
      Map<String, String> initParams, Map<String, String> contextParams) {
    return new ConfigurationSources(
        new NamedValues(System::getProperty, () -> System.getProperties().stringPropertyNames()),
        new NamedValues(System::getenv, () -> System.getenv().keySet()),
        Map.copyOf(initParams),
        Map.copyOf(contextParams));
  }

  /** Returns the parameters whose names start with {@code token.}. */
  static Map<String, String> tokenParams(
      Enumeration<String> names, UnaryOperator<@Nullable String> value) {
    Map<String, String> params = new LinkedHashMap<>();
    while (names.hasMoreElements()) {
      String name = names.nextElement();
      String text = value.apply(name);
      if (text != null && name.startsWith("token.")) {
        params.put(name, text);
      }
    }
    return params;
  }

  /** Returns the text of a key; null if no source has it. */
  @Nullable String text(String key) {
    for (Source source : Source.values()) {
      String text = text(key, source);
      if (text != null) {
        return text.strip();
      }
    }
    return null;
  }

  /** Returns the source of a key's text; null if no source has it. */
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
      case PROPERTY -> properties.lookup().apply(key);
      case ENVIRONMENT -> environment.lookup().apply(ConfigurationKey.environmentVariable(key));
      case INIT_PARAM -> initParams.get(key);
      case CONTEXT_PARAM -> contextParams.get(key);
    };
  }

  /** Returns the keys in init-params and context-params that claim to be settings. */
  SortedSet<String> explicitKeys() {
    SortedSet<String> keys = new TreeSet<>(initParams.keySet());
    keys.addAll(contextParams.keySet());
    keys.removeIf(key -> !key.startsWith("token."));
    return keys;
  }

  /** Returns the same sources with additional init-params, which override the present ones. */
  ConfigurationSources withInitParams(Map<String, String> moreInitParams) {
    Map<String, String> all = new LinkedHashMap<>(initParams);
    all.putAll(moreInitParams);
    return new ConfigurationSources(properties, environment, all, contextParams);
  }
}
