package org.tokenfilter.store;

import java.time.Duration;
import org.tokenfilter.store.tck.TokenStoreContract;

/**
 * The contract as the author of a plugin writes it, from another package. The retention is the
 * shortest that is allowed, so that no clause needs a longer one.
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
