package org.tokenfilter.service;

import static org.tokenfilter.service.StoreOperation.END;
import static org.tokenfilter.service.StoreOperation.ENDED_WITHIN;
import static org.tokenfilter.service.StoreOperation.END_ALL;
import static org.tokenfilter.service.StoreOperation.FIND;
import static org.tokenfilter.service.StoreOperation.INSERT;
import static org.tokenfilter.service.StoreOperation.LIST;
import static org.tokenfilter.service.StoreOperation.RENEW;
import static org.tokenfilter.service.StoreOperation.REPLACE;
import static org.tokenfilter.service.StoreOperation.SWEEP;

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

/** A store that measures each call except {@code watch} and {@code close}. Thread-safe. */
final class MeasuredTokenStore implements TokenStore {

  private final TokenStore store;
  private final StoreCallMonitor callMonitor;

  MeasuredTokenStore(TokenStore store, StoreCallMonitor callMonitor) {
    this.store = store;
    this.callMonitor = callMonitor;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return callMonitor.measure(INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return callMonitor.measure(FIND, () -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return callMonitor.measure(RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return callMonitor.measure(REPLACE, () -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return callMonitor.measure(END, () -> store.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return callMonitor.measure(END_ALL, () -> store.revokeAll(selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return callMonitor.measure(LIST, () -> store.list(subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return callMonitor.measure(ENDED_WITHIN, () -> store.revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return callMonitor.measure(SWEEP, () -> store.sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return store.watch(ended);
  }

  @Override
  public void close() {
    store.close();
  }
}
