package com.example.sqlitestore;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/** The provider of {@link SqliteTokenStore}, chosen by {@code token.store=sqlite}. */
public final class SqliteTokenStoreProvider implements TokenStoreProvider {

  /** Creates the provider. Called by {@link java.util.ServiceLoader}. */
  public SqliteTokenStoreProvider() {}

  @Override
  public String name() {
    return "sqlite";
  }

  /** Returns the required setting {@code token.store.sqlite.file}, the file of the records. */
  @Override
  public Set<String> settings() {
    return Set.of("file");
  }

  @Override
  public TokenStore open(Map<String, String> settings) {
    String file = settings.getOrDefault("file", "");
    if (file.isBlank()) {
      throw new IllegalArgumentException("set token.store.sqlite.file to the file to use");
    }
    TokenStore store = new SqliteTokenStore(Path.of(file), Duration.parse(settings.get("timeout")));
    // If the file cannot be used, this throws, and the application does not start.
    store.find(List.of());
    return store;
  }
}
