package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** The contract with two shards, of which one can be held up, and a store that cannot be opened. */
class TwoShardsContractTest extends TokenStoreContract {

  private final List<BreakableData> shards =
      Stream.of(0, 1)
          .map(shard -> new InMemoryTokenStore(clock(), Duration.ofMinutes(5)))
          .map(BreakableData::new)
          .toList();

  private final TokenStore data = new ShardingTokenStore(shards);
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
    throw new TokenStoreException("nothing listens on this port", null, true);
  }

  @Override
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(WaitingCommits.of(data));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    List<AutoCloseable> held = shards.stream().map(BreakableData::hold).toList();
    return Optional.of(
        () -> {
          for (AutoCloseable shard : held) {
            shard.close();
          }
        });
  }

  @Override
  public Optional<AutoCloseable> hold(int shard) {
    return Optional.of(shards.get(shard).hold());
  }

  @Override
  public Duration longestCall() {
    return Duration.ofSeconds(5);
  }

  @Override
  public boolean damage(TokenId id) {
    shards.forEach(shard -> shard.damage(id));
    return true;
  }
}
