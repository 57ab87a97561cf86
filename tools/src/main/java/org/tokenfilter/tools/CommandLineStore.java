package org.tokenfilter.tools;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.TokenStoreProvider;

/** The store named on the command line, or no store. It only looks up records. */
final class CommandLineStore implements AutoCloseable {

  private static final String TIMEOUT = "PT5S";
  private static final String RETENTION = "PT1H";

  private final @Nullable TokenStore store;

  private CommandLineStore(@Nullable TokenStore store) {
    this.store = store;
  }

  /**
   * Opens the store.
   *
   * @param name the name of the store; null for none
   * @param settings the settings of the store, without the prefix {@code token.store.NAME}
   * @throws IllegalArgumentException if there is no such store, or a setting is wrong
   * @throws TokenStoreException if the store cannot be reached
   */
  static CommandLineStore open(@Nullable String name, Map<String, String> settings) {
    if (name == null) {
      if (!settings.isEmpty()) {
        throw new IllegalArgumentException("--store-setting needs --store");
      }
      return new CommandLineStore(null);
    }
    if (name.equals("memory")) {
      throw new IllegalArgumentException(
          "the store 'memory' is in the memory of its node and cannot be read by another process");
    }
    SortedMap<String, TokenStoreProvider> installed =
        TokenStoreProvider.installed(CommandLineStore.class.getClassLoader());
    TokenStoreProvider provider = installed.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "the store '%s' is not on the class path; available stores: %s"
              .formatted(name, installed.keySet()));
    }
    return new CommandLineStore(openStore(provider, settings));
  }

  private static TokenStore openStore(TokenStoreProvider provider, Map<String, String> settings) {
    Set<String> unknown = new TreeSet<>(settings.keySet());
    unknown.removeAll(provider.settings());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "--store-setting: the settings of the store '%s' are: %s"
              .formatted(provider.name(), new TreeSet<>(provider.settings())));
    }
    Map<String, String> all = new HashMap<>(settings);
    all.put("timeout", TIMEOUT);
    all.put("retention", RETENTION);
    if (provider.settings().contains("schema")) {
      // A lookup creates no tables.
      all.putIfAbsent("schema", "validate");
    }
    try {
      return provider.open(all);
    } catch (LinkageError broken) {
      throw new TokenStoreException(
          "the store '%s' cannot be opened: %s".formatted(provider.name(), broken), broken, false);
    }
  }

  /** Returns a function that looks up records; null if no store was named. */
  @Nullable Function<TokenId, Optional<TokenRecord>> find() {
    return store == null ? null : id -> find(store, id);
  }

  private static Optional<TokenRecord> find(TokenStore store, TokenId id) {
    try {
      return store.find(id);
    } catch (TokenStoreException unknown) {
      throw unknown;
    } catch (RuntimeException broken) {
      throw new TokenStoreException("the store failed unexpectedly: " + broken, broken, false);
    }
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }
}
