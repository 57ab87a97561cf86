package org.tokenfilter.store;

import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Opens the stores of one kind. A provider has a public constructor without parameters and is named
 * in {@code META-INF/services/org.tokenfilter.store.TokenStoreProvider} of its jar; users choose it
 * by {@code token.store=NAME}.
 */
public interface TokenStoreProvider {

  /** The name that users write in {@code token.store}, such as {@code jdbc}. */
  String name();

  /**
   * The settings that it understands, without {@code token.store.NAME.}: for {@code url}, users
   * write {@code token.store.jdbc.url}. Any other one stops the start.
   */
  Set<String> settings();

  /**
   * Opens a store.
   *
   * @param settings those of {@link #settings()} that are set, under their short names, and always
   *     {@code timeout} (how long a call may take) and {@code retention} (how long dead records are
   *     kept), both ISO-8601 durations
   * @throws IllegalArgumentException if a setting is missing or wrong; its message is shown to the
   *     user and says what to write
   * @throws TokenStoreException if the store cannot be reached
   */
  TokenStore open(Map<String, String> settings);

  /**
   * The providers that a class loader sees, by name.
   *
   * @throws IllegalStateException if two share a name, or one cannot be loaded; the message says
   *     which
   */
  static SortedMap<String, TokenStoreProvider> installed(ClassLoader loader) {
    SortedMap<String, TokenStoreProvider> providers = new TreeMap<>();
    try {
      for (TokenStoreProvider provider : ServiceLoader.load(TokenStoreProvider.class, loader)) {
        TokenStoreProvider other = providers.putIfAbsent(provider.name(), provider);
        if (other != null) {
          throw new IllegalStateException(
              "two token store providers are named '%s': %s and %s"
                  .formatted(
                      provider.name(), other.getClass().getName(), provider.getClass().getName()));
        }
      }
    } catch (ServiceConfigurationError broken) {
      throw new IllegalStateException(
          "a token store provider cannot be loaded: " + broken.getMessage(), broken);
    }
    return providers;
  }
}
