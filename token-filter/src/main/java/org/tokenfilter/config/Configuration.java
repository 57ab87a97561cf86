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
 * The settings as they are in force: each of its key's shape. What is wrong with them is collected
 * by whoever reads them, so that one message can list it all.
 */
final class Configuration {

  private static final String STORE_PREFIX = ConfigurationKey.STORE.key() + ".";

  private final ConfigurationSources sources;
  private final Map<ConfigurationKey, String> texts = new EnumMap<>(ConfigurationKey.class);
  private final Map<ConfigurationKey, Object> values = new EnumMap<>(ConfigurationKey.class);

  /** The settings that a default has given way to, by that default's key. */
  private final Map<ConfigurationKey, ConfigurationKey> adjusted =
      new EnumMap<>(ConfigurationKey.class);

  /**
   * Reads all settings.
   *
   * @param problems gets a sentence for each that is wrong; its default then stands in for it
   */
  Configuration(ConfigurationSources sources, List<String> problems) {
    this.sources = sources;
    for (ConfigurationKey key : ConfigurationKey.values()) {
      String text = sources.text(key.key());
      if (text != null && !read(key, text)) {
        problems.add(key.key() + "=" + text + " is not " + key.shape());
        text = null;
      }
      String fallback = key.defaultText();
      if (text == null && fallback != null && !read(key, fallback)) {
        throw new IllegalStateException("the default of " + key.key() + " is not of its shape");
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

  /** The same settings, as a filter or servlet with these init-params sees them. */
  Configuration with(Map<String, String> initParams, List<String> problems) {
    return new Configuration(sources.plus(initParams), problems);
  }

  /** Whether a key is written nowhere. */
  boolean isDefault(ConfigurationKey key) {
    return sources.text(key.key()) == null;
  }

  /**
   * Lets a default give way to a setting that contradicts it.
   *
   * @param text what is in force instead
   * @param to the setting that is written
   * @return false if the key is written too, or cannot have that value; then nothing is changed
   */
  boolean adjust(ConfigurationKey key, String text, ConfigurationKey to) {
    if (!isDefault(key) || !read(key, text)) {
      return false;
    }
    adjusted.put(key, to);
    return true;
  }

  /** Whether the key has a value. */
  boolean has(ConfigurationKey key) {
    return values.containsKey(key);
  }

  /** The value as it is written; null if the key has none. */
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
      throw new IllegalStateException(key.key() + " was not checked before it was asked for");
    }
    return type.cast(value);
  }

  /** A provider's own settings that are set, under their short names. */
  Map<String, String> ofStore(String name, Set<String> settings) {
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
   * Finds what is written and is no setting.
   *
   * @param stores the settings of each installed store provider, by its name
   */
  UnknownSettings unknown(Map<String, Set<String>> stores) {
    return new UnknownSettings(sources, stores);
  }

  /** Whether a key has the same effect there as here. */
  boolean agrees(Configuration other, String key) {
    ConfigurationKey known = ConfigurationKey.of(key);
    return known == null
        ? Objects.equals(sources.text(key), other.sources.text(key))
        : Objects.equals(texts.get(known), other.texts.get(known));
  }

  /**
   * All settings, one a line, and for those that are not as they are by default, why. None of our
   * own is a secret; of a store's own, what may be one is left out.
   *
   * @param store the name of the store provider, whose own settings are among them
   * @param storeSettings what it understands
   */
  String effective(String store, Set<String> storeSettings) {
    StringJoiner lines = new StringJoiner("");
    texts.forEach((key, text) -> lines.add(line(key.key(), text, why(key))));
    ofStore(store, storeSettings)
        .forEach(
            (name, text) -> {
              String key = STORE_PREFIX + store + "." + name;
              lines.add(line(key, ShownSetting.of(name, text), sources.sourceOf(key)));
            });
    return lines.toString();
  }

  private @Nullable Object why(ConfigurationKey key) {
    ConfigurationKey by = adjusted.get(key);
    return by == null
        ? sources.sourceOf(key.key())
        : "the default is %s; adjusted to %s".formatted(key.defaultText(), by.key());
  }

  /** A value with line breaks is not to look like settings more. */
  private static String line(String key, String text, @Nullable Object why) {
    String shown = text.replaceAll("\\p{Cntrl}", "?");
    return "\n  " + key + "=" + shown + (why == null ? "" : " (" + why + ")");
  }
}
