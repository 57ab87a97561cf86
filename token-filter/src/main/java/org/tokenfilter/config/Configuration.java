package org.tokenfilter.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, each in the format of its key. Problems are collected in a list of the
 * caller, so that one message can report all of them.
 */
final class Configuration {

  private static final String STORE_PREFIX = ConfigurationKey.STORE.key() + ".";

  private final ConfigurationSources sources;
  private final Map<ConfigurationKey, String> texts = new EnumMap<>(ConfigurationKey.class);
  private final Map<ConfigurationKey, Object> values = new EnumMap<>(ConfigurationKey.class);

  /** The explicit settings that defaults were adjusted to, by the key of the default. */
  private final Map<ConfigurationKey, ConfigurationKey> adjustedTo =
      new EnumMap<>(ConfigurationKey.class);

  /**
   * Reads all settings.
   *
   * @param problems receives a sentence for each invalid setting, whose default is used instead
   */
  Configuration(ConfigurationSources sources, List<String> problems) {
    this.sources = sources;
    for (ConfigurationKey key : ConfigurationKey.values()) {
      String text = sources.text(key.key());
      if (text != null && !read(key, text)) {
        problems.add(key.key() + "=" + text + " is not " + key.format());
        text = null;
      }
      String fallback = key.defaultValue();
      if (text == null && fallback != null && !read(key, fallback)) {
        throw new IllegalStateException("the default of " + key.key() + " is not valid");
      }
    }
  }

  private boolean read(ConfigurationKey key, String text) {
    try {
      values.put(key, key.parse(text));
      texts.put(key, text);
      return true;
    } catch (IllegalArgumentException wrong) {
      return false;
    }
  }

  /** Returns these settings overlaid with the init-params of a filter or servlet. */
  Configuration withInitParams(Map<String, String> initParams, List<String> problems) {
    return new Configuration(sources.withInitParams(initParams), problems);
  }

  /** Returns true if no source sets the key. */
  boolean isDefault(ConfigurationKey key) {
    return sources.text(key.key()) == null;
  }

  /**
   * Adjusts a default to an explicit setting that contradicts it.
   *
   * @param text the value that replaces the default
   * @param to the key of the explicit setting
   * @return false if the key is set explicitly or cannot have that value; then nothing changes
   */
  boolean adjust(ConfigurationKey key, String text, ConfigurationKey to) {
    if (!isDefault(key) || !read(key, text)) {
      return false;
    }
    adjustedTo.put(key, to);
    return true;
  }

  /** Returns true if the key has a value, explicit or by default. */
  boolean has(ConfigurationKey key) {
    return values.containsKey(key);
  }

  /** Returns the value as text; null if the key has none. */
  @Nullable String text(ConfigurationKey key) {
    return texts.get(key);
  }

  String string(ConfigurationKey key) {
    return value(key, String.class);
  }

  Path path(ConfigurationKey key) {
    return value(key, Path.class);
  }

  Duration duration(ConfigurationKey key) {
    return value(key, Duration.class);
  }

  boolean flag(ConfigurationKey key) {
    return value(key, Boolean.class);
  }

  int number(ConfigurationKey key) {
    return value(key, Integer.class);
  }

  List<?> list(ConfigurationKey key) {
    return value(key, List.class);
  }

  Set<String> texts(ConfigurationKey key) {
    Set<String> texts = new LinkedHashSet<>();
    list(key).forEach(text -> texts.add((String) text));
    return texts;
  }

  <T> T value(ConfigurationKey key, Class<T> type) {
    Object value = values.get(key);
    if (value == null) {
      throw new IllegalStateException(key.key() + " has no value; call has() first");
    }
    return type.cast(value);
  }

  /** Returns the explicit settings of a store provider, by their short names. */
  Map<String, String> storeSettings(String name, Set<String> settings) {
    Map<String, String> set = new TreeMap<>();
    for (String setting : settings) {
      String text = sources.text(STORE_PREFIX + name + "." + setting);
      if (text != null) {
        set.put(setting, text);
      }
    }
    return set;
  }

  /**
   * Returns the keys in the sources that are not settings.
   *
   * @param stores the settings of each installed store provider, by the provider's name
   */
  UnknownSettings unknownSettings(Map<String, Set<String>> stores) {
    return new UnknownSettings(sources, stores);
  }

  /** Returns true if the key has the same value in both configurations. */
  boolean hasSameValue(Configuration other, String key) {
    ConfigurationKey known = ConfigurationKey.of(key);
    return known == null
        ? Objects.equals(sources.text(key), other.sources.text(key))
        : Objects.equals(texts.get(known), other.texts.get(known));
  }

  /**
   * Returns all settings, one per line, with the origin of those that differ from their defaults.
   * None of the library's own settings is a secret. Possible secrets among the store's settings are
   * masked.
   *
   * @param store the name of the store provider, whose settings are included
   * @param storeSettings the names of the provider's settings
   */
  String describeEffective(String store, Set<String> storeSettings) {
    StringJoiner lines = new StringJoiner("");
    texts.forEach((key, text) -> lines.add(line(key.key(), text, originOf(key))));
    storeSettings(store, storeSettings)
        .forEach(
            (name, text) -> {
              String key = STORE_PREFIX + store + "." + name;
              lines.add(line(key, SettingMasker.mask(name, text), sources.sourceOf(key)));
            });
    return lines.toString();
  }

  private @Nullable Object originOf(ConfigurationKey key) {
    ConfigurationKey by = adjustedTo.get(key);
    return by == null
        ? sources.sourceOf(key.key())
        : "the default is %s; adjusted to %s".formatted(key.defaultValue(), by.key());
  }

  /** Replaces control characters, so that a value cannot imitate further lines. */
  private static String line(String key, String text, @Nullable Object why) {
    String shown = text.replaceAll("\\p{Cntrl}", "?");
    return "\n  " + key + "=" + shown + (why == null ? "" : " (" + why + ")");
  }
}
