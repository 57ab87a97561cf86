package com.example.mystore;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/** The provider of {@link MyTokenStore}, chosen by {@code token.store=mine}. */
public final class MyTokenStoreProvider implements TokenStoreProvider {

  /** Creates the provider. Called by {@link java.util.ServiceLoader}. */
  public MyTokenStoreProvider() {}

  @Override
  public String name() {
    return "mine";
  }

  /** Returns the required setting {@code token.store.mine.address}. */
  @Override
  public Set<String> settings() {
    return Set.of("address");
  }

  @Override
  public TokenStore open(Map<String, String> settings) {
    String address = settings.getOrDefault("address", "");
    if (address.isBlank()) {
      throw new IllegalArgumentException("set token.store.mine.address to the address to use");
    }
    TokenStore store = new MyTokenStore(address, Duration.parse(settings.get("timeout")));
    // If the engine cannot be reached, this throws, and the application does not start.
    store.find(List.of());
    return store;
  }
}
