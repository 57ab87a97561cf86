package org.tokenfilter.tools;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
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

/**
 * A read-only store: records can be looked up, and every other operation throws an
 * UnsupportedOperationException.
 */
final class AskedStore implements TokenStore {

  private final Function<TokenId, Optional<TokenRecord>> find;
  private @Nullable TokenRecord found;

  AskedStore(Function<TokenId, Optional<TokenRecord>> find) {
    this.find = find;
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    Optional<TokenRecord> record = find.apply(id);
    found = record.orElse(null);
    return record;
  }

  /** Returns the result of the last lookup; null if there was no record, or no lookup. */
  @Nullable TokenRecord found() {
    return found;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    throw changes();
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    throw changes();
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    throw changes();
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    throw changes();
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    throw changes();
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    throw changes();
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    throw changes();
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    throw changes();
  }

  /** Does nothing: the underlying store is closed by its owner. */
  @Override
  public void close() {}

  private static UnsupportedOperationException changes() {
    return new UnsupportedOperationException("this store is read-only");
  }
}
