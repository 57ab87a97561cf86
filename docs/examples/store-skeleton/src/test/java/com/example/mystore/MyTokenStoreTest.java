package com.example.mystore;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

class MyTokenStoreTest extends TokenStoreContract {

  private TokenStore store;
  private TokenStore otherNode;

  @BeforeEach
  void open() {
    // Two stores on the same data, as on two nodes.
    store = new MyTokenStore("address", Duration.ofMinutes(1));
    otherNode = new MyTokenStore("address", Duration.ofMinutes(1));
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  /** Returns a store whose engine cannot be reached. Until there is one, its test is skipped. */
  @Override
  public Optional<TokenStore> unreachable() {
    return Optional.empty();
  }
}
