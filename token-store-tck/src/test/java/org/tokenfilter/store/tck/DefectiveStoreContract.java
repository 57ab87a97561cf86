package org.tokenfilter.store.tck;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/** The contract for a defective store; run only by {@link DefectiveStoresTest}. */
class DefectiveStoreContract extends TokenStoreContract {

  /** The defect under test; static because the launcher creates the instances itself. */
  private static volatile @Nullable Defect selected;

  private final BreakableData data =
      new BreakableData(new InMemoryTokenStore(clock(), Duration.ofMinutes(5)));

  private final Defect.Nodes nodes = Objects.requireNonNull(selected).nodes().apply(data, clock());

  static void select(Defect defect) {
    selected = defect;
  }

  @Override
  public TokenStore store() {
    return nodes.store();
  }

  @Override
  public TokenStore otherNode() {
    return nodes.otherNode();
  }

  @Override
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(new WaitingCommits(nodes.paused()));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    return Optional.of(data.hold());
  }

  /** Holds up everything, since the shards of a defective store share their data. */
  @Override
  public Optional<AutoCloseable> hold(int shard) {
    return store().shards() == 1 ? Optional.empty() : hold();
  }

  @Override
  public Duration longestCall() {
    return Duration.ofSeconds(2);
  }

  @Override
  public boolean damage(TokenId id) {
    data.damage(id);
    return true;
  }
}
