package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.Optional;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/** The contract with a second node and with all that a store of one shard can provide. */
class TwoNodesContractTest extends TokenStoreContract {

  private final BreakableData data =
      new BreakableData(new InMemoryTokenStore(clock(), Duration.ofMinutes(5)));

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

  @Override
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(WaitingCommits.of(data));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    return Optional.of(data.hold());
  }

  @Override
  public Duration longestCall() {
    return Duration.ofSeconds(5);
  }

  @Override
  public boolean damage(TokenId id) {
    data.damage(id);
    return true;
  }
}
