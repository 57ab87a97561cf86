package org.tokenfilter.store.tck;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** One of several store objects on the same data, each closed on its own. */
class Node implements TokenStore {

  private final TokenStore data;
  private volatile boolean closed;

  Node(TokenStore data) {
    this.data = data;
  }

  /** Returns the data that all nodes share; throws if this node is closed. */
  final TokenStore data() {
    if (closed) {
      throw new TokenStoreException("the node is closed", null, false);
    }
    return data;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
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
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return data().revoke(id, revocation);
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return data().revokeAll(selection, revocation, limit);
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return data().list(subject, now, after, limit);
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return data().revokedWithin(window, limit);
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
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
