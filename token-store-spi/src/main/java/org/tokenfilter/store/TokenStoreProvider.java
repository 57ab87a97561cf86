package org.tokenfilter.store;

import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A factory of token stores of one kind. A provider has a public constructor without parameters and
 * is listed in {@code META-INF/services/org.tokenfilter.store.TokenStoreProvider} of its jar. Users
 * select it by {@code token.store=NAME}.
 */
public interface TokenStoreProvider {

  /** Returns the name for {@code token.store}, such as {@code jdbc}. */
  String name();

  /**
   * Returns the names of the supported settings, without the prefix {@code token.store.NAME.}: for
   * {@code url}, users set {@code token.store.jdbc.url}. The application does not start if another
   * setting with this prefix is set.
   */
  Set<String> settings();

  /**
   * Opens a store.
   *
   * @param settings the values of those of {@link #settings()} that are set, by their short names,
   *     and always {@code timeout} (the maximum duration of a call) and {@code retention} (the time
   *     for which dead records are kept), both ISO-8601 durations
   * @throws IllegalArgumentException if a setting is missing or invalid; the message is shown to
   *     the operator and says what to set
   * @throws TokenStoreException if the store cannot be reached
   */
  TokenStore open(Map<String, String> settings);

  /**
   * Returns the providers that are visible to a class loader, by name.
   *
   * @throws IllegalStateException if two providers have the same name, or one cannot be loaded; the
   *     message names them
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
