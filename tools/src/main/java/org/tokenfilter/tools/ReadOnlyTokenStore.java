package org.tokenfilter.tools;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

/**
 * A read-only store: records can be looked up, and every other operation throws an
 * UnsupportedOperationException.
 */
final class ReadOnlyTokenStore implements TokenStore {

  private final Function<TokenId, Optional<TokenRecord>> find;
  private @Nullable TokenRecord lastFound;

  ReadOnlyTokenStore(Function<TokenId, Optional<TokenRecord>> find) {
    this.find = find;
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    Optional<TokenRecord> record = find.apply(id);
    lastFound = record.orElse(null);
    return record;
  }

  /** Returns the result of the last lookup; null if there was no record, or no lookup. */
  @Nullable TokenRecord lastFound() {
    return lastFound;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    throw readOnly();
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    throw readOnly();
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    throw readOnly();
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    throw readOnly();
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    throw readOnly();
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    throw readOnly();
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    throw readOnly();
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    throw readOnly();
  }

  /** Does nothing: the underlying store is closed by its owner. */
  @Override
  public void close() {}

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("this store is read-only");
  }
}
