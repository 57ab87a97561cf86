package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;

/** What needs a second node, and one that reaches nothing, runs here. */
class TwoNodesTest extends TokenStoreContract {

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
