package org.tokenfilter.store;

import java.time.Duration;
import org.tokenfilter.store.tck.TokenStoreContract;

/**
 * As a plugin's author would write it, from another package. The retention is the shortest that
 * there is, so that no clause asks for more.
 */
class InMemoryTokenStoreContractTest extends TokenStoreContract {

  private final TokenStore store = new InMemoryTokenStore(clock(), Duration.ofMinutes(5));

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return store;
  }
}
