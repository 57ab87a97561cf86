package org.tokenfilter.store.tck;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** One of several store objects on the same data; it can be closed without the others. */
class Node implements TokenStore {

  private final TokenStore data;
  private volatile boolean closed;

  Node(TokenStore data) {
    this.data = data;
  }

  /** What all nodes share. */
  final TokenStore data() {
    if (closed) {
      throw new TokenStoreException("the node is closed", null, false);
    }
    return data;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    return data().insert(record, limit, now);
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return data().find(id);
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return data().renew(renewals, now);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return data().replace(id, successor, now);
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return data().end(id, ending);
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    return data().endAll(selection, ending, limit);
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return data().list(subject, now, after, limit);
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return data().endedWithin(window, limit);
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return data().sweep(expiredBefore, deadBefore, limit);
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return data().watch(ended);
  }

  @Override
  public void close() {
    closed = true;
  }
}
