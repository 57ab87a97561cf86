package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;

/** The contract with a second node and an unreachable one, so that no test is skipped. */
class TwoNodesContractTest extends TokenStoreContract {

  private final TokenStore data = new InMemoryTokenStore(clock(), Duration.ofMinutes(5));
  private final TokenStore store = new Node(data);
  private final TokenStore otherNode = new Node(data);

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public Optional<TokenStore> unreachable() {
    TokenStore nothing = new InMemoryTokenStore();
    nothing.close();
    return Optional.of(new Node(nothing));
  }
}
